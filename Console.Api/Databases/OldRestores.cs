namespace TestServers.Databases;

/// <summary>Restores that are too old. The last one of a base that there is loses its log alone.</summary>
public sealed class OldRestores : IRetained
{
    private readonly JobStore<Restore> _store;
    private readonly CurrentSettings _settings;

    public OldRestores(JobStore<Restore> store, CurrentSettings settings)
    {
        (_store, _settings) = (store, settings);
        store.Changed += restore =>
        {
            if (restore.Ended)
                Grown?.Invoke();
        };
    }

    public event Action? Grown;

    public void RemoveOld(int kept, DateTimeOffset time) => _store.RemoveOld(kept, time, IsNeeded);

    private bool IsNeeded(Restore restore) =>
        _settings.Newest.Base(restore.Base) is not null
        && _store.All.First(r => r.Base == restore.Base && r.Ended).Id == restore.Id;
}
