using System.Collections.Immutable;
using TestServers.Apps;
using TestServers.History;
using TestServers.Reservations;

namespace TestServers.Builds;

/// <summary>What is asked for.</summary>
public sealed record Wanted(AppName App, RepositoryPath? Path, Revision? Revision, bool Database, bool Code)
{
    /// <summary>
    /// From which base each database is to be made; one that is left out from the base that it comes from now. Null:
    /// all are.
    /// </summary>
    public ImmutableSortedDictionary<DatabaseName, BaseName>? Bases { get; init; }

    /// <summary>The app is to be taken off the server; null: it is to be put there.</summary>
    public TakeOff? Off { get; init; }
}

/// <summary>A build that may be launched.</summary>
/// <param name="Path">What will be on the server.</param>
public sealed record Launchable(Server Server, AppSettings App, RepositoryPath Path);

/// <summary>
/// Which builds are accepted: one rule for the launch and for the plan before it. Each refusal is a sentence that says
/// what to do.
/// </summary>
public sealed class BuildRules(
    CurrentSettings settings,
    JobStore<Build> store,
    HistoryStore history,
    Inventory inventory,
    Catalogue catalogue,
    BuildHolds holds,
    KeptFolders folders
)
{
    /// <summary>Why such a build would not be accepted now, or null.</summary>
    /// <param name="number">When given, the reservation that is meant.</param>
    public string? RefusalOf(ServerName server, Wanted wanted, long? number, Caller by)
    {
        try
        {
            Ensure(server, wanted, by.Name);
            holds.Ensure(server, number, by);
            return null;
        }
        catch (Problem problem)
        {
            return problem.Message;
        }
    }

    /// <summary>
    /// Lets pass what may be launched, but for who holds the server: that is decided with the launch itself.
    /// </summary>
    /// <exception cref="Problem">It cannot be: the server does not run, the values do not fit, too many
    /// wait.</exception>
    public Launchable Ensure(ServerName server, Wanted wanted, string by)
    {
        var found = RunningServer(server);
        var app = AppOf(server, wanted);
        var path = wanted.Off is { } off ? PathOf(found, app, off) : PathFor(found, app, wanted);
        if (wanted.Off is null)
            EnsurePlace(found, app, wanted);
        LimitFor(by);
        return new(found, app, path);
    }

    // What is there can be taken off, whatever the settings name by now.
    private AppSettings AppOf(ServerName server, Wanted wanted)
    {
        var kept = history.Of(server);
        var former = wanted.Off is null
            ? null
            : FormerAppsOn(server, kept).FirstOrDefault(a => a.Name == wanted.App && HasAnything(kept, a));
        return former ?? catalogue.Find(wanted.App);
    }

    /// <summary>The apps of which anything is on a server, and that the settings do not name any more.</summary>
    public IEnumerable<AppSettings> FormerAppsOn(ServerName server, ServerHistory kept) =>
        kept.FormerApps(settings.Now.Apps)
            .UnionBy(
                folders
                    .AppsOn(server)
                    .Where(name => settings.Now.App(name) is null && FoldersOf(kept, name).Count > 0)
                    .Select(kept.FormerApp),
                app => app.Name
            );

    private Server RunningServer(ServerName server)
    {
        var found = inventory.Find(server);
        return found.Running
            ? found
            : throw Problem
                .Conflict($"{server} is {found.State}. Start it on {found.Host}, or take another server.")
                .With("state", found.State);
    }

    // What is there, of an app that is to be taken off.
    private RepositoryPath PathOf(Server server, AppSettings app, TakeOff off)
    {
        var kept = history.Of(server.Name);
        if (!HasAnything(kept, app))
            throw Problem.NotFound(
                "app on the server",
                $"Nothing of {app.Name} is on {server.Name}. GET api/servers/{server.Name}/apps lists what is."
            );
        if (!off.Folders && !HasMoreThanFolders(kept, app))
            throw Problem.Conflict(
                $"Nothing of {app.Name} is on {server.Name} but what stays there: "
                    + $"{string.Join(", ", folders.Of(server.Name, app.Name))}. "
                    + "Ask for `folders=remove` if it is to go."
            );
        return kept.Code.GetValueOrDefault(app.Name)?.Path ?? RepositoryPath.From(app.DefaultPath)!;
    }

    /// <summary>
    /// Whether a server has an app's site or code, a copy that no other app there uses, or a folder that stays.
    /// </summary>
    public bool HasAnything(ServerHistory kept, AppSettings app) =>
        HasMoreThanFolders(kept, app) || FoldersOf(kept, app.Name).Count > 0;

    // Of an app that was never built there by this console they are another one's.
    private IReadOnlyList<string> FoldersOf(ServerHistory kept, AppName app) =>
        kept.Entries.Any(e => e.App == app) ? folders.Of(kept.Server, app) : [];

    private bool HasMoreThanFolders(ServerHistory kept, AppSettings app)
    {
        if (
            kept.Other?.App == app.Name
            || kept.ConfigurationOf(app.Name) is not null
            || kept.Code.ContainsKey(app.Name)
        )
            return true;
        var others = kept.AppsBeside(settings.Now.Apps, app.Name).SelectMany(a => kept.BasesOf(a)).ToList();
        return app
            .AllDatabases.SelectMany(d => d.Bases)
            .Any(name => kept.Copies.ContainsKey(name) && !others.Any(b => b.Base == name));
    }

    // Beside other sites it needs an address and copies of its own.
    private void EnsurePlace(Server server, AppSettings app, Wanted wanted)
    {
        if (!settings.Now.MayHaveSeveral(server.Name))
            return;
        var kept = history.Of(server.Name);
        var chosen = kept.BasesOf(app).With(wanted.Database ? wanted.Bases : null, app);
        foreach (
            var other in kept.AppsBeside(settings.Now.Apps, app.Name)
                .Where(a => kept.ConfigurationOf(a.Name) is not null)
        )
        {
            var way = $"Take {other.Name} off {server.Name} first, or take another server.";
            if (chosen.FirstOrDefault(b => kept.BasesOf(other).Any(o => o.Base == b.Base)) is { } shared)
                throw Problem.Conflict(
                    $"{other.Name} on {server.Name} uses its copy of {shared.Base}, and {app.Name} would, too: a "
                        + $"server has one copy of a base. {way}"
                );
            var page = PageOf(app, server);
            if (page == PageOf(other, server))
                throw Problem.Conflict(
                    $"{other.Name} on {server.Name} has the address {page} (`health`), and {app.Name} would have it, "
                        + $"too. {way} Both can stand beside each other when each has its own in the settings."
                );
        }
    }

    /// <summary>The address by which an app's site is asked on a server.</summary>
    public static string PageOf(AppSettings app, Server server) =>
        Placeholders.FillPage(app.Health, server.Guest, server.Address, server.Url);

    // The wanted one, or the one that is there when no code is asked for.
    private RepositoryPath PathFor(Server server, AppSettings app, Wanted wanted)
    {
        if (!wanted.Database && !wanted.Code)
            throw Problem.BadInput("Ask for `database`, for `code`, or for both.");
        if (wanted.Database && app.AllDatabases is [])
            throw Problem.BadInput($"{app.Name} has no base: ask for `code` only.");
        if (!wanted.Database && wanted.Bases is { IsEmpty: false })
            throw Problem.BadInput(
                "`bases` says what fresh databases are made from: ask for `database`, too, or leave it out."
            );
        if (app.FaultIn(wanted.Bases) is { } fault)
            throw Problem.BadInput($"`bases` is not right: {fault}");
        var kept = history.Of(server.Name);
        var missing = wanted.Database ? null : kept.BasesOf(app).FirstOrDefault(b => !kept.Copies.ContainsKey(b.Base));
        if (missing is not null)
            throw Problem.Conflict($"{server.Name} has no copy of {missing.Base} yet: ask for `database` too.");
        foreach (var name in wanted.Database ? [] : kept.BasesOf(app).Select(b => b.Base))
        {
            if (kept.LostHostOf(name, settings.Now) is { } lost)
                throw Problem.Conflict(
                    $"{server.Name} has its copy of {name} on {lost}, which `databaseHosts` does not name any more: "
                        + "ask for `database` too."
                );
        }
        if (wanted.Code)
            return Fitting(wanted.Path ?? RepositoryPath.From(app.DefaultPath)!, app);
        var here =
            kept.Code.GetValueOrDefault(app.Name)
            ?? throw Problem.Conflict($"{server.Name} has no checkout of {app.Name} yet: ask for `code` too.");
        if (IncompleteOn(server.Name, app) is { } incomplete)
            throw Problem.Conflict($"{incomplete} Ask for `code` too.").With("path", here.Path);
        if (wanted.Path is not null && !wanted.Path.Equals(here.Path))
            throw Problem
                .Conflict(
                    $"{server.Name} has {here.Path} of {app.Name}, not {wanted.Path}: ask for "
                        + "`code` too, or leave the path out."
                )
                .With("path", here.Path);
        return here.Path;
    }

    private static RepositoryPath Fitting(RepositoryPath path, AppSettings app) =>
        path.FaultIn(app.Repository.Kind) is { } fault
            ? throw Problem.BadInput(
                $"`path` is {path}, and the repository of {app.Name} cannot have it: {fault}. "
                    + $"GET api/apps/{app.Name}/paths lists those that it has."
            )
            : path;

    /// <summary>Why nothing can be built upon the code that is on a server, or null.</summary>
    public string? IncompleteOn(ServerName server, AppSettings app) =>
        history.Of(server).Code.GetValueOrDefault(app.Name) is { Incomplete: true } code
            ? $"The checkout of {app.Name} on {server} is incomplete: one of {code.Path} ended half-way."
            : null;

    /// <summary>Refuses when too many builds wait.</summary>
    public void LimitFor(string by)
    {
        var waiting = store.Open.Where(b => b.State == JobState.Queued).ToList();
        if (waiting.Count(b => b.By == by) >= settings.Now.Builds.PerPerson)
            throw Problem
                .TooMany(
                    $"{by} has {settings.Now.Builds.PerPerson} builds waiting, which is the "
                        + "limit. Wait for some, or cancel some."
                )
                .With("limit", settings.Now.Builds.PerPerson);
        if (waiting.Count >= settings.Now.Builds.Waiting)
            throw Problem
                .TooMany($"{settings.Now.Builds.Waiting} builds are waiting, which is the limit. Try again later.")
                .With("limit", settings.Now.Builds.Waiting);
    }
}
