using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace TestServers.Jobs;

/// <summary>How the steps of a job ended.</summary>
/// <param name="Step">The step that decided it; null: all have succeeded.</param>
/// <param name="Result">How that one ended, or the last.</param>
/// <param name="LastStep">
/// The end of the step that ended last, or of all since the disk has refused one: to be written together with the
/// job's.
/// </param>
public sealed record StepsResult<T>(string? Step, StepResult<T> Result, Func<T, T> LastStep)
    where T : Job
{
    /// <summary>How the job ends with it, in a sentence.</summary>
    public string Verdict =>
        Step is null || Result.State == StepState.Cancelled
            ? Result.Message
            : Result.Verdict ?? $"failed at step {Step}: {Result.Message}";
}

/// <summary>
/// Does the steps of a job: each as soon as what it needs is there, side by side where nothing stands between. The end
/// of a step is on disk before the next begins, in one write with that beginning, as a person waits for each. When one
/// fails no other begins, and those that run come to their end. Nothing is repeated by itself.
/// </summary>
/// <param name="fold">What the end of a step means for its job, whatever the step.</param>
public sealed class StepEngine<T>(JobStore<T> store, TimeProvider clock, Func<T, StepResult<T>, T>? fold = null)
    where T : Job
{
    /// <summary>Does those of the steps that the job has and that have not succeeded before.</summary>
    /// <returns>
    /// When nothing runs any more. A disk that does not take a step's begin or end fails the job: no other step begins.
    /// </returns>
    public async Task<StepsResult<T>> Run<TWork>(
        JobId id,
        IEnumerable<IStep<T, TWork>> steps,
        TWork work,
        CancellationToken cancel
    )
    {
        var waiting = steps.Where(s => IsOpen(store.Find(id)!, s)).ToList();
        var running = new Dictionary<IStep<T, TWork>, Task<StepResult<T>>>();
        var (reached, moved) = (new ConcurrentDictionary<string, bool>(StringComparer.Ordinal), new SemaphoreSlim(0));
        var ends = new List<(IStep<T, TWork> Step, StepResult<T> Result)>();
        Func<T, T> unwritten = job => job;
        DiskRefused? refusal = null;
        bool IsMet(string need) =>
            !waiting
                .Concat(running.Keys)
                .Any(s => s.Name == need || (s.Milestones.Contains(need) && !reached.ContainsKey(need)));
        void Reach(string milestone)
        {
            reached[milestone] = true;
            moved.Release();
        }
        try
        {
            while (true)
            {
                var goesOn = refusal is null && ends.All(e => e.Result.Succeeded);
                var ready = goesOn ? waiting.Where(s => s.Needs.All(IsMet)).ToList() : [];
                if (ready.Count == 0 && running.Count == 0)
                    return Decide(ends, unwritten, refusal);
                try
                {
                    if (refusal is null)
                        Write(id, unwritten, ready.Where(s => s.Parts.Count == 0).Select(s => s.Name));
                }
                catch (DiskRefused refused)
                {
                    // What runs comes to its end; how, is written with the end of the job.
                    refusal = refused;
                    continue;
                }
                if (refusal is null)
                    unwritten = job => job;
                foreach (var step in ready)
                {
                    waiting.Remove(step);
                    running[step] = Do(id, step, work, Reach, cancel);
                }
                var move = moved.WaitAsync(CancellationToken.None);
                await Task.WhenAny([move, .. running.Values]);
                if (!move.IsCompleted)
                    moved.Release();
                if (running.FirstOrDefault(r => r.Value.IsCompleted) is not { Key: { } one, Value: { } task })
                    continue;
                running.Remove(one);
                var result = await task;
                ends.Add((one, result));
                var (before, end) = (unwritten, EndOf(one, result));
                unwritten = job => end(before(job));
            }
        }
        finally
        {
            // Also when a step has met a fault of ours: what runs on a host is not left alone.
            await Task.WhenAll(running.Values).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private void Write(JobId id, Func<T, T> ends, IEnumerable<string> begins) =>
        store.Change(id, job => Begin(ends(job), begins));

    private static bool IsOpen<TWork>(T job, IStep<T, TWork> step) =>
        job.Steps.Any(s =>
            s.State == StepState.Waiting && (step.Parts.Count == 0 ? s.Name == step.Name : step.Parts.Contains(s.Name))
        );

    // Of two that were cancelled, the host that did not answer is what somebody has to know; else the order of the
    // steps.
    private static StepsResult<T> Decide<TWork>(
        List<(IStep<T, TWork> Step, StepResult<T> Result)> ends,
        Func<T, T> unwritten,
        DiskRefused? refusal
    )
    {
        if (refusal is not null)
        {
            var failed = new StepResult<T>(StepState.Failed, refusal.Message) { Verdict = refusal.Message };
            return new(ends.Count > 0 ? ends[^1].Step.Name : "", failed, unwritten);
        }
        var bad = ends.Where(e => !e.Result.Succeeded).OrderByDescending(e => e.Result.IsAbandoned).FirstOrDefault();
        if (bad.Step is not null)
            return new(bad.Step.Name, bad.Result, unwritten);
        return new(null, ends.Count > 0 ? ends[^1].Result : new(StepState.Succeeded, ""), unwritten);
    }

    private T Begin(T job, IEnumerable<string> names)
    {
        var now = clock.GetUtcNow();
        return names.Aggregate(
            job,
            (j, name) => j.WithStep(name, s => s with { State = StepState.Running, StartedAt = now })
        );
    }

    private Func<T, T> EndOf<TWork>(IStep<T, TWork> step, StepResult<T> result)
    {
        var now = clock.GetUtcNow();
        T End(T job) =>
            step.Parts.Count > 0
                ? job
                : job.WithStep(
                    step.Name,
                    s =>
                        s with
                        {
                            State = result.State,
                            EndedAt = now,
                            Message = result.Message,
                            WaitsFor = null,
                            Progress = null,
                            Untouched = result.Untouched,
                            Strands = s.StrandsAtEnd(result.State),
                        }
                );
        return job =>
        {
            var next = End(job);
            next = result.Adds?.Invoke(next) ?? next;
            next = next with { LeftOut = [.. next.LeftOut.Union(result.LeftOut)] };
            return fold?.Invoke(next, result) ?? next;
        };
    }

    private async Task<StepResult<T>> Do<TWork>(
        JobId id,
        IStep<T, TWork> step,
        TWork work,
        Action<string> onReached,
        CancellationToken cancel
    )
    {
        var run = new StepRun<T>(store, id, step.Name, step.Parts, clock, onReached);
        StepResult<T> result;
        try
        {
            result = await step.Run(work, run, cancel);
        }
        catch (OperationCanceledException)
        {
            result = new(StepState.Cancelled, "Cancelled.");
        }
        catch (Problem problem)
        {
            result = new(StepState.Failed, problem.Message);
        }
        if (step.Parts.Count == 0)
            run.Log(result.Message);
        return result;
    }
}
