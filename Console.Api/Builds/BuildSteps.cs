using System.Collections.Immutable;
using System.Globalization;
using TestServers.Apps;
using TestServers.Commands;
using TestServers.Databases;
using TestServers.Hosts;
using TestServers.Requests;
using TestServers.Storage;

namespace TestServers.Builds;

/// <summary>How a step ended: with a sentence, and what it adds to the build's result.</summary>
public sealed record StepEnd(StepState State, string Message, Func<BuildResult, BuildResult>? Adds = null)
{
    public AppHealth? Health { get; init; }
    /// <summary>What it went without, a sentence each.</summary>
    public ImmutableArray<string> LeftOut { get; init; } = [];
    /// <summary>Where its server's error log ended when it began.</summary>
    public ErrorLogMark? ErrorLog { get; init; }
    /// <summary>What it has done on its host, and what of it still runs, is not known.</summary>
    public bool Unheard { get; init; }
    /// <summary>It was asked to end, and its host did not answer.</summary>
    public bool Abandoned { get; init; }
    /// <summary>It has changed nothing: its host was not reached, or refused.</summary>
    public bool Untouched { get; init; }

    public static StepEnd Of(HostEnd end) => new(
        end.Ending is HostEnding.Cancelled or HostEnding.Abandoned ? StepState.Cancelled : StepState.Failed, end.Message)
    {
        LeftOut = end.LeftOut, Unheard = end.Unheard, Abandoned = end.Ending == HostEnding.Abandoned,
        Untouched = end.Ending is HostEnding.Unreachable or HostEnding.Stranger or HostEnding.Refused,
    };
}

/// <summary>What a step may say while it runs.</summary>
public sealed record StepVoice(Action<string> Log, Action<double> Progress, Action<string?> WaitsFor);

/// <summary>The database step: takes a spare at once, or waits for the base's lane and makes a plain copy.</summary>
public sealed class DatabaseStep(BaseFacts bases, BaseKeeper keeper, Lanes lanes)
{
    public async Task<StepEnd> Run(Build build, BaseSettings @base, StepVoice voice, CancellationToken cancel)
    {
        var host = bases.HostOf(@base);
        if (bases.Of(@base.Name).Spares > 0)
        {
            var end = await host.Copy(@base, build.Server, onlySpare: true, voice.Log, voice.Progress, cancel);
            if (end.Done || end.Results.GetValueOrDefault("spare") != "none") return Finish(@base, end);
            bases.Note(@base.Name, facts => facts with { Spares = 0 });
        }
        voice.Log($"No spare of {@base.Name} is ready: a plain copy is made.");
        return await PlainCopy(build, @base, host, voice, cancel);
    }

    private async Task<StepEnd> PlainCopy(Build build, BaseSettings @base, DatabaseHost host, StepVoice voice, CancellationToken cancel)
    {
        var who = $"the copy for {build.Server}";
        using var onBase = await lanes.Enter(BaseKeeper.LaneOf(@base.Name), 1, build.Id, who, other => voice.WaitsFor($"the base {@base.Name} is busy with {other}"), cancel);
        using var onHost = await lanes.Enter("host " + host.Settings.Name, host.Settings.Copies, build.Id, who, other => voice.WaitsFor($"{host.Settings.Name} is busy with {other}"), cancel);
        await keeper.StandAside(@base.Name);
        voice.WaitsFor(null);
        return Finish(@base, await host.Copy(@base, build.Server, onlySpare: false, voice.Log, voice.Progress, cancel));
    }

    private StepEnd Finish(BaseSettings @base, HostEnd end)
    {
        if (!end.Done)
        {
            keeper.Refresh(@base, sweep: true);
            return StepEnd.Of(end);
        }
        // The next spare is made when the build has ended, so that it takes nothing from the person who waits for it.
        keeper.Touch(@base);
        var dataTime = DatabaseHost.Instant(end.Results, "data_time");
        var method = DatabaseHost.Method(end.Results, "method");
        if (method == "spare") bases.Note(@base.Name, facts => facts with { Spares = Math.Max(0, facts.Spares - 1) });
        return new(StepState.Succeeded, $"{(method == "spare" ? "A spare" : "A copy")}{(dataTime is { } time ? $" with the data of {Times.Say(time)}" : "")}",
            result => result with { DataTime = dataTime, Method = method, Database = end.Results.GetValueOrDefault("database") })
            { LeftOut = end.LeftOut };
    }
}

