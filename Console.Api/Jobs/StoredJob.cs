namespace TestServers.Jobs;

/// <summary>
/// A request in the store: its file, its log, how long it takes, and how it is now. Changed under its own lock, read
/// without one.
/// </summary>
internal sealed class StoredJob<T>(JsonFile<T> file, JobLog log, T now)
    where T : Job
{
    private readonly StateValue<T> _state = new(now);
    public Lock Changing { get; } = new();
    public JsonFile<T> File { get; } = file;
    public Elapsed Elapsed { get; } = new();
    public JobLog Log { get; } = log;
    public StateValue<T> State => _state;
    public T Now
    {
        get => _state.Now;
        set => _state.Change(_ => value);
    }
}
