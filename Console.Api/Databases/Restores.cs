using System.Collections.Concurrent;
using System.Collections.Immutable;
using TestServers.HostPrograms;

namespace TestServers.Databases;

/// <summary>
/// Restores of bases: at most one of a base at a time, on all of its hosts, so many on a host as its settings allow.
/// However often cron calls, a call while one is open, or with the same Idempotency-Key, gets that restore.
/// </summary>
public sealed class Restores(
    CurrentSettings settings,
    JobStore<Restore> store,
    RestoreStep step,
    RestoreOnEach onEach,
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
        var @base = bases.Find(name);
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
                            Steps = StepsOf(@base),
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
                                + $"{Times.Say(now)}. {WhatIsInUse(open)}; restore again.",
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

    private static string WhatIsInUse(Restore cutOff) =>
        cutOff.Steps is [{ Name: RestoreOnEach.Called }]
            ? "Where it had not ended, the base before is in use"
            : "The base before is in use";

    private static ImmutableArray<Step> StepsOf(BaseSettings @base) =>
        @base.IsOnSeveral ? [new Step(RestoreOnEach.Called)] : [.. RestoreStep.Names.Select(s => new Step(s))];

    private async Task<bool> Run(JobId id, BaseSettings @base, CancellationToken stop)
    {
        var steps = StepsOf(@base);
        // The settings may have given the base further hosts since it was asked for, or taken some.
        if (!store.Find(id)!.Steps.Select(s => s.Name).SequenceEqual(steps.Select(s => s.Name)))
            store.Change(id, r => r with { Steps = steps });
        return @base.IsOnSeveral ? await RunOnEach(id, @base, stop) : await RunOnOne(id, @base, stop);
    }

    // Each host has its own line: it runs from the moment on when any of them may begin.
    private async Task<bool> RunOnEach(JobId id, BaseSettings @base, CancellationToken stop)
    {
        if (stop.IsCancellationRequested)
            return true; // It waits on disk for the next start.
        if (_drain.Until is not null)
            return false;
        if (settings.Newest.Base(@base.Name) != @base)
            return false;
        Start(id);
        var work = new RestoreWork(@base, bases.HostOf(@base))
        {
            OnEnd = (place, end) =>
            {
                if (end.Done)
                    Note(id, place, end);
                keeper.Refresh(place, sweep: !end.Done);
            },
        };
        var ended = await _engine.Run(id, [onEach], work, stop);
        Task Write() =>
            work.Ends.Count > 0
                ? Finish(id, @base, work.Ends)
                : End(id, r => r.WithEnd(JobState.Failed, ended.Verdict, clock.GetUtcNow()));
        await Persistence.Write(Write, refused => TellRefusal(id, @base, refused), stop);
        return true;
    }

    private void Start(JobId id) =>
        store.Change(id, r => r with { State = JobState.Running, StartedAt = clock.GetUtcNow() });

    private void TellRefusal(JobId id, BaseSettings @base, DiskRefused refused) =>
        log.LogError(
            "Restore {Id} of {Base} has ended, but its end cannot be written yet: {Reason}",
            id,
            @base.Name,
            refused.Message
        );

    private async Task<bool> RunOnOne(JobId id, BaseSettings @base, CancellationToken stop)
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
        Start(id);
        var work = new RestoreWork(@base, host);
        var ended = await _engine.Run(id, [step], work, stop);
        var end = work.End ?? throw new InvalidOperationException(ended.Verdict);
        if (!end.Done)
            requestLog.Add("console", end.Message, clock.GetUtcNow());
        await Persistence.Write(() => Finish(id, @base, end), refused => TellRefusal(id, @base, refused), stop);
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
        var (dataTime, size, doubt) = Note(id, @base, end);
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

    // One that has failed somewhere has failed, so that cron tells of it; where it has not, its data are in use.
    private async Task Finish(JobId id, BaseSettings @base, IReadOnlyList<(BaseSettings Place, HostResult End)> ends)
    {
        var now = clock.GetUtcNow();
        var places = ends.Select(e => PlaceOf(@base, e.Place, e.End)).ToList();
        var done = places.Where(p => p.State == StepState.Succeeded).ToList();
        var state =
            done.Count == places.Count ? JobState.Succeeded
            : places.Exists(p => p.State == StepState.Failed) ? JobState.Failed
            : JobState.Interrupted;
        var bad = places.Except(done).Select(p => $"{p.Host}: {p.Message.TrimEnd('.')}.");
        var used =
            done.Count == 0 ? "The bases before are in use."
            : done.Count < places.Count ? "There the base before is in use."
            : null;
        var good = done.GroupBy(p => p.Message, StringComparer.Ordinal)
            .Select(g => $"{string.Join(" and ", g.Select(p => p.Host))}: {g.Key}");
        var newest = done.MaxBy(p => p.DataTime ?? DateTimeOffset.MinValue);
        await End(
            id,
            r =>
                (
                    r with
                    {
                        DataTime = newest?.DataTime,
                        Size = newest?.Size,
                        LeftOut = [.. ends.SelectMany(e => e.End.LeftOut).Distinct(StringComparer.Ordinal)],
                        Places = places,
                    }
                ).WithEnd(state, string.Join(" ", bad.Append(used).OfType<string>().Concat(good)), now)
        );
    }

    private RestoredPlace PlaceOf(BaseSettings @base, BaseSettings place, HostResult end)
    {
        if (!end.Done)
            return new(place.Host, RestoreOnEach.StateOf(end), end.Message);
        var dataTime = DatabaseHost.Instant(end.Results, "data_time");
        var doubt = times.DoubtOf(place, dataTime);
        return new(
            place.Host,
            StepState.Succeeded,
            doubt is not null ? $"{@base.Name} is restored. {doubt}"
                : dataTime is { } time ? $"{@base.Name} holds the data of {Times.Say(time)}."
                : $"{@base.Name} is restored.",
            dataTime,
            DatabaseHost.Number(end.Results, "size")
        );
    }

    // What is there now; and why it is not known how old the data are.
    private (DateTimeOffset? DataTime, long? Size, string? Doubt) Note(JobId id, BaseSettings place, HostResult end)
    {
        var now = clock.GetUtcNow();
        var (dataTime, size) = (
            DatabaseHost.Instant(end.Results, "data_time"),
            DatabaseHost.Number(end.Results, "size")
        );
        var isAhead = dataTime is { } said && DataTimes.IsAhead(said, now);
        bases.Note(
            place,
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
        var doubt = isAhead ? times.DoubtOf(place, dataTime) : null;
        if (doubt is not null)
            store.LogOf(id).Add("console", doubt, now);
        return (dataTime, size, doubt);
    }
}

/// <summary>
/// What is kept for the Idempotency-Key of a call for a restore: the answer is the restore as it is then.
/// </summary>
public sealed record AskedRestore(JobId Restore);
