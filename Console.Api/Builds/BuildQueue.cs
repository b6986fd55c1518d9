using System.Collections.Concurrent;
using System.Collections.Immutable;
using TestServers.Builds.Steps;
using TestServers.History;
using TestServers.Reservations;

namespace TestServers.Builds;

/// <summary>
/// The queue: builds that wait are those on disk whose state says so, hence a restart loses none. A channel wakes the
/// one loop that starts them; one build a server at a time, first come first served. What else a step needs it waits
/// for itself, in the base's lane.
/// </summary>
public sealed class BuildQueue(
    CurrentSettings settings,
    JobStore<Build> store,
    IEnumerable<IBuildStep> steps,
    BuildRunner runner,
    BuildRules rules,
    HistoryStore history,
    Inventory inventory,
    ReservationBook reservations,
    ReservationHandover handover,
    BuildHolds holds,
    BusyServers busy,
    Journal journal,
    Audit audit,
    KeptAnswers answers,
    TimeProvider clock,
    ILogger<BuildQueue> log
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30),
        WhileDrained = TimeSpan.FromSeconds(1);
    private readonly Loop _loop = new(Pause, log);
    private readonly DrainMark _drain = new(settings.Newest.State);
    private readonly ConcurrentDictionary<ServerName, RunningBuild> _running = new();

    public JobStore<Build> Store => store;

    /// <summary>
    /// Accepts a build; it is on disk when this returns. A free server that can be used is reserved for its requester.
    /// </summary>
    /// <param name="number">When given, the reservation that is meant.</param>
    /// <param name="retryOf">The build that this one repeats.</param>
    /// <param name="resumes">The build that this one goes on with: its steps that succeeded are kept.</param>
    /// <param name="follows">Null: somebody asks for it themselves.</param>
    /// <param name="again">The build whose data it wants again, as far as their nights are kept; null: the
    /// newest.</param>
    /// <exception cref="Problem">It cannot be: another holds the server, it is not running, the values do not fit, too
    /// many wait.</exception>
    public async Task<Build> Enqueue(
        ServerName server,
        Wanted wanted,
        long? number,
        Deed deed,
        JobId? retryOf = null,
        Build? resumes = null,
        FollowedCommit? follows = null,
        Build? again = null
    )
    {
        if (Earlier(deed) is { } earlier)
            return earlier;
        var by = deed.Caller.Name;
        deed.Caller.MustReach(server);
        deed.Caller.MustReach([wanted.App], $"of {wanted.App}");
        // The limit is decided below, under the lock; it is asked here, too, so that a flood does not take it.
        var (_, app, path) = rules.Ensure(server, wanted, by);
        var build = await journal.Do(act =>
        {
            if (Earlier(deed) is { } same)
                return same;
            rules.LimitFor(by);
            follows?.Note(act);
            var added = store.Add(
                act,
                id =>
                    new(server, wanted.App, path, wanted.Code ? wanted.Revision : null, wanted.Database, wanted.Code)
                    {
                        Id = id,
                        By = by,
                        At = clock.GetUtcNow(),
                        RetryOf = retryOf,
                        Night = again is null ? null : NightOf(again),
                        Nights = again is null ? null : NightsOf(again, wanted),
                        Resumes = resumes?.Id,
                        Bases = wanted.Bases is { IsEmpty: false } ? wanted.Bases : null,
                        Off = wanted.Off,
                        Follows = follows is null ? null : new(IsFailing(server, wanted.App)),
                        Result = resumes?.Result,
                        Reservation = holds.For(
                            act,
                            server,
                            id,
                            wanted.Off is null ? $"build of {wanted.App} {path}" : $"taking off {wanted.App}",
                            number,
                            deed
                        ),
                        Steps =
                        [
                            .. steps
                                .Where(s =>
                                    wanted.Off is null
                                        ? s.IsPartOf(app, wanted.Database, wanted.Code)
                                        : s.IsPartOfTakingOff(app)
                                )
                                .Select(s =>
                                    resumes?.Steps.FirstOrDefault(r =>
                                        r.Name == s.Name && r.State == StepState.Succeeded && !IsUndone(resumes, r, app)
                                    )
                                    ?? new Step(s.Name)
                                ),
                        ],
                    }
            );
            audit.Write(
                act,
                deed.Caller,
                added.Off is null ? "build" : "take off",
                server.Text,
                added.Off is { } off
                    ? $"build {added.Id}: {added.App}{(off.Folders ? ", with the folders that stay" : "")}"
                    : $"build {added.Id}: {added.App} "
                        + $"{added.Path}{(added.Database ? ", database" : "")}"
                        + $"{Say(added.Bases)}{(added.Code ? ", code" : "")}"
                        + (follows is null ? "" : $"; it follows {added.Path}")
            );
            answers.Keep(act, deed, new LaunchedBuild(added.Id));
            return added;
        });
        _loop.Wake();
        return build;
    }

    // What it has loaded on another database host than the site uses is dropped: it is loaded again, and what was done
    // with it is done again.
    private bool IsUndone(Build build, Step step, AppSettings app) =>
        step.Name is DatabaseStep.Called or AfterStep.Called
        && build.LoadedOf(app, history.Of(build.Server)).Any(d => d.Left is not null)
        && !build.Steps.Any(s => s is { Name: SettingsStep.Called, State: StepState.Succeeded });

    /// <summary>
    /// Accepts a build again: exactly the same, with the revision that was checked out then and the bases that its
    /// databases were made from; or from its failed step on.
    /// </summary>
    /// <exception cref="Problem">It has not ended, or there is nothing to go on with.</exception>
    public async Task<Build> Retry(JobId id, bool fromFailed, long? number, Deed deed)
    {
        if (Earlier(deed) is { } earlier)
            return earlier;
        var build = store.Find(id) ?? throw NoSuchBuild(id);
        if (!build.Ended)
            throw Problem.Conflict($"Build {id} has not ended. Cancel it first, or wait.");
        var revision = build.Result?.Revision ?? build.Revision;
        var wanted = new Wanted(build.App, build.Code ? build.Path : null, revision, build.Database, build.Code)
        {
            Bases = build.Database ? BasesAgain(build) : null,
            Off = build.Off,
        };
        if (!fromFailed)
            return await Enqueue(build.Server, wanted, number, deed, retryOf: id, again: build);
        if (build.State == JobState.Succeeded)
            throw Problem.Conflict($"Build {id} has succeeded: no step is left to do. Run it again from the start.");
        if (
            store.All.FirstOrDefault(b => b.Server == build.Server && b.StartedAt is not null) is { } last
            && last.Id != id
        )
            throw Problem.Conflict(
                $"Build {last.Id} has changed {build.Server} since. Run build {id} again from the start."
            );
        return await Enqueue(build.Server, wanted, number, deed, retryOf: id, resumes: build);
    }

    /// <summary>
    /// Cancels a build: a waiting one at once; of a running one the scripts are ended and clean up first.
    /// </summary>
    /// <exception cref="Problem">404, 403 when it is another's on a server one does not hold, 409 when it has
    /// ended.</exception>
    public async Task<Build> Cancel(JobId id, Deed deed, CancellationToken cancel)
    {
        if (Earlier(deed) is { } earlier)
            return earlier;
        var by = deed.Caller.Name;
        var after = await journal.Do(act =>
        {
            if (Earlier(deed) is { } same)
                return same;
            var build = store.Find(id) ?? throw NoSuchBuild(id);
            deed.Caller.MustReach(build.Server);
            deed.Caller.MustReach([build.App], $"of {build.App}");
            if (build.By != by && reservations.Of(build.Server)?.Holder != by)
                throw Problem.Forbidden(
                    $"Build {id} is {build.By}'s, and {build.Server} is not reserved by you. Ask "
                        + $"{build.By}, or take the server over."
                );
            if (build.Ended)
                throw Problem.Conflict($"Build {id} has ended: {build.State.ToString().ToLowerInvariant()}.");
            if (build.State == JobState.Queued)
            {
                build = store.Change(
                    act,
                    id,
                    b =>
                        b.WithEnd(JobState.Cancelled, $"Cancelled by {by} before it began.", clock.GetUtcNow()) with
                        {
                            CancelledBy = by,
                        }
                );
                runner.GiveBack(act, build);
            }
            // Asked for once more while it ends: that is told already.
            if (!(_running.TryGetValue(build.Server, out var ends) && ends.Id == id && ends.IsEnding))
                audit.Write(act, deed.Caller, "cancel build", build.Server.Text, $"build {id} of {build.By}");
            answers.Keep(act, deed, new LaunchedBuild(id));
            return build;
        });
        if (after.Ended || !_running.TryGetValue(after.Server, out var running) || running.Id != id)
            return store.Find(id)!;
        if (!running.IsEnding)
            store.LogOf(id).Add("console", $"{by} cancels the build.", clock.GetUtcNow());
        await running.End(by: by);
        // A host that does not answer is waited for as long as its cleaning up may take; then the build is told to be
        // ending.
        await Task.WhenAny(running.Ended, Task.Delay(TimeSpan.FromSeconds(20), cancel));
        return store.Find(id)!;
    }

    // Only where nights are kept: elsewhere the newest data are what everybody expects.
    private DateTimeOffset? NightOf(Build build) =>
        build.Database
        && settings.Now.App(build.App) is { HasSeveralBases: false, AllDatabases: [var only] }
        && settings.Now.Base(only.Usual) is { Nights: > 0 }
            ? build.Result?.DataTime
            : null;

    private ImmutableSortedDictionary<DatabaseName, DateTimeOffset>? NightsOf(Build build, Wanted wanted)
    {
        if (!build.Database || build.Result?.Databases is not { } loaded || wanted.Bases is not { } bases)
            return null;
        var nights = loaded
            .Where(d => bases.GetValueOrDefault(d.Name) == d.Base && settings.Now.Base(d.Base) is { Nights: > 0 })
            .Where(d => d.DataTime is not null)
            .ToImmutableSortedDictionary(d => d.Name, d => d.DataTime!.Value);
        return nights.IsEmpty ? null : nights;
    }

    public static Problem NoSuchBuild(JobId id) =>
        Problem.NotFound(
            "build",
            $"There is no build {id}; old ones are removed with their logs. GET api/builds lists the others."
        );

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var found in store.Open.Where(b => b.State == JobState.Running).ToList())
            await TellInterrupted(found);
        inventory.Changed += _loop.Wake;
        busy.Freed += _loop.Wake;
        handover.BuildLosesRight += EndOrLeave;
        await _loop.Run(_ => Task.FromResult(TakeTurn(stoppingToken)), stoppingToken);
        // A stop: the builds that run clean up; those that wait stay on disk.
        await Task.WhenAll(_running.Values.Select(r => r.Ended));
    }

    private TimeSpan TakeTurn(CancellationToken stop)
    {
        if (_drain.Until is not null)
            return WhileDrained;
        StartNext(stop);
        return Pause;
    }

    // First who is next on each server, then whether it is free: it may become so between two looks, and the one behind
    // must not slip in.
    private void StartNext(CancellationToken stop)
    {
        var next = store.Open.Where(b => b.State == JobState.Queued).DistinctBy(b => b.Server).ToList();
        foreach (
            var build in next.Where(b => !_running.ContainsKey(b.Server) && !busy.Has(b.Server) && IsKnown(b.Server))
        )
            Start(build, stop);
    }

    // After a start, a build waits until its host has told its servers; a server that no host has is then the runner's
    // to refuse.
    private bool IsKnown(ServerName server) => inventory.IsComplete || inventory.TryFind(server) is not null;

    private void Start(Build build, CancellationToken stop)
    {
        if (stop.IsCancellationRequested)
            return;
        // Only this loop adds, and one a server.
        var running = _running[build.Server] = new(build.Id, stop);
        _ = Task.Run(
            async () =>
            {
                try
                {
                    if (store.Find(build.Id)?.State == JobState.Queued)
                        await runner.Run(build.Id, running, stop);
                }
                catch (DiskRefused refused)
                {
                    // It waits as before, on disk and in memory; or the console stops.
                    log.LogError(
                        "Build {Id} on {Server} cannot begin, or end: {Reason}",
                        build.Id,
                        build.Server,
                        refused.Message
                    );
                    await Task.Delay(TimeSpan.FromSeconds(2), stop).ContinueWith(_ => { }, TaskScheduler.Default);
                }
                catch (Exception e)
                {
                    log.LogError(e, "Build {Id} on {Server}", build.Id, build.Server);
                }
                finally
                {
                    // First, so that the one behind it does not begin under a reservation that has ended with this one.
                    holds.End(build.Server, build.Id);
                    _running.TryRemove(build.Server, out _);
                    running.SetEnded();
                    _loop.Wake();
                }
            },
            CancellationToken.None
        );
    }

    // Its reservation was released or taken over while it runs: by whoever did that it is ended, or may finish.
    private void EndOrLeave(RightEnded lost)
    {
        if (!_running.TryGetValue(lost.Reservation.Server, out var running) || running.Id != lost.Build)
            return;
        var ends = lost.Builds == RunningBuilds.Cancel;
        var what = ends ? "The build is cancelled." : "The build may finish; what waits behind it is cancelled.";
        store.LogOf(lost.Build).Add("console", $"{lost.Why} {what}", clock.GetUtcNow());
        if (ends)
            _ = running.End(lost.Why, lost.By);
    }

    // Those that it had; of one that an older console has run, the one that its copy was made from.
    private ImmutableSortedDictionary<DatabaseName, BaseName>? BasesAgain(Build build)
    {
        if (build.Bases is not null || settings.Now.App(build.App) is not { HasSeveralBases: true } app)
            return build.Bases;
        var loaded = build.LoadedOf(app, history.Of(build.Server));
        return loaded.IsEmpty ? null : loaded.ToImmutableSortedDictionary(d => d.Name, d => d.Base);
    }

    private static string Say(ImmutableSortedDictionary<DatabaseName, BaseName>? bases) =>
        bases is null ? "" : $" ({string.Join(", ", bases.Select(b => $"{b.Key} from {b.Value}"))})";

    // Whether the last one that was launched as this one, and came to its end, has failed.
    private bool IsFailing(ServerName server, AppName app) =>
        store.All.FirstOrDefault(b => b.Server == server && b.App == app && b.Ended && b.State != JobState.Cancelled)
            is { Follows: not null, State: not JobState.Succeeded };

    private Build? Earlier(Deed deed) =>
        answers.Find<LaunchedBuild>(deed) is { } launched
            ? store.Find(launched.Build) ?? throw NoSuchBuild(launched.Build)
            : null;

    private async Task TellInterrupted(Build build)
    {
        if (history.Of(build.Server).Entries.FirstOrDefault(e => e.Build == build.Id) is { } written)
        {
            await journal.Do(act =>
                store.Change(
                    act,
                    build.Id,
                    b =>
                        b.WithEnd(written.Result, written.Message ?? "", written.EndedAt) with
                        {
                            Unclean = b.Unclean || written.Result != JobState.Succeeded,
                        }
                )
            );
            return;
        }
        var found = $"Interrupted by a restart of the console, found at {Times.Say(clock.GetUtcNow())}. {build.Again}";
        store.LogOf(build.Id).Add("console", found, clock.GetUtcNow());
        await runner.End(build.Id, settings.Now.App(build.App), new(JobState.Interrupted, found));
    }
}

/// <summary>A commit that is built because its server follows its path.</summary>
/// <param name="Note">Notes it in the act that accepts the build, or refuses it there.</param>
public sealed record FollowedCommit(Action<Act> Note);

/// <summary>
/// What is kept for the Idempotency-Key of a call about a build: the answer is the build as it is then.
/// </summary>
public sealed record LaunchedBuild(JobId Build);
