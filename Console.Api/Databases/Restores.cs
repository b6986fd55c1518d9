using System.Collections.Concurrent;
using TestServers.Access;
using TestServers.HostPrograms;
using TestServers.Jobs;
using TestServers.Settings;
using TestServers.Storage;

namespace TestServers.Databases;

/// <summary>
/// Restores of bases: at most one of a base at a time, so many on a host as its settings allow. However often cron
/// calls, a call while one is open, or with the same Idempotency-Key, gets that restore.
/// </summary>
public sealed class Restores(
    CurrentSettings settings,
    JobStore<Restore> store,
    RestoreStep step,
    BaseFacts bases,
    BaseKeeper keeper,
    DataTimes times,
    Lanes lanes,
    Journal journal,
    Audit audit,
    KeptAnswers answers,
    TimeProvider clock,
    ILogger<Restores> log
) : BackgroundService
{
    private readonly StepEngine<Restore> _engine = new(store, clock);
    private readonly DrainMark _drain = new(settings.Newest.State);
    private readonly ConcurrentDictionary<JobId, Task> _running = new();
    private readonly CancellationTokenSource _atRest = new();
    private readonly TaskCompletionSource<CancellationToken> _started = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    public JobStore<Restore> Store => store;

    /// <summary>Cancelled when the console stops and none runs any more.</summary>
    public CancellationToken AtRest => _atRest.Token;

    /// <summary>The restore of this base that waits or runs, or null.</summary>
    public Restore? OpenOf(BaseName name) => store.Open.FirstOrDefault(r => r.Base == name);

    /// <summary>The restore of this base that ended last, or null.</summary>
    public Restore? LastOf(BaseName name) => store.All.FirstOrDefault(r => r.Base == name && r.Ended);

    /// <summary>
    /// Accepts a restore, or gives back the one that is open or came with the same key. One that has failed may be
    /// tried again with its key.
    /// </summary>
    public async Task<Restore> Ask(BaseName name, Deed deed)
    {
        bases.Find(name);
        deed.Caller.MustReach(settings.Now.Apps.Where(a => a.Uses(name)).Select(a => a.Name), $"of the base {name}");
        var isNew = false;
        var restore = await journal.Do(act =>
        {
            if (
                answers.Find<AskedRestore>(deed) is { } earlier
                && store.Find(earlier.Restore) is { } same
                && (!same.Ended || same.State == JobState.Succeeded)
            )
                return same;
            var open = OpenOf(name);
            isNew = open is null;
            var asked =
                open
                ?? store.Add(
                    act,
                    id =>
                        new(name)
                        {
                            Id = id,
                            By = deed.Caller.Name,
                            At = clock.GetUtcNow(),
                            Steps = [.. RestoreStep.Names.Select(s => new Step(s))],
                        }
                );
            if (isNew)
                audit.Write(act, deed.Caller, "restore", name.Text, $"restore {asked.Id}");
            answers.Keep(act, deed, new AskedRestore(asked.Id));
            return asked;
        });
        if (isNew)
            Begin(restore.Id, name);
        return restore;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var open in store.Open.ToList())
        {
            if (open.State == JobState.Running)
            {
                var now = clock.GetUtcNow();
                await End(
                    open.Id,
                    r =>
                        r.WithEnd(
                            JobState.Interrupted,
                            "Interrupted by a restart of the console, found at "
                                + $"{Times.Say(now)}. The base before is in use; restore again.",
                            now
                        )
                );
            }
            else
                Begin(open.Id, open.Base);
        }
        _started.TrySetResult(stoppingToken);
        await Task.Delay(Timeout.Infinite, stoppingToken).ContinueWith(_ => { }, TaskScheduler.Default);
        await Task.WhenAll(_running.Values);
        await _atRest.CancelAsync();
    }

    public override void Dispose()
    {
        _atRest.Dispose();
        base.Dispose();
    }

    private void Begin(JobId id, BaseName name)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // One that was asked for while the console starts is found by the start, too.
        if (!_running.TryAdd(id, done.Task))
            return;
        _ = Task.Run(async () =>
        {
            var stop = await _started.Task;
            try
            {
                while (!await RunOnce(id, name, stop))
                    await Task.Delay(TimeSpan.FromSeconds(2), stop).ContinueWith(_ => { }, TaskScheduler.Default);
            }
            catch (Exception e)
            {
                log.LogError(e, "Restore {Id} of {Base}", id, name);
            }
            finally
            {
                _running.TryRemove(id, out _);
                done.SetResult();
            }
        });
    }

    // Whether it has ended, or waits on disk for the next start; else it waits as before: the disk did not take its
    // begin, or the settings of its base became others.
    private async Task<bool> RunOnce(JobId id, BaseName name, CancellationToken stop)
    {
        using var held = settings.Hold();
        try
        {
            if (settings.Now.Base(name) is { } @base)
                return await Run(id, @base, stop);
            await End(
                id,
                r => r.WithEnd(JobState.Failed, $"The settings no longer name the base {name}.", clock.GetUtcNow())
            );
            return true;
        }
        catch (DiskRefused refused) when (store.Find(id)?.State == JobState.Queued && !stop.IsCancellationRequested)
        {
            log.LogError("Restore {Id} of {Base} cannot begin: {Reason}", id, name, refused.Message);
            return false;
        }
    }

    private async Task<bool> Run(JobId id, BaseSettings @base, CancellationToken stop)
    {
        var host = bases.HostOf(@base);
        var requestLog = store.LogOf(id);
        using var turn = await TakeTurn(id, host, stop);
        if (turn is null)
            return true; // It waits on disk for the next start.
        if (_drain.Until is not null && !stop.IsCancellationRequested)
            return false;
        var newest = settings.Newest;
        if (newest.Base(@base.Name) != @base || newest.DatabaseHost(@base.Host) != host.Settings)
            return false;
        store.Change(id, r => r with { State = JobState.Running, StartedAt = clock.GetUtcNow() });
        var work = new RestoreWork(@base, host);
        var ended = await _engine.Run(id, [step], work, stop);
        var end = work.End ?? throw new InvalidOperationException(ended.Verdict);
        if (!end.Done)
            requestLog.Add("console", end.Message, clock.GetUtcNow());
        await Persistence.Write(
            () => Finish(id, @base, end),
            refused =>
                log.LogError(
                    "Restore {Id} of {Base} has ended, but its end cannot be written yet: {Reason}",
                    id,
                    @base.Name,
                    refused.Message
                ),
            stop
        );
        keeper.Refresh(@base, sweep: !end.Done);
        return true;
    }

    private async Task<IDisposable?> TakeTurn(JobId id, DatabaseHost host, CancellationToken stop)
    {
        try
        {
            return await lanes.Enter(
                Lane.OfHost(host.Settings.Name),
                host.Settings.Copies,
                id,
                $"restore {id}",
                who =>
                    store.Show(
                        id,
                        r =>
                            r.WithStep(
                                RestoreStep.Names[0],
                                s => s with { WaitsFor = $"{host.Settings.Name} is busy with {who}" }
                            )
                    ),
                stop
            );
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private Task<Restore> End(JobId id, Func<Restore, Restore> change) =>
        journal.Do(act => store.Change(act, id, change));

    private async Task Finish(JobId id, BaseSettings @base, HostResult end)
    {
        var now = clock.GetUtcNow();
        if (!end.Done)
        {
            var (state, why) = end.Outcome is HostOutcome.Cancelled or HostOutcome.Abandoned
                ? (
                    JobState.Interrupted,
                    $"Interrupted by a stop of the console at {Times.Say(now)}. The base before "
                        + "is in use; restore again."
                )
                : (JobState.Failed, end.Message);
            await End(id, r => (r with { LeftOut = end.LeftOut }).WithEnd(state, why, now));
            return;
        }
        var (dataTime, size) = (
            DatabaseHost.Instant(end.Results, "data_time"),
            DatabaseHost.Number(end.Results, "size")
        );
        var isAhead = dataTime is { } said && DataTimes.IsAhead(said, now);
        bases.Note(
            @base.Name,
            facts =>
                (isAhead ? facts.WithAhead(dataTime!.Value) : facts) with
                {
                    Exists = true,
                    DataTime = dataTime,
                    Size = size,
                    Spares = 0,
                    LastRestore = id,
                    LeftOut = end.LeftOut,
                }
        );
        var doubt = isAhead ? times.DoubtOf(@base, dataTime) : null;
        if (doubt is not null)
            store.LogOf(id).Add("console", doubt, now);
        var message =
            doubt is not null ? $"{@base.Name} is restored. {doubt}"
            : dataTime is { } time ? $"{@base.Name} holds the data of {Times.Say(time)}."
            : $"{@base.Name} is restored.";
        await End(
            id,
            r =>
                (r with { DataTime = dataTime, Size = size, LeftOut = end.LeftOut }).WithEnd(
                    JobState.Succeeded,
                    message,
                    now
                )
        );
    }
}

/// <summary>
/// What is kept for the Idempotency-Key of a call for a restore: the answer is the restore as it is then.
/// </summary>
public sealed record AskedRestore(JobId Restore);
