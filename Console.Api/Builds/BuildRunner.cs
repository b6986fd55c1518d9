using System.Collections.Immutable;
using TestServers.Databases;
using TestServers.History;
using TestServers.Reservations;

namespace TestServers.Builds;

/// <summary>Begins builds, has their steps done and writes down how they ended.</summary>
public sealed class BuildRunner(
    CurrentSettings settings,
    JobStore<Build> store,
    HistoryStore history,
    Inventory inventory,
    BaseFacts bases,
    BaseKeeper keeper,
    IEnumerable<IBuildStep> steps,
    GuestProgram guest,
    TemplateCheck templates,
    ServerCleanup cleaning,
    BuildRules rules,
    Reachability reachability,
    BuildHolds holds,
    UnusedCopies unused,
    Journal journal,
    Audit audit,
    TimeProvider clock,
    ILogger<BuildRunner> consoleLog
)
{
    private readonly StepEngine<Build> _engine = new(
        store,
        clock,
        (build, result) => build with { Unclean = build.Unclean || result.IsUnknown }
    );

    /// <summary>Runs a build to its end, whatever happens, and writes down how it ended.</summary>
    /// <param name="stop">The console's own stop.</param>
    /// <exception cref="Storage.DiskRefused">The disk did not take its begin: it waits as before.</exception>
    public async Task Run(JobId id, RunningBuild running, CancellationToken stop)
    {
        using var held = settings.Hold();
        var build = await Begin(id);
        if (build.Ended)
            return;
        var cancel = running.Cancel;
        var app = settings.Now.App(build.App) ?? FormerOf(build);
        var outcome = app is null
            ? new(JobState.Failed, $"The settings no longer name the app {build.App}.")
            : await DoStepsOrCancel(build, app, cancel);
        if (outcome.State == JobState.Cancelled && stop.IsCancellationRequested)
            outcome = outcome with
            {
                State = JobState.Interrupted,
                Message = $"Interrupted by a stop of the console at {Times.Say(clock.GetUtcNow())}. {build.Again}",
            };
        else if (outcome.State == JobState.Cancelled)
            outcome = outcome with
            {
                Message = running.Why is { } why ? $"{why} {outcome.Message}" : outcome.Message,
                CancelledBy = running.By,
            };
        // What was done on the hosts is done: it is called running until the disk has taken how it ended.
        store.LogOf(id).Add("console", outcome.Message, clock.GetUtcNow());
        await Persistence.Write(() => End(id, app, outcome), refused => TellRefusal(id, refused), stop);
    }

    // Of what is taken off, the settings need not know anything.
    private AppSettings? FormerOf(Build build) =>
        build.Off is null ? null : history.Of(build.Server).FormerApp(build.App);

    private void TellRefusal(JobId id, DiskRefused refused)
    {
        consoleLog.LogError("Build {Id} has ended, but its end cannot be written yet: {Reason}", id, refused.Message);
        store.LogOf(id).Add("console", $"The end cannot be written yet: {refused.Message}", clock.GetUtcNow());
    }

    /// <summary>
    /// Ends a build: history first, so that a crash between the two is found and mended at the next start.
    /// </summary>
    public async Task End(JobId id, AppSettings? app, BuildOutcome outcome)
    {
        var now = clock.GetUtcNow();
        Build Ended(Build build) =>
            (outcome.LastStep?.Invoke(build) ?? build).WithEnd(outcome.State, outcome.Message, now) with
            {
                CancelledBy = outcome.CancelledBy,
            };
        var ended = store.Preview(id, Ended);
        var kept = history.Of(ended.Server);
        if (ended.ForHistory(app, kept) is { } told)
            history.Add(told with { Unused = app is null ? [] : unused.Behind(ended, app, kept) });
        await journal.Do(act =>
            GiveBack(
                act,
                store.Change(
                    act,
                    id,
                    b =>
                        Ended(b) with
                        {
                            Seconds = ended.Seconds,
                            Unclean = ended.Unclean || outcome.State is JobState.Cancelled or JobState.Interrupted,
                        }
                )
            )
        );
        if (ended.Database && app is not null)
        {
            foreach (var place in ended.BasesOf(app, kept).SelectMany(b => bases.Find(b.Base).Places))
                keeper.Refresh(place);
        }
    }

    /// <summary>
    /// Gives back the reservation that a build has made for itself, when nothing that was done under it is left on the
    /// server, and no build.
    /// </summary>
    public void GiveBack(Act act, Build ended)
    {
        // Of what was taken off nothing is left to be held.
        static bool IsOver(Build build) => build is { Off: not null, State: JobState.Succeeded };
        static bool Leaves(Build build) => build.HasTouched && !IsOver(build);
        if (ended.Reservation is not { } number || Leaves(ended))
            return;
        if (store.All.Any(b => b.Reservation == number && b.Id != ended.Id && (!b.Ended || Leaves(b))))
            return;
        holds.GiveBack(act, ended.Server, number, ended.Id, IsOver(ended) ? "is over" : "has touched nothing");
    }

    // In one act: whether its reservation still holds, and that it runs. A cancel may have been quicker.
    private async Task<Build> Begin(JobId id)
    {
        var begun = await journal.Do(act =>
        {
            var build = store.Find(id)!;
            if (build.State != JobState.Queued)
                return build;
            var now = clock.GetUtcNow();
            var (number, refusal) = holds.Begin(act, build.Server, id, build.By, build.Reservation);
            if (refusal is null)
                return store.Change(
                    act,
                    id,
                    b => WithBases(b) with { State = JobState.Running, StartedAt = now, Reservation = number }
                );
            audit.Write(
                act,
                Caller.TheConsole,
                "cancel build",
                build.Server.Text,
                $"build {id} of {build.By}: {refusal}"
            );
            return store.Change(act, id, b => b.WithEnd(JobState.Cancelled, refusal, now));
        });
        if (begun.Ended)
            store.LogOf(id).Add("console", begun.Message!, clock.GetUtcNow());
        return begun;
    }

    // What the server has now is what is meant by what is left out: the build before may have changed it.
    private Build WithBases(Build build) =>
        settings.Now.App(build.App) is not { HasSeveralBases: true } app || app.FaultIn(build.Bases) is not null
            ? build
            : build with
            {
                Bases = build
                    .BasesOf(app, history.Of(build.Server))
                    .ToImmutableSortedDictionary(b => b.Name, b => b.Base),
            };

    private async Task<BuildOutcome> DoStepsOrCancel(Build build, AppSettings app, CancellationToken cancel)
    {
        try
        {
            return await DoSteps(build, app, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return new(JobState.Cancelled, "Cancelled.");
        }
        catch (Exception e)
        {
            // A fault of ours, or the disk in the middle of the steps.
            consoleLog.LogError(e, "Build {Id} on {Server}", build.Id, build.Server);
            return new(JobState.Failed, e is DiskRefused ? e.Message : "The console failed; its log says why.");
        }
    }

    private async Task<BuildOutcome> DoSteps(Build build, AppSettings app, CancellationToken cancel)
    {
        Server server;
        try
        {
            server = inventory.Find(build.Server);
        }
        catch (Problem gone)
        {
            return new(JobState.Failed, gone.Message);
        }
        if (!server.Running)
            return new(JobState.Failed, $"{server.Name} is {server.State}. Start it on {server.Host} and build again.");

        if (await Obstacle(build, app, server, cancel) is { } obstacle)
            return new(JobState.Failed, obstacle);
        var chosen = build.BasesOf(app, history.Of(build.Server));
        if (build.Off is null)
            TellLeftOut(build, app, chosen);
        using var calls = guest.BeginSequence();
        var end = await _engine.Run(build.Id, steps, new BuildWork(build, app, server, chosen, calls), cancel);
        if (end.Step is null && build.Off is null)
            TellUnused(build.Id, app);
        var isDecided = end.Result is { State: StepState.Failed, IsUnknown: false };
        if (end.Step is not null && isDecided && app.Workers is { Count: > 0 })
            await StartWorkersAgain(build.Id, app, server);
        var state =
            end.Step is null ? JobState.Succeeded
            : end.Result.State == StepState.Cancelled ? JobState.Cancelled
            : JobState.Failed;
        var ready = build.Off is null ? "ready" : $"{app.Name} is taken off {server.Name}";
        return new(state, end.Step is null ? ready : end.Verdict, end.LastStep);
    }

    // The former site goes on, and so do its workers. After a cancel the server starts them when it is cleaned.
    private async Task StartWorkersAgain(JobId id, AppSettings app, Server server)
    {
        var limit = TimeSpan.FromSeconds(20);
        using var soon = new CancellationTokenSource(limit);
        void Log(string line) => store.LogOf(id).Add("workers", line, clock.GetUtcNow());
        var end = await guest.Workers(app, server, "start", limit, Log, soon.Token);
        if (!end.Done)
            Log($"The workers of {app.Name} were not started again: {end.Message}");
    }

    // Why it ends before any of its steps begins; null: nothing stands in the way.
    private async Task<string?> Obstacle(Build build, AppSettings app, Server server, CancellationToken cancel)
    {
        if (build.Off is not null)
            return await Uncleaned(server, cancel);
        if (app.FaultIn(build.Bases) is { } other)
            return $"The settings are others since this build was launched. {other} Nothing was touched.";
        var chosen = build.BasesOf(app, history.Of(build.Server));
        // Before a database is exchanged for the sake of settings that never come.
        if (templates.FaultOf(app, server, build.Path, build.Revision, chosen, build.Id, build.By) is { } fault)
            return $"{fault} Nothing on {server.Name} was touched.";
        if (await Uncleaned(server, cancel) is { } unclean)
            return unclean;
        if (build.Code)
            return null;
        // Known only now, when the build before it ended half-way.
        if (rules.IncompleteOn(build.Server, app) is { } incomplete)
            return $"{incomplete} Nothing was touched. Build the code, too.";
        return await Unreached(server, cancel) is { } unreached ? $"{unreached} Nothing was touched." : null;
    }

    private async Task<string?> Uncleaned(Server server, CancellationToken cancel)
    {
        var unclean = await cleaning.Before(server, cancel);
        if (unclean is not null)
            cancel.ThrowIfCancellationRequested();
        return unclean;
    }

    // As its plan did. The migrations of the database are told when its commands have run.
    private void TellLeftOut(Build build, AppSettings app, ImmutableArray<ChosenBase> chosen)
    {
        var kept = history.Of(build.Server);
        ImmutableArray<string> without =
        [
            .. LeftOutBefore.Of(
                app,
                chosen,
                build.Database,
                build.Code,
                build.Path,
                kept,
                bases,
                isCompared: app.Migrations is not null
            ),
        ];
        if (without.IsEmpty)
            return;
        foreach (var text in without)
            store.LogOf(build.Id).Add("console", $"left out: {text}", clock.GetUtcNow());
        store.Change(build.Id, b => b with { LeftOut = [.. b.LeftOut.Union(without)] });
    }

    private void TellUnused(JobId id, AppSettings app)
    {
        var build = store.Find(id)!;
        foreach (var name in unused.Behind(build with { State = JobState.Succeeded }, app, history.Of(build.Server)))
            store
                .LogOf(id)
                .Add(
                    "console",
                    $"{CopyName.Of(name, build.Server)} is not used here any more: it is dropped behind this build.",
                    clock.GetUtcNow()
                );
        foreach (var moved in build.LoadedOf(app, history.Of(build.Server)).Where(d => d.Left is not null))
            store
                .LogOf(id)
                .Add(
                    "console",
                    $"{moved.Database} on {moved.Left} is not used here any more, as {moved.Host} has it: it is "
                        + "dropped behind this build.",
                    clock.GetUtcNow()
                );
    }

    // A server that has answered in the last minute is not asked again: that would cost each build its time.
    private async Task<string?> Unreached(Server server, CancellationToken cancel)
    {
        if (reachability.WasReachedWithin(server.Name, TimeSpan.FromMinutes(1)))
            return null;
        var status = await guest.Status(server, cancel);
        cancel.ThrowIfCancellationRequested();
        return status.Done ? null : status.Message;
    }
}

/// <summary>How a build ended.</summary>
/// <param name="LastStep">What its last step still adds: written together with the end.</param>
/// <param name="CancelledBy">Who cancelled it; null: nobody.</param>
public sealed record BuildOutcome(
    JobState State,
    string Message,
    Func<Build, Build>? LastStep = null,
    string? CancelledBy = null
);
