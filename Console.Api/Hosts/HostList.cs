using System.Collections.Frozen;
using System.Collections.Immutable;

namespace TestServers.Hosts;

/// <summary>Every host as it is known, in the order of the settings, each found by its name.</summary>
internal sealed class HostList
{
    private readonly FrozenDictionary<string, int> _places;

    /// <summary>Of hosts that have a name each.</summary>
    public HostList(ImmutableArray<HostState> all)
        : this(all, all.Index().ToFrozenDictionary(h => h.Item.Name, h => h.Index, StringComparer.Ordinal)) { }

    private HostList(ImmutableArray<HostState> all, FrozenDictionary<string, int> places) =>
        (All, _places) = (all, places);

    public ImmutableArray<HostState> All { get; }

    /// <summary>A host by its name; null: there is none.</summary>
    public HostState? Find(string host) => _places.TryGetValue(host, out var place) ? All[place] : null;

    /// <summary>A server by its name; null: no host has it.</summary>
    /// <param name="likely">The host that probably has it; null: nobody knows.</param>
    public Server? Find(ServerName server, string? likely)
    {
        if (likely is not null && Find(likely)?.Find(server) is { } found)
            return found;
        foreach (var host in All)
        {
            if (host.Find(server) is { } other)
                return other;
        }
        return null;
    }

    /// <summary>With other states of some hosts; what is known of the others is the same object.</summary>
    public HostList With(params IEnumerable<HostState> states)
    {
        var all = All.ToBuilder();
        foreach (var state in states)
            all[_places[state.Name]] = state;
        return new(all.MoveToImmutable(), _places);
    }
}
