using TestServers.Builds;
using TestServers.Databases;
using TestServers.Making;
using TestServers.Webhooks;

namespace TestServers.Monitoring;

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

    /// <summary>All problems, the failing ones first. What the disk refuses is tried again for it.</summary>
    public IReadOnlyList<HealthProblem> Problems
    {
        get
        {
            DiskTroubles.Probe();
            return Known;
        }
    }

    /// <summary>The same from what is known: nothing is tried, and nobody is asked.</summary>
    internal IReadOnlyList<HealthProblem> Known =>
        [
            .. LookAtDisk(),
            .. LookAtQueue(),
            .. settings.Problems.Select(p => new HealthProblem(HealthPart.Settings, "", HealthState.Warning, p)),
            .. LookAtHosts(),
            .. settings.Newest.Bases.SelectMany(LookAtBase),
            .. LookAtServers(),
            .. making.Problems.Select(p => new HealthProblem(
                HealthPart.Making,
                p.Name,
                HealthState.Warning,
                p.Sentence
            )),
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
            .. settings.Newest.Bases.SelectMany(LookAtBase).Where(p => p.Part == HealthPart.Base),
            .. LookAtLeftovers(copies.All),
        ];

    private IEnumerable<HealthProblem> LookAtDisk()
    {
        foreach (var trouble in DiskTroubles.Open)
            yield return new(HealthPart.Disk, "", HealthState.Failing, trouble.Message);
        foreach (var problem in LookAtSpace())
            yield return problem;
    }

    // A disk that is silent would not say how full it is either.
    private IEnumerable<HealthProblem> LookAtSpace()
    {
        if (disk.Silence is { } silence)
            yield return new(HealthPart.Disk, "", HealthState.Failing, silence);
        else if (disk.Shortage is { } shortage)
            yield return new(HealthPart.Disk, "", HealthState.Warning, shortage);
    }

    private IEnumerable<HealthProblem> LookAtQueue()
    {
        if (new DrainMark(settings.Newest.State).Until is { } until)
        {
            yield return new(
                HealthPart.Queue,
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
                HealthPart.Queue,
                build.Server.Text,
                HealthState.Failing,
                $"Build {build.Id} waits on {build.Server} although nothing runs there, since {Times.Say(since)}. "
                    + "The console's log may say why; else start it again."
            );
    }

    private IEnumerable<HealthProblem> LookAtHosts()
    {
        foreach (var host in inventory.Hosts.Where(h => h.Problem is not null))
            yield return new(HealthPart.Host, host.Name, HealthState.Warning, $"{host.Name}: {host.Problem}");
        foreach (var host in inventory.Hosts.Where(h => h.Problem is null && h.NoneNamed is not null))
            yield return new(HealthPart.Host, host.Name, HealthState.Warning, $"{host.Name}: {host.NoneNamed}");
        foreach (var (host, status) in bases.Hosts)
        {
            foreach (var old in status?.Old ?? [])
                yield return new(
                    HealthPart.DatabaseHost,
                    host.Settings.Name,
                    HealthState.Warning,
                    $"{host.Settings.Name}: {old.Message}"
                );
            if (bases.ProblemOf(host) is { } problem)
                yield return new(
                    HealthPart.DatabaseHost,
                    host.Settings.Name,
                    HealthState.Warning,
                    $"{host.Settings.Name}: {problem}"
                );
        }
    }

    private IEnumerable<HealthProblem> LookAtBase(BaseSettings @base)
    {
        HealthProblem Warn(HealthPart part, string message) => new(part, @base.Name.Text, HealthState.Warning, message);
        var dataTime = bases.Of(@base.Name).DataTime;
        foreach (var place in @base.Places)
        {
            if (bases.ProblemOf(bases.HostOf(place)) is null && bases.ProblemOf(place) is { } problem)
                yield return Warn(HealthPart.Base, problem);
            if (views.TwinProblemOf(place) is { } twin)
                yield return Warn(HealthPart.Base, twin);
            // What is newer elsewhere is what builds get: nobody sees by itself that it is older here.
            if (
                @base.IsOnSeveral
                && bases.Of(place) is { Exists: true, DataTime: { } older }
                && older != dataTime
                && views.IsStale(place, older)
            )
                yield return Warn(
                    HealthPart.Base,
                    $"The base {@base.Name} on {place.Host} is stale: its data are of {Times.Say(older)} there, and "
                        + $"the limit is {@base.StaleAfterHours} hours. Look at its last restore."
                );
        }
        if (views.IsStale(@base, dataTime))
            yield return Warn(
                HealthPart.Base,
                views.DoubtOf(@base) is { } doubt ? $"The base {@base.Name} has data of an unknown age. {doubt}"
                    : dataTime is { } time
                        ? $"The base {@base.Name} is stale: its data are of {Times.Say(time)}, and the limit is "
                            + $"{@base.StaleAfterHours} hours. Look at its last restore."
                    : $"The base {@base.Name} has no data that is known. Restore it."
            );
        if (restores.LastOf(@base.Name) is { State: not JobState.Succeeded } last)
            yield return Warn(
                HealthPart.Restore,
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
                    HealthPart.Server,
                    server.Text,
                    HealthState.Warning,
                    $"{server}, since {Times.Say(unreachable.Since)}: {unreachable.Reason}"
                );
        }
        foreach (var server in inventory.Servers.Where(m => m.Running).Select(m => m.Name))
        {
            foreach (var old in looks.OldOn(server))
                yield return new(HealthPart.Server, server.Text, HealthState.Warning, $"{server}: {old.Message}");
        }
    }

    private IEnumerable<HealthProblem> LookAtCopies()
    {
        var list = copies.All;
        if (list.Copies.Count(c => c.DroppedAt is not null) is > 0 and var going)
            yield return new(
                HealthPart.Copies,
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
        var (part, who) = silent.Webhook is { } name
            ? (HealthPart.Webhook, $"Webhook {name}")
            : (HealthPart.Mail, "The SMTP server");
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
        list.Leftovers.Select(l => new HealthProblem(HealthPart.Bases, "", HealthState.Warning, $"bases: {l.Message}"));
}
