using System.Collections.Immutable;

namespace TestServers.Builds;

/// <summary>
/// Servers on which something else than a build is under way: no build begins there meanwhile. It begins in an act that
/// sees that no build waits or runs there.
/// </summary>
public sealed class BusyServers
{
    private readonly StateValue<ImmutableDictionary<ServerName, string>> _busy = new(
        ImmutableDictionary<ServerName, string>.Empty
    );

    /// <summary>Raised when one is free again.</summary>
    public event Action? Freed;

    /// <summary>All of them.</summary>
    public IEnumerable<ServerName> All => _busy.Now.Keys;

    /// <summary>Whether something is under way there.</summary>
    public bool Has(ServerName server) => _busy.Now.ContainsKey(server);

    /// <summary>What is under way there, as a sentence; null: nothing.</summary>
    public string? WhatOn(ServerName server) => _busy.Now.GetValueOrDefault(server);

    /// <summary>Begins something, as a part of an act.</summary>
    /// <param name="what">A sentence.</param>
    public void Begin(Act act, ServerName server, string what) => act.Set(_busy, all => all.SetItem(server, what));

    /// <summary>It has ended.</summary>
    public void End(ServerName server)
    {
        _busy.Change(all => all.Remove(server));
        Freed?.Invoke();
    }
}
