using System.Collections.Immutable;

namespace TestServers.HostPrograms;

/// <summary>A tool on a host that is older than the program there needs, as that says with each status.</summary>
/// <param name="Name">Such as git or postgresql.</param>
/// <param name="Message">Which it is, and what is needed, in a sentence.</param>
public sealed record OldTool(string Name, string Message)
{
    private const int Most = 20;
    private const string Prefix = "old.";

    /// <summary>Those that a host has told of, by their names.</summary>
    public static ImmutableArray<OldTool> In(IReadOnlyDictionary<string, string> results) =>
        [
            .. results
                .Where(r => r.Key.StartsWith(Prefix, StringComparison.Ordinal))
                .OrderBy(r => r.Key, StringComparer.Ordinal)
                .Take(Most)
                .Select(r => new OldTool(
                    r.Key[Prefix.Length..],
                    string.Concat(r.Value.EnumerateRunes().Where(PlainText.IsVisible))
                )),
        ];
}
