namespace TestServers.Jobs;

/// <summary>What a step may say while it runs.</summary>
public sealed class StepRun<T>
    where T : Job
{
    private readonly JobStore<T> _store;
    private readonly JobId _id;
    private readonly string _name;
    private readonly IReadOnlyList<string> _parts;
    private readonly TimeProvider _clock;
    private readonly Action<string> _onReached;

    internal StepRun(
        JobStore<T> store,
        JobId id,
        string name,
        IReadOnlyList<string> parts,
        TimeProvider clock,
        Action<string> onReached
    )
    {
        (_store, _id, _name, _parts, _clock, _onReached) = (store, id, name, parts, clock, onReached);
    }

    /// <summary>The job as it is now.</summary>
    public T Job => _store.Find(_id)!;

    /// <summary>A line for the job's log, under the step's name.</summary>
    public void Log(string line) => _store.LogOf(_id).Add(_name, line, _clock.GetUtcNow());

    /// <param name="fraction">0 to 1, from what has been done.</param>
    public void Progress(double fraction) =>
        _store.Show(_id, job => WithRunning(job, step => step with { Progress = fraction }));

    /// <param name="what">What it waits for before it goes on; null: nothing any more.</param>
    public void WaitsFor(string? what) =>
        _store.Show(_id, job => WithRunning(job, step => step with { WaitsFor = what }));

    /// <summary>Shows the things that the step does side by side from now on.</summary>
    public void ShowStrands(IReadOnlyList<Strand> strands) =>
        _store.Show(_id, job => WithRunning(job, step => step with { Strands = strands }));

    /// <summary>Shows how one of them is now.</summary>
    public void ShowStrand(string name, Func<Strand, Strand> change) =>
        _store.Show(_id, job => WithRunning(job, step => step.WithStrand(name, change)));

    /// <summary>Shows something at once that is on disk with the job's next state.</summary>
    public void Show(Func<T, T> change) => _store.Show(_id, change);

    /// <summary>Says that a milestone is reached: steps that need it begin.</summary>
    public void Reach(string milestone) => _onReached(milestone);

    /// <summary>
    /// Says at which of its parts the step is now; those before it have succeeded. Unknown names are left out.
    /// </summary>
    /// <exception cref="DiskRefused">The disk did not take it; it is shown as before.</exception>
    public void Enter(string part)
    {
        if (!_parts.Contains(part))
            return;
        var now = _clock.GetUtcNow();
        Step Move(Step step) =>
            step.Name == part ? step with { State = StepState.Running, StartedAt = now, WaitsFor = null }
            : step.State == StepState.Running
                ? step with
                {
                    State = StepState.Succeeded,
                    EndedAt = now,
                    Progress = null,
                }
            : step;
        _store.Change(
            _id,
            job => job with { Steps = [.. job.Steps.Select(s => _parts.Contains(s.Name) ? Move(s) : s)] }
        );
    }

    private T WithRunning(T job, Func<Step, Step> change)
    {
        bool IsMine(Step step) => step.State == StepState.Running && (step.Name == _name || _parts.Contains(step.Name));
        return job with { Steps = [.. job.Steps.Select(s => IsMine(s) ? change(s) : s)] };
    }
}
