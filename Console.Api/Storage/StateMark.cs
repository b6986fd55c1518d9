using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TestServers.Storage;

/// <summary>What says that a folder is the console's state, since when, and whose.</summary>
/// <param name="Id">
/// Made once with the state, at random: what this console makes on hosts carries it, so that no other console takes it
/// for its own.
/// </param>
/// <param name="Files">
/// The files and folders that have been made, so that one that is missing is seen.
/// </param>
public sealed partial record StateMark(int Version, DateTimeOffset Created, string Id, ImmutableArray<string> Files)
    : IVersioned
{
    private static readonly string[] First = ["reservations.json", "bases.json", "builds", "restores", "history"];

    public static IReadOnlyList<Migration> Migrations { get; } = [GiveId, ListFiles];

    /// <summary>Whether this file or folder was made: then it must be there.</summary>
    public bool Names(string file) => Files.Contains(file, StringComparer.Ordinal);

    /// <summary>The mark with one more file.</summary>
    public StateMark With(string file) => this with { Files = [.. Files, file] };

    public string? FindFault() => IdRule().IsMatch(Id ?? "") ? null : "its id is not 12 hexadecimal digits";

    /// <summary>A new id.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));

    // Version 1 had none.
    private static void GiveId(JsonObject file) => file["id"] ??= NewId();

    // Version 2 lists them from the first on that version 1 did not have.
    private static void ListFiles(JsonObject file) =>
        file["files"] ??= new JsonArray([.. First.Select(name => JsonValue.Create(name))]);

    [GeneratedRegex(@"\A[0-9a-f]{12}\z")]
    private static partial Regex IdRule();
}
