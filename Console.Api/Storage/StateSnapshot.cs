namespace TestServers.Storage;

/// <summary>
/// A state folder as it was at one moment, also while a console writes there: every file is read, and read again until
/// none was replaced meanwhile and no act of several files was under way.
/// </summary>
public sealed class StateSnapshot : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60),
        Tick = TimeSpan.FromMilliseconds(20);
    private readonly string _folder;
    private readonly List<SnapshotFile> _files;
    private readonly List<FileStream> _opened;

    private StateSnapshot(string folder, List<SnapshotFile> files, List<FileStream> opened) =>
        (_folder, _files, _opened) = (folder, files, opened);

    /// <summary>Its folders, also those in which nothing is yet.</summary>
    public IReadOnlyList<string> Folders =>
        [.. Directory.EnumerateDirectories(_folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    /// <summary>Its files; logs of jobs grow on, and are as long as they were then.</summary>
    public IReadOnlyList<SnapshotFile> Files => _files;

    /// <summary>Takes one.</summary>
    /// <exception cref="UnreadableFile">There is no state, it cannot be read, or does not come to rest.</exception>
    public static async Task<StateSnapshot> Take(string folder, CancellationToken cancel)
    {
        if (new StatePlace(folder).IsFree())
            throw new UnreadableFile($"There is no state in {folder} yet: the console has never been started with it.");
        try
        {
            // Nobody writes while this is held.
            var path = Path.Combine(folder, StatePlace.Lock);
            using var hold = File.Exists(path) ? LockFile.Take(path) : null;
            return hold is not null ? Read(folder, List(folder)) : await TakeBeside(folder, cancel);
        }
        catch (Exception e) when (e is not DiskRefused && e is IOException or UnauthorizedAccessException)
        {
            throw new UnreadableFile($"The state in {folder} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Writes a copy of it into an empty folder.</summary>
    /// <param name="withLogs">Whether logs of jobs come along, too.</param>
    public async Task CopyTo(string folder, bool withLogs, CancellationToken cancel)
    {
        foreach (var file in _files.Where(f => withLogs || !f.IsLogOfJob))
        {
            await using var content = Open(file);
            if (content is not null)
                await StateCopy.Write(Path.Combine(folder, file.Name), content, cancel);
        }
        foreach (var made in Folders)
            Directory.CreateDirectory(Path.Combine(folder, made));
    }

    /// <summary>The content of a file; null: it was a log that has been removed since.</summary>
    public Stream? Open(SnapshotFile file)
    {
        if (file.Content is not null)
            return new MemoryStream(file.Content, writable: false);
        if (file.Opened is not null)
            return new PartOfFile(file.Opened, file.Length, leaveOpen: true);
        try
        {
            return new PartOfFile(OpenShared(Path.Combine(_folder, file.Name)), file.Length, leaveOpen: false);
        }
        catch (IOException) when (!File.Exists(Path.Combine(_folder, file.Name)))
        {
            return null;
        }
    }

    public void Dispose()
    {
        foreach (var file in _opened)
            file.Dispose();
    }

    private static async Task<StateSnapshot> TakeBeside(string folder, CancellationToken cancel)
    {
        for (var begin = Environment.TickCount64; ; )
        {
            if (TryTake(folder) is { } snapshot)
                return snapshot;
            if (Environment.TickCount64 - begin > Patience.TotalMilliseconds)
                throw new UnreadableFile(
                    $"The state in {folder} did not come to rest for {Patience.TotalSeconds:0} s. Try again when "
                        + "less is going on."
                );
            await Task.Delay(Random.Shared.Next(5, 60), cancel);
        }
    }

    // The order is the proof. What began before the journal is looked at for the second time has ended by then, and
    // whatever was put in place since the first list is seen by the second.
    private static StateSnapshot? TryTake(string folder)
    {
        if (!IsAtRest(folder))
            return null;
        StateSnapshot? snapshot = null;
        try
        {
            var before = List(folder);
            // Two contents within a tick of the clock would have one time.
            if (before.Exists(f => f.Written > DateTime.UtcNow - Tick))
                return null;
            snapshot = Read(folder, before);
            if (IsAtRest(folder) && before.SequenceEqual(List(folder)))
                return snapshot;
        }
        catch (FileNotFoundException)
        {
            // Replaced or removed just now.
        }
        snapshot?.Dispose();
        return null;
    }

    private static bool IsAtRest(string folder) =>
        new FileInfo(Path.Combine(folder, "journal.log")) is not { Exists: true, Length: > 0 };

    private static StateSnapshot Read(string folder, List<Listed> list)
    {
        var (files, opened) = (new List<SnapshotFile>(), new List<FileStream>());
        try
        {
            foreach (var file in list)
            {
                var path = Path.Combine(folder, file.Name);
                if (file.IsLogOfJob)
                    files.Add(new(file.Name, file.Length, null, null) { IsLogOfJob = true });
                else if (file.IsOfLines)
                {
                    opened.Add(OpenShared(path));
                    files.Add(new(file.Name, file.Length, null, opened[^1]));
                }
                else
                    files.Add(new(file.Name, file.Length, File.ReadAllBytes(path), null));
            }
            return new(folder, files, opened);
        }
        catch
        {
            foreach (var file in opened)
                file.Dispose();
            throw;
        }
    }

    private static FileStream OpenShared(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    // How logs of jobs grow is no change of the state.
    private static List<Listed> List(string folder) =>
        [
            .. new DirectoryInfo(folder)
                .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
                .Where(f => f.LinkTarget is null && FileKinds.Of(f.FullName) == FileKind.Regular)
                .Select(f => Listed.Of(Path.GetRelativePath(folder, f.FullName), f))
                .OfType<Listed>()
                .OrderBy(f => f.Name, StringComparer.Ordinal),
        ];

    private sealed record Listed(string Name, long Length, DateTime Written)
    {
        public bool IsLogOfJob => Name.Contains('/') && Name.EndsWith(".log", StringComparison.Ordinal) && !IsAudit;
        public bool IsOfLines => Name == "audit.log" || IsAudit;
        private bool IsAudit => Name.StartsWith("audit/", StringComparison.Ordinal);

        public bool Equals(Listed? other) =>
            other is not null
            && Name == other.Name
            && (IsLogOfJob || (Length == other.Length && Written == other.Written));

        public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

        public static Listed? Of(string name, FileInfo file) =>
            name is StatePlace.Lock or StatePlace.Beginning or DrainMark.Name
            || Path.GetFileName(name) is { } last
                && (
                    last.EndsWith(".draft", StringComparison.Ordinal)
                    || last.EndsWith(".probe", StringComparison.Ordinal)
                )
                ? null
                : new(name, file.Length, file.LastWriteTimeUtc);
    }
}

/// <summary>One file of a snapshot.</summary>
/// <param name="Name">Below the state folder.</param>
/// <param name="Content">Of a file that is replaced as a whole.</param>
/// <param name="Opened">Of a file that grows.</param>
public sealed record SnapshotFile(string Name, long Length, byte[]? Content, FileStream? Opened)
{
    /// <summary>Whether it is the log of a job, which nothing else depends on.</summary>
    public bool IsLogOfJob { get; init; }
}
