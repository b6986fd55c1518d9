using TestServers.Apps;
using TestServers.Hosts;
using TestServers.Requests;
using TestServers.Reservations;

namespace TestServers.Builds;

/// <summary>What is asked for.</summary>
public sealed record Wanted(AppName App, RepositoryPath? Path, Revision? Revision, bool Database, bool Code);

/// <summary>Which builds are accepted. Each rule refuses with a sentence that says what to do.</summary>
public sealed class BuildRules(CurrentSettings settings, RequestStore<Build> store, History history, Inventory inventory, Catalogue catalogue, ReservationBook reservations, Usability usability)
{
    /// <summary>Why such a build would not be accepted now, or null.</summary>
    public string? RefusalOf(ServerName server, Wanted wanted, string by)
    {
        try
        {
            PathFor(RunningMachine(server), catalogue.Find(wanted.App), wanted);
            LimitFor(by);
            var held = reservations.Of(server);
            if (held is null) usability.Ensure(server);
            return held is not null && held.Holder != by ? reservations.HeldBy(held).Message : null;
        }
        catch (Problem problem)
        {
            return problem.Message;
        }
    }

    /// <summary>The server, which must be running.</summary>
    public Machine RunningMachine(ServerName server)
    {
        var machine = inventory.Find(server);
        return machine.Running ? machine : throw Problem.Conflict($"{server} is {machine.State}. Start it on {machine.Host}, or take another server.").With("state", machine.State);
    }

    /// <summary>The path that will be on the server: the wanted one, or the one that is there when no code is asked for.</summary>
    public RepositoryPath PathFor(Machine machine, AppSettings app, Wanted wanted)
    {
        if (!wanted.Database && !wanted.Code) throw Problem.BadInput("Ask for `database`, for `code`, or for both.");
        if (wanted.Database && app.Base is null) throw Problem.BadInput($"{app.Name} has no base: ask for `code` only.");
        var kept = history.Of(machine.Name);
        if (!wanted.Database && app.Base is { } needed && !kept.Copies.ContainsKey(needed.Text)) throw Problem.Conflict($"{machine.Name} has no copy of {needed} yet: ask for `database` too.");
        if (wanted.Code) return Fitting(wanted.Path ?? RepositoryPath.From(app.DefaultPath)!, app);
        var here = kept.Code.GetValueOrDefault(app.Name.Text) ?? throw Problem.Conflict($"{machine.Name} has no checkout of {app.Name} yet: ask for `code` too.");
        if (IncompleteOn(machine.Name, app) is { } incomplete) throw Problem.Conflict($"{incomplete} Ask for `code` too.").With("path", here.Path);
        if (wanted.Path is not null && !wanted.Path.Equals(here.Path)) throw Problem.Conflict($"{machine.Name} has {here.Path} of {app.Name}, not {wanted.Path}: ask for `code` too, or leave the path out.").With("path", here.Path);
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
    public string? IncompleteOn(ServerName server, AppSettings app) => history.Of(server).Code.GetValueOrDefault(app.Name.Text) is { Incomplete: true } code
        ? $"The checkout of {app.Name} on {server} is incomplete: one of {code.Path} ended half-way." : null;

    /// <summary>Refuses when too many builds wait.</summary>
    public void LimitFor(string by)
    {
        var waiting = store.Open.Where(b => b.State == RequestState.Queued).ToList();
        if (waiting.Count(b => b.By == by) >= settings.Now.Builds.PerPerson) throw Problem.TooMany($"{by} has {settings.Now.Builds.PerPerson} builds waiting, which is the limit. Wait for some, or cancel some.").With("limit", settings.Now.Builds.PerPerson);
        if (waiting.Count >= settings.Now.Builds.Waiting) throw Problem.TooMany($"{settings.Now.Builds.Waiting} builds are waiting, which is the limit. Try again later.").With("limit", settings.Now.Builds.Waiting);
    }
}
