using Microsoft.Extensions.Time.Testing;
using TestServers.Administration;
using TestServers.Databases;
using TestServers.Following;
using TestServers.History;
using TestServers.Messages;
using TestServers.Savepoints;
using TestServers.Webhooks;

namespace TestServers.Tests.Stage;

/// <summary>
/// A team's days in fast motion, by the console's own parts on one state: some people, servers and an app stay, others
/// come and go each year. The loops do not run: what they do once a night is done once a night. What hosts would do is
/// said by the test.
/// </summary>
internal sealed class TeamOfYears : IAsyncDisposable
{
    public const int KeptDays = 60;
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly string[] Upgraded = ["reservations.json", "people.json", "bases.json", "sessions.json"];

    // In memory where that is to be had: nothing here asks what survives a power cut.
    private readonly string _state = Directory.CreateDirectory(StateFolder()).FullName;
    private readonly ConsoleProcess _files = new();
    private readonly FakeTimeProvider _clock = new(Begin);
    private WebApplication? _app;
    private int _day;

    private int Year => _day / 365 + 1;

    /// <summary>A year from its start, which is an upgrade, to its end.</summary>
    public async Task PassYear()
    {
        SetOlder();
        await Start();
        for (var end = Year; Year == end; _day++)
        {
            _clock.SetUtcNow(Begin.AddDays(_day));
            if (_day % 7 is 0 or 3)
                await Work();
            else
                await SignIn(Person(_day));
            if (_day % 365 == 364)
                await EndYear();
            await Night();
        }
        await Stop();
    }

