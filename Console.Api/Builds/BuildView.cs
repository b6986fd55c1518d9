using System.Text.Json.Serialization;
using TestServers.History;

namespace TestServers.Builds;

/// <summary>
/// A build as it is shown: what is on disk, and what is computed from the queue and from past builds.
/// </summary>
/// <param name="Position">Its place among those that wait for this server, from 1; null when it does not wait.</param>
/// <param name="EstimatedEnd">From past builds of the same kind; null when there is none.</param>
/// <param name="LeftOut">What it went without, a sentence each.</param>
/// <param name="Reservation">The number of the reservation it was accepted under; null: an older console accepted
/// it.</param>
/// <param name="Follows">It was launched by itself, as its server follows its path.</param>
public sealed record BuildView(
    JobId Id,
    ServerName Server,
    AppName App,
    RepositoryPath Path,
    Revision? Revision,
    bool Database,
    bool Code,
    string By,
    DateTimeOffset At,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    double? Seconds,
    JobState State,
    string? Message,
    IReadOnlyList<Step> Steps,
    int? Position,
    string? WaitsFor,
    DateTimeOffset? EstimatedStart,
    DateTimeOffset? EstimatedEnd,
    BuildResult? Result,
    AppHealth? Health,
    JobId? RetryOf,
    JobId? Resumes,
    long? Reservation,
    IReadOnlyList<string> LeftOut,
    bool Follows
)
{
    /// <summary>
    /// From which base each of its databases is made, where its app has several bases; before its begin those that were
    /// asked for. Left out: as usual.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<DatabaseName, BaseName>? Bases { get; init; }

    /// <summary>It takes its app off the server; left out: it puts it there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TakeOff? Off { get; init; }
}

/// <summary>Shows builds with their place in the queue.</summary>
public sealed class BuildPresenter(JobStore<Build> store, UsualTimes usual, Inventory inventory, TimeProvider clock)
{
    public BuildView Of(Build build)
    {
        var (position, waitsFor, start) =
            build.State == JobState.Queued ? PlaceOf(build) : (null, null, store.BeginOf(build, clock.GetUtcNow()));
        var end = build.Ended ? null : start + usual.Of(build);
        return new(
            build.Id,
            build.Server,
            build.App,
            build.Path,
            build.Revision,
            build.Database,
            build.Code,
            build.By,
            build.At,
            build.StartedAt,
            build.EndedAt,
            build.Seconds,
            build.State,
            build.Message,
            build.Steps,
            position,
            waitsFor ?? build.Steps.FirstOrDefault(s => s.WaitsFor is not null)?.WaitsFor,
            build.State == JobState.Queued ? start : null,
            end,
            build.Result,
            build.Health,
            build.RetryOf,
            build.Resumes,
            build.Reservation,
            build.LeftOut,
            build.Follows is not null
        )
        {
            Bases = build.Bases,
            Off = build.Off,
        };
    }

    private (int?, string?, DateTimeOffset?) PlaceOf(Build build)
    {
        var before = store.Open.Where(b => b.Server == build.Server && b.Id.Number < build.Id.Number).ToList();
        if (before.Count == 0)
        {
            var silent = inventory.TryFind(build.Server) is not null
                ? null
                : inventory.Hosts.FirstOrDefault(h => h.AsOf is null);
            return (
                1,
                silent is null
                    ? null
                    : $"{silent.Name} has not told its servers since the console's start: {silent.Problem}",
                null
            );
        }
        DateTimeOffset? start = null;
        foreach (var other in before)
            start = (store.BeginOf(other, clock.GetUtcNow()) ?? start) + usual.Of(other) is { } end
                ? NotPast(end)
                : null;
        var next = before[^1];
        return (
            before.Count(b => b.State == JobState.Queued) + 1,
            $"{build.Server} is busy with build {next.Id} of {next.By} ({next.App} {next.Path})",
            start
        );
    }

    // What takes longer than usual ends soon; in steps, so that the estimate is not another one at every look.
    private DateTimeOffset NotPast(DateTimeOffset end)
    {
        var step = TimeSpan.FromSeconds(10).Ticks;
        var now = clock.GetUtcNow();
        return end > now ? end : new((now.UtcTicks / step + 1) * step, TimeSpan.Zero);
    }
}
