using System.Collections.Immutable;
using TestServers.Access;
using TestServers.Apps;
using TestServers.Databases;
using TestServers.Hosts;
using TestServers.Requests;
using TestServers.Reservations;
using TestServers.Storage;

namespace TestServers.Builds;

/// <summary>
/// Does a build's steps: database and code side by side, then the settings of both, then the question to the server's own page. Each step's
/// end is on disk before the next begins, in one write with that beginning, as the person waits for each. Nothing that changes a database is
/// repeated by itself.
/// </summary>
public sealed class BuildRunner(CurrentSettings settings, RequestStore<Build> store, History history, Inventory inventory, BaseFacts bases, BaseKeeper keeper,
    DatabaseStep database, GuestSteps guest, HealthStep health, TemplatesBefore templates, SettingsValues values, Cleaning cleaning, BuildRules rules, Reachability reachability, BuildHolds holds, Journal journal, Audit audit, TimeProvider clock, ILogger<BuildRunner> consoleLog)
{
    /// <summary>Runs a build to its end, whatever happens, and writes down how it ended.</summary>
    /// <param name="stop">The console's own stop.</param>
    /// <exception cref="Storage.DiskRefused">The disk did not take its begin: it waits as before.</exception>
    public async Task Run(RequestId id, RunningBuild running, CancellationToken stop)
    {
        using var held = settings.Hold();
        var build = Begin(id);
        if (build.Ended) return;
        var cancel = running.Cancel;
        var app = settings.Now.App(build.App);
        var outcome = app is null
            ? new(RequestState.Failed, $"The settings no longer name the app {build.App}.")
            : await DoStepsOrCancel(build, app, cancel);
        if (outcome.State == RequestState.Cancelled && stop.IsCancellationRequested) outcome = outcome with { State = RequestState.Interrupted, Message = $"Interrupted by a stop of the console at {Times.Say(clock.GetUtcNow())}. Build again." };
        else if (outcome.State == RequestState.Cancelled && running.Why is { } why) outcome = outcome with { Message = $"{why} {outcome.Message}" };
        // What was done on the hosts is done: it is called running until the disk has taken how it ended.
        store.LogOf(id).Add("console", outcome.Message, clock.GetUtcNow());
        await Persistence.Write(() => End(id, app, outcome), refused => TellRefusal(id, refused), stop);
    }

    private void TellRefusal(RequestId id, DiskRefused refused)
    {
        consoleLog.LogError("Build {Id} has ended, but its end cannot be written yet: {Reason}", id, refused.Message);
        store.LogOf(id).Add("console", $"The end cannot be written yet: {refused.Message}", clock.GetUtcNow());
    }

    /// <summary>Ends a build: history first, so that a crash between the two is found and mended at the next start.</summary>
    public void End(RequestId id, AppSettings? app, Outcome outcome)
    {
        var now = clock.GetUtcNow();
        Build Ended(Build build) => (outcome.LastStep?.Invoke(build) ?? build).WithEnd(outcome.State, outcome.Message, now);
        var ended = store.Preview(id, Ended);
        if (ended.ForHistory(app?.Base) is { } told) history.Add(told);
        journal.Do(act => GiveBack(act, store.Change(act, id, b => Ended(b) with { Seconds = ended.Seconds, Unclean = ended.Unclean || outcome.State is RequestState.Cancelled or RequestState.Interrupted })));
        if (ended.Database && app?.Base is { } name) keeper.Refresh(bases.Find(name));
    }

    /// <summary>Gives back the reservation that a build has made for itself, when under it nothing was touched and no build is left.</summary>
    public void GiveBack(Act act, Build ended)
    {
        if (ended.Reservation is not { } number || ended.HasTouched) return;
        if (store.All.Any(b => b.Reservation == number && b.Id != ended.Id && (!b.Ended || b.HasTouched))) return;
        holds.GiveBack(act, ended.Server, number, ended.Id);
    }

    // In one act: whether its reservation still holds, and that it runs. A cancel may have been quicker.
    private Build Begin(RequestId id)
    {
        var begun = journal.Do(act =>
        {
            var build = store.Find(id)!;
            if (build.State != RequestState.Queued) return build;
            var now = clock.GetUtcNow();
            var (number, refusal) = holds.Begin(act, build.Server, id, build.By, build.Reservation);
            if (refusal is null) return store.Change(act, id, b => b with { State = RequestState.Running, StartedAt = now, Reservation = number });
            audit.Write(act, Caller.TheConsole, "cancel build", build.Server.Text, $"build {id} of {build.By}: {refusal}");
            return store.Change(act, id, b => b.WithEnd(RequestState.Cancelled, refusal, now));
        });
        if (begun.Ended) store.LogOf(id).Add("console", begun.Message!, clock.GetUtcNow());
        return begun;
    }

    private async Task<Outcome> DoStepsOrCancel(Build build, AppSettings app, CancellationToken cancel)
    {
        try
        {
            return await DoSteps(build, app, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return new(RequestState.Cancelled, "Cancelled.");
        }
        catch (Exception e)
        {
            // A fault of ours, or the disk in the middle of the steps.
            consoleLog.LogError(e, "Build {Id} on {Server}", build.Id, build.Server);
            return new(RequestState.Failed, e is DiskRefused ? e.Message : "The console failed; its log says why.");
        }
    }

    private async Task<Outcome> DoSteps(Build build, AppSettings app, CancellationToken cancel)
    {
        Machine machine;
        try
        {
            machine = inventory.Find(build.Server);
        }
        catch (Problem gone)
        {
            return new(RequestState.Failed, gone.Message);
        }
        if (!machine.Running) return new(RequestState.Failed, $"{machine.Name} is {machine.State}. Start it on {machine.Host} and build again.");

        // Before a database is exchanged for the sake of settings that never come.
        if (templates.FaultOf(app, machine, build.Path, build.Revision, build.Id, build.By) is { } fault) return new(RequestState.Failed, $"{fault} Nothing on {machine.Name} was touched.");
        if (await cleaning.Before(machine, cancel) is { } unclean)
        {
            cancel.ThrowIfCancellationRequested();
            return new(RequestState.Failed, unclean);
        }
        // Known only now, when the build before it ended half-way.
        if (!build.Code && rules.IncompleteOn(build.Server, app) is { } incomplete) return new(RequestState.Failed, $"{incomplete} Nothing was touched. Build the code, too.");
        if (!build.Code && await Unreached(machine, cancel) is { } unreached) return new(RequestState.Failed, $"{unreached} Nothing was touched.");
        TellLeftOut(build, app);
        if (build.Code) Begin(build.Id, [Build.CodeStep]);
        var ends = await Task.WhenAll(SideBySide(build, app, machine, cancel));
        // Of two that were cancelled, the host that did not answer is what somebody has to know.
        if (ends.OrderByDescending(e => e.End.Abandoned).FirstOrDefault(e => e.End.State is not (StepState.Succeeded or StepState.Skipped)) is { Name: not null } bad) return Verdict(bad.Name, bad.End);
        if (build.Steps.Any(s => s.Name == Build.AfterStep))
        {
            var after = await DoWithSettings(build.Id, Build.AfterStep, null, app, machine, (rendered, voice) => guest.RunAfter(app, machine, rendered, voice, cancel));
            if (after.State != StepState.Succeeded) return Verdict(Build.AfterStep, after);
        }
        var put = await DoWithSettings(build.Id, Build.SettingsStep, Build.HealthStep, app, machine, (rendered, voice) => guest.PutSettings(build, app, machine, rendered, voice, cancel));
        if (put.State != StepState.Succeeded) return Verdict(Build.SettingsStep, put);
        Begin(build.Id, [Build.HealthStep]);
        var mark = ends.Select(e => e.End.ErrorLog).FirstOrDefault(m => m is not null) ?? put.ErrorLog
            ?? (build.Resumes is null ? null : await guest.EndOfErrors(machine, cancel));
        var asked = await Hear(build.Id, Build.HealthStep, voice => health.Run(
            Placeholders.FillPage(app.Health, machine.Name, machine.Address, machine.Url), () => guest.ErrorsSince(machine, mark, cancel), voice, cancel));
        return new(asked.State == StepState.Succeeded ? RequestState.Succeeded : asked.State == StepState.Cancelled ? RequestState.Cancelled : RequestState.Failed,
            asked.State == StepState.Succeeded ? "ready" : asked.Message, Ending(Build.HealthStep, asked));
    }

    // As its plan did.
    private void TellLeftOut(Build build, AppSettings app)
    {
        var kept = history.Of(build.Server);
        ImmutableArray<string> without =
            [.. LeftOutBefore.Of(app, build.Database, build.Code, build.Path, kept, bases)];
        if (without.IsEmpty) return;
        foreach (var text in without) store.LogOf(build.Id).Add("console", $"left out: {text}", clock.GetUtcNow());
        store.Change(build.Id, b => b with { LeftOut = [.. b.LeftOut.Union(without)] });
    }

    private IEnumerable<Task<(string Name, StepEnd End)>> SideBySide(Build build, AppSettings app, Machine machine, CancellationToken cancel)
    {
        var reached = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!build.Code) reached.SetResult(true);
        if (build.Database) yield return Named(Build.DatabaseStep, LoadOnce(reached.Task, build, app, cancel));
        if (build.Code) yield return Named(Build.CodeStep, CheckOut(reached, build, app, machine, cancel));
    }

    // No database is exchanged for a server that cannot be reached: the step begins when the server has answered.
    private async Task<StepEnd> LoadOnce(Task<bool> reached, Build build, AppSettings app, CancellationToken cancel) => await reached
        ? await Do(build.Id, Build.DatabaseStep, null, voice => database.Run(build, bases.Find(app.Base!), voice, cancel))
        : new(StepState.Skipped, "");

    private async Task<StepEnd> CheckOut(TaskCompletionSource<bool> reached, Build build, AppSettings app, Machine machine, CancellationToken cancel)
    {
        try
        {
            var end = await Do(build.Id, Build.CodeStep, null, voice => guest.CheckOut(build, app, machine, () => reached.TrySetResult(true), voice, cancel));
            reached.TrySetResult(end.State == StepState.Succeeded);
            return end;
        }
        finally
        {
            // Also when the disk has refused: somebody waits for it.
            reached.TrySetResult(false);
        }
    }

    // A server that has answered in the last minute is not asked again: that would cost each build its time.
    private async Task<string?> Unreached(Machine machine, CancellationToken cancel)
    {
        if (reachability.WasReachedWithin(machine.Name, TimeSpan.FromMinutes(1))) return null;
        var status = await guest.Status(machine, cancel);
        cancel.ThrowIfCancellationRequested();
        return status.Done ? null : status.Message;
    }

    private static async Task<(string, StepEnd)> Named(string name, Task<StepEnd> step) => (name, await step);

    private static Outcome Verdict(string step, StepEnd end) =>
        end.State == StepState.Cancelled ? new(RequestState.Cancelled, end.Message) : new(RequestState.Failed, $"failed at step {step}: {end.Message}");

    private void Begin(RequestId id, string[] names, Func<Build, Build>? with = null) => store.Change(id, b => Begun(with?.Invoke(b) ?? b, names));

    // A step that has been kept from the build that this one goes on with does not begin again.
    private Build Begun(Build build, params string[] names) =>
        build.Steps.Where(s => names.Contains(s.Name) && s.State == StepState.Waiting).Aggregate(build, (b, step) => b.WithStep(step.Name, s => s with { State = StepState.Running, StartedAt = clock.GetUtcNow() }));

    private Func<Build, Build> Ending(string name, StepEnd end)
    {
        var now = clock.GetUtcNow();
        return b => b.WithStep(name, s => s with { State = end.State, EndedAt = now, Message = end.Message, WaitsFor = null, Progress = null, Untouched = end.Untouched })
            with { Result = end.Adds?.Invoke(b.Result ?? new()) ?? b.Result, Health = end.Health ?? b.Health, Unclean = b.Unclean || end.Unheard,
                LeftOut = [.. b.LeftOut.Union(end.LeftOut)] };
    }

    /// <summary>Does a step; its end is on disk when this returns, and with it the beginning of the next when it has succeeded.</summary>
    private async Task<StepEnd> Do(RequestId id, string name, string? next, Func<StepVoice, Task<StepEnd>> step, Func<Build, Build>? with = null)
    {
        if (store.Find(id)!.Steps.First(s => s.Name == name) is { State: StepState.Succeeded } kept) return new(StepState.Succeeded, kept.Message ?? "");
        Begin(id, [name], with);
        var end = await Hear(id, name, step);
        var ending = Ending(name, end);
        store.Change(id, b => next is not null && end.State == StepState.Succeeded ? Begun(ending(b), next) : ending(b));
        return end;
    }

    /// <summary>Does a step and gives back how it ended; writes only its log.</summary>
    private async Task<StepEnd> Hear(RequestId id, string name, Func<StepVoice, Task<StepEnd>> step)
    {
        var log = store.LogOf(id);
        var voice = new StepVoice(
            line => log.Add(name, line, clock.GetUtcNow()),
            fraction => store.Show(id, b => b.WithStep(name, s => s with { Progress = fraction })),
            what => store.Show(id, b => b.WithStep(name, s => s with { WaitsFor = what })));
        StepEnd end;
        try
        {
            end = await step(voice);
        }
        catch (OperationCanceledException)
        {
            end = new(StepState.Cancelled, "Cancelled.");
        }
        catch (Problem problem)
        {
            end = new(StepState.Failed, problem.Message);
        }
        voice.Log(end.Message);
        return end;
    }

    private async Task<StepEnd> DoWithSettings(RequestId id, string name, string? next, AppSettings app, Machine machine, Func<RenderedSettings, StepVoice, Task<StepEnd>> use)
    {
        var build = store.Find(id)!;
        var kept = history.Of(build.Server);
        var code = build.Code ? new KeptCode(build.Path, build.Result?.Revision) : kept.Code.GetValueOrDefault(app.Name.Text);
        var dataTime = build.Database ? build.Result?.DataTime : app.Base is { } @base ? kept.Copies.GetValueOrDefault(@base.Text) : null;
        RenderedSettings Render(bool hidePassword) => SettingsTemplates.Render(app, values.Of(app, machine, code, dataTime, id, build.By, hidePassword)) with { DataTime = dataTime };
        try
        {
            var rendered = Render(hidePassword: false);
            ImmutableArray<SettingsFile> shown = [.. Render(hidePassword: true).Files.Select(f => new SettingsFile(f.Key, f.Value))];
            return await Do(id, name, next, voice => use(rendered, voice), b => b with { Settings = shown });
        }
        catch (UnrenderableTemplate e)
        {
            return await Do(id, name, null, _ => Task.FromResult(new StepEnd(StepState.Failed, e.Message)));
        }
    }
}

/// <summary>How a build ended.</summary>
/// <param name="LastStep">What its last step still adds: written together with the end.</param>
public sealed record Outcome(RequestState State, string Message, Func<Build, Build>? LastStep = null);