    /// <summary>
    /// The bytes and the number of the files, for each file and folder of the state; the audit's parts are one with it.
    /// </summary>
    public IReadOnlyDictionary<string, (long Bytes, int Files)> Sizes() =>
        new DirectoryInfo(_state)
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .GroupBy(
                f =>
                    Path.GetRelativePath(_state, f.FullName)
                        .Split('/')[0]
                        .Replace("audit.log", "audit", StringComparison.Ordinal),
                StringComparer.Ordinal
            )
            .ToDictionary(g => g.Key, g => (g.Sum(f => f.Length), g.Count()), StringComparer.Ordinal);

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await Stop();
        await _files.DisposeAsync();
        Directory.Delete(_state, recursive: true);
    }

    private static string StateFolder() =>
        Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"console-{Guid.NewGuid():N}");

    private T The<T>()
        where T : notnull => _app!.Services.GetRequiredService<T>();

    private async Task Start()
    {
        string[] servers = ["qa01", "qa02", "qa03", Guest];
        _files.WriteDomains([.. servers.Select(s => (s, 1))]);
        _files
            .Build()
            .WithTemplates()
            .WithFile("password", "x")
            .WithFile("program", "")
            .With(
                $$"""
                "state": "{{_state}}",
                "guests": { "ssh": { "user": "nobody", "port": 9, "key": "/dev/null", "knownHosts": "/dev/null" } },
                "databaseHosts": [ { "name": "db1", "address": "127.71.9.1", "port": 9,
                  "local": { "program": "program", "config": "password" } } ],
                "bases": [ {{BaseOf("shop")}}, {{BaseOf(Passing)}} ],
                "apps": [ {{AppOf("shop")}}, {{AppOf(Passing)}} ],
                "groups": [ { "name": "release", "users": [] } ],
                "webhooks": [ { "name": "chat", "url": "http://127.71.9.1:9/",
                  "events": ["buildFailed", "buildSucceeded"] } ],
                "reservations": { "kept": 10 },
                "builds": { "kept": 40, "keptDays": {{KeptDays}}, "history": 6 },
                "audit": { "days": 120, "megabytes": 1 }
                """
            )
            .Write();
        File.SetUnixFileMode(Path.Combine(_files.Folder, "program"), (UnixFileMode)0b111_101_101);
        var settings = SiteTrial.Load(Path.Combine(_files.Folder, "console.json"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        Startup.AddParts(builder.Services, settings, _clock);
        _app = builder.Build();
        await The<Inventory>().StartAsync(CancellationToken.None);
        await Wait.Until("virsh has answered", () => The<Inventory>().IsComplete);
        await The<Messenger>().StartAsync(CancellationToken.None);
        Answer([.. servers]);
    }

    private static string BaseOf(string name) =>
        $$"""{ "name": "{{name}}", "host": "db1", "dump": "{{name}}.dump", "owner": "{{name}}" }""";

    private static string AppOf(string name) =>
        $$"""
            { "name": "{{name}}", "repository": { "kind": "svn", "url": "svn://127.71.9.1/{{name}}" },
              "templates": "templates", "base": "{{name}}", "defaultPath": "trunk",
              "database": { "user": "{{name}}", "passwordFile": "password" } }
            """;

    private async Task Stop()
    {
        await The<Messenger>().StopAsync(CancellationToken.None);
        await The<Inventory>().StopAsync(CancellationToken.None);
        var state = The<StateFolder>();
        await _app!.DisposeAsync();
        state.Dispose();
        _app = null;
    }

    // As a program of before has left them: each is kept when it is written anew.
    private void SetOlder()
    {
        foreach (var path in Upgraded.Select(name => Path.Combine(_state, name)).Where(File.Exists))
        {
            var file = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
            file["version"] = Math.Max(1, file["version"]!.GetValue<int>() - 1 - Year % 2);
            File.WriteAllText(path, file.ToJsonString());
        }
    }

    // What the database host says: copies of both bases on each server, or of one.
    private void Answer(IReadOnlyList<string> servers, params string[] without)
    {
        var (facts, copies) = (The<BaseFacts>(), The<Copies>());
        var host = facts.Hosts.Single().Host;
        var found =
            from name in new[] { "shop", Passing }.Except(without)
            from server in servers
            select new FoundDatabase(
                $"copy_{name}_{server}",
                DatabaseKind.Copy,
                BaseName.From(name)!,
                ServerName.From(server),
                1,
                null,
                null,
                null
            );
        facts.NoteAnswer(host, DatabaseHostStatus.Nothing with { Found = [.. found] });
        copies.Note([.. copies.All.Select(c => (c, (CopyFacts?)new CopyFacts("vmhost", "test:///x")))]);
    }

    private string Passing => $"app{Year}";

    private string Guest => $"qa{10 + Year}";

    private string Person(int number) => number % 5 < 3 ? $"person{number % 5}" : $"guest{Year}_{number % 5}";

    private static ServerName Server(string name) => ServerName.From(name)!;

    private Deed DeedOf(string person, string key) =>
        new(new(person, CallerKind.User, TokenRights.All), $"{key}-{_day}", $"POST {key}", $$"""{ "day": {{_day}} }""");

    private Task SignIn(string person)
    {
        The<People>().Note(person, "release", $"{person}@qa.example");
        return _day % 365 < 5
            ? The<Journal>().Do(act => The<MessageBook>().SetUnwanted(act, person, [MessageKind.NewEnd]))
            : Task.CompletedTask;
    }

    private async Task Work()
    {
        var (person, other) = (Person(_day), Person(_day + 1));
        var server = Server(_day % 4 == 3 ? Guest : $"qa0{_day % 4 + 1}");
        await SignIn(person);
        await The<ReservationBook>().Reserve(server, new($"work of day {_day}", 8), DeedOf(person, "reserve"));
        var number = The<ReservationBook>().Of(server)!.Number;
        if (_day % 7 == 0)
            await The<WaitingLine>().Join(new(server, Purpose: "a look"), DeedOf(other, "wait"));
        await Build(server, _day % 3 == 0 ? Passing : "shop", person);
        if (_day % 9 == 0)
            Follow(server, number, person);
        if (_day % 5 == 0)
            await Keep(server, person);
        if (_day % 10 == 0)
            await UseToken(person);
        if (_day % 30 == 0)
            The<Sessions>().End(person);
        await The<Journal>().Do(act => The<MessageBook>().See(act, person, _ => true));
        _clock.Advance(TimeSpan.FromHours(5));
        if (_day % 3 > 0)
            await The<ReservationHandover>().Release(server, null, RunningBuilds.Cancel, DeedOf(person, "release"));
    }

    private async Task Build(ServerName server, string app, string person, bool off = false)
    {
        var (store, history) = (The<JobStore<Build>>(), The<HistoryStore>());
        var wanted = new Wanted(AppName.From(app)!, null, null, !off, !off) { Off = off ? new(true) : null };
        var build = await The<BuildQueue>().Enqueue(server, wanted, null, DeedOf(person, $"{app} on {server}"));
        var now = _clock.GetUtcNow();
        build = store.Change(build.Id, b => b with { State = JobState.Running, StartedAt = now });
        for (var line = 0; line < 20; line++)
            store.LogOf(build.Id).Add("code", $"line {line} of what a checkout says", now);
        var of = BaseName.From(app)!;
        BuildResult result = off
            ? new() { Off = new(true, true, [], [of]) }
            : new(Revision.From("1234"), now, CopyName.Of(of, server), "spare");
        var ended = (build with { Result = result }).WithEnd(
            _day / 7 % 3 > 0 ? JobState.Failed : JobState.Succeeded,
            "ready",
            now.AddSeconds(9)
        ) with
        {
            Steps =
            [
                .. build.Steps.Select(s => s with { State = StepState.Succeeded, StartedAt = now, EndedAt = now }),
            ],
        };
        history.Add(ended.ForHistory(The<CurrentSettings>().Now.App(build.App), history.Of(server))!);
        await The<Journal>().Do(act => store.Change(act, build.Id, _ => ended));
        foreach (var delivery in The<Deliveries>().WaitingFor("chat").ToList())
            The<Deliveries>().Note(delivery, new(AttemptEnd.Taken, "HTTP 200"));
    }

    private void Follow(ServerName server, long number, string person) =>
        The<JsonFile<FollowingState>>()
            .Change(state =>
                state.With(
                    new(
                        server,
                        number,
                        person,
                        AppName.From("shop")!,
                        RepositoryPath.From("trunk")!,
                        false,
                        _clock.GetUtcNow()
                    )
                )
            );

    // As the keeper leaves it, and as it drops the one that is too old.
    private Task Keep(ServerName server, string person) =>
        The<Journal>()
            .Do(act =>
            {
                var (file, now) = (The<JsonFile<SavepointsState>>(), _clock.GetUtcNow());
                foreach (var old in act.Of(file).Savepoints.Values.Where(s => now - s.At > TimeSpan.FromDays(14)))
                    act.Change(file, state => state.Without(old.Id));
                var made = new Savepoint(
                    The<JobNumbers>().Next(act),
                    server,
                    AppName.From("shop")!,
                    "before",
                    "",
                    person,
                    now,
                    SavepointState.Kept,
                    [new(BaseName.From("shop")!, "db1", 1)]
                );
                var work = new EndedSavepointWork(made.Id, made.Name, false, person, now, now, null);
                act.Change(file, state => state.With(made).With(server, work));
            });

    private async Task UseToken(string person)
    {
        var tokens = The<PersonalTokens>();
        var made = await tokens.Make(new($"job {_day}", null, null, null, 5, null), DeedOf(person, "token"));
        tokens.NoteUse(tokens.Find(PersonalTokens.HashOf(made.Secret!))!, "127.0.0.1");
    }

    // The app that goes is taken off, and the server that goes is put out of service.
    private async Task EndYear()
    {
        string[] all = ["qa01", "qa02", "qa03", Guest];
        foreach (var server in all.Select(Server))
        {
            if (The<ReservationBook>().Of(server) is null)
                await The<ReservationBook>().Reserve(server, new("the year's end", 1), DeedOf("person0", $"{server}"));
            var holder = The<ReservationBook>().Of(server)!.Holder;
            if (The<HistoryStore>().Of(server).Code.ContainsKey(AppName.From(Passing)!))
                await Build(server, Passing, holder, off: true);
        }
        await The<ServiceChanges>()
            .Put(Server(Guest), new(true, "It goes at the end of the year."), DeedOf("person0", "service"));
        foreach (var gone in The<JsonFile<SavepointsState>>().Value.Savepoints.Values)
            The<JsonFile<SavepointsState>>().Change(state => state.Without(gone.Id));
        Answer(["qa01", "qa02", "qa03"], Passing);
    }

    private async Task Night()
    {
        _clock.Advance(TimeSpan.FromHours(10));
        await The<ReservationBook>().RemoveEnded();
        await The<FollowBook>().RemoveEnded();
        await Restore(_day % 2 == 0 ? "shop" : Passing);
        await The<PersonalTokens>().KeepUses();
        The<Retention>().RemoveOld();
        The<AuditRetention>().RemoveOld();
    }

    private async Task Restore(string name)
    {
        var (store, now, of) = (The<JobStore<Restore>>(), _clock.GetUtcNow(), BaseName.From(name)!);
        var restore = await The<Journal>()
            .Do(act =>
                store.Add(
                    act,
                    id => new Restore(of)
                    {
                        Id = id,
                        By = "cron",
                        At = now,
                    }
                )
            );
        store.Change(restore.Id, r => r with { State = JobState.Running, StartedAt = now });
        store.LogOf(restore.Id).Add("restore", "what a restore says", now);
        The<BaseFacts>().Note(of, known => known with { Exists = true, LastRestore = restore.Id, DataTime = now });
        await The<Journal>()
            .Do(act => store.Change(act, restore.Id, r => r.WithEnd(JobState.Succeeded, "restored", now)));
    }
}
