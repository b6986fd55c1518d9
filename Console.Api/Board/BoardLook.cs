using System.Collections.Immutable;
using TestServers.Builds;

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
    private readonly Lazy<IReadOnlyDictionary<long, DateTimeOffset>> _likely = new(() => views.LikelyTurns);
    private readonly List<ServerView> _servers = [];
    private readonly List<HostView> _hosts = [];
    private bool _hasOthers;

    /// <summary>The next picture, the same as before if nothing is different, and what is different in it.</summary>
    public (Picture Picture, BoardChange Change) Make(IReadOnlyList<HostState> hosts)
    {
        var (shown, found) = (ImmutableArray.CreateBuilder<ShownHost>(hosts.Count), 0);
        for (var place = 0; place < hosts.Count; place++)
        {
            var known = Find(hosts[place].Name, place);
            found += known is null ? 0 : 1;
            shown.Add(known is not null && IsAsBefore(known, hosts[place]) ? known : Show(hosts[place], known));
        }
        var isGone =
            found < before.Hosts.Length
            && before.Hosts.Any(h => h.Servers.Length > 0 && hosts.All(now => now.Name != h.State.Name));
        var next = shown.MoveToImmutable();
        var picture = before.Hosts.SequenceEqual(next) ? before : new(next);
        return (picture, new(_hasOthers || isGone, _servers, _hosts));
    }

    // Mostly the settings are those of the picture before, and so is its place.
    private ShownHost? Find(string host, int place) =>
        place < before.Hosts.Length && before.Hosts[place].State.Name == host
            ? before.Hosts[place]
            : before.Hosts.FirstOrDefault(h => h.State.Name == host);

    // A host that has said nothing is passed over: what another one says costs nothing here.
    private bool IsAsBefore(ShownHost known, HostState now) =>
        changed is not null && ReferenceEquals(known.State, now) && !known.PlacesOf(changed).Any();

    private ShownHost Show(HostState now, ShownHost? known)
    {
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
        var view = views.Of(
            machine,
            host,
            [.. _open.Value[machine.Name]],
            unclean.GetValueOrDefault(machine.Name),
            _likely.Value
        );
        if (last?.View == view)
            return last;
        _servers.Add(view);
        return new(view, host.Problem is null);
    }
}
