using System.Globalization;
using TestServers.Apps;
using TestServers.History;
using TestServers.HostPrograms;

namespace TestServers.Builds;

/// <summary>The calls of the program on a server.</summary>
public sealed class GuestProgram(
    CurrentSettings settings,
    HostProgram program,
    Reachability reachability,
    Secrets secrets,
    HistoryStore history,
    StateFolder state,
    TimeProvider clock
)
{
    private static readonly TimeSpan ShortLimit = TimeSpan.FromSeconds(30);

    /// <summary>Raised when a server tells of another console's work that was not known.</summary>
    public event Action<ServerName>? OtherFound;

    /// <summary>The calls of one build: its checkout starts the program, what follows it needs no other
    /// start.</summary>
    public CallSequence BeginSequence() => new(program);

    /// <summary>Switches the server's working copy to exactly the wanted path and revision.</summary>
    /// <param name="onReached">Called when the server has answered.</param>
    public Task<HostResult> CheckOut(
        BuildWork work,
        TimeSpan limit,
        Action onReached,
        StepRun<Build> run,
        CancellationToken cancel
    )
    {
        var (build, app, server) = (work.Build, work.App, work.Server);
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["app"] = app.Name.Text,
            ["kind"] = app.Repository.Kind == RepositoryKind.Git ? "git" : "svn",
            ["repository"] = app.Repository.Url,
            ["path"] = build.Path.Text,
            ["revision"] = build.Revision?.Text ?? "",
            ["console"] = state.Id,
            ["build"] = build.Id.Text,
            ["by"] = build.By,
        };
        AddFolders(values, app, isWhole: false);
        AddChoices(values, app.Repository);
        AddKind(values, app);
        var call = Call(server, "checkout", limit, values, run.Log, run.Progress) with { OnReached = onReached };
        return Keep(server, work.Calls.Run(call, isFollowed: true, cancel));
    }

    /// <summary>
    /// Runs the commands that the app's entry in the settings lists, with the settings that the site will have.
    /// </summary>
    /// <param name="limit">For all of them together.</param>
    public Task<HostResult> RunAfter(
        BuildWork work,
        TimeSpan limit,
        RenderedSite rendered,
        Action<string> onLog,
        Action<double> onProgress,
        CancellationToken cancel
    )
    {
        var (app, server) = (work.App, work.Server);
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["app"] = app.Name.Text,
            ["limit"] = $"{limit.TotalSeconds:0}",
        };
        foreach (var (at, command) in app.CommandsAfter(work.Build.Database, work.Build.Code).Index())
        {
            values[$"step.{at + 1}"] = command.Run;
            if (command.Minutes is { } minutes)
                values[$"step_limit.{at + 1}"] = $"{Math.Ceiling(minutes * 60):0}";
            if (command.Files is { Count: > 0 } files)
                values[$"step_files.{at + 1}"] = string.Join(' ', files);
        }
        AddFolders(values, app, isWhole: true);
        if (app.Migrations is { } migrations)
        {
            values["migrations"] = migrations;
            values["console"] = state.Id;
            values["build"] = work.Build.Id.Text;
        }
        // The program itself ends them at their limit, and says so.
        var call = Call(server, "steps", limit + ShortLimit, values, onLog, onProgress) with
        {
            Files = rendered.Files,
        };
        return Keep(server, work.Calls.Run(call, isFollowed: true, cancel));
    }

    // What stays is made by a checkout, and so are links to it; what is in it, only by what follows.
    private static void AddFolders(Dictionary<string, string> values, AppSettings app, bool isWhole)
    {
        if (app.Folders is not { Count: > 0 } folders)
            return;
        values["folders"] = string.Join(' ', folders.Keys);
        foreach (var (name, folder) in folders)
        {
            var key = $"folder.{name}";
            if (folder.Link is { } link)
                values[key + ".link"] = link;
            if (folder.Python is not { } python || !isWhole)
                continue;
            values[key + ".python"] = python;
            values[key + ".system"] = folder.System ? "true" : "false";
            if (folder.Pip is { Count: > 0 } options)
                values[key + ".pip"] = string.Join(' ', options);
        }
    }

    /// <summary>Asks what lies between what is there and what is wanted; changes nothing that anybody sees.</summary>
    /// <param name="copyMadeBy">The build that made the database that stays, of which migrations are told; null: they
    /// are not asked for.</param>
    public Task<HostResult> Compare(
        AppSettings app,
        Server server,
        KeptCode? from,
        CodeTarget to,
        JobId? copyMadeBy,
        CancellationToken cancel
    )
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["app"] = app.Name.Text,
            ["kind"] = app.Repository.Kind == RepositoryKind.Git ? "git" : "svn",
            ["repository"] = app.Repository.Url,
            ["path"] = to.Path.Text,
            ["revision"] = to.Revision?.Text ?? "",
            ["from_path"] = from?.Path.Text ?? "",
            ["from_revision"] = from?.Revision?.Text ?? "",
        };
        if (copyMadeBy is not null)
        {
            values["console"] = state.Id;
            values["migrations_since"] = copyMadeBy.Text;
        }
        AddChoices(values, app.Repository);
        return Run(server, new(Reach(server), "guest", "compare", values, ShortLimit), cancel);
    }

    /// <summary>Has left-over work ended and half-made things put right, after an end that nobody heard of.</summary>
    public Task<HostResult> Sweep(Server server, CancellationToken cancel) =>
        Run(
            server,
            new(
                Reach(server),
                "guest",
                "sweep",
                new Dictionary<string, string>(StringComparer.Ordinal),
                TimeSpan.FromMinutes(5)
            ),
            cancel
        );

    /// <summary>Asks what is on the server.</summary>
    /// <param name="counts">Whether the server counts as one that cannot be reached when this call does not reach
    /// it.</param>
    public Task<HostResult> Status(Server server, CancellationToken cancel, bool counts = true)
    {
        var call = new HostCall(
            Reach(server),
            "guest",
            "status",
            new Dictionary<string, string>(StringComparer.Ordinal),
            ShortLimit
        );
        return Run(server, call, cancel, counts);
    }

    /// <summary>Puts rendered settings in place; a failing configtest puts the old ones back.</summary>
    public Task<HostResult> PutSettings(
        BuildWork work,
        TimeSpan limit,
        RenderedSite rendered,
        StepRun<Build> run,
        CancellationToken cancel
    )
    {
        var (build, app, server) = (work.Build, work.App, work.Server);
        var dataTime = rendered.DataTime?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["app"] = app.Name.Text,
            ["console"] = state.Id,
            ["build"] = build.Id.Text,
            ["by"] = build.By,
            ["data_time"] = dataTime ?? "",
        };
        AddKind(values, app);
        foreach (var (name, command) in app.Workers ?? NoWorkers)
            values[$"worker.{name}"] = command;
        if (settings.Now.MayHaveSeveral(server.Name))
            values["beside"] = "true";
        var call = Call(server, "settings", limit, values, run.Log, run.Progress) with { Files = rendered.Files };
        // What it says is enough: nobody waits until it has ended.
        return Keep(server, work.Calls.Run(call, isFollowed: true, cancel));
    }

    /// <summary>Takes the app's site, workers and code off the server.</summary>
    public Task<HostResult> TakeOff(BuildWork work, TimeSpan limit, StepRun<Build> run, CancellationToken cancel)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["app"] = work.App.Name.Text,
            ["folders"] = work.Build.Off!.Folders ? "remove" : "keep",
            ["console"] = state.Id,
            ["build"] = work.Build.Id.Text,
            ["by"] = work.Build.By,
        };
        return Run(work.Server, Call(work.Server, "off", limit, values, run.Log, run.Progress), cancel);
    }

    /// <summary>The apps whose sites a server has, as it tells; null: it has one app's alone.</summary>
    public static IReadOnlyList<AppName>? SitesOf(HostResult end) =>
        end.Results.GetValueOrDefault("sites") is { } names
            ? [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(AppName.From).OfType<AppName>()]
            : null;

    /// <summary>
    /// Ends the app's workers, before anything of what they use is exchanged, or starts those that its last settings on
    /// this server have named.
    /// </summary>
    /// <param name="action">stop or start.</param>
    public Task<HostResult> Workers(
        AppSettings app,
        Server server,
        string action,
        TimeSpan limit,
        Action<string> onLog,
        CancellationToken cancel
    )
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["app"] = app.Name.Text,
            ["action"] = action,
        };
        return Run(server, Call(server, "workers", limit, values, onLog, _ => { }), cancel);
    }

    /// <summary>Asks what the web server has written into its error logs on the server since then.</summary>
    /// <param name="since">Null: the log was not there or could not be read.</param>
    public async Task<ErrorLog> ErrorsSince(
        AppSettings app,
        Server server,
        ErrorLogMark? since,
        CancellationToken cancel
    ) => ErrorLog.Of(await Errors(app, server, since, cancel), secrets.Hide);

    /// <summary>Asks where that log ends, before a page is asked that no step of this build has touched.</summary>
    public async Task<ErrorLogMark?> EndOfErrors(AppSettings app, Server server, CancellationToken cancel) =>
        ErrorLogMark.Of(await Errors(app, server, null, cancel));

    private Task<HostResult> Errors(AppSettings app, Server server, ErrorLogMark? since, CancellationToken cancel)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["since.inode"] = since?.Inode ?? "",
            ["since.size"] = since?.Size ?? "",
        };
        if (AddKind(values, app))
            values["app"] = app.Name.Text;
        return Run(server, new(Reach(server), "guest", "errors", values, ShortLimit), cancel);
    }

    // What a call tells of its server is kept; a disk that refuses is told by what is written next.
    private void NoteSetAside(Server server, HostResult end)
    {
        if (SetAside.Of(end) is not { } folders)
            return;
        try
        {
            history.NoteSetAside(server.Name, folders);
        }
        catch (DiskRefused)
        {
            // The next call of the server tells it again.
        }
    }

    private Task<HostResult> Run(Server server, HostCall call, CancellationToken cancel, bool counts = true) =>
        Keep(server, program.Run(call, cancel), counts);

    private async Task<HostResult> Keep(Server server, Task<HostResult> call, bool counts = true)
    {
        var end = await call;
        // A command of the app's, or Apache, may print what is in the settings.
        end = end with
        {
            Message = secrets.Hide(end.Message),
            LeftOut = [.. end.LeftOut.Select(secrets.Hide)],
        };
        NoteSetAside(server, end);
        NoteOther(server, end);
        if (end.Outcome is HostOutcome.Unreachable or HostOutcome.Stranger)
        {
            if (counts)
                reachability.NoteUnreachable(server.Name, end.Message);
        }
        else if (end.Outcome is HostOutcome.Done or HostOutcome.Failed or HostOutcome.Refused or HostOutcome.Cancelled)
            reachability.NoteReached(server.Name);
        return end;
    }

    // Whatever call it was: the site that a server shows is somebody's. A disk that refuses is told by what is written
    // next.
    private void NoteOther(Server server, HostResult end)
    {
        if (BuiltMark.OfSite(end) is not { } mark)
            return;
        var other = OtherWork.Of(server.Name, mark, state.Id, clock.GetUtcNow());
        try
        {
            if (history.NoteOther(server.Name, other) && other is not null)
                OtherFound?.Invoke(server.Name);
        }
        catch (DiskRefused)
        {
            // The next call of the server tells it again.
        }
    }

    // What a checkout brings beside the files themselves.
    private static void AddChoices(Dictionary<string, string> values, RepositorySettings repository)
    {
        if (repository.Submodules is { Count: > 0 } addresses)
            values["submodules"] = string.Join(' ', addresses);
        if (repository.Lfs)
            values["lfs"] = "true";
        if (repository.Externals is { Count: > 0 } others)
            values["externals"] = string.Join(' ', others);
    }

    private static Dictionary<string, string> NoWorkers => new(StringComparer.Ordinal);

    // The usual kind is not named.
    private static bool AddKind(Dictionary<string, string> values, AppSettings app)
    {
        var isNamed = app.SiteKind != SiteKind.Usual;
        if (isNamed)
            values["site_kind"] = app.SiteKind.Text;
        return isNamed;
    }

    private Transport Reach(Server server) => To(server, settings.Now);

    /// <summary>The way to the program on a server.</summary>
    internal static Transport To(Server server, ConsoleSettings settings) =>
        Transport.To(server.Name.Text, server.Address, settings.Guests!.Ssh, settings.Runtime);

    /// <summary>The call that asks whether a server has what builds need; it changes nothing.</summary>
    /// <param name="tools">What the apps' checkouts are made with.</param>
    /// <param name="databases">Those that apps will want there: host, port, role and database of each.</param>
    internal static HostCall CheckCall(
        Server server,
        ConsoleSettings settings,
        IEnumerable<string> tools,
        IEnumerable<(string Host, int Port, string Role, string Database)> databases
    ) =>
        new(
            To(server, settings),
            "guest",
            "check",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["tools"] = string.Join(' ', tools),
                ["repositories"] = string.Join(' ', settings.Apps.Select(a => a.Repository.Url).Distinct()),
                ["databases"] = string.Join(
                    ' ',
                    databases.Select(d =>
                        $"{Uri.EscapeDataString(d.Host)}/{d.Port}/{Uri.EscapeDataString(d.Role)}/"
                        + Uri.EscapeDataString(d.Database)
                    )
                ),
            },
            TimeSpan.FromMinutes(1)
        );

    private HostCall Call(
        Server server,
        string verb,
        TimeSpan limit,
        IReadOnlyDictionary<string, string> values,
        Action<string> onLog,
        Action<double> onProgress
    ) =>
        new(Reach(server), "guest", verb, values, limit)
        {
            OnLog = line => onLog(secrets.Hide(line)),
            OnProgress = onProgress,
        };
}
