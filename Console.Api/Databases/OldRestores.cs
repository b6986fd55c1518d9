using TestServers.Jobs;

namespace TestServers.Databases;

/// <summary>Restores that are too old. The last one of a base loses its log alone.</summary>
public sealed class OldRestores : IRetained
{
    private readonly JobStore<Restore> _store;

    public OldRestores(JobStore<Restore> store)
    {
        _store = store;
        store.Changed += restore =>
        {
            if (restore.Ended)
                Grown?.Invoke();
        };
    }

    public event Action? Grown;

    public void RemoveOld(int kept, DateTimeOffset time) => _store.RemoveOld(kept, time, IsNeeded);

    private bool IsNeeded(Restore restore) => _store.All.First(r => r.Base == restore.Base && r.Ended).Id == restore.Id;
}
