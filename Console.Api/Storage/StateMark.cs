using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace TestServers.Storage;

/// <summary>What says that a folder is the console's state, since when, and whose.</summary>
/// <param name="Id">
/// Made once with the state, at random: what this console makes on hosts carries it, so that no other console takes it
/// for its own.
/// Null in a state of version 1, and given to it when it is opened.
/// </param>
/// <param name="Files">
/// The files and folders that have been made, so that one that is missing is seen; null: those of the first version.
/// </param>
public sealed partial record StateMark(
    int Version,
    DateTimeOffset Created,
    string? Id = null,
    ImmutableArray<string>? Files = null
) : IVersioned
{
    private static readonly ImmutableArray<string> First =
    [
        "reservations.json",
        "bases.json",
        "builds",
        "restores",
        "history",
    ];

    public static int Latest => 2;

    /// <summary>Whether this file or folder was made: then it must be there.</summary>
    public bool Names(string file) => (Files ?? First).Contains(file, StringComparer.Ordinal);

    /// <summary>The mark with one more file.</summary>
    public StateMark With(string file) => this with { Version = Latest, Files = [.. Files ?? First, file] };

    public string? FindFault() =>
        Id is null && Version < Latest || Id is not null && IdRule().IsMatch(Id)
            ? null
            : "its id is not 12 hexadecimal digits";

    [GeneratedRegex(@"\A[0-9a-f]{12}\z")]
    private static partial Regex IdRule();
}
