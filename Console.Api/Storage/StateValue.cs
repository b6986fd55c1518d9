namespace TestServers.Storage;

/// <summary>
/// A part of the state in memory. Whoever decides an act sees it as the acts before leave it, though these may not be
/// on disk yet; everybody else sees what is on disk, and waits for nobody.
/// </summary>
public sealed class StateValue<T>(T first)
    where T : class
{
    private T _onDisk = first;

    // Used by the one who decides, alone.
    private T? _decided;

    /// <summary>The present value.</summary>
    public T Now => Journal.IsDeciding && _decided is { } decided ? decided : Volatile.Read(ref _onDisk);

    /// <summary>Changes it for everybody at once, without an act.</summary>
    /// <param name="change">May be called again when another change comes between.</param>
    public void Change(Func<T, T> change)
    {
        for (var before = Volatile.Read(ref _onDisk); ; )
        {
            var found = Interlocked.CompareExchange(ref _onDisk, change(before), before);
            if (ReferenceEquals(found, before))
                return;
            before = found;
        }
    }

    /// <summary>Changes it for those who decide.</summary>
    /// <returns>Takes this back; called in the reverse order of the changes.</returns>
    internal Action Decide(Func<T, T> change)
    {
        var before = _decided;
        _decided = change(Now);
        return () => _decided = before;
    }

    /// <summary>Changes it for all others, too, as the disk has it.</summary>
    internal void Settle(Func<T, T> change)
    {
        Change(change);
        _decided = null;
    }
}
