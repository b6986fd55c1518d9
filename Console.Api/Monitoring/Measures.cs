using Prometheus;
using TestServers.Builds;
using TestServers.Databases;

namespace TestServers.Monitoring;

/// <summary>
/// Counts and measures what happens, for Prometheus. Labels come from the settings and from closed lists, never from
/// people: no name of a server, person or path, so that the number of series is bounded. How things are now is looked
/// at when somebody asks, by <see cref="Gauges"/> and <see cref="BaseGauges"/>. The nouns know nothing of it.
/// </summary>
public sealed class Measures : IDisposable
{
    // A build from a spare takes half a second, a restore of a large base an hour.
    private static readonly double[] Long = [0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400];
    private static readonly double[] Short = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly MetricFactory _factory;
    private readonly RequestTimes _requests;

    public Measures(
        CurrentSettings settings,
        Gauges gauges,
        BaseGauges baseGauges,
        JobWatch<Build> builds,
        IEnumerable<IBuildStep> buildSteps,
        JobWatch<Restore> restores,
        Inventory inventory,
        Audit audit,
        SignInRefusals refusals
    )
    {
        _factory = Metrics.WithCustomRegistry(_registry);
        _factory.ExemplarBehavior = ExemplarBehavior.NoExemplars();
        MeasureBuilds(builds, [.. buildSteps.Select(s => s.Name)], settings);
        MeasureRestores(restores, settings);
        var virsh = Histogram(
            "console_virsh_duration_seconds",
            "Lists of servers by host and result: calls of virsh, or of Nova",
            Short,
            "host",
            "result"
        );
        inventory.Asked += (host, time, answers) =>
            virsh.WithLabels(host.Name, answers ? "answered" : "failed").Observe(time.TotalSeconds);
        CountReservations(audit);
        var refused = Counter(
            "console_sign_in_refusals_total",
            "Callers who were refused at the door, by reason",
            "reason"
        );
        foreach (var why in Enum.GetValues<SignInRefusal>())
            refused.WithLabels(Word(why));
        refusals.Refused += (why, _) => refused.WithLabels(Word(why)).Inc();
        _requests = new(
            Histogram(
                "console_http_request_duration_seconds",
                "HTTP requests by route, method and status; route is empty for files and unknown addresses",
                Short,
                "route",
                "method",
                "code"
            )
        );
        foreach (var source in gauges.Sources.Concat(baseGauges.Sources))
            source.AddTo(_factory, _registry);
        DotNetStats.Register(_registry);
    }

    /// <summary>The media type of <see cref="Write"/>.</summary>
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes all that is known now, in Prometheus' text format.</summary>
    public Task Write(Stream to, CancellationToken cancel) => _registry.CollectAndExportAsTextAsync(to, cancel);

    public void Dispose() => _requests.Dispose();

    /// <summary>An enumeration's value as a label: in small letters.</summary>
    internal static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private void MeasureBuilds(JobWatch<Build> builds, string[] stepNames, CurrentSettings settings)
    {
        var ended = Counter(
            "console_builds_ended_total",
            "Builds that have ended, by app, result and the step that failed",
            "app",
            "result",
            "step"
        );
        BeginAtZero(ended, settings, s => s.Apps.Select(a => a.Name.Text), stepNames);
        var durations = Histogram("console_build_duration_seconds", "Builds from begin to end", Long, "app", "result");
        var steps = Histogram("console_build_step_duration_seconds", "Steps of builds", Long, "step", "result");
        var waits = Histogram("console_build_wait_seconds", "From POST to the begin of a build", Long);
        builds.Began += build => waits.Observe(Positive(Times.Between(build.At, build.StartedAt)));
        builds.Ended += build =>
        {
            ended.WithLabels(build.App.Text, Word(build.State), build.FailedStep() ?? "").Inc();
            if (build.Seconds is { } seconds)
                durations.WithLabels(build.App.Text, Word(build.State)).Observe(Positive(seconds));
            // A step that was kept from the build that this one goes on with has its own begin.
            foreach (var step in build.Steps.Where(s => s.Seconds is not null && s.StartedAt >= build.StartedAt))
                steps.WithLabels(step.Name, Word(step.State)).Observe(Positive(step.Seconds));
        };
    }

    private void MeasureRestores(JobWatch<Restore> restores, CurrentSettings settings)
    {
        var ended = Counter(
            "console_restores_ended_total",
            "Restores that have ended, by base, result and the step that failed",
            "base",
            "result",
            "step"
        );
        BeginAtZero(ended, settings, s => s.Bases.Select(b => b.Name.Text), [.. RestoreStep.Names]);
        var durations = Histogram(
            "console_restore_duration_seconds",
            "Restores from begin to end",
            Long,
            "base",
            "result"
        );
        restores.Ended += restore =>
        {
            ended.WithLabels(restore.Base.Text, Word(restore.State), restore.FailedStep() ?? "").Inc();
            if (restore.Seconds is { } seconds)
                durations.WithLabels(restore.Base.Text, Word(restore.State)).Observe(Positive(seconds));
        };
    }

    private void CountReservations(Audit audit)
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["reserve"] = "made",
            ["change reservation"] = "changed",
            ["take over"] = "taken_over",
            ["give"] = "given",
            ["undo release"] = "taken_back",
            ["release"] = "released",
            ["end reservation"] = "ended",
        };
        var changes = Counter("console_reservation_changes_total", "What became of reservations", "what");
        foreach (var what in words.Values)
            changes.WithLabels(what);
        audit.Written += fact =>
        {
            if (!fact.Refused && words.TryGetValue(fact.What, out var what))
                changes.WithLabels(what).Inc();
        };
    }

    // The first failure of a kind is seen by a rule that looks for a rise: its row was there before.
    private static void BeginAtZero(
        Counter ended,
        CurrentSettings settings,
        Func<ConsoleSettings, IEnumerable<string>> names,
        IReadOnlyList<string> steps
    )
    {
        void Begin(ConsoleSettings now)
        {
            foreach (var name in names(now))
            {
                foreach (var state in Enum.GetValues<JobState>().Skip((int)JobState.Succeeded))
                    ended.WithLabels(name, Word(state), "");
                foreach (var step in steps)
                    ended.WithLabels(name, Word(JobState.Failed), step);
            }
        }
        Begin(settings.Newest);
        settings.Changed += (_, now) => Begin(now);
    }

    private Counter Counter(string name, string help, params string[] labels) =>
        _factory.CreateCounter(name, help, labels);

    private Histogram Histogram(string name, string help, double[] buckets, params string[] labels) =>
        _factory.CreateHistogram(name, help, labels, new HistogramConfiguration { Buckets = buckets });

    // A clock that is set back between two instants makes no time negative.
    private static double Positive(double? seconds) => Math.Max(0, seconds ?? 0);
}
