using System.Collections.Concurrent;

namespace TestServers.Monitoring;

/// <summary>
/// Hears of each build, or each restore, when it begins and when it ends: once, however often it changes.
/// </summary>
public sealed class JobWatch<T>
    where T : Job
{
    // Those that are open, and whether they run.
    private readonly ConcurrentDictionary<JobId, bool> _open = new();

    public JobWatch(JobStore<T> store)
    {
        foreach (var open in store.Open)
            _open[open.Id] = open.State == JobState.Running;
        store.Changed += Look;
    }

    /// <summary>Raised when one begins to run.</summary>
    public event Action<T>? Began;

    /// <summary>Raised when one has ended, also when it never began.</summary>
    public event Action<T>? Ended;

    private void Look(T request)
    {
        if (request.Ended)
        {
            if (_open.TryRemove(request.Id, out _))
                Ended?.Invoke(request);
            return;
        }
        if (request.State == JobState.Queued)
            _open.TryAdd(request.Id, false);
        else if (_open.TryUpdate(request.Id, true, false))
            Began?.Invoke(request);
    }
}
