using System.Collections.Immutable;
using TestServers.Builds;
using TestServers.Hosts;

namespace TestServers.Board;

/// <summary>
/// One look at the servers, which makes the next picture out of the one before: what is shown as it was is the same
/// object.
/// </summary>
/// <param name="before">The last picture.</param>
/// <param name="changed">The servers about which something has changed; null: any of them.</param>
/// <param name="open">The builds that run or wait, in the order in which they came.</param>
internal sealed class BoardLook(
    Picture before,
    IReadOnlySet<ServerName>? changed,
    IEnumerable<Build> open,
    IReadOnlyDictionary<ServerName, UncleanServer> unclean,
    ServerPresenter views
)
{
    private readonly Lazy<ILookup<ServerName, Build>> _open = new(() => open.ToLookup(b => b.Server));
    private readonly List<ServerView> _servers = [];
    private readonly List<HostView> _hosts = [];
    private bool _hasOthers;

    /// <summary>The next picture, and what is different in it.</summary>
    public (Picture Picture, BoardChange Change) Make(IReadOnlyList<HostState> hosts)
    {
        var picture = new Picture([.. hosts.Select(Show)]);
        var isGone = before.Hosts.Any(h => h.Servers.Length > 0 && hosts.All(now => now.Name != h.State.Name));
        return (picture, new(_hasOthers || isGone, _servers, _hosts));
    }

    private ShownHost Show(HostState now)
    {
        var known = before.Hosts.FirstOrDefault(h => h.State.Name == now.Name);
        var view = ServerPresenter.Of(now);
        var host = known?.Host.View == view ? known.Host : new(view, now.Problem is null);
        if (!ReferenceEquals(host, known?.Host))
            _hosts.Add(view);
        if (known is null || !HasSameNames(known.State, now))
        {
            _hasOthers |= known is not null || now.Servers.Length > 0;
            return ShownHost.Of(now, host, [.. now.Servers.Select(m => Show(m, now, known?.Find(m.Name)))]);
        }
        var servers = Show(known, now);
        var isSame = ReferenceEquals(now, known.State) && servers == known.Servers && ReferenceEquals(host, known.Host);
        return isSame ? known : known.With(now, host, servers);
    }

    private static bool HasSameNames(HostState known, HostState now) =>
        known.Servers == now.Servers
        || known.Servers.Select(m => m.Name).SequenceEqual(now.Servers.Select(m => m.Name));

    private ImmutableArray<Shown<ServerView>> Show(ShownHost known, HostState now)
    {
        ImmutableArray<Shown<ServerView>>.Builder? shown = null;
        foreach (var place in PlacesToLookAt(known, now))
        {
            var last = known.Servers[place];
            var next = Show(now.Servers[place], now, last);
            if (!ReferenceEquals(next, last))
                (shown ??= known.Servers.ToBuilder())[place] = next;
        }
        return shown?.MoveToImmutable() ?? known.Servers;
    }

    private IEnumerable<int> PlacesToLookAt(ShownHost known, HostState now)
    {
        var isAsBefore = known.State.Problem == now.Problem && (now.Problem is null || known.State.AsOf == now.AsOf);
        if (changed is null || !isAsBefore)
            return Enumerable.Range(0, now.Servers.Length);
        if (known.State.Servers == now.Servers)
            return known.PlacesOf(changed);
        return Enumerable
            .Range(0, now.Servers.Length)
            .Where(i => known.State.Servers[i] != now.Servers[i] || changed.Contains(now.Servers[i].Name));
    }

    private Shown<ServerView> Show(Server machine, HostState host, Shown<ServerView>? last)
    {
        var view = views.Of(machine, host, [.. _open.Value[machine.Name]], unclean.GetValueOrDefault(machine.Name));
        if (last?.View == view)
            return last;
        _servers.Add(view);
        return new(view, host.Problem is null);
    }
}
