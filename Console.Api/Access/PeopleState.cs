using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TestServers.Access;

/// <summary>What stands in people.json: what the web server has said of people.</summary>
/// <param name="Groups">By the person's name: of the groups that the settings name, those that the web server named
/// when the person signed in last. Whom it named in none does not stand here.</param>
public sealed record PeopleState(int Version, ImmutableSortedDictionary<string, ImmutableArray<string>> Groups)
    : IVersioned
{
    public static IReadOnlyList<Migration> Migrations { get; } =
    [file => file["addresses"] ??= new JsonObject(), file => file["seen"] ??= new JsonObject()];

    /// <summary>By the person's name: when they have signed in last, to a month.</summary>
    public ImmutableSortedDictionary<string, DateTimeOffset> Seen { get; init; } =
        ImmutableSortedDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal);

    /// <summary>By the person's name: the e-mail address that the web server said when they signed in last.</summary>
    public ImmutableSortedDictionary<string, EmailAddress> Addresses { get; init; } =
        ImmutableSortedDictionary.Create<string, EmailAddress>(StringComparer.Ordinal);

    public static PeopleState Empty { get; } =
        new(
            JsonFile<PeopleState>.Version,
            ImmutableSortedDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal)
        );

    public string? FindFault() =>
        Groups.Any(p => p.Key.Length == 0 || p.Value.IsDefaultOrEmpty || p.Value.Any(string.IsNullOrEmpty))
            ? "a person or a group in it has no name; remove that entry"
        : Addresses.Any(a => a.Key.Length == 0 || a.Value is null)
            ? "a person in it has no name or no e-mail address; remove that entry"
        : null;

    /// <summary>With a person in these groups and in no others.</summary>
    public PeopleState With(string name, ImmutableArray<string> groups) =>
        this with
        {
            Groups = groups.IsEmpty ? Groups.Remove(name) : Groups.SetItem(name, groups),
        };

    /// <summary>With a person at this e-mail address; null: at none.</summary>
    public PeopleState With(string name, EmailAddress? address) =>
        address == Addresses.GetValueOrDefault(name)
            ? this
            : this with
            {
                Addresses = address is null ? Addresses.Remove(name) : Addresses.SetItem(name, address),
            };

    /// <summary>Everybody of whom something stands here.</summary>
    [JsonIgnore]
    public IEnumerable<string> Names => Groups.Keys.Union(Addresses.Keys, StringComparer.Ordinal);

    /// <summary>With a person seen at a time; who has neither groups nor an address does not stand here.</summary>
    public PeopleState WithSeen(string name, DateTimeOffset now) =>
        this with
        {
            Seen =
                Groups.ContainsKey(name) || Addresses.ContainsKey(name) ? Seen.SetItem(name, now) : Seen.Remove(name),
        };

    /// <summary>Without a person.</summary>
    public PeopleState Without(string name) =>
        this with
        {
            Groups = Groups.Remove(name),
            Addresses = Addresses.Remove(name),
            Seen = Seen.Remove(name),
        };

    /// <summary>With people as they are called now; the same state when nobody is called otherwise.</summary>
    public PeopleState WithNames(Func<string, string> nameOf)
    {
        var grouped = Groups
            .Where(p => nameOf(p.Key) != p.Key)
            .Aggregate(this, (state, p) => state.With(p.Key, []).With(nameOf(p.Key), p.Value));
        var addressed = Addresses
            .Where(a => nameOf(a.Key) != a.Key)
            .Aggregate(grouped, (state, a) => state.With(a.Key, address: null).With(nameOf(a.Key), a.Value));
        return Seen.Where(s => nameOf(s.Key) != s.Key)
            .Aggregate(
                addressed,
                (state, s) => state with { Seen = state.Seen.Remove(s.Key).SetItem(nameOf(s.Key), s.Value) }
            );
    }
}
