using TestServers.History;

namespace TestServers.Builds;

/// <summary>
/// Builds that are too old. One that its server's history names loses its log alone, so that it can be repeated; so
/// does one behind which its server is still to be cleaned.
/// </summary>
public sealed class OldBuilds : IRetained
{
    private readonly JobStore<Build> _store;
    private readonly HistoryStore _history;

    public OldBuilds(JobStore<Build> store, HistoryStore history)
    {
        (_store, _history) = (store, history);
        store.Changed += build =>
        {
            if (build.Ended)
                Grown?.Invoke();
        };
    }

    public event Action? Grown;

    public void RemoveOld(int kept, DateTimeOffset time) => _store.RemoveOld(kept, time, IsNeeded);

    private bool IsNeeded(Build build) =>
        build.Unclean || _history.Of(build.Server).Entries.Any(e => e.Build == build.Id);
}
