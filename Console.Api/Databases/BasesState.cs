using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TestServers.Databases;

/// <summary>What stands in bases.json.</summary>
/// <param name="Copies">By database host and database, as `db1/copy_shop_qa01`.</param>
public sealed record BasesState(
    int Version,
    ImmutableSortedDictionary<string, KnownBase> Bases,
    ImmutableSortedDictionary<string, CopyFacts> Copies
) : IVersioned
{
    private static readonly ImmutableSortedDictionary<string, KnownBase> NoPlaces = ImmutableSortedDictionary.Create<
        string,
        KnownBase
    >(StringComparer.Ordinal);

    /// <summary>
    /// The same of bases that several database hosts have, on those but the usual one; the key is as `db2/shop`. Null:
    /// of none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<string, KnownBase>? Places { get; init; }

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
            Places = Shortened(Places?.RemoveRange(Places.Keys.Where(key => After(key) == name.Text))),
        };

    /// <summary>What is known of a base on a database host that is not its usual one; null: nothing.</summary>
    public KnownBase? PlaceOf(BaseName name, string host) => Places?.GetValueOrDefault($"{host}/{name}");

    /// <summary>With something else known of it there.</summary>
    public BasesState WithPlace(BaseName name, string host, KnownBase known) =>
        this with
        {
            Places = (Places ?? NoPlaces).SetItem($"{host}/{name}", known),
        };

    /// <summary>
    /// Without what is known of bases on hosts that have them no more; the same state when there is nothing such.
    /// </summary>
    public BasesState WithPlacesOf(IReadOnlyList<BaseSettings> bases)
    {
        bool IsNamed(string key) =>
            bases.All(b => b.Name.Text != After(key)) || bases.Any(b => b.Places.Any(p => key == $"{p.Host}/{p.Name}"));
        var gone = Places?.Keys.Where(key => !IsNamed(key)).ToList() ?? [];
        return gone.Count == 0 ? this : this with { Places = Shortened(Places!.RemoveRange(gone)) };
    }

    private static ImmutableSortedDictionary<string, KnownBase>? Shortened(
        ImmutableSortedDictionary<string, KnownBase>? places
    ) => places is { IsEmpty: true } ? null : places;

    private static string After(string key) => key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>Without what is remembered of a server's copies; the same state when nothing is.</summary>
    public BasesState Without(ServerName server)
    {
        var its = Copies.Keys.Where(key => NameIn(key)?.BaseOf(server) is not null).ToList();
        return its.Count == 0 ? this : this with { Copies = Copies.RemoveRange(its) };
    }

    /// <summary>Every base of which something stands here.</summary>
    [JsonIgnore]
    public IEnumerable<BaseName> Names =>
        Bases.Keys.Concat(Places?.Keys.Select(After) ?? []).Select(BaseName.From).OfType<BaseName>().Distinct();

    private static CopyName? NameIn(string key) => CopyName.From(After(key));

    public string? FindFault()
    {
        var wrong =
            Bases.FirstOrDefault(b => b.Value is null || BaseName.From(b.Key) is null).Key
            ?? Copies.FirstOrDefault(c => c.Value is null or { Host: null } or { Uri: null }).Key
            ?? Places?.FirstOrDefault(p => p.Value is null || BaseName.From(After(p.Key)) is null).Key;
        return wrong is null ? null : $"it holds no facts under `{wrong}`, or that is no base's name";
    }
}
