using System.Collections.Concurrent;

namespace TestServers.Hosts;

/// <summary>A server that could not be reached.</summary>
public sealed record Unreachable(DateTimeOffset Since, string Reason);

/// <summary>
/// What the last call of each server's program told: that it was reached, or why not. In memory: after a start nothing
/// is known, and a server counts as one that can be reached until a call has failed.
/// </summary>
public sealed class Reachability(TimeProvider clock)
{
    private readonly ConcurrentDictionary<ServerName, Unreachable> _unreachable = new();
    private readonly ConcurrentDictionary<ServerName, long> _reached = new();

    /// <summary>Raised when a server can be reached that could not, or the other way round.</summary>
    public event Action<ServerName>? Changed;

    /// <summary>
    /// Since when and why a server cannot be reached; null when its last call did, or there was none.
    /// </summary>
    public Unreachable? Of(ServerName server) => _unreachable.GetValueOrDefault(server);

    /// <summary>The servers whose last call did not reach them.</summary>
    public IReadOnlyCollection<ServerName> All => [.. _unreachable.Keys];

    /// <summary>Whether a call has reached a server within this time.</summary>
    public bool WasReachedWithin(ServerName server, TimeSpan time) =>
        _reached.TryGetValue(server, out var at) && clock.GetElapsedTime(at) < time;

    /// <summary>Takes note of a call that reached its server.</summary>
    public void NoteReached(ServerName server)
    {
        _reached[server] = clock.GetTimestamp();
        if (_unreachable.TryRemove(server, out _))
            Changed?.Invoke(server);
    }

    /// <summary>Takes note of a call that did not.</summary>
    public void NoteUnreachable(ServerName server, string reason)
    {
        _reached.TryRemove(server, out _);
        if (_unreachable.TryAdd(server, new(clock.GetUtcNow(), reason)))
            Changed?.Invoke(server);
    }
}
