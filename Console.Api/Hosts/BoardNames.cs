using System.Collections.Frozen;
using System.Collections.Immutable;

namespace TestServers.Hosts;

/// <summary>
/// Under which names people know what the hosts show: by its own, or, where another host has that name, by one that is
/// unique.
/// </summary>
/// <param name="Places">The host of each name.</param>
/// <param name="Others">What has a name of its own beside them, as <see cref="PlacesState.Others"/>.</param>
/// <param name="Shared">Those of the others that nobody could tell from the one that has the name, each with the
/// address that is both's.</param>
internal sealed record BoardNames(
    ImmutableSortedDictionary<string, string> Places,
    ImmutableSortedDictionary<string, string?> Others,
    ImmutableSortedDictionary<string, string> Shared
)
{
    // By the names of their own: what the second of a name is called by its host, and which host that is.
    private readonly FrozenDictionary<string, (string Guest, string Host)> _own = Others
        .Where(o => o.Value is { Length: > 0 })
        .DistinctBy(o => o.Value, StringComparer.Ordinal)
        .ToFrozenDictionary(o => o.Value!, o => Hosts.Places.PartsOf(o.Key), StringComparer.Ordinal);

    private readonly FrozenSet<string> _concerned = Others
        .Keys.Select(Hosts.Places.PartsOf)
        .SelectMany(o => Places.TryGetValue(o.Name, out var place) ? [o.Host, place] : new[] { o.Host })
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The names of those that have one beside their host's own.</summary>
    public IEnumerable<ServerName> OwnNames => _own.Keys.Select(ServerName.From).OfType<ServerName>();

    /// <summary>Whether a host has a name that another one has, too.</summary>
    public bool Concern(string host) => _concerned.Contains(host);

    /// <summary>As it was written down.</summary>
    public static BoardNames Of(PlacesState state) =>
        new(state.Places, state.Others, ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal));

    /// <summary>Whether another one says the same, of the same objects or of a few others that are shared.</summary>
    public bool SaysTheSameAs(BoardNames other) =>
        ReferenceEquals(Places, other.Places)
        && ReferenceEquals(Others, other.Others)
        && Shared.SequenceEqual(other.Shared);

    /// <summary>The host that probably has a server of this name; null: nobody knows.</summary>
    public string? HostOf(ServerName name)
    {
        if (Places.TryGetValue(name.Text, out var host))
            return host;
        return GuestOf(name)?.Host;
    }

    /// <summary>What its host calls the second server of a name, and which host that is; null: none has this name of
    /// its own.</summary>
    public (string Guest, string Host)? GuestOf(ServerName name) =>
        _own.TryGetValue(name.Text, out var guest) ? guest : null;

    /// <summary>A server as the board has it, or a sentence that says why it has it not.</summary>
    /// <param name="server">As its host calls it.</param>
    public (Server? Shown, string? WhyNot) Show(Server server)
    {
        var name = server.Name.Text;
        var place = Places.GetValueOrDefault(name);
        if (place == server.Host)
            return (server, null);
        var key = Hosts.Places.KeyOf(name, server.Host);
        if (Others.TryGetValue(key, out var own) && ServerName.From(own ?? "") is { } unique && !server.IsMade)
            return Shared.TryGetValue(key, out var address)
                ? (null, Same(server, place, address))
                : (server with { Name = unique }, null);
        if (place is null && GuestOf(server.Name) is var (its, host))
            return (null, $"{name} is left out here: {its} of {host} is called so. Rename one of the two.");
        return (null, Twice(server, place, own));
    }

    private static string Twice(Server server, string? place, string? own) =>
        $"{server.Name} is left out here: {place ?? "another host"} has a server of this name, or had it last. "
        + (
            server.IsMade ? "The console has made the one here, which gets no other name: rename or remove that one."
            : own is null
                ? "One name is one server: rename or remove one of the two."
                    + (server.State == "paused" ? " As long as it is paused, it may be on its way from there." : "")
            : $"{server.Name}.{server.Host} cannot be its name either, as another server has that name, or as a "
                + $"server's name has {ServerName.Rule}: rename or remove one of the two."
        );

    private static string Same(Server server, string? place, string address) =>
        $"{server.Name} is left out here: {place ?? "another host"} has a server of this name, or had it last, and "
        + $"{address} is the address of both. Give the servers of {server.Host} addresses of their own by "
        + $"`hosts.{server.Host}.address`, or rename one of the two.";
}
