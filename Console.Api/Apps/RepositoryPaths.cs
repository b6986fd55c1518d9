using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Xml;
using System.Xml.Linq;
using TestServers.Commands;

namespace TestServers.Apps;

public enum PathKind { Trunk, Branch, Tag }

/// <summary>A path that can be checked out.</summary>
/// <param name="Revision">The last revision on it.</param>
public sealed record ListedPath(RepositoryPath Path, PathKind Kind, string? Revision, DateTimeOffset? At, string? Author);

/// <summary>The paths of a repository.</summary>
/// <param name="Problem">Why the repository does not answer now; the paths are then those of <paramref name="AsOf"/>.</param>
public sealed record PathList(ImmutableArray<ListedPath> Paths, DateTimeOffset? AsOf, string? Problem);

/// <summary>Lists branches and tags to choose from, asking a repository at most once in half a minute, one process at a time.</summary>
public sealed class RepositoryPaths(CommandRunner runner, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30), Again = TimeSpan.FromSeconds(10), Limit = TimeSpan.FromSeconds(20);
    private readonly ConcurrentDictionary<AppName, Known> _known = new();

    /// <summary>
    /// The app's paths; a repository that does not answer gives the last list with its problem. All who ask meanwhile get
    /// one answer.
    /// </summary>
    public Task<PathList> Of(AppSettings app, CancellationToken cancel)
    {
        var known = _known.GetOrAdd(app.Name, _ => new());
        lock (known)
        {
            var age = clock.GetElapsedTime(known.AskedAt);
            if (known.Asking is { IsCompletedSuccessfully: true } asked && age < (asked.Result.Problem is null ? Fresh : Again)) return asked;
            if (known.Asking is null or { IsCompleted: true })
            {
                known.AskedAt = clock.GetTimestamp();
                // Nobody's leaving ends it: others may wait for it, too.
                known.Asking = Ask(app, known.Asking is { IsCompletedSuccessfully: true } last ? last.Result : new([], null, null), CancellationToken.None);
            }
            return known.Asking.WaitAsync(cancel);
        }
    }

    private sealed class Known
    {
        public Task<PathList>? Asking { get; set; }
        public long AskedAt { get; set; }
    }

    private async Task<PathList> Ask(AppSettings app, PathList known, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var lists = await Task.WhenAll(Commands(app.Repository).Select(async command =>
        {
            var lines = new List<string>();
            var end = await runner.Run(command, lines.Add, cancel);
            return (Lines: lines, End: end);
        }));
        cancel.ThrowIfCancellationRequested();
        var failed = lists.FirstOrDefault(l => !l.End.Succeeded);
        // A Subversion repository may well have no branches or no tags folder.
        if (lists.All(l => !l.End.Succeeded)) return known with { Problem = $"The repository of {app.Name} does not answer: {Reason(failed.End)}" };
        var paths = app.Repository.Kind == RepositoryKind.Svn ? lists.SelectMany((l, i) => l.End.Succeeded ? ReadSvn(l.Lines, i) : []) : ReadGit(lists[0].Lines);
        return new([.. paths.OrderBy(p => p.Kind).ThenByDescending(p => p.At).ThenBy(p => p.Path.Text, StringComparer.Ordinal)], now, null);
    }

    private static IEnumerable<Command> Commands(RepositorySettings repository) => repository.Kind == RepositoryKind.Git
        ? [new("git", ["ls-remote", "--heads", "--tags", "--end-of-options", repository.Url], Limit) { Environment = GitEnvironment }]
        : SvnFolders.Select(folder =>
            new Command("svn", ["list", "--xml", "--non-interactive", "--no-auth-cache", "--", repository.Url.TrimEnd('/') + folder + "@"], Limit) { LargestOutput = 8 << 20 });

    private static readonly string[] SvnFolders = ["", "/branches", "/tags"];

    private static readonly Dictionary<string, string> GitEnvironment = new(StringComparer.Ordinal)
    {
        ["GIT_TERMINAL_PROMPT"] = "0", ["GIT_CONFIG_NOSYSTEM"] = "1", ["GIT_ALLOW_PROTOCOL"] = "https:ssh",
    };

    // Order of the calls: the root for trunk, then branches, then tags.
    private static IEnumerable<ListedPath> ReadSvn(List<string> lines, int call)
    {
        XDocument document;
        try
        {
            using var reader = XmlReader.Create(new StringReader(string.Join('\n', lines)), new() { DtdProcessing = DtdProcessing.Prohibit });
            document = XDocument.Load(reader);
        }
        catch (XmlException)
        {
            yield break;
        }
        foreach (var entry in document.Descendants("entry").Where(e => (string?)e.Attribute("kind") == "dir"))
        {
            var name = (string?)entry.Element("name") ?? "";
            if (call == 0 && name != "trunk") continue;
            if (RepositoryPath.From(call switch { 0 => name, 1 => "branches/" + name, _ => "tags/" + name }) is not { } path) continue;
            var commit = entry.Element("commit");
            yield return new(path, (PathKind)call, (string?)commit?.Attribute("revision"), DateTimeOffset.TryParse((string?)commit?.Element("date"), out var at) ? at : null, (string?)commit?.Element("author"));
        }
    }

    private static IEnumerable<ListedPath> ReadGit(List<string> lines)
    {
        foreach (var line in lines)
        {
            var (hash, name) = line.Split('\t') is [var h, var n] ? (h, n) : ("", "");
            var (kind, text) = name switch
            {
                _ when name.StartsWith("refs/heads/", StringComparison.Ordinal) => (PathKind.Branch, name["refs/heads/".Length..]),
                _ when name.StartsWith("refs/tags/", StringComparison.Ordinal) && !name.EndsWith("^{}", StringComparison.Ordinal) => (PathKind.Tag, name["refs/tags/".Length..]),
                _ => (PathKind.Tag, "-"),
            };
            if (RepositoryPath.From(text) is not { } path) continue;
            yield return new(path, text is "main" or "master" ? PathKind.Trunk : kind, hash.Length >= 12 ? hash[..12] : null, null, null);
        }
    }

    private static string Reason(CommandEnd end) => end.Ending == Ending.TimedOut
        ? $"it took longer than {Limit.TotalSeconds:0} s."
        : end.Errors.Split('\n').LastOrDefault(l => l.Trim().Length > 0)?.Trim() ?? "without a word.";
}
