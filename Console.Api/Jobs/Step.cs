using System.Text.Json.Serialization;

namespace TestServers.Jobs;

public enum StepState
{
    Waiting,
    Running,
    Succeeded,
    Failed,
    Cancelled,
    Interrupted,
    Skipped,
}

/// <summary>A part of a build or restore, with its own state, time and progress.</summary>
/// <param name="Progress">0 to 1 from what has been done, or null where that cannot be said.</param>
/// <param name="WaitsFor">What it waits for before it runs.</param>
public sealed record Step(
    string Name,
    StepState State = StepState.Waiting,
    DateTimeOffset? StartedAt = null,
    DateTimeOffset? EndedAt = null,
    double? Progress = null,
    string? Message = null,
    string? WaitsFor = null
)
{
    /// <summary>How long it ran, in seconds, as measured: the clock may have been set in between.</summary>
    public double? Seconds { get; init; }

    /// <summary>It ended before it had changed anything: its host was not reached, or refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Untouched { get; init; }

    [JsonIgnore]
    public bool Ended => State is not (StepState.Waiting or StepState.Running);
}
