using System.Reflection;

namespace TestServers.Administration;

/// <summary>`console backup`, `console restore` and `console state check`.</summary>
internal static class StateCommands
{
    private static string Program =>
        typeof(StateCommands).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "";

    public static async Task<int> Backup(string settingsFile, string file, CancellationToken cancel)
    {
        var settings = Load(settingsFile);
        using var snapshot = await StateSnapshot.Take(settings.State, cancel);
        await CheckCopy(snapshot, settings, cancel);
        var path = Path.GetFullPath(file);
        var written = await StateBackup.Write(snapshot, path, Program, DateTimeOffset.UtcNow, cancel);
        // Read back from the disk: what is said to be there is there.
        await InScratch(async folder =>
        {
            if (
                !(await StateBackup.Unpack(path, Path.Combine(folder, "state"), cancel)).Files.SequenceEqual(
                    written.Files
                )
            )
                throw new UnreadableFile($"{path} does not hold what was written: look at the disk.");
        });
        await Say(
            $"{path} holds the state {written.Id} of {Times.Say(written.At)}: {written.Files.Count} files, "
                + $"{written.Files.Sum(f => f.Size)} bytes. It was read back and is whole. It has the keys of "
                + "sessions: keep it where nobody else can read it."
        );
        return 0;
    }

    public static async Task<int> Restore(string settingsFile, string file, CancellationToken cancel)
    {
        var settings = Load(settingsFile);
        var (state, draft) = (settings.State, StateExchange.DraftOf(settings.State));
        if (Directory.Exists(draft))
            Directory.Delete(draft, recursive: true);
        try
        {
            var backup = await StateBackup.Unpack(file, draft, cancel);
            using (var snapshot = await StateSnapshot.Take(draft, cancel))
                await CheckCopy(snapshot, settings, cancel);
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
        var settings = Load(settingsFile);
        using var snapshot = await StateSnapshot.Take(settings.State, cancel);
        await CheckCopy(snapshot, settings, cancel);
        await Say(
            $"The state in {settings.State} is whole: {snapshot.Files.Count} files. A console can start with it."
        );
        return 0;
    }

    /// <summary>Whether a console could start with it, by starting with a copy as far as its files go.</summary>
    /// <exception cref="UnreadableFile">It could not; the sentence names the files where they are.</exception>
    internal static Task CheckCopy(StateSnapshot snapshot, ConsoleSettings settings, CancellationToken cancel) =>
        InScratch(async folder =>
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
        });

    private static async Task InScratch(Func<string, Task> act)
    {
        // Nobody else may enter it.
        var folder = Directory.CreateTempSubdirectory("console-state-").FullName;
        try
        {
            await act(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Templates and hosts have nothing to do with it.
    private static ConsoleSettings Load(string file) => ConsoleSettings.Load(file, _ => { });

    private static Task Say(string text) => System.Console.Out.WriteLineAsync(text);
}
