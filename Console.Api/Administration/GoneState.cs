using System.Collections.Immutable;

namespace TestServers.Administration;

/// <summary>What stands in gone.json.</summary>
/// <param name="Servers">Of the servers of which something is kept, those that no host has, and since when: as long as
/// every host answered without them whenever that was looked at.</param>
public sealed record GoneState(int Version, ImmutableSortedDictionary<string, DateTimeOffset> Servers) : IVersioned
{
    public static GoneState Empty { get; } =
        new(
            JsonFile<GoneState>.Version,
            ImmutableSortedDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal)
        );

    public string? FindFault() =>
        Servers.Keys.FirstOrDefault(name => ServerName.From(name) is null) is { } wrong
            ? $"`{wrong}` is no server's name; remove it"
            : null;

    /// <summary>With these gone and no others: from now on, unless they were already.</summary>
    public GoneState With(IReadOnlySet<ServerName> gone, DateTimeOffset now)
    {
        var names = gone.Select(g => g.Text).ToHashSet(StringComparer.Ordinal);
        var after = Servers
            .RemoveRange(Servers.Keys.Where(name => !names.Contains(name)))
            .AddRange(names.Where(name => !Servers.ContainsKey(name)).Select(name => KeyValuePair.Create(name, now)));
        return after == Servers ? this : this with { Servers = after };
    }

    /// <summary>The servers that are gone since before a time.</summary>
    public IEnumerable<(ServerName Server, DateTimeOffset Since)> Before(DateTimeOffset time) =>
        Servers.Where(s => s.Value < time).Select(s => (ServerName.From(s.Key)!, s.Value));
}
