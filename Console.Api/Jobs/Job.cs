using System.Collections.Immutable;

namespace TestServers.Jobs;

/// <summary>How a build or restore is.</summary>
public enum JobState
{
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,

    /// <summary>Found running when the console started: how far it had come is not known.</summary>
    Interrupted,
}

/// <summary>
/// What builds and restores have in common: somebody asked, steps are done one by one, it ends in one of four ways.
/// </summary>
public abstract record Job : IVersioned
{
    public int Version { get; init; } = 1;
    public required JobId Id { get; init; }

    /// <summary>Who asked.</summary>
    public required string By { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset At { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public JobState State { get; init; }

    /// <summary>How it ended, in a sentence.</summary>
    public string? Message { get; init; }
    public ImmutableArray<Step> Steps { get; init; } = [];

    /// <summary>What was left out of it, a sentence each: it succeeded without these.</summary>
    public ImmutableArray<string> LeftOut { get; init; } = [];

    /// <summary>The Idempotency-Key it came with.</summary>
    public string? Key { get; init; }

    /// <summary>From its start to its end, in seconds, as measured: the clock may have been set in between.</summary>
    public double? Seconds { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public bool Ended => State is not (JobState.Queued or JobState.Running);

    public string? FindFault() =>
        this switch
        {
            { Ended: true, EndedAt: null } => $"its state says that it ended, but not when (`endedAt`)",
            { Ended: false, EndedAt: not null } =>
                $"its state says that it has not ended, but `endedAt` says when it did",
            { State: JobState.Running, StartedAt: null } => "its state says that it began, but not when (`startedAt`)",
            { State: JobState.Queued, StartedAt: not null } => "its state says that it waits, but `startedAt` says "
                + "when it began",
            _ when Steps.Any(s => s is null || s.Strands?.Contains(null!) == true) => "one of its steps is null",
            _ => null,
        };
}

/// <summary>Changes that every request knows, whatever its kind.</summary>
public static class JobChanges
{
    /// <summary>
    /// The request with one step changed; a step of that name must be there. The same request when nothing is
    /// different.
    /// </summary>
    public static T WithStep<T>(this T request, string name, Func<Step, Step> change)
        where T : Job
    {
        var before = request.Steps.First(s => s.Name == name);
        var after = change(before);
        return after == before ? request : request with { Steps = request.Steps.Replace(before, after) };
    }

    /// <summary>The request ended; steps that ran end with it, steps that waited are skipped.</summary>
    public static T WithEnd<T>(this T request, JobState state, string message, DateTimeOffset now)
        where T : Job =>
        request with
        {
            State = state,
            Message = message,
            EndedAt = now,
            Steps =
            [
                .. request.Steps.Select(s =>
                    s.State switch
                    {
                        StepState.Waiting => s with { State = StepState.Skipped, WaitsFor = null },
                        StepState.Running => s with
                        {
                            State = EndOf(state),
                            EndedAt = now,
                            WaitsFor = null,
                            Strands = s.StrandsAtEnd(EndOf(state)),
                        },
                        _ => s,
                    }
                ),
            ],
        };

    private static StepState EndOf(JobState state) =>
        state switch
        {
            JobState.Succeeded => StepState.Succeeded,
            JobState.Cancelled => StepState.Cancelled,
            JobState.Interrupted => StepState.Interrupted,
            _ => StepState.Failed,
        };
}
