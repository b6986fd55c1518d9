namespace TestServers.Monitoring;

/// <summary>Which step it was that a build or restore failed at.</summary>
internal static class FailedSteps
{
    /// <summary>The first step that failed, or that its end interrupted; null: none did.</summary>
    public static string? FailedStep(this Job request) =>
        request.State is JobState.Failed or JobState.Interrupted
            ? request.Steps.FirstOrDefault(s => s.State is StepState.Failed or StepState.Interrupted)?.Name
            : null;
}
