namespace TestServers.Storage;

/// <summary>Writes files of a copy of a state, which is of no use before it is whole.</summary>
internal static class StateCopy
{
    /// <summary>Writes a new file, making its folder; it is on disk when this has ended.</summary>
    /// <exception cref="DiskRefused">The disk refused.</exception>
    public static async Task Write(string path, Stream content, CancellationToken cancel)
    {
        try
        {
            MakeFolder(Disk.FolderOf(path));
            await using var file = MakeFile(path);
            await content.CopyToAsync(file, cancel);
        }
        // That a source ends too early is its own fault.
        catch (Exception e) when (e is not EndOfStreamException && e is IOException or UnauthorizedAccessException)
        {
            throw new DiskRefused($"Cannot write {path}: {e.Message} Free some space, or name another place.", e);
        }
        Disk.SyncFile(path);
    }

    /// <summary>Makes a file that is not there yet, and that nobody else may read.</summary>
    public static FileStream MakeFile(string path)
    {
#pragma warning disable CA1416 // The console runs on Linux alone.
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
#pragma warning restore CA1416
        return new(path, options);
    }

    /// <summary>Makes a folder that nobody else may enter, unless it is there.</summary>
    public static void MakeFolder(string path) =>
#pragma warning disable CA1416 // The console runs on Linux alone.
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
#pragma warning restore CA1416
}
