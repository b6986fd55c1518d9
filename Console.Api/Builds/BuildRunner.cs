using TestServers.Apps;
using TestServers.Databases;
using TestServers.Hosts;
using TestServers.Requests;

namespace TestServers.Builds;

/// <summary>
/// Does a build's steps: database and code side by side, then the settings of both, then the question to the server's own page. Each step's
/// end is on disk before the next begins. Nothing that changes a database is repeated by itself.
/// </summary>
public sealed class BuildRunner(Settings settings, RequestStore<Build> store, History history, Inventory inventory, Bases bases,
    DatabaseStep database, GuestSteps guest, HealthStep health, SettingsValues values, Cleaning cleaning, TimeProvider clock)
{
    /// <summary>Runs a build to its end, whatever happens, and writes down how it ended.</summary>
    /// <param name="stopping">Whether the cancellation is the console's own stop.</param>
    public async Task Run(RequestId id, Func<bool> stopping, CancellationToken cancel)
    {
        // A cancel may have been quicker.
        var build = store.Change(id, b => b.State == RequestState.Queued ? b with { State = RequestState.Running, StartedAt = clock.GetUtcNow() } : b);
        if (build.Ended) return;
        var app = settings.App(build.App);
        var (state, message) = app is null
            ? (RequestState.Failed, $"The settings no longer name the app {build.App}.")
            : await DoStepsOrCancel(build, app, cancel);
        if (state == RequestState.Cancelled && stopping()) (state, message) = (RequestState.Interrupted, $"Interrupted by a stop of the console at {Times.Say(clock.GetUtcNow())}. Build again.");
        End(id, app, state, message);
    }

    /// <summary>Ends a build: history first, so that a crash between the two is found and mended at the next start.</summary>
    public void End(RequestId id, AppSettings? app, RequestState state, string message)
    {
        var now = clock.GetUtcNow();
        store.LogOf(id).Add("console", message, now);
        if (state is RequestState.Cancelled or RequestState.Interrupted) cleaning.Note(store.Find(id)!.Server);
        history.Add(store.Find(id)!.WithEnd(state, message, now), app?.Base);
        var ended = store.Change(id, b => b.WithEnd(state, message, now));
        if (ended.Database && app?.Base is { } name) bases.Refresh(bases.Find(name));
    }

    private async Task<(RequestState, string)> DoStepsOrCancel(Build build, AppSettings app, CancellationToken cancel)
    {
        try
        {
            return await DoSteps(build, app, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return (RequestState.Cancelled, "Cancelled.");
        }
    }

    private async Task<(RequestState, string)> DoSteps(Build build, AppSettings app, CancellationToken cancel)
    {
        Machine machine;
        try
        {
            machine = inventory.Find(build.Server);
        }
        catch (Problem gone)
        {
            return (RequestState.Failed, gone.Message);
        }
        if (!machine.Running) return (RequestState.Failed, $"{machine.Name} is {machine.State}. Start it on {machine.Host} and build again.");

        if (await cleaning.Before(machine, cancel) is { } unclean)
        {
            cancel.ThrowIfCancellationRequested();
            return (RequestState.Failed, unclean);
        }
        var ends = await Task.WhenAll(SideBySide(build, app, machine, cancel));
        if (ends.FirstOrDefault(e => e.End.State != StepState.Succeeded) is { Name: not null } bad) return Verdict(bad.Name, bad.End);
        if (build.Steps.Any(s => s.Name == Build.AfterStep))
        {
            var after = await Do(build.Id, Build.AfterStep, voice => WithSettings(build.Id, app, machine, rendered => guest.RunAfter(app, machine, rendered, voice, cancel)));
            if (after.State != StepState.Succeeded) return Verdict(Build.AfterStep, after);
        }
        var put = await Do(build.Id, Build.SettingsStep, voice => WithSettings(build.Id, app, machine, rendered => guest.PutSettings(app, machine, rendered, voice, cancel)));
        if (put.State != StepState.Succeeded) return Verdict(Build.SettingsStep, put);
        var asked = await Do(build.Id, Build.HealthStep, voice => health.Run(Placeholders.Fill(app.Health, machine.Name, machine.Address, machine.Url), voice, cancel));
        return asked.State == StepState.Succeeded ? (RequestState.Succeeded, "ready")
            : asked.State == StepState.Cancelled ? (RequestState.Cancelled, asked.Message)
            : (RequestState.Failed, asked.Message);
    }

    private IEnumerable<Task<(string Name, StepEnd End)>> SideBySide(Build build, AppSettings app, Machine machine, CancellationToken cancel)
    {
        if (build.Database) yield return Named(Build.DatabaseStep, Do(build.Id, Build.DatabaseStep, voice => database.Run(build, bases.Find(app.Base!), voice, cancel)));
        if (build.Code) yield return Named(Build.CodeStep, Do(build.Id, Build.CodeStep, voice => guest.CheckOut(build, app, machine, voice, cancel)));
    }

    private static async Task<(string, StepEnd)> Named(string name, Task<StepEnd> step) => (name, await step);

    private static (RequestState, string) Verdict(string step, StepEnd end) =>
        end.State == StepState.Cancelled ? (RequestState.Cancelled, end.Message) : (RequestState.Failed, $"failed at step {step}: {end.Message}");

    private async Task<StepEnd> Do(RequestId id, string name, Func<StepVoice, Task<StepEnd>> step)
    {
        var log = store.LogOf(id);
        // Kept from the build that this one goes on with.
        if (store.Find(id)!.Steps.First(s => s.Name == name) is { State: StepState.Succeeded } kept) return new(StepState.Succeeded, kept.Message ?? "");
        store.Change(id, b => b.WithStep(name, s => s with { State = StepState.Running, StartedAt = clock.GetUtcNow() }));
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
        store.Change(id, b => b.WithStep(name, s => s with { State = end.State, EndedAt = clock.GetUtcNow(), Message = end.Message, WaitsFor = null, Progress = null })
            with { Result = end.Adds?.Invoke(b.Result ?? new()) ?? b.Result, Health = end.Health ?? b.Health });
        return end;
    }

    private async Task<StepEnd> WithSettings(RequestId id, AppSettings app, Machine machine, Func<RenderedSettings, Task<StepEnd>> use)
    {
        var build = store.Find(id)!;
        var kept = history.Of(build.Server);
        var code = build.Code ? new KeptCode(build.Path, build.Result?.Revision ?? "") : kept.Code.GetValueOrDefault(app.Name.Text);
        var dataTime = build.Database ? build.Result?.DataTime : app.Base is { } name ? kept.Copies.GetValueOrDefault(name.Text) : null;
        RenderedSettings Render(bool hidePassword) => SettingsTemplates.Render(app, values.Of(app, machine, code, dataTime, id, build.By, hidePassword));
        try
        {
            var rendered = Render(hidePassword: false);
            store.Change(id, b => b with { Settings = [.. Render(hidePassword: true).Files.Select(f => new SettingsFile(f.Key, f.Value))] });
            return await use(rendered);
        }
        catch (UnrenderableTemplate e)
        {
            return new(StepState.Failed, e.Message);
        }
    }
}
