using System.Collections.Immutable;
using TestServers.Storage;

namespace TestServers.Builds;

/// <summary>
/// Servers whose databases something else than a build is changing: no build begins there meanwhile. It begins in an
/// act that sees that no build waits or runs there.
/// </summary>
public sealed class BusyServers
{
    private readonly StateValue<ImmutableHashSet<ServerName>> _busy = new(ImmutableHashSet<ServerName>.Empty);

    /// <summary>Raised when one is free again.</summary>
    public event Action? Freed;

    /// <summary>All of them.</summary>
    public IReadOnlySet<ServerName> All => _busy.Now;

    /// <summary>Whether something is under way there.</summary>
    public bool Has(ServerName server) => _busy.Now.Contains(server);

    /// <summary>Begins something, as a part of an act.</summary>
    public void Begin(Act act, ServerName server) => act.Set(_busy, all => all.Add(server));

    /// <summary>It has ended.</summary>
    public void End(ServerName server)
    {
        _busy.Change(all => all.Remove(server));
        Freed?.Invoke();
    }
}
