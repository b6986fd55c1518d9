namespace TestServers.Storage;

/// <summary>
/// A file that one process holds as long as it lives: the kernel lets go of it, also after a kill. The file itself
/// stays, because whoever
/// removed it could remove the lock of another.
/// </summary>
public static class LockFile
{
    private const int WouldBlock = 11; // EWOULDBLOCK of flock(2), which .NET hands on as it is

    /// <summary>Takes the lock.</summary>
    /// <returns>Null when another process holds it.</returns>
    /// <exception cref="UnreadableFile">It cannot be made or opened there.</exception>
    public static FileStream? Take(string path)
    {
        if (FileKinds.Of(path) is not (FileKind.Missing or FileKind.Regular) and var kind)
            throw new UnreadableFile(
                $"Cannot take the lock {path}: it is {kind.Say()}. Remove it when it is not needed."
            );
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnreadableFile(
                $"Cannot take the lock {path}: {e.Message.TrimEnd('.')}. The console's account must be able to "
                    + "write in its folder.",
                e
            );
        }
    }
}
