using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TestServers.Storage;

namespace TestServers.Databases;

/// <summary>What stands in bases.json.</summary>
/// <param name="Copies">By database host and database, as `db1/copy_shop_qa01`.</param>
public sealed record BasesState(
    int Version,
    ImmutableSortedDictionary<string, KnownBase> Bases,
    ImmutableSortedDictionary<string, CopyFacts> Copies
) : IVersioned
{
    // Version 1 knew no copies, and version 2 wrote none as null.
    public static IReadOnlyList<Migration> Migrations { get; } =
    [_ => { }, file => file["copies"] ??= new JsonObject()];

    public static BasesState Empty { get; } =
        new(
            JsonFile<BasesState>.Version,
            ImmutableSortedDictionary.Create<string, KnownBase>(StringComparer.Ordinal),
            ImmutableSortedDictionary.Create<string, CopyFacts>(StringComparer.Ordinal)
        );

    /// <summary>Without a base, and without what is remembered of its copies.</summary>
    public BasesState Without(BaseName name) =>
        this with
        {
            Bases = Bases.Remove(name.Text),
            Copies = Copies.RemoveRange(Copies.Keys.Where(key => NameIn(key)?.ServerOf(name) is not null)),
        };

    /// <summary>Without what is remembered of a server's copies; the same state when nothing is.</summary>
    public BasesState Without(ServerName server)
    {
        var its = Copies.Keys.Where(key => NameIn(key)?.BaseOf(server) is not null).ToList();
        return its.Count == 0 ? this : this with { Copies = Copies.RemoveRange(its) };
    }

    /// <summary>Every base of which something stands here.</summary>
    [JsonIgnore]
    public IEnumerable<BaseName> Names => Bases.Keys.Select(BaseName.From).OfType<BaseName>();

    private static CopyName? NameIn(string key) =>
        CopyName.From(key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..]);

    public string? FindFault()
    {
        var wrong =
            Bases.FirstOrDefault(b => b.Value is null || BaseName.From(b.Key) is null).Key
            ?? Copies.FirstOrDefault(c => c.Value is null or { Host: null } or { Uri: null }).Key;
        return wrong is null ? null : $"it holds no facts under `{wrong}`, or that is no base's name";
    }
}
