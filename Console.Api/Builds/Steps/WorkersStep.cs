namespace TestServers.Builds.Steps;

/// <summary>
/// Ends the app's workers before its code and data are exchanged. They are started with the settings, or, when the
/// build fails before that, as they were.
/// </summary>
public sealed class WorkersStep(GuestProgram guest) : IBuildStep
{
    public const string Called = "workers";

    public string Name => Called;

    // Each is given 8 s, and all of them end side by side.
    public TimeSpan Limit => TimeSpan.FromMinutes(1);

    public bool IsPartOf(AppSettings app, bool database, bool code) => app.Workers is { Count: > 0 };

    public async Task<StepResult<Build>> Run(BuildWork work, StepRun<Build> run, CancellationToken cancel)
    {
        var end = await guest.Workers(work.App, work.Server, "stop", Limit, run.Log, cancel);
        if (!end.Done)
            return StepResult<Build>.Of(end);
        return new(
            StepState.Succeeded,
            end.Results.GetValueOrDefault("stopped") switch
            {
                null or "0" => "None ran",
                "1" => "1 stopped",
                var count => $"{count} stopped",
            }
        );
    }
}
