namespace TestServers.Savepoints;

/// <summary>How the last work with a server's savepoints ended, when that is too old to be told.</summary>
public sealed class OldSavepointWork(JsonFile<SavepointsState> file) : IRetained
{
    // By age alone, every hour.
    event Action? IRetained.Grown
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public void RemoveOld(int kept, DateTimeOffset time) => file.Change(state => state.WithoutEnded(time));
}
