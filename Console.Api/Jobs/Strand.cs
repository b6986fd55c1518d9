namespace TestServers.Jobs;

/// <summary>One of several things that a step does side by side.</summary>
/// <param name="Progress">0 to 1 from what has been done, or null where that cannot be said.</param>
/// <param name="WaitsFor">What it waits for before it runs.</param>
/// <param name="Message">How it ended, in a sentence.</param>
public sealed record Strand(
    string Name,
    StepState State = StepState.Running,
    double? Progress = null,
    string? WaitsFor = null,
    string? Message = null
)
{
    /// <summary>It ended.</summary>
    public Strand WithEnd(StepState state, string? message) =>
        this with
        {
            State = state,
            Message = message,
            Progress = null,
            WaitsFor = null,
        };
}
