using TestServers.HostPrograms;

namespace TestServers.Databases;

/// <summary>What a restore is about.</summary>
/// <param name="Host">The base's only database host, or the usual one of several.</param>
public sealed record RestoreWork(BaseSettings Base, DatabaseHost Host)
{
    /// <summary>How it ended on each database host, where the base is on several, in the order of the
    /// settings.</summary>
    public IReadOnlyList<(BaseSettings Place, HostResult End)> Ends { get; set; } = [];

    /// <summary>Told when it has ended on one of several hosts: what is there can be used at once.</summary>
    public Action<BaseSettings, HostResult>? OnEnd { get; init; }

    /// <summary>How the host's program ended; null: it has not been called.</summary>
    public HostResult? End { get; set; }
}

/// <summary>All of a restore: one call of the database host's program, which says at which part it is.</summary>
public sealed class RestoreStep(CurrentSettings settings, ILogger<RestoreStep> log) : IStep<Restore, RestoreWork>
{
    /// <summary>The parts in their order, as the database host's program names them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["fetch", "read", "restore", "check", "exchange"];

    public string Name => "restore";

    public IReadOnlyList<string> Parts => Names;

    public TimeSpan Limit => TimeSpan.FromHours(settings.Now.Builds.RestoreHours);

    public async Task<StepResult<Restore>> Run(RestoreWork work, StepRun<Restore> run, CancellationToken cancel)
    {
        // The host works on whether or not the disk takes at which part it is.
        void Enter(string part)
        {
            try
            {
                run.Enter(part);
            }
            catch (DiskRefused refused)
            {
                log.LogError("Restore {Id}: {Reason}", run.Job.Id, refused.Message);
            }
        }
        var end = await work.Host.Restore(work.Base, Limit, run.Log, run.Progress, Enter, cancel);
        work.End = end;
        return end.Done ? new(StepState.Succeeded, end.Message) { LeftOut = end.LeftOut } : StepResult<Restore>.Of(end);
    }
}
