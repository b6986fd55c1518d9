using System.Collections.Immutable;
using TestServers.History;
using TestServers.Reservations;

namespace TestServers.Savepoints;

/// <summary>
/// Who may keep a server's state and go back to one: whoever may build on it and has it reserved. Each refusal says
/// what to do.
/// </summary>
public sealed class SavepointRules(
    CurrentSettings settings,
    HistoryStore history,
    BuildHolds holds,
    ReservationBook reservations
)
{
    /// <summary>Lets pass who has reserved the server, or shares it.</summary>
    /// <param name="number">When given, the reservation that is meant.</param>
    /// <exception cref="Problem">403 or 409.</exception>
    public void EnsureHeld(ServerName server, long? number, Caller by)
    {
        by.MustReach(server);
        holds.Ensure(server, number, by);
        if (reservations.Of(server) is null)
            throw Problem.Conflict($"Nobody holds {server}. Reserve it first.").With("server", server);
    }

    /// <summary>The app that is on a server, and which of its bases the server has a copy of.</summary>
    /// <param name="of">Which of several; null: the one that was built last.</param>
    /// <exception cref="Problem">409: there is none, or it has no database.</exception>
    public (AppSettings App, ImmutableArray<BaseSettings> Bases) On(ServerName server, AppName? of = null)
    {
        var kept = history.Of(server);
        if (kept.Other is not null)
            throw Problem.Conflict(
                $"Another console has built on {server}: what is there is not this one's. Build here first."
            );
        var now = of is null ? kept.Configuration : kept.ConfigurationOf(of);
        if (now is null || settings.Now.App(now.App) is not { } app)
            throw Problem.Conflict(
                of is null
                    ? $"No app of the settings is on {server}. Build one with its database first."
                    : $"{of} is not on {server}. Build it there with its database first."
            );
        ImmutableArray<BaseSettings> bases =
        [
            .. kept.BasesOf(app)
                .Select(chosen => chosen.Base)
                .Where(kept.Copies.ContainsKey)
                .Select(settings.Now.Base)
                .OfType<BaseSettings>()
                .Select(b => kept.PlaceOf(b, settings.Now)),
        ];
        return bases.Length > 0
            ? (app, bases)
            : throw Problem.Conflict($"{app.Name} on {server} has no database. Build it with its database first.");
    }

    /// <summary>Every app on a server whose databases can be kept, the one that was built last first.</summary>
    public IEnumerable<(AppSettings App, ImmutableArray<BaseSettings> Bases)> AllOn(ServerName server)
    {
        var kept = history.Of(server);
        AppName?[] all = [kept.Configuration?.App, .. kept.Beside?.Keys ?? []];
        foreach (var app in all.OfType<AppName>())
        {
            if (Try(server, app) is { } found)
                yield return found;
        }
    }

    private (AppSettings App, ImmutableArray<BaseSettings> Bases)? Try(ServerName server, AppName app)
    {
        try
        {
            return On(server, app);
        }
        catch (Problem)
        {
            return null;
        }
    }

    /// <summary>Whether an app has its site on a server.</summary>
    public bool IsOn(ServerName server, AppName app) => history.Of(server).ConfigurationOf(app) is not null;

    /// <summary>Why a server cannot go back to a savepoint, whoever asks; null: it can.</summary>
    public string? WhyNot(ServerName server, Savepoint savepoint)
    {
        try
        {
            var kept = history.Of(server);
            var isAnother = kept.Configuration is not null && kept.ConfigurationOf(savepoint.App) is null;
            var (app, bases) = On(server, isAnother ? null : savepoint.App);
            if (app.Name != savepoint.App)
                return $"It is of {savepoint.App}, and {app.Name} is on {server}. Build {savepoint.App} there first.";
            var missing = savepoint.Copies.FirstOrDefault(c => !bases.Any(b => b.Name == c.Base && b.Host == c.Host));
            if (missing is null)
                return null;
            return bases.FirstOrDefault(b => b.Name == missing.Base && b.Hosts.Contains(missing.Host)) is { } moved
                ? $"It is on {missing.Host}, and {server} has its copy of {missing.Base} on {moved.Host} now. "
                    + $"{WayTo(missing.Host, server, savepoint)}"
                : $"{server} has no copy of {missing.Base} on {missing.Host}. Build {savepoint.App} with its database "
                    + "there first.";
        }
        catch (Problem problem)
        {
            return problem.Message;
        }
    }

    // A build takes the host with the server's own savepoints, when that is well.
    private static string WayTo(string host, ServerName server, Savepoint savepoint) =>
        savepoint.Server == server
            ? $"Build {savepoint.App} with its database again: it takes {host}, where the savepoint is, when that is "
                + "well. Then go back."
            : $"Go back on {savepoint.Server}, or on a server whose copy is on {host}.";

    /// <summary>Lets pass who may drop a savepoint: who has made it, who holds its server, an administrator.</summary>
    /// <exception cref="Problem">403.</exception>
    public void EnsureMayDrop(Savepoint savepoint, Caller by)
    {
        by.MustReach(savepoint.Server);
        by.MustReach([savepoint.App], $"of {savepoint.App}");
        var isTheirs = savepoint.By == by.Name || reservations.Of(savepoint.Server)?.IsFor(by.Name) == true;
        if (!isTheirs && !by.IsAdministrator)
            throw Problem.Forbidden(
                $"{savepoint.Say()}, is {savepoint.By}'s, and {savepoint.Server} is not reserved by you. "
                    + $"Ask {savepoint.By}, or an administrator."
            );
    }
}