/// <summary>The steps on a server: code and settings.</summary>
public sealed class GuestSteps(CurrentSettings settings, HostProgram program, Reachability reachability, Secrets secrets, History history, StateFolder state, TimeProvider clock)
{
    private static readonly TimeSpan ShortLimit = TimeSpan.FromSeconds(30);

    /// <summary>Raised when a server tells of another console's work that was not known.</summary>
    public event Action<ServerName>? OtherFound;

    /// <summary>Switches the server's working copy to exactly the wanted path and revision.</summary>
    /// <param name="onReached">Called when the server has answered.</param>
    public async Task<StepEnd> CheckOut(Build build, AppSettings app, Machine machine, Action onReached, StepVoice voice, CancellationToken cancel)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["app"] = app.Name.Text, ["kind"] = app.Repository.Kind == RepositoryKind.Git ? "git" : "svn", ["repository"] = app.Repository.Url,
            ["path"] = build.Path.Text, ["revision"] = build.Revision?.Text ?? "",
            ["console"] = state.Id, ["build"] = build.Id.Text, ["by"] = build.By,
        };
        var end = await Run(machine, Call(machine, "checkout", settings.Now.Builds.CodeMinutes, values, voice) with { OnReached = onReached }, cancel);
        // What a checkout that has begun and not come to its end has left, the server is asked.
        if (!end.Done) return StepEnd.Of(end) with { Unheard = end.Unheard || end.Results.GetValueOrDefault("begun") == "true" };
        return Revision.From(end.Results.GetValueOrDefault("revision") ?? "") is not { } revision
            ? new(StepState.Failed, $"{machine.Name} reported no revision that could be one. Install this console's scripts there.")
            : new(StepState.Succeeded, $"{build.Path} at {(revision.Text.Length == 40 ? revision.Text[..12] : "r" + revision)}", result => result with { Revision = revision })
                { LeftOut = end.LeftOut, ErrorLog = ErrorLogMark.Of(end) };
    }

    /// <summary>Runs the commands that the app's entry in the settings lists, with the settings that the site will have.</summary>
    public async Task<StepEnd> RunAfter(AppSettings app, Machine machine, RenderedSettings rendered, StepVoice voice, CancellationToken cancel)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["app"] = app.Name.Text, ["limit"] = $"{settings.Now.Builds.AfterMinutes * 60:0}" };
        for (var i = 0; i < app.After!.Count; i++) values[$"step.{i + 1}"] = app.After[i];
        var last = "";
        var heard = voice with { Log = line => { last = LastWords(line, last); voice.Log(line); } };
        var end = await Run(machine, Call(machine, "steps", settings.Now.Builds.AfterMinutes + 0.5, values, heard) with { Files = rendered.Files }, cancel);
        if (end.Done)
        {
            var done = app.After.Count == 1 ? "1 command" : $"{app.After.Count} commands";
            return new(StepState.Succeeded, done) { LeftOut = end.LeftOut };
        }
        var failed = end.Ending == HostEnding.Failed && last.Length > 0;
        return StepEnd.Of(failed ? end with { Message = $"{end.Message} It said last: {last}" } : end);
    }

    // Most tools end with their reason. A command that begins has not spoken yet.
    private static string LastWords(string line, string before)
    {
        var words = line.Trim();
        if (words.StartsWith("Step ", StringComparison.Ordinal)) return "";
        return words.Length switch { 0 => before, > 300 => words[..300] + "…", _ => words };
    }

    /// <summary>Asks what lies between what is there and what is wanted; changes nothing that anybody sees.</summary>
    public Task<HostEnd> Compare(AppSettings app, Machine machine, KeptCode? from, CodeTarget to, CancellationToken cancel)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["app"] = app.Name.Text, ["kind"] = app.Repository.Kind == RepositoryKind.Git ? "git" : "svn", ["repository"] = app.Repository.Url,
            ["path"] = to.Path.Text, ["revision"] = to.Revision?.Text ?? "", ["from_path"] = from?.Path.Text ?? "", ["from_revision"] = from?.Revision?.Text ?? "",
        };
        return Run(machine, new(Reach(machine), "guest", "compare", values, ShortLimit), cancel);
    }

    /// <summary>Has left-over work ended and half-made things put right, after an end that nobody heard of.</summary>
    public Task<HostEnd> Sweep(Machine machine, CancellationToken cancel) => Run(machine, new(Reach(machine), "guest", "sweep", new Dictionary<string, string>(StringComparer.Ordinal), TimeSpan.FromMinutes(5)), cancel);

    /// <summary>Asks what is on the server.</summary>
    /// <param name="counts">Whether the server counts as one that cannot be reached when this call does not reach it.</param>
    public Task<HostEnd> Status(Machine machine, CancellationToken cancel, bool counts = true)
    {
        var call = new HostCall(Reach(machine), "guest", "status", new Dictionary<string, string>(StringComparer.Ordinal), ShortLimit);
        return Run(machine, call, cancel, counts);
    }

    /// <summary>Puts rendered settings in place; a failing configtest puts the old ones back.</summary>
    public async Task<StepEnd> PutSettings(Build build, AppSettings app, Machine machine, RenderedSettings rendered, StepVoice voice, CancellationToken cancel)
    {
        var sent = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["app"] = app.Name.Text, ["console"] = state.Id, ["build"] = build.Id.Text, ["by"] = build.By,
            ["data_time"] = rendered.DataTime?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) ?? "",
        };
        var end = await Run(machine, Call(machine, "settings", settings.Now.Builds.SettingsMinutes, sent, voice) with { Files = rendered.Files }, cancel);
        return end.Done ? new(StepState.Succeeded, "In place, Apache reloaded") { LeftOut = end.LeftOut, ErrorLog = ErrorLogMark.Of(end) }
            : StepEnd.Of(end);
    }

    /// <summary>Asks what Apache has written into its error log on the server since then.</summary>
    /// <param name="since">Null: the log was not there or could not be read.</param>
    public async Task<ErrorLog> ErrorsSince(Machine machine, ErrorLogMark? since, CancellationToken cancel) =>
        ErrorLog.Of(await Errors(machine, since, cancel), secrets.Hide);

    /// <summary>Asks where that log ends, before a page is asked that no step of this build has touched.</summary>
    public async Task<ErrorLogMark?> EndOfErrors(Machine machine, CancellationToken cancel) => ErrorLogMark.Of(await Errors(machine, null, cancel));

    private Task<HostEnd> Errors(Machine machine, ErrorLogMark? since, CancellationToken cancel)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["since.inode"] = since?.Inode ?? "", ["since.size"] = since?.Size ?? "" };
        return Run(machine, new(Reach(machine), "guest", "errors", values, ShortLimit), cancel);
    }

    // What a call tells of its server is kept; a disk that refuses is told by what is written next.
    private void NoteSetAside(Machine machine, HostEnd end)
    {
        if (SetAside.Of(end) is not { } folders) return;
        try
        {
            history.NoteSetAside(machine.Name, folders);
        }
        catch (Storage.DiskRefused)
        {
            // The next call of the server tells it again.
        }
    }

    private async Task<HostEnd> Run(Machine machine, HostCall call, CancellationToken cancel, bool counts = true)
    {
        var end = await program.Run(call, cancel);
        // A command of the app's, or Apache, may print what is in the settings.
        end = end with { Message = secrets.Hide(end.Message), LeftOut = [.. end.LeftOut.Select(secrets.Hide)] };
        NoteSetAside(machine, end);
        NoteOther(machine, end);
        if (end.Ending is HostEnding.Unreachable or HostEnding.Stranger)
        {
            if (counts) reachability.NoteUnreachable(machine.Name, end.Message);
        }
        else if (end.Ending is HostEnding.Done or HostEnding.Failed or HostEnding.Refused or HostEnding.Cancelled) reachability.NoteReached(machine.Name);
        return end;
    }

    // Whatever call it was: the site that a server shows is somebody's. A disk that refuses is told by what is written next.
    private void NoteOther(Machine machine, HostEnd end)
    {
        if (BuiltMark.OfSite(end) is not { } mark) return;
        var other = OtherWork.Of(machine.Name, mark, state.Id, clock.GetUtcNow());
        try
        {
            if (history.NoteOther(machine.Name, other) && other is not null) OtherFound?.Invoke(machine.Name);
        }
        catch (DiskRefused)
        {
            // The next call of the server tells it again.
        }
    }

    private SshTransport Reach(Machine machine) => new(machine.Name.Text, machine.Address, settings.Now.Guests!.Ssh, settings.Now.Runtime);

    private HostCall Call(Machine machine, string verb, double minutes, IReadOnlyDictionary<string, string> values, StepVoice voice) =>
        new(Reach(machine), "guest", verb, values, TimeSpan.FromMinutes(minutes))
        {
            OnLog = line => voice.Log(secrets.Hide(line)), OnProgress = voice.Progress,
        };
}
