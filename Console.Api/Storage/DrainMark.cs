namespace TestServers.Storage;

/// <summary>
/// Says in the state folder that nothing is to begin until a time, as somebody waits to stop the console. The time is
/// that of the file, so that whoever may write there can say it. A start removes it.
/// </summary>
/// <param name="folder">The state folder.</param>
public sealed class DrainMark(string folder)
{
    internal const string Name = "drain";
    private readonly string _path = Path.Combine(folder, Name);

    /// <summary>Until when nothing begins; null: all may begin.</summary>
    public DateTimeOffset? Until
    {
        get
        {
            // 1601 of a file that is not there.
            var until = new DateTimeOffset(File.GetLastWriteTimeUtc(_path));
            return until > DateTimeOffset.UtcNow ? until : null;
        }
    }

    /// <summary>From now on nothing begins.</summary>
    /// <exception cref="DiskRefused">It could not be said.</exception>
    public void Set(DateTimeOffset until)
    {
        Disk.WriteInPlace(_path, "");
        try
        {
            File.SetLastWriteTimeUtc(_path, until.UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiskRefused($"The time of {_path} cannot be set: {e.Message}", e);
        }
    }

    /// <summary>All may begin again.</summary>
    public void Remove() => File.Delete(_path);
}
