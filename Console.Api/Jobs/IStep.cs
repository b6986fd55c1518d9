namespace TestServers.Jobs;

/// <summary>One thing that a job does.</summary>
/// <typeparam name="T">The kind of job.</typeparam>
/// <typeparam name="TWork">What all steps of one job know and hand on.</typeparam>
public interface IStep<T, in TWork>
    where T : Job
{
    string Name { get; }

    /// <summary>The steps that must have succeeded and the milestones that must have been reached before it begins.
    /// Those that no step of the job has are taken for met.</summary>
    IReadOnlyList<string> Needs => [];

    /// <summary>What it may reach before it ends, and others need.</summary>
    IReadOnlyList<string> Milestones => [];

    /// <summary>The names under which it is shown, when it tells by <see cref="StepRun{T}.Enter"/> at which it is; else
    /// it is shown under its own.</summary>
    IReadOnlyList<string> Parts => [];

    /// <summary>How long it may take.</summary>
    TimeSpan Limit { get; }

    /// <summary>Does it.</summary>
    /// <exception cref="Problem">It has failed, with this sentence.</exception>
    Task<StepResult<T>> Run(TWork work, StepRun<T> run, CancellationToken cancel);
}
