using TestServers.Builds;
using TestServers.Databases;
using TestServers.Hosts;
using TestServers.Jobs;
using TestServers.Making;
using TestServers.Settings;
using TestServers.Storage;
using TestServers.Webhooks;

namespace TestServers.Monitoring;

/// <summary>How the console is.</summary>
public enum HealthState
{
    /// <summary>Nothing is to be done.</summary>
    Well,

    /// <summary>It does its work; something that it works with does not, or somebody should look.</summary>
    Warning,

    /// <summary>It does not do its own work.</summary>
    Failing,
}

/// <summary>Something that is not as it should be.</summary>
/// <param name="Part">
/// What it concerns: disk, queue, host, databaseHost, base, restore, server, making, copies, bases, webhook, mail or
/// settings.
/// </param>
/// <param name="Name">Which one: the host's, base's, server's or webhook's name; empty where there is only
/// one.</param>
/// <param name="State">Warning or failing.</param>
/// <param name="Message">What is wrong, since when, and what to do.</param>
public sealed record HealthProblem(string Part, string Name, HealthState State, string Message);

/// <summary>
/// What is not as it should be, looked at when somebody asks. Failing is what stops the console's own work: its disk,
/// or a queue that stands. Everything else is a warning, as restarting the console would mend nothing.
/// </summary>
public sealed class Health(
    CurrentSettings settings,
    Inventory inventory,
    Reachability reachability,
    BaseFacts bases,
    BasePresenter views,
    Restores restores,
    CopyPresenter copies,
    JobStore<Build> builds,
    ServerLooks looks,
    Deliveries deliveries,
    DiskWatch disk,
    ServerMaker making,
    TimeProvider clock
)
{
    private readonly DateTimeOffset _started = clock.GetUtcNow();

    /// <summary>All problems, the failing ones first.</summary>
    public IReadOnlyList<HealthProblem> Problems =>
        [
            .. LookAtDisk(),
            .. LookAtQueue(),
            .. settings.Problems.Select(p => new HealthProblem("settings", "", HealthState.Warning, p)),
            .. LookAtHosts(),
            .. settings.Newest.Bases.SelectMany(LookAtBase),
            .. LookAtServers(),
            .. making.Problems.Select(p => new HealthProblem("making", p.Name, HealthState.Warning, p.Sentence)),
            .. LookAtCopies(),
            .. deliveries.Silent.Select(LookAtReceiver),
        ];

    /// <summary>
    /// Those that nothing else writes into the log: a disk that is silent or nearly full, a queue that stands, bases,
    /// and what is left of such that the settings do not name.
    /// </summary>
    internal IEnumerable<HealthProblem> Unlogged =>
        [
            .. LookAtSpace(),
            .. LookAtQueue(),
            .. settings.Newest.Bases.SelectMany(LookAtBase).Where(p => p.Part == "base"),
            .. LookAtLeftovers(copies.All),
        ];

    private IEnumerable<HealthProblem> LookAtDisk()
    {
        foreach (var trouble in DiskTroubles.Probe())
            yield return new("disk", "", HealthState.Failing, trouble.Message);
        foreach (var problem in LookAtSpace())
            yield return problem;
    }

    // A disk that is silent would not say how full it is either.
    private IEnumerable<HealthProblem> LookAtSpace()
    {
        if (disk.Silence is { } silence)
            yield return new("disk", "", HealthState.Failing, silence);
        else if (disk.Shortage is { } shortage)
            yield return new("disk", "", HealthState.Warning, shortage);
    }

    private IEnumerable<HealthProblem> LookAtQueue()
    {
        if (new DrainMark(settings.Newest.State).Until is { } until)
        {
            yield return new(
                "queue",
                "",
                HealthState.Warning,
                $"No build, restore or savepoint begins until {Times.Say(until)}, as the console is to be stopped "
                    + "(console drain). What waits goes on after the next start."
            );
            yield break;
        }
        bool IsKnown(ServerName server) => inventory.IsComplete || inventory.TryFind(server) is not null;
        var now = clock.GetUtcNow();
        foreach (var (build, since) in StandingBuild.Find([.. builds.All], IsKnown, _started, now))
            yield return new(
                "queue",
                build.Server.Text,
                HealthState.Failing,
                $"Build {build.Id} waits on {build.Server} although nothing runs there, since {Times.Say(since)}. "
                    + "The console's log may say why; else start it again."
            );
    }

    private IEnumerable<HealthProblem> LookAtHosts()
    {
        foreach (var host in inventory.Hosts.Where(h => h.Problem is not null))
            yield return new("host", host.Name, HealthState.Warning, $"{host.Name}: {host.Problem}");
        foreach (var host in inventory.Hosts.Where(h => h.Problem is null && h.NoneNamed is not null))
            yield return new("host", host.Name, HealthState.Warning, $"{host.Name}: {host.NoneNamed}");
        foreach (var (host, status) in bases.Hosts)
        {
            foreach (var old in status?.Old ?? [])
                yield return new(
                    "databaseHost",
                    host.Settings.Name,
                    HealthState.Warning,
                    $"{host.Settings.Name}: {old.Message}"
                );
            if (bases.ProblemOf(host) is { } problem)
                yield return new(
                    "databaseHost",
                    host.Settings.Name,
                    HealthState.Warning,
                    $"{host.Settings.Name}: {problem}"
                );
        }
    }

    private IEnumerable<HealthProblem> LookAtBase(BaseSettings @base)
    {
        HealthProblem Warn(string part, string message) => new(part, @base.Name.Text, HealthState.Warning, message);
        var dataTime = bases.Of(@base.Name).DataTime;
        foreach (var place in @base.Places)
        {
            if (bases.ProblemOf(bases.HostOf(place)) is null && bases.ProblemOf(place) is { } problem)
                yield return Warn("base", problem);
            if (views.TwinProblemOf(place) is { } twin)
                yield return Warn("base", twin);
            // What is newer elsewhere is what builds get: nobody sees by itself that it is older here.
            if (
                @base.IsOnSeveral
                && bases.Of(place) is { Exists: true, DataTime: { } older }
                && older != dataTime
                && views.IsStale(place, older)
            )
                yield return Warn(
                    "base",
                    $"The base {@base.Name} on {place.Host} is stale: its data are of {Times.Say(older)} there, and "
                        + $"the limit is {@base.StaleAfterHours} hours. Look at its last restore."
                );
        }
        if (views.IsStale(@base, dataTime))
            yield return Warn(
                "base",
                views.DoubtOf(@base) is { } doubt ? $"The base {@base.Name} has data of an unknown age. {doubt}"
                    : dataTime is { } time
                        ? $"The base {@base.Name} is stale: its data are of {Times.Say(time)}, and the limit is "
                            + $"{@base.StaleAfterHours} hours. Look at its last restore."
                    : $"The base {@base.Name} has no data that is known. Restore it."
            );
        if (restores.LastOf(@base.Name) is { State: not JobState.Succeeded } last)
            yield return Warn(
                "restore",
                $"Restore {last.Id} of {@base.Name} {last.State.ToString().ToLowerInvariant()} at "
                    + $"{Times.Say(last.EndedAt ?? last.At)}: {last.Message}"
            );
    }

    private IEnumerable<HealthProblem> LookAtServers()
    {
        foreach (var server in reachability.All.OrderBy(s => s.Text, StringComparer.Ordinal))
        {
            if (reachability.Of(server) is { } unreachable && inventory.TryFind(server)?.Running == true)
                yield return new(
                    "server",
                    server.Text,
                    HealthState.Warning,
                    $"{server}, since {Times.Say(unreachable.Since)}: {unreachable.Reason}"
                );
        }
        foreach (var server in inventory.Servers.Where(m => m.Running).Select(m => m.Name))
        {
            foreach (var old in looks.OldOn(server))
                yield return new("server", server.Text, HealthState.Warning, $"{server}: {old.Message}");
        }
    }

    private IEnumerable<HealthProblem> LookAtCopies()
    {
        var list = copies.All;
        if (list.Copies.Count(c => c.DroppedAt is not null) is > 0 and var going)
            yield return new(
                "copies",
                "",
                HealthState.Warning,
                $"copies: {going} will be dropped, as their servers are not seen: GET api/copies says which."
            );
        foreach (var problem in LookAtLeftovers(list))
            yield return problem;
    }

    // Its answers may tell an address, which is often a key itself: anybody may ask for this.
    private static HealthProblem LookAtReceiver(SilentReceiver silent)
    {
        var (part, who) = silent.Webhook is { } name ? ("webhook", $"Webhook {name}") : ("mail", "The SMTP server");
        var taken = silent.TakenAt is { } time ? $"since {Times.Say(time)}" : "yet";
        return new(
            part,
            silent.Webhook ?? "",
            HealthState.Warning,
            $"{who} has taken nothing {taken}: {silent.Waiting} sent in vain, the oldest of {Times.Say(silent.Since)}. "
                + "They are sent again for three days. The page Deliveries has the answers."
        );
    }

    private static IEnumerable<HealthProblem> LookAtLeftovers(CopyList list) =>
        list.Leftovers.Select(l => new HealthProblem("bases", "", HealthState.Warning, $"bases: {l.Message}"));
}
