using System.Collections.Immutable;
using TestServers.Storage;

namespace TestServers.Access;

/// <summary>What stands in people.json: what the web server has said of people.</summary>
/// <param name="Groups">By the person's name: of the groups that the settings name, those that the web server named
/// when the person signed in last. Whom it named in none does not stand here.</param>
public sealed record PeopleState(int Version, ImmutableSortedDictionary<string, ImmutableArray<string>> Groups)
    : IVersioned
{
    public static PeopleState Empty { get; } =
        new(
            JsonFile<PeopleState>.Version,
            ImmutableSortedDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal)
        );

    public string? FindFault() =>
        Groups.Any(p => p.Key.Length == 0 || p.Value.IsDefaultOrEmpty || p.Value.Any(string.IsNullOrEmpty))
            ? "a person or a group in it has no name; remove that entry"
            : null;

    /// <summary>With a person in these groups and in no others.</summary>
    public PeopleState With(string name, ImmutableArray<string> groups) =>
        this with
        {
            Groups = groups.IsEmpty ? Groups.Remove(name) : Groups.SetItem(name, groups),
        };

    /// <summary>With people as they are called now; the same state when nobody is called otherwise.</summary>
    public PeopleState WithNames(Func<string, string> nameOf) =>
        Groups
            .Where(p => nameOf(p.Key) != p.Key)
            .Aggregate(this, (state, p) => state.With(p.Key, []).With(nameOf(p.Key), p.Value));
}
