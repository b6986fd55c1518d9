using System.Reflection;
using System.Runtime.InteropServices;
using TestServers.Builds;
using TestServers.Databases;
using TestServers.Reservations;
using TestServers.Savepoints;

namespace TestServers.Monitoring;

/// <summary>How the console, its servers and its builds are: looked at when somebody asks for the metrics.</summary>
public sealed class Gauges(
    Inventory inventory,
    Reachability reachability,
    ReservationBook reservations,
    JobStore<Build> builds,
    Restores restores,
    SavepointKeeper savepoints,
    CallPlaces places,
    ServerCleanup cleaning,
    DiskWatch disk,
    Health health,
    TimeProvider clock
)
{
    private static readonly string[] None = [];

    // Those of virsh. Each has a row, as each state of a build has.
    private static readonly string[] ServerStates =
    [
        "running",
        "idle",
        "paused",
        "in shutdown",
        "shut off",
        "crashed",
        "pmsuspended",
        "no state",
    ];

    /// <summary>The program's version, MAJOR.MINOR.PATCH, and the commit it was built of.</summary>
    private static (string Version, string Commit) Built =>
        typeof(Gauges)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+') switch
        {
            [var version, var commit] => (version, commit),
            [var version] => (version, ""),
            _ => ("", ""),
        };

    internal IEnumerable<GaugeSource> Sources =>
        [
            new(
                "console_build_info",
                "1; its labels say which program this is",
                ["version", "commit", "runtime"],
                Info
            ),
            new("console_servers", "Servers by libvirt's state", ["state"], CountServers),
            new(
                "console_servers_unreachable",
                "Servers that the last call did not reach",
                None,
                () => One(reachability.All.Count)
            ),
            new(
                "console_servers_unclean",
                "Servers that are to be cleaned after a build without a last word",
                None,
                () => One(cleaning.Open.Count)
            ),
            new("console_reservations", "Reservations that hold now", None, () => One(reservations.All().Count())),
            new("console_builds", "Builds kept, by state", ["state"], () => CountByState(builds.All)),
            new("console_restores", "Restores kept, by state", ["state"], () => CountByState(restores.Store.All)),
            new(
                "console_savepoints",
                "Savepoints that are made or gone back to, by state: waiting, running",
                ["state"],
                CountSavepoints
            ),
            new("console_queue_oldest_wait_seconds", "How long the build waits that waits longest", None, OldestWait),
            new(
                "console_host_up",
                "1 when it answers",
                ["host"],
                () => inventory.Hosts.Select(h => new GaugeRow([h.Name], Bit(h.Problem is null)))
            ),
            new(
                "console_places",
                "Calls that hold a worker of the web server, by kind: stream, wait, restore, log, plan",
                ["kind"],
                () => places.Taken.Select(t => new GaugeRow([Measures.Word(t.Key)], t.Value))
            ),
            new(
                "console_health_problems",
                "Problems that /healthz has now, by the part that they concern",
                ["part"],
                CountProblems
            ),
            new(
                "console_disk_ok",
                "0 while the disk refuses writes",
                None,
                () => One(Bit(DiskTroubles.Open.Count == 0 && disk.Silence is null))
            ),
            new(
                "console_state_disk_free_bytes",
                "Free on the disk with the state",
                None,
                () => disk.Space is { } space ? One(space.Free) : []
            ),
            new(
                "console_state_disk_size_bytes",
                "Size of the disk with the state",
                None,
                () => disk.Space is { } space ? One(space.Size) : []
            ),
        ];

    private static IEnumerable<GaugeRow> Info()
    {
        var (version, commit) = Built;
        return [new([version, commit, RuntimeInformation.FrameworkDescription], 1)];
    }

    private IEnumerable<GaugeRow> OldestWait() =>
        One(
            builds
                .Open.Where(b => b.State == JobState.Queued)
                .Select(b => Math.Max(0, (clock.GetUtcNow() - b.At).TotalSeconds))
                .DefaultIfEmpty(0)
                .Max()
        );

    // Each state has a row, also without any: what is not there at all alarms nobody.
    private static IEnumerable<GaugeRow> CountByState(IEnumerable<Job> all)
    {
        var counts = all.CountBy(r => r.State).ToDictionary();
        return Enum.GetValues<JobState>().Select(s => new GaugeRow([Measures.Word(s)], counts.GetValueOrDefault(s)));
    }

    private IEnumerable<GaugeRow> CountSavepoints()
    {
        var waiting = savepoints.Works.Count(w => w.Waits);
        return [new(["waiting"], waiting), new(["running"], savepoints.Works.Count() - waiting)];
    }

    private IEnumerable<GaugeRow> CountProblems()
    {
        var counts = health.Known.CountBy(p => p.Part).ToDictionary();
        return Enum.GetValues<HealthPart>()
            .Select(p => new GaugeRow([HealthProblem.WordOf(p)], counts.GetValueOrDefault(p)));
    }

    private IEnumerable<GaugeRow> CountServers()
    {
        var counts = inventory.Servers.CountBy(m => m.State).ToDictionary();
        return ServerStates.Union(counts.Keys).Select(s => new GaugeRow([s], counts.GetValueOrDefault(s)));
    }

    private static IEnumerable<GaugeRow> One(double value) => [new(None, value)];

    private static double Bit(bool yes) => yes ? 1 : 0;
}
