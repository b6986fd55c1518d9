using System.Globalization;
using System.Text.RegularExpressions;

namespace TestServers.Following;

/// <summary>What can be followed, and what on it is new.</summary>
public static partial class FollowRules
{
    /// <summary>Why a path stands still by its name, as the end of a sentence; null: it may move.</summary>
    public static string? FaultOf(RepositoryPath path, RepositoryKind kind) =>
        kind == RepositoryKind.Git
            ? path.Text.StartsWith(RepositoryPath.Tags, StringComparison.Ordinal)
                ? "which is a tag and does not move"
                : Commit().IsMatch(path.Text)
                    ? "which is a commit and does not move"
                    : null
            : path.Text.StartsWith("tags/", StringComparison.Ordinal)
            || path.Text.Contains("/tags/", StringComparison.Ordinal)
                ? "which is a tag and does not move"
                : null;

    /// <summary>
    /// Whether the newest on a path is to be built: it is neither what was seen last nor what is on the server. Numbers
    /// of Subversion rise; a branch of Git may also be set back, or anywhere.
    /// </summary>
    /// <param name="tip">The newest on the path; of Subversion the revision in which it last changed.</param>
    /// <param name="seen">The newest that was built or passed over.</param>
    /// <param name="here">What is on the server.</param>
    public static bool IsNew(RepositoryKind kind, Revision tip, Revision? seen, Revision? here) =>
        kind == RepositoryKind.Git
            ? tip != seen && tip != here
            : NumberOf(tip) > Math.Max(NumberOf(seen), NumberOf(here));

    private static long NumberOf(Revision? revision) =>
        long.TryParse(revision?.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    [GeneratedRegex(@"\A[0-9a-f]{40}\z")]
    private static partial Regex Commit();
}
