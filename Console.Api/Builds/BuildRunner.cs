using TestServers.Databases;
using TestServers.Hosts;
using TestServers.Requests;

namespace TestServers.Builds;

/// <summary>
/// Does a build's steps: database and code side by side, then the settings of both, then the question to the server's own page. Each step's
/// end is on disk before the next begins. Nothing that changes a database is repeated by itself.
/// </summary>
public sealed class BuildRunner(Settings settings, RequestStore<Build> store, History history, Inventory inventory, Bases bases,
    DatabaseStep database, GuestSteps guest, HealthStep health, TimeProvider clock)
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
            : await DoSteps(build, app, cancel);
        if (state == RequestState.Cancelled && stopping()) (state, message) = (RequestState.Interrupted, $"Interrupted by a stop of the console at {Times.Say(clock.GetUtcNow())}. Build again.");
        End(id, app, state, message);
    }

    /// <summary>Ends a build: history first, so that a crash between the two is found and mended at the next start.</summary>
    public void End(RequestId id, AppSettings? app, RequestState state, string message)
    {
        var now = clock.GetUtcNow();
        store.LogOf(id).Add("console", message, now);
        history.Add(store.Find(id)!.WithEnd(state, message, now), app?.Base);
        store.Change(id, b => b.WithEnd(state, message, now));
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

        var ends = await Task.WhenAll(SideBySide(build, app, machine, cancel));
        if (ends.FirstOrDefault(e => e.End.State != StepState.Succeeded) is { Name: not null } bad) return Verdict(bad.Name, bad.End);
        var put = await Do(build.Id, Build.SettingsStep, voice => guest.PutSettings(app, machine, ValuesFor(build.Id, app, machine), voice, cancel));
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
            end = new(StepState.Cancelled, "Cancelled before it began.");
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

    /// <summary>What an app's templates may name.</summary>
    private Dictionary<string, object?> ValuesFor(RequestId id, AppSettings app, Machine machine)
    {
        var build = store.Find(id)!;
        var kept = history.Of(build.Server);
        var code = build.Code ? new KeptCode(build.Path, build.Result?.Revision ?? "") : kept.Code.GetValueOrDefault(app.Name.Text);
        var dataTime = build.Database ? build.Result?.DataTime : app.Base is { } b ? kept.Copies.GetValueOrDefault(b.Text) : null;
        var folder = Placeholders.Fill(settings.Guests!.Folder, machine.Name, machine.Address);
        return new(StringComparer.Ordinal)
        {
            ["server"] = new Dictionary<string, object?>(StringComparer.Ordinal) { ["name"] = machine.Name.Text, ["address"] = machine.Address, ["number"] = Placeholders.NumberOf(machine.Name), ["url"] = machine.Url },
            ["app"] = new Dictionary<string, object?>(StringComparer.Ordinal) { ["name"] = app.Name.Text },
            ["path"] = code?.Path.Text ?? "",
            ["revision"] = code?.Revision ?? "",
            ["dataTime"] = dataTime?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ") ?? "",
            ["build"] = new Dictionary<string, object?>(StringComparer.Ordinal) { ["id"] = id.Text, ["by"] = build.By },
            ["database"] = DatabaseValues(app, machine),
            ["folders"] = new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = $"{folder}/code/{app.Name}", ["site"] = folder + "/site" },
            ["variables"] = app.Variables?.ToDictionary(v => v.Key, v => (object?)v.Value, StringComparer.Ordinal) ?? [],
        };
    }

    private Dictionary<string, object?> DatabaseValues(AppSettings app, Machine machine)
    {
        if (app.Base is null || app.Database is null) return [];
        var host = settings.DatabaseHost(settings.Base(app.Base)!.Host);
        return new(StringComparer.Ordinal)
        {
            ["name"] = $"copy_{app.Base}_{machine.Name}", ["host"] = host.Address, ["port"] = host.Port.ToString(),
            ["user"] = app.Database.User, ["password"] = File.ReadAllText(app.Database.PasswordFile).Trim(),
        };
    }
}
