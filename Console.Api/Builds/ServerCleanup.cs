using System.Collections.Concurrent;
using TestServers.Databases;
using TestServers.History;
using TestServers.HostPrograms;

namespace TestServers.Builds;

/// <summary>A server that is to be cleaned.</summary>
/// <param name="Build">The build that ended without a word.</param>
/// <param name="Since">When it ended.</param>
/// <param name="Problem">Why it could not be cleaned yet; null: not tried yet.</param>
public sealed record UncleanServer(JobId Build, DateTimeOffset Since, string? Problem);

/// <summary>
/// Servers on which a build ended without a word: cancelled, cut off, or found running at the console's start. Their
/// leftovers are ended and what is on them is asked, before the next build there and in the background; one that is
/// unreachable is cleaned when it is back. Which these are stands in the builds themselves, hence a restart forgets
/// none.
/// </summary>
public sealed class ServerCleanup(
    CurrentSettings settings,
    Inventory inventory,
    JobStore<Build> store,
    HistoryStore history,
    BaseFacts bases,
    GuestProgram guest,
    Reachability reachability,
    StateFolder state,
    ILogger<ServerCleanup> log
) : BackgroundService
{
    private readonly Loop _loop = new(TimeSpan.FromSeconds(5), log);
    private readonly ConcurrentDictionary<ServerName, SemaphoreSlim> _turns = new();
    private readonly ConcurrentDictionary<ServerName, string> _problems = new();

    /// <summary>The servers that are to be cleaned.</summary>
    public IReadOnlyDictionary<ServerName, UncleanServer> Open =>
        store
            .All.Where(b => b.Unclean && b.Ended)
            .GroupBy(b => b.Server)
            .ToDictionary(
                g => g.Key,
                g => new UncleanServer(g.First().Id, g.First().EndedAt!.Value, _problems.GetValueOrDefault(g.Key))
            );

    /// <summary>Cleans a server before a build, if it needs that.</summary>
    /// <returns>Why it cannot be cleaned, or null.</returns>
    public async Task<string?> Before(Server server, CancellationToken cancel)
    {
        if (BuildsOn(server).Count == 0)
            return null;
        var turn = _turns.GetOrAdd(server.Name, _ => new(1));
        await turn.WaitAsync(cancel);
        try
        {
            return BuildsOn(server) is { Count: > 0 } builds ? await Clean(server, builds, cancel) : null;
        }
        finally
        {
            turn.Release();
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _loop.Run(CleanAll, stoppingToken);

    private async Task CleanAll(CancellationToken stop)
    {
        var unclean = Open;
        // Side by side: one that hangs must not keep the others waiting.
        var running = settings.Now.Guests is null ? [] : inventory.Servers.Where(m => m.Running).ToList();
        await Task.WhenAll(running.Where(m => unclean.ContainsKey(m.Name)).Select(server => Try(server, stop)));
        // One that could not be reached is asked until it is: nobody else would, as it is given to nobody.
        var unreached = running.Where(m => reachability.Of(m.Name) is not null);
        await Task.WhenAll(unreached.Select(server => guest.Status(server, stop)));
    }

    private async Task Try(Server server, CancellationToken stop)
    {
        try
        {
            await Before(server, stop);
        }
        catch (Exception e) when (e is OperationCanceledException or DiskRefused)
        {
            // A stop, or the disk did not take it: the server stays in the list.
        }
    }

    // A build that runs will say itself how it ended.
    private List<Build> BuildsOn(Server server) =>
        [.. store.All.Where(b => b.Server == server.Name && b.Unclean && b.Ended)];

    private async Task<string?> Clean(Server server, List<Build> builds, CancellationToken cancel)
    {
        var swept = await guest.Sweep(server, cancel);
        var status = swept.Done ? await guest.Status(server, cancel) : swept;
        if (!status.Done)
            return Tell(server, status.Message);
        // A database host that is down must not stop a build that does not need it: then the server stays in the list,
        // to be asked again.
        if (!await Correct(server, status, builds, cancel))
            return null;
        foreach (var build in builds)
            store.Change(build.Id, b => b with { Unclean = false });
        _problems.TryRemove(server.Name, out _);
        return null;
    }

    // Once, however long the server is away.
    private string Tell(Server server, string problem)
    {
        if (_problems.GetValueOrDefault(server.Name) != problem)
            log.LogInformation("{Server} is not cleaned yet: {Reason}", server.Name, problem);
        return _problems[server.Name] = problem;
    }

    private async Task<bool> Correct(Server server, HostResult status, List<Build> builds, CancellationToken cancel)
    {
        var known = history.Of(server.Name);
        var all = true;
        var copies = new Dictionary<BaseName, DateTimeOffset?>();
        var (hosts, replaced) = (new Dictionary<BaseName, string>(), new List<string>());
        foreach (var @base in settings.Now.Bases)
        {
            var found = new Dictionary<string, DateTimeOffset?>(StringComparer.Ordinal);
            var places = known.PlacesOf(@base, settings.Now).ToList();
            foreach (var place in places.Where(p => bases.TwinOf(p) is null))
            {
                var (answered, dataTime) = await bases.AskCopy(place, server.Name, cancel);
                all &= answered;
                if (dataTime is not null)
                    found[place.Host] = dataTime;
            }
            if (UsedOf(@base, found, known, builds, status) is not { } used)
                continue;
            copies[@base.Name] = found[used];
            if (places.Count == 1)
                continue;
            hosts[@base.Name] = used;
            replaced.AddRange(
                found.Keys.Where(host => host != used).Select(host => ServerHistory.KeyOf(host, @base.Name))
            );
        }
        var code = settings.Now.Apps.ToDictionary(
            app => app.Name,
            app => CodeOf(app, status, known.Code.GetValueOrDefault(app.Name))
        );
        foreach (var former in known.FormerApps(settings.Now.Apps))
            code[former.Name] = CodeOfFormer(former.Name, status, known);
        history.Correct(server.Name, code, copies, GuestProgram.SitesOf(status), BuiltHere(status), hosts, replaced);
        return all;
    }

    private JobId? BuiltHere(HostResult status) =>
        BuiltMark.OfSite(status) is { } mark && mark.Console == state.Id ? mark.Build : null;

    // The host of the copy that the site uses: of a build that was cut off the new one, when the server says that its
    // settings are in place; else the one before. Null: there is none, or the one that is used has not answered.
    private string? UsedOf(
        BaseSettings @base,
        Dictionary<string, DateTimeOffset?> found,
        ServerHistory known,
        List<Build> builds,
        HostResult status
    )
    {
        var cutOff = BuiltHere(status) is { } onSite ? builds.Find(b => b.Id == onSite) : null;
        var moved = cutOff?.Result is { } result
            ? (result.Databases?.FirstOrDefault(d => d.Base == @base.Name)?.Host)
                ?? (result.Database == CopyName.Of(@base.Name, cutOff.Server) ? result.Host : null)
            : null;
        var used = moved ?? known.HostOf(@base, settings.Now);
        if (used is not null)
            used = bases.TwinOf(@base.At(used)) ?? used;
        return used is not null && found.ContainsKey(used) ? used
            : used is null && found.Count > 0 ? found.Keys.First()
            : null;
    }

    // Of an app that the settings do not name any more: whether it is there, and else as it was known.
    internal static KeptCode? CodeOfFormer(AppName app, HostResult status, ServerHistory known) =>
        status.Results.Keys.Any(k => k.StartsWith($"app.{app}.", StringComparison.Ordinal))
            ? known.Code.GetValueOrDefault(app)
            : null;

    // Git's working copy does not know the branch it came from: a commit is a path, too. Nothing is known of one that
    // cannot be read.
    internal static KeptCode? CodeOf(AppSettings app, HostResult status, KeptCode? known)
    {
        if (!status.Results.Keys.Any(k => k.StartsWith($"app.{app.Name}.", StringComparison.Ordinal)))
            return null;
        if (Revision.From(status.Results.GetValueOrDefault($"app.{app.Name}.revision") ?? "") is not { } revision)
            return known is null ? null : known with { Incomplete = true };
        var incomplete = status.Results.GetValueOrDefault($"app.{app.Name}.incomplete") == "true";
        if (app.Repository.Kind == RepositoryKind.Git)
            return new(known?.Revision == revision ? known.Path : RepositoryPath.From(revision.Text)!, revision)
            {
                Incomplete = incomplete,
            };
        // Subversion tells an address with what it escapes; a path is the name itself.
        var root = Uri.UnescapeDataString(app.Repository.Url.TrimEnd('/')) + "/";
        var url = Uri.UnescapeDataString(status.Results.GetValueOrDefault($"app.{app.Name}.url") ?? "");
        return url.StartsWith(root, StringComparison.Ordinal) && RepositoryPath.From(url[root.Length..]) is { } path
            ? new(path, revision) { Incomplete = incomplete }
            : known;
    }
}
