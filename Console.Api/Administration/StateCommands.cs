using System.Reflection;

namespace TestServers.Administration;

/// <summary>`console backup`, `console restore` and `console state check`.</summary>
internal static class StateCommands
{
    private static string Program =>
        typeof(StateCommands).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "";

    /// <param name="ifAny">Whether all is well when there is no state yet.</param>
    public static async Task<int> Backup(string settingsFile, string file, bool ifAny, CancellationToken cancel)
    {
        var settings = Load(settingsFile, "backup");
        if (ifAny && new StatePlace(settings.State).IsFree())
        {
            await Say($"There is no state in {settings.State} yet, and nothing was written.");
            return 0;
        }
        using var snapshot = await StateSnapshot.Take(settings.State, cancel);
        var path = Path.GetFullPath(file);
        await CheckCopy(snapshot, settings, beside: path, cancel);
        var written = await StateBackup.Write(snapshot, path, Program, DateTimeOffset.UtcNow, cancel);
        // Read back from the disk: what is said to be there is there.
        if (!(await StateBackup.Verify(path, cancel)).Files.SequenceEqual(written.Files))
            throw new UnreadableFile($"{path} does not hold what was written: look at the disk.");
        await Say(
            $"{path} holds the state {written.Id} of {Times.Say(written.At)}: {written.Files.Count} files, "
                + $"{written.Files.Sum(f => f.Size)} bytes. It was read back and is whole. It has the keys of "
                + "sessions: keep it where nobody else can read it."
        );
        return 0;
    }

    public static async Task<int> Restore(string settingsFile, string file, CancellationToken cancel)
    {
        var settings = Load(settingsFile, "restore");
        var (state, draft) = (settings.State, StateExchange.DraftOf(settings.State));
        if (Directory.Exists(draft))
            Directory.Delete(draft, recursive: true);
        try
        {
            var backup = await StateBackup.Unpack(file, draft, cancel);
            using (var snapshot = await StateSnapshot.Take(draft, cancel))
                await CheckCopy(snapshot, settings, beside: state, cancel);
            StateExchange.MakeReady(state);
            var what = $"The backup is whole: the state {backup.Id} of {Times.Say(backup.At)}.";
            await Say(
                StateExchange.Finish(state, DateTimeOffset.UtcNow) is { } done
                    ? $"{what} {done} Start the console."
                    : $"{what} The console that runs has the state until it ends, and its next start takes the backup: "
                        + "systemctl restart console. The state of then is kept beside it."
            );
            return 0;
        }
        finally
        {
            if (Directory.Exists(draft))
                Directory.Delete(draft, recursive: true);
        }
    }

    public static async Task<int> Check(string settingsFile, CancellationToken cancel)
    {
        var settings = Load(settingsFile, "check");
        using var snapshot = await StateSnapshot.Take(settings.State, cancel);
        await CheckCopy(snapshot, settings, beside: settings.State, cancel);
        await Say(
            $"The state in {settings.State} is whole: {snapshot.Files.Count} files. A console can start with it."
        );
        return 0;
    }

    /// <summary>Whether a console could start with it, by starting with a copy as far as its files go.</summary>
    /// <exception cref="UnreadableFile">It could not; the sentence names the files where they are.</exception>
    private static async Task CheckCopy(
        StateSnapshot snapshot,
        ConsoleSettings settings,
        string beside,
        CancellationToken cancel
    )
    {
        var folder = MakeScratch(beside);
        try
        {
            var copy = Path.Combine(folder, "state");
            Directory.CreateDirectory(copy);
            await snapshot.CopyTo(copy, withLogs: false, cancel);
            try
            {
                StateParts.Open(copy, new(settings), TimeProvider.System).Dispose();
            }
            catch (UnreadableFile e)
            {
                throw new UnreadableFile(e.Message.Replace(copy, settings.State, StringComparison.Ordinal), e);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The usual folder for such is in memory on some systems, and a state may be larger than that.
    private static string MakeScratch(string beside)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("TMPDIR")))
        {
            var folder = Path.Combine(Disk.FolderOf(beside), $".console-state-{Guid.NewGuid():n}");
            try
            {
                StateCopy.MakeFolder(folder);
                return folder;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Who only looks at a state need not be able to write beside it.
            }
        }
        try
        {
            // Nobody else may enter it.
            return Directory.CreateTempSubdirectory("console-state-").FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiskRefused(
                $"Cannot write into {Path.GetTempPath()}, where a copy of the state is to be looked at: {e.Message} "
                    + "Name another folder in TMPDIR.",
                e
            );
        }
    }

    // It is looked after also while the console goes on with settings that the file does not hold any more.
    private static ConsoleSettings Load(string file, string command) =>
        ConsoleSettings.LoadPart(
            file,
            ["state"],
            fault => System.Console.Error.WriteLine($"console {command}: {fault}")
        );

    private static Task Say(string text) => System.Console.Out.WriteLineAsync(text);
}
