using System.Collections.Immutable;
using System.Text.Json.Nodes;
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

    public string? FindFault()
    {
        var wrong =
            Bases.FirstOrDefault(b => b.Value is null || BaseName.From(b.Key) is null).Key
            ?? Copies.FirstOrDefault(c => c.Value is null or { Host: null } or { Uri: null }).Key;
        return wrong is null ? null : $"it holds no facts under `{wrong}`, or that is no base's name";
    }
}
