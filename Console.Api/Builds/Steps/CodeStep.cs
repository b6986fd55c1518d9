namespace TestServers.Builds.Steps;

/// <summary>Switches the server's working copy to exactly the wanted path and revision.</summary>
public sealed class CodeStep(CurrentSettings settings, GuestProgram guest) : IBuildStep
{
    public const string Called = "code";

    public string Name => Called;

    public IReadOnlyList<string> Needs { get; } = [WorkersStep.Called];

    public IReadOnlyList<string> Milestones { get; } = [BuildWork.ServerReached];

    public TimeSpan Limit => TimeSpan.FromMinutes(settings.Now.Builds.CodeMinutes);

    public bool IsPartOf(AppSettings app, bool database, bool code) => code;

    public async Task<StepResult<Build>> Run(BuildWork work, StepRun<Build> run, CancellationToken cancel)
    {
        var (build, server) = (work.Build, work.Server);
        void OnReached() => run.Reach(BuildWork.ServerReached);
        var end = await guest.CheckOut(work, Limit, OnReached, run, cancel);
        if (!end.Done)
        {
            // What a checkout that has begun and not come to its end has left, the server is asked.
            var hasBegun = end.Results.GetValueOrDefault("begun") == "true";
            return StepResult<Build>.Of(end) with { IsUnknown = end.IsUnknown || hasBegun };
        }
        if (Revision.From(end.Results.GetValueOrDefault("revision") ?? "") is not { } revision)
            return new(
                StepState.Failed,
                $"{server.Name} reported no revision that could be one. Install this console's scripts there."
            );
        work.ErrorLog ??= ErrorLogMark.Of(end);
        var changed = Revision.From(end.Results.GetValueOrDefault("last_changed") ?? "");
        var shown = revision.Text.Length == 40 ? revision.Brief : "r" + revision;
        if (changed is not null && changed != revision)
            shown += $", last changed in r{changed}";
        return new(
            StepState.Succeeded,
            $"{build.Path} at {shown}",
            b => b.WithResult(r => r with { Revision = revision, LastChanged = changed })
        )
        {
            LeftOut = end.LeftOut,
        };
    }
}
