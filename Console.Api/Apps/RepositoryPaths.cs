using System.Collections.Concurrent;
using System.Collections.Immutable;
using TestServers.Commands;

namespace TestServers.Apps;

public enum PathKind
{
    Trunk,
    Branch,
    Tag,
}

/// <summary>A path that can be checked out.</summary>
/// <param name="Path">
/// A name that Git has both for a branch and for a tag is listed twice, as refs/heads/NAME and as refs/tags/NAME.
/// </param>
/// <param name="Revision">The last revision on it.</param>
public sealed record ListedPath(
    RepositoryPath Path,
    PathKind Kind,
    Revision? Revision,
    DateTimeOffset? At,
    string? Author
);

/// <summary>The paths of a repository.</summary>
/// <param name="Problem">Why the repository does not answer now; the paths are then those of <paramref
/// name="AsOf"/>.</param>
public sealed record PathList(ImmutableArray<ListedPath> Paths, DateTimeOffset? AsOf, string? Problem)
{
    /// <summary>What of the repository is not in the list, and why, a sentence each.</summary>
    public ImmutableArray<string> LeftOut { get; init; } = [];

    /// <summary>When it was listed, by the clock that nobody sets.</summary>
    internal long At { get; init; }

    /// <summary>The same list, while its repository does not answer.</summary>
    internal PathList Stale(string problem, TimeProvider clock) =>
        this with
        {
            Problem = problem,
            AsOf = AsOf is { } asOf ? Times.AsSetNow(asOf, clock.GetElapsedTime(At), clock.GetUtcNow()) : null,
        };
}

/// <summary>
/// Lists branches and tags to choose from, asking a repository at most once in half a minute, one process at a time.
/// </summary>
public sealed class RepositoryPaths(CommandRunner runner, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30),
        Again = TimeSpan.FromSeconds(10),
        Limit = TimeSpan.FromSeconds(20);
    private readonly ConcurrentDictionary<(AppName, RepositorySettings), Known> _known = new();

    /// <summary>
    /// The app's paths; a repository that does not answer gives the last list with its problem. All who ask meanwhile
    /// get one answer.
    /// </summary>
    public Task<PathList> Of(AppSettings app, CancellationToken cancel)
    {
        var known = _known.GetOrAdd((app.Name, app.Repository), _ => new());
        lock (known)
        {
            var age = clock.GetElapsedTime(known.AskedAt);
            if (
                known.Asking is { IsCompletedSuccessfully: true } asked
                && age < (asked.Result.Problem is null ? Fresh : Again)
            )
                return asked;
            if (known.Asking is null or { IsCompleted: true })
            {
                known.AskedAt = clock.GetTimestamp();
                // Nobody's leaving ends it: others may wait for it, too.
                known.Asking = Ask(
                    app,
                    known.Asking is { IsCompletedSuccessfully: true } last ? last.Result : new([], null, null),
                    CancellationToken.None
                );
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
        var (now, at) = (clock.GetUtcNow(), clock.GetTimestamp());
        var lists = await Task.WhenAll(
            Commands(app.Repository)
                .Select(async command =>
                {
                    var lines = new List<string>();
                    var end = await runner.Run(command, lines.Add, cancel);
                    return (Lines: lines, End: end);
                })
        );
        cancel.ThrowIfCancellationRequested();
        if (lists.All(l => !l.End.Succeeded))
            return known.Stale($"The repository of {app.Name} does not answer: {Reason(lists[0].End, Limit)}", clock);
        var found = new FoundPaths();
        for (var i = 0; i < lists.Length; i++)
        {
            if (!lists[i].End.Succeeded)
                TellUnlisted(found, i, lists[i].End);
            else if (app.Repository.Kind == RepositoryKind.Git)
                found.AddGit(lists[i].Lines);
            else
                found.AddSvn(lists[i].Lines, (PathKind)i);
        }
        return new([.. found.Paths], now, null) { LeftOut = [.. found.LeftOut], At = at };
    }

    // A Subversion repository may well have no branches or no tags folder.
    private static void TellUnlisted(FoundPaths found, int folder, CommandResult end)
    {
        if (!NoSuchFolder.Any(code => end.Errors.Contains(code, StringComparison.Ordinal)))
            found.Miss(
                $"The folder {(folder == 0 ? "/" : SvnFolders[folder])} could not be listed: {Reason(end, Limit)}"
            );
    }

    private static IEnumerable<Command> Commands(RepositorySettings repository) =>
        repository.Kind == RepositoryKind.Git
            ?
            [
                new("git", ["ls-remote", "--heads", "--tags", "--end-of-options", repository.Url], Limit)
                {
                    Environment = GitEnvironment,
                },
            ]
            : SvnFolders.Select(folder => new Command(
                "svn",
                [
                    "list",
                    "--xml",
                    "--non-interactive",
                    "--no-auth-cache",
                    "--",
                    repository.Url.TrimEnd('/') + folder + "@",
                ],
                Limit
            )
            {
                LargestOutput = 64 << 20,
            });

    // In the order of the kinds: the root for trunk, then branches, then tags.
    private static readonly string[] SvnFolders = ["", "/branches", "/tags"];
    private static readonly string[] NoSuchFolder = ["E200009", "W160013", "E160013"];

    internal static readonly Dictionary<string, string> GitEnvironment = new(StringComparer.Ordinal)
    {
        ["GIT_TERMINAL_PROMPT"] = "0",
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_ALLOW_PROTOCOL"] = "https:ssh",
    };

    /// <summary>Why a question was not answered, as the end of a sentence.</summary>
    internal static string Reason(CommandResult end, TimeSpan limit) =>
        end.Outcome switch
        {
            CommandOutcome.TimedOut => $"it took longer than {limit.TotalSeconds:0} s.",
            CommandOutcome.TooMuchOutput => "its list does not end.",
            _ => ToolWords.CauseIn(end.Errors) ?? "without a word.",
        };
}
