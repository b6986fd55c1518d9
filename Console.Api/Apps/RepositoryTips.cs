using System.Collections.Immutable;
using System.Xml;
using System.Xml.Linq;
using TestServers.Commands;

namespace TestServers.Apps;

/// <summary>What a repository has said of the newest on some of its paths.</summary>
/// <param name="Tips">The commit of each branch; of a Subversion path the revision in which it last changed. A path
/// that is missing here is not in the repository.</param>
/// <param name="Problem">Why it has not answered; null: it has.</param>
public sealed record TipList(ImmutableDictionary<RepositoryPath, Revision> Tips, string? Problem)
{
    /// <summary>The paths that it was asked about.</summary>
    public ImmutableHashSet<RepositoryPath> Asked { get; init; } = [];

    /// <summary>No answer, with the reason.</summary>
    public static TipList None(string problem) => new(ImmutableDictionary<RepositoryPath, Revision>.Empty, problem);
}

/// <summary>Asks repositories for the newest on paths that servers follow: one process for all paths of one.</summary>
public sealed class RepositoryTips(CommandRunner runner)
{
    private const long LargestOutput = 4L << 20;
    private static readonly string[] NotThere = ["E200009", "W170000", "W160013", "E160013", "E160005"];

    /// <summary>How long a repository may take to answer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Asks a repository for the newest on these paths.</summary>
    public async Task<TipList> Ask(
        RepositorySettings repository,
        IReadOnlyList<RepositoryPath> paths,
        CancellationToken cancel
    )
    {
        var lines = new List<string>();
        var isGit = repository.Kind == RepositoryKind.Git;
        var end = await runner.Run(isGit ? Git(repository, paths) : Svn(repository, paths), lines.Add, cancel);
        cancel.ThrowIfCancellationRequested();
        try
        {
            if (isGit && end.Succeeded)
                return new(OfGit(lines, paths), null) { Asked = [.. paths] };
            if (!isGit && (end.Succeeded || IsAboutMissing(end)))
                return new(OfSvn(lines, paths), null) { Asked = [.. paths] };
        }
        catch (XmlException e)
        {
            return Unanswered(repository, $"what svn says cannot be read: {e.Message}");
        }
        return Unanswered(repository, RepositoryPaths.Reason(end, Limit));
    }

    private static TipList Unanswered(RepositorySettings repository, string reason) =>
        TipList.None($"The repository {repository.Url} does not answer: {reason}");

    // A name's end is what the tool looks for; of what it lists, the whole names count.
    private static Command Git(RepositorySettings repository, IReadOnlyList<RepositoryPath> paths) =>
        new("git", ["ls-remote", "--heads", "--end-of-options", repository.Url, .. paths.Select(ReferenceOf)], Limit)
        {
            Environment = RepositoryPaths.GitEnvironment,
            LargestOutput = LargestOutput,
        };

    private static Command Svn(RepositorySettings repository, IReadOnlyList<RepositoryPath> paths) =>
        new(
            "svn",
            [
                "info",
                "--xml",
                "--non-interactive",
                "--no-auth-cache",
                "--",
                .. paths.Select(path => AddressOf(repository, path) + "@"),
            ],
            Limit
        )
        {
            LargestOutput = LargestOutput,
        };

    /// <summary>The branch that a Git path names.</summary>
    private static string ReferenceOf(RepositoryPath path) =>
        path.Text.StartsWith(RepositoryPath.Branches, StringComparison.Ordinal)
            ? path.Text
            : RepositoryPath.Branches + path.Text;

    private static string AddressOf(RepositorySettings repository, RepositoryPath path) =>
        repository.Url.TrimEnd('/') + "/" + string.Join('/', path.Text.Split('/').Select(Uri.EscapeDataString));

    private static ImmutableDictionary<RepositoryPath, Revision> OfGit(
        IEnumerable<string> lines,
        IReadOnlyList<RepositoryPath> paths
    )
    {
        var tips = lines
            .Select(line => line.Split('\t'))
            .Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[1], parts => parts[0], StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => Revision.From(g.First()), StringComparer.Ordinal);
        return Found(paths, path => tips.GetValueOrDefault(ReferenceOf(path)));
    }

    // Of those that are there it tells in the order in which they were asked for.
    private static ImmutableDictionary<RepositoryPath, Revision> OfSvn(
        IEnumerable<string> lines,
        IReadOnlyList<RepositoryPath> paths
    )
    {
        using var reader = XmlReader.Create(
            new StringReader(string.Join('\n', lines)),
            new() { DtdProcessing = DtdProcessing.Prohibit }
        );
        var entries = new Queue<XElement>(XDocument.Load(reader).Descendants("entry"));
        var isWhole = entries.Count == paths.Count;
        return Found(
            paths,
            path =>
                entries.TryPeek(out var next) && (isWhole || IsOf(next, path))
                    ? Revision.From((string?)entries.Dequeue().Element("commit")?.Attribute("revision") ?? "")
                    : null
        );
    }

    private static bool IsOf(XElement entry, RepositoryPath path) =>
        Uri.UnescapeDataString((string?)entry.Element("url") ?? "").EndsWith("/" + path.Text, StringComparison.Ordinal);

    private static ImmutableDictionary<RepositoryPath, Revision> Found(
        IEnumerable<RepositoryPath> paths,
        Func<RepositoryPath, Revision?> tipOf
    ) =>
        paths
            .Select(path => (Path: path, Tip: tipOf(path)))
            .Where(p => p.Tip is not null)
            .ToImmutableDictionary(p => p.Path, p => p.Tip!);

    private static bool IsAboutMissing(CommandResult end) =>
        end.Outcome == CommandOutcome.Exited
        && NotThere.Any(code => end.Errors.Contains(code, StringComparison.Ordinal))
        && !end.Errors.Contains("E170013", StringComparison.Ordinal);
}
