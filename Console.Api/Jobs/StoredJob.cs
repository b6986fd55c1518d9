using TestServers.Storage;

namespace TestServers.Jobs;

/// <summary>
/// A request in the store: its file, its log, how long it takes, and how it is now. Changed under its own lock, read
/// without one.
/// </summary>
internal sealed class StoredJob<T>(JsonFile<T> file, JobLog log, T now)
    where T : Job
{
    private T _now = now;
    public Lock Changing { get; } = new();
    public JsonFile<T> File { get; } = file;
    public Elapsed Elapsed { get; } = new();
    public JobLog Log { get; } = log;
    public T Now
    {
        get => Volatile.Read(ref _now);
        set => Volatile.Write(ref _now, value);
    }
}
