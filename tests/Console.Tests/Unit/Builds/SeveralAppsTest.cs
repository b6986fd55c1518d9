using System.Collections.Immutable;
using TestServers.Builds.Steps;
using TestServers.History;
using TestServers.Plans;
using TestServers.Savepoints;

namespace TestServers.Tests.Unit.Builds;

/// <summary>
/// Several apps on one server: what may stand beside what, what is known of each, and what is left when one is taken
/// off.
/// </summary>
public sealed class SeveralAppsTest
{
    private const string Apps = """
        "guests": { "severalApps": "^qa0[45]$",
          "ssh": { "user": "nobody", "port": 9, "key": "/dev/null", "knownHosts": "/dev/null", "connectSeconds": 1 } },
        "databaseHosts": [ { "name": "db1", "address": "127.71.9.1", "port": 9,
          "local": { "program": "program", "config": "password" } } ],
        "bases": [ { "name": "shop", "host": "db1", "dump": "shop.dump", "owner": "shop" },
          { "name": "notes", "host": "db1", "dump": "notes.dump", "owner": "shop" } ],
        "apps": [
          { "name": "shop", "repository": { "kind": "svn", "url": "svn://127.71.9.1/shop" }, "templates": "templates",
            "base": "shop", "database": { "user": "shop", "passwordFile": "password" }, "health": "{url}shop" },
          { "name": "notes", "repository": { "kind": "svn", "url": "svn://127.71.9.1/notes" }, "templates": "templates",
            "base": "notes", "database": { "user": "shop", "passwordFile": "password" }, "health": "{url}notes",
            "folders": { "uploads": {} } },
          { "name": "desk", "repository": { "kind": "svn", "url": "svn://127.71.9.1/desk" }, "templates": "templates",
            "base": "shop", "database": { "user": "shop", "passwordFile": "password" }, "health": "{url}desk" },
          { "name": "page", "repository": { "kind": "svn", "url": "svn://127.71.9.1/page" }, "templates": "templates",
            "health": "{url}notes" } ]
        """;

    private static readonly DateTimeOffset Night = new(2026, 11, 24, 1, 0, 0, TimeSpan.Zero);
    private static readonly ServerName Qa04 = ServerName.From("qa04")!;
    private static readonly AppName Shop = AppName.From("shop")!,
        Notes = AppName.From("notes")!,
        Desk = AppName.From("desk")!,
        Page = AppName.From("page")!;

    private static PartsInPlace Parts() => new([("qa04", 1), ("qa06", 1)], new Dictionary<string, string>(), Apps);

    [Fact]
    public async Task Each_app_has_its_own_configuration_until_it_is_taken_off()
    {
        await using var parts = Parts();
        var history = parts.The<HistoryStore>();
        End(parts, 1, Shop, "shop");
        Assert.Null(history.Of(Qa04).Beside);
        End(parts, 2, Notes, "notes", "shop");
        Assert.Equal("notes beside shop 1", Say(history.Of(Qa04)));
        // One that ends before its site is there is told of its own app alone.
        EndOn(Qa04, parts, 3, Shop, [], well: false);
        Assert.Equal("notes beside shop 3", Say(history.Of(Qa04)));
        Assert.Equal(JobState.Failed, history.Of(Qa04).Beside![Shop].Result);
        End(parts, 4, Shop, "notes", "shop");
        Assert.Equal("shop beside notes 2", Say(history.Of(Qa04)));
        var mark = new SavepointMark(JobId.Of(9), "x", Qa04, "anna", Night) { App = Notes };
        history.NoteSavepoint(Qa04, mark, new Dictionary<BaseName, DateTimeOffset?> { [Name("notes")] = Night });
        Assert.Equal(Night, history.Of(Qa04).Beside![Notes].DataTime);
        // Over a restart, too.
        var again = new HistoryStore(Path.GetDirectoryName(history.PathOf(Qa04))!, () => 50);
        Assert.Equal("shop beside notes 2", Say(again.Of(Qa04)));

        TakeOff(parts, 5, Shop, new(true, true, [], [Name("shop")]));
        Assert.Equal("notes beside ", Say(history.Of(Qa04)));
        Assert.Equal("notes with notes", Left(history.Of(Qa04)));
        Assert.True(history.Of(Qa04).Entries[0].Off);
        Assert.NotNull(history.Of(Qa04).Savepoint);
        // What could not be dropped is still known, and so is the app.
        TakeOff(parts, 6, Notes, new(true, true, ["uploads"], []));
        Assert.Equal("none beside ", Say(history.Of(Qa04)));
        Assert.Equal(" with notes", Left(history.Of(Qa04)));
        Assert.True(parts.The<BuildRules>().HasAnything(history.Of(Qa04), parts.Settings.App(Notes)!));
        TakeOff(parts, 7, Notes, new(false, false, [], [Name("notes")]));
        Assert.False(parts.The<BuildRules>().HasAnything(history.Of(Qa04), parts.Settings.App(Notes)!));
    }

    [Fact]
    public async Task One_that_was_not_taken_off_is_what_it_was_and_its_build_says_why()
    {
        await using var parts = Parts();
        End(parts, 1, Shop, "shop");
        TakeOff(parts, 2, Shop, null);
        var now = parts.The<HistoryStore>().Of(Qa04).Configuration!;
        Assert.Equal((JobState.Failed, "shop is not taken off: Apache says no"), (now.Result, now.Message));
        Assert.Equal("12", now.Revision!.Text);
    }

    [Fact]
    public async Task A_build_on_a_server_with_one_site_takes_the_place_of_whatever_is_there()
    {
        await using var parts = Parts();
        End(parts, 1, Shop, "shop");
        End(parts, 2, Notes, "notes", "shop");
        End(parts, 3, Desk);
        Assert.Equal("desk beside ", Say(parts.The<HistoryStore>().Of(Qa04)));
        // Which the server tells where nobody has heard the end.
        End(parts, 4, Shop, "shop");
        End(parts, 5, Notes, "notes", "shop");
        parts
            .The<HistoryStore>()
            .Correct(
                Qa04,
                new Dictionary<AppName, KeptCode?>(),
                new Dictionary<BaseName, DateTimeOffset?>(),
                [Notes],
                null,
                new Dictionary<BaseName, string>(),
                []
            );
        Assert.Equal("notes beside ", Say(parts.The<HistoryStore>().Of(Qa04)));
    }

    [Fact]
    public async Task Two_that_would_share_a_copy_or_an_address_are_refused_with_what_to_do()
    {
        await using var parts = Parts();
        await parts.Begin();
        End(parts, 1, Shop, "shop");
        End(parts, 2, Notes, "notes", "shop");
        Assert.Null(Refusal(parts, Shop));
        Assert.Equal(
            "shop on qa04 uses its copy of shop, and desk would, too: a server has one copy of a base. "
                + "Take shop off qa04 first, or take another server.",
            Refusal(parts, Desk)
        );
        var page = Refusal(parts, Page);
        Assert.StartsWith("notes on qa04 has the address http://", page, StringComparison.Ordinal);
        Assert.EndsWith("when each has its own in the settings.", page, StringComparison.Ordinal);
        // Where a server has one site, it takes the place of the one before.
        Assert.Null(Refusal(parts, Desk, "qa06"));
    }

    [Fact]
    public async Task A_plan_says_what_becomes_of_the_others()
    {
        await using var parts = Parts();
        await parts.Begin();
        End(parts, 1, Shop, "shop");
        Assert.Equal("shop stays on qa04 beside notes.", (await PlanOf(parts, Notes)).Others);
        Assert.Null((await PlanOf(parts, Shop)).Others);
        EndOn(ServerName.From("qa06")!, parts, 2, Shop, [], well: true);
        Assert.Equal(
            "notes takes the place of shop on qa06; its code and copies stay there, until it is taken off.",
            (await PlanOf(parts, Notes, "qa06")).Others
        );
    }

    [Fact]
    public async Task What_is_on_a_server_is_listed_and_what_is_not_there_cannot_be_taken_off()
    {
        await using var parts = Parts();
        await parts.Begin();
        End(parts, 1, Shop, "shop");
        End(parts, 2, Notes, "notes", "shop");
        var here = parts.The<ServerApps>().Of(parts.The<TestServers.Hosts.Inventory>().Find(Qa04));
        Assert.Equal(["notes True copy_notes_qa04", "shop True copy_shop_qa04"], here.Apps.Select(Line));
        Assert.Equal(["uploads"], here.Apps[0].Folders);
        Assert.EndsWith("/notes", here.Apps[0].Address, StringComparison.Ordinal);

        var off = new Wanted(Desk, null, null, false, false) { Off = new(Folders: false) };
        var refused = await Assert.ThrowsAsync<Problem>(() => Launch(parts, off));
        Assert.StartsWith("Nothing of desk is on qa04.", refused.Message, StringComparison.Ordinal);
        var build = await Launch(parts, off with { App = Shop, Off = new(Folders: true) });
        Assert.Equal(["off", "copies"], build.Steps.Select(s => s.Name));
        Assert.True(parts.The<JobStore<Build>>().Find(build.Id)!.Off!.Folders);
        Assert.Equal("taking off shop", parts.The<TestServers.Reservations.ReservationBook>().Of(Qa04)!.Purpose);
        static string Line(AppOnServer app) =>
            $"{app.App} {app.Site} {string.Join(' ', app.Copies.Select(c => c.Database))}";
    }

    [Fact]
    public async Task What_is_reserved_to_take_it_off_is_free_again_also_when_that_was_asked_for_twice()
    {
        await using var parts = Parts();
        await parts.Begin();
        End(parts, 1, Shop, "shop");
        var off = new Wanted(Shop, null, null, false, false) { Off = new(Folders: false) };
        var builds = new[] { await Launch(parts, off), await Launch(parts, off) };
        var (store, book) = (parts.The<JobStore<Build>>(), parts.The<TestServers.Reservations.ReservationBook>());
        foreach (var build in builds)
        {
            Assert.NotNull(book.Of(Qa04));
            Build End(Build now) =>
                now.WithEnd(JobState.Succeeded, "", Night) with
                {
                    Steps = [new(OffStep.Called, StepState.Succeeded, Night)],
                };
            await parts
                .The<TestServers.Storage.Journal>()
                .Do(act => parts.The<BuildRunner>().GiveBack(act, store.Change(act, build.Id, End)));
        }
        Assert.Null(book.Of(Qa04));
    }

    [Fact]
    public async Task Savepoints_are_those_of_the_app_that_is_meant()
    {
        await using var parts = Parts();
        End(parts, 1, Shop, "shop");
        End(parts, 2, Notes, "notes", "shop");
        var rules = parts.The<SavepointRules>();
        Assert.Equal(["notes"], rules.On(Qa04).Bases.Select(b => b.Name.Text));
        Assert.Equal(["shop"], rules.On(Qa04, Shop).Bases.Select(b => b.Name.Text));
        var none = Assert.Throws<Problem>(() => rules.On(Qa04, Desk));
        Assert.StartsWith("desk is not on qa04.", none.Message, StringComparison.Ordinal);
        ImmutableArray<SavedCopy> copies = [new(Name("shop"), "db1")];
        var savepoint = new Savepoint(JobId.Of(7), Qa04, Shop, "x", "", "anna", Night, SavepointState.Kept, copies);
        Assert.Null(rules.WhyNot(Qa04, savepoint));
    }

    [Fact]
    public async Task Each_app_with_a_database_can_be_kept_whichever_was_built_last()
    {
        await using var parts = Parts();
        await parts.Begin();
        var (rules, lists) = (parts.The<SavepointRules>(), parts.The<SavepointPresenter>());
        ImmutableArray<SavedCopy> copies = [new(Name("shop"), "db1")];
        var savepoint = new Savepoint(JobId.Of(7), Qa04, Shop, "x", "", "anna", Night, SavepointState.Kept, copies);
        Assert.Empty(lists.ListOf(Qa04).Apps);
        Assert.StartsWith("No app of the settings is on qa04.", lists.ListOf(Qa04).WhyNot, StringComparison.Ordinal);
        Assert.Equal("shop is not on qa04. Build it there with its database first.", rules.WhyNot(Qa04, savepoint));

        End(parts, 1, Shop, "shop");
        End(parts, 2, Notes, "notes", "shop");
        Assert.Equal(["notes", "shop"], lists.ListOf(Qa04).Apps.Select(a => a.App.Text));
        Add(
            parts,
            Ended(3, Page, Qa04, well: true) with
            {
                Code = true,
                Steps = [new(SettingsStep.Called, StepState.Succeeded, Night)],
                Result = new(Revision.From("12")) { Sites = [Notes, Page, Shop] },
            }
        );
        var list = lists.ListOf(Qa04);
        Assert.Equal((null, null), (list.App, list.WhyNot));
        Assert.Equal(["notes", "shop"], list.Apps.Select(a => a.App.Text));
        Assert.Null(rules.WhyNot(Qa04, savepoint));
    }

    [Fact]
    public async Task Templates_have_the_place_of_the_apps_own_site()
    {
        await using var parts = Parts();
        await parts.Begin();
        File.WriteAllText(parts.FileOf("templates/settings.py"), "A = '{{folders.site}}'\n");
        Assert.Contains("A = '/srv/app/site/shop'", LinesOf(await PlanOf(parts, Shop)));
        Assert.Contains("A = '/srv/app/site'", LinesOf(await PlanOf(parts, Shop, "qa06")));
        static IEnumerable<string> LinesOf(Plan plan) =>
            plan.Settings.Single(f => f.File == "settings.py").Lines.Select(l => l.Text);
    }

    [Fact]
    public async Task An_app_that_the_settings_do_not_name_any_more_keeps_its_place_until_it_is_taken_off()
    {
        await using var parts = Parts();
        await parts.Begin();
        var server = parts.The<TestServers.Hosts.Inventory>().Find(Qa04);
        var former = parts.Settings.App(Shop)! with { Name = AppName.From("gone")! };
        EndOn(Qa04, parts, 1, former.Name, ["gone"], well: true, former);
        End(parts, 2, Page, "gone", "page");
        var here = parts.The<ServerApps>().Of(server).Apps;
        Assert.Equal(["page True False ", "gone True True copy_shop_qa04"], here.Select(Line));
        Assert.EndsWith("/shop", here[1].Address, StringComparison.Ordinal);

        // What it has is its own: it is neither shared, nor dropped behind another's build.
        Assert.StartsWith("gone on qa04 uses its copy of shop,", Refusal(parts, Desk), StringComparison.Ordinal);
        Assert.Contains(
            parts.The<HistoryStore>().Of(Qa04).AppsBeside(parts.Settings.Apps, Page),
            a => a.Name == former.Name
        );
        var build = new Wanted(former.Name, null, null, Database: true, Code: true);
        var refused = await Assert.ThrowsAsync<Problem>(() => Launch(parts, build));
        Assert.StartsWith("The catalogue has no app gone.", refused.Message, StringComparison.Ordinal);

        var off = build with { Database = false, Code = false, Off = new(Folders: false) };
        Assert.Equal(["off", "copies"], (await Launch(parts, off)).Steps.Select(s => s.Name));
        TakeOff(parts, 9, former.Name, new(true, true, [], [Name("shop")]));
        Assert.Equal(["page True False "], parts.The<ServerApps>().Of(server).Apps.Select(Line));
        await Assert.ThrowsAsync<Problem>(() => Launch(parts, off));
        static string Line(AppOnServer app) =>
            $"{app.App} {app.Site} {app.Former} {string.Join(' ', app.Copies.Select(c => c.Database))}";
    }

    [Fact]
    public async Task The_address_of_an_app_that_the_settings_do_not_name_any_more_is_not_given_to_another()
    {
        await using var parts = Parts();
        await parts.Begin();
        var former = parts.Settings.App(Page)! with { Name = AppName.From("gone")! };
        EndOn(Qa04, parts, 1, former.Name, ["gone"], well: true, former);
        Assert.Null(Refusal(parts, Shop));
        Assert.StartsWith("gone on qa04 has the address http://", Refusal(parts, Page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_older_console_has_written_tells_the_database_of_an_app_that_the_settings_do_not_name()
    {
        await using var parts = Parts();
        var former = parts.Settings.App(Shop)! with { Name = AppName.From("gone")! };
        EndOn(Qa04, parts, 1, former.Name, [], well: true, former);
        var older = parts.The<HistoryStore>().Of(Qa04) with { Bases = null };
        var found = Assert.Single(older.FormerApps(parts.Settings.Apps));
        Assert.Equal("shop", Assert.Single(found.AllDatabases).Usual.Text);
        Assert.True(found.IsFormer);
        Assert.Empty(older.FormerApps([former]));
    }

    [Fact]
    public async Task What_stays_of_an_app_that_was_taken_off_is_listed_and_goes_when_that_is_asked_for()
    {
        await using var parts = Parts();
        await parts.Begin();
        var (server, folders) = (parts.The<TestServers.Hosts.Inventory>().Find(Qa04), parts.The<KeptFolders>());
        var told = new Dictionary<string, string> { ["kept.0"] = "/kept/notes/uploads", ["kept.1"] = "/kept/gone/old" };
        folders.Note(Qa04, new(TestServers.HostPrograms.HostOutcome.Done, "", told));
        // They are another console's until this one has built the app there.
        Assert.Empty(Lines());
        var former = parts.Settings.App(Page)! with { Name = AppName.From("gone")! };
        EndOn(Qa04, parts, 1, former.Name, ["gone"], well: true, former);
        End(parts, 2, Notes, "gone", "notes");
        TakeOff(parts, 3, former.Name, new(true, true, ["old"], []));
        TakeOff(parts, 4, Notes, new(true, true, ["uploads"], [Name("notes")]));
        Assert.Equal(["gone old True", "notes uploads False"], Lines());
        var off = new Wanted(Notes, null, null, false, false) { Off = new(Folders: false) };
        var refused = await Assert.ThrowsAsync<Problem>(() => Launch(parts, off));
        Assert.Equal(
            "Nothing of notes is on qa04 but what stays there: uploads. Ask for `folders=remove` if it is to go.",
            refused.Message
        );
        await Launch(parts, off with { Off = new(Folders: true) });
        await Launch(parts, off with { App = AppName.From("gone")!, Off = new(Folders: true) });
        folders.NoteLeft(Qa04, Notes, []);
        Assert.Equal(["gone old True"], Lines());
        IEnumerable<string> Lines() =>
            parts.The<ServerApps>().Of(server).Apps.Select(a => $"{a.App} {string.Join(' ', a.Folders)} {a.Former}");
    }

    [Fact]
    public async Task A_copy_that_is_left_is_listed_by_the_app_that_it_was_made_for_and_by_no_other()
    {
        await using var parts = Parts();
        await parts.Begin();
        var server = parts.The<TestServers.Hosts.Inventory>().Find(Qa04);
        End(parts, 1, Shop);
        TakeOff(parts, 2, Shop, new(true, true, [], []));
        Assert.Equal(["shop"], parts.The<ServerApps>().Of(server).Apps.Select(a => a.App.Text));
        // One that another app uses is that one's.
        End(parts, 3, Shop);
        End(parts, 4, Desk);
        TakeOff(parts, 5, Shop, new(false, true, [], []));
        Assert.Equal(["desk"], parts.The<ServerApps>().Of(server).Apps.Select(a => a.App.Text));
        TakeOff(parts, 6, Desk, new(true, true, [], [Name("shop")]));
        Assert.Empty(parts.The<ServerApps>().Of(server).Apps);
    }

    private static BaseName Name(string text) => BaseName.From(text)!;

    private static string Say(ServerHistory kept) =>
        $"{kept.Configuration?.App.Text ?? "none"} beside "
        + string.Join(", ", (kept.Beside?.Values ?? []).Select(c => $"{c.App} {c.Build}"));

    private static string Left(ServerHistory kept) =>
        $"{string.Join(' ', kept.Code.Keys)} with {string.Join(' ', kept.Copies.Keys)}";

    private static string? Refusal(PartsInPlace parts, AppName app, string server = "qa04")
    {
        var wanted = new Wanted(app, null, null, Database: app != Page, Code: true);
        var by = PartsInPlace.DeedOf("anna").Caller;
        return parts.The<BuildRules>().RefusalOf(ServerName.From(server)!, wanted, null, by);
    }

    private static Task<Plan> PlanOf(PartsInPlace parts, AppName app, string server = "qa04") =>
        parts
            .The<Planner>()
            .Of(
                ServerName.From(server)!,
                new(app, null, null, Database: app != Page, Code: true),
                null,
                PartsInPlace.DeedOf("anna").Caller,
                CancellationToken.None
            );

    private static Task<Build> Launch(PartsInPlace parts, Wanted wanted) =>
        parts.The<BuildQueue>().Enqueue(Qa04, wanted, null, PartsInPlace.DeedOf("anna"));

    private static void End(PartsInPlace parts, long id, AppName app, params string[] sites) =>
        EndOn(Qa04, parts, id, app, sites, well: true);

    /// <param name="former">As the settings had it then; null: as they have it.</param>
    private static void EndOn(
        ServerName server,
        PartsInPlace parts,
        long id,
        AppName app,
        string[] sites,
        bool well,
        TestServers.Settings.AppSettings? former = null
    )
    {
        var of = former ?? parts.Settings.App(app)!;
        var copy = of.Base is null ? null : CopyName.Of(of.Base, server);
        Add(
            parts,
            Ended(id, app, server, well) with
            {
                Database = true,
                Code = true,
                Steps = [new(SettingsStep.Called, well ? StepState.Succeeded : StepState.Skipped, Night)],
                Health = new(
                    of.Health.Replace("{url}", "http://127.71.9.4:1/", StringComparison.Ordinal),
                    200,
                    0.1,
                    null
                ),
                Result = new(Revision.From("12"), copy is null ? null : Night, copy, "spare")
                {
                    Sites = sites is [] ? null : [.. sites.Select(s => AppName.From(s)!)],
                },
            },
            of
        );
    }

    private static void TakeOff(PartsInPlace parts, long id, AppName app, TakenOff? gone) =>
        Add(
            parts,
            Ended(id, app, Qa04, gone is not null) with
            {
                Off = new(Folders: false),
                Message = "Apache says no",
                Steps = [new(OffStep.Called, gone is null ? StepState.Failed : StepState.Succeeded, Night)],
                Result = new() { Off = gone },
            }
        );

    private static void Add(PartsInPlace parts, Build build, TestServers.Settings.AppSettings? app = null)
    {
        var history = parts.The<HistoryStore>();
        history.Add(build.ForHistory(app ?? parts.Settings.App(build.App), history.Of(build.Server))!);
    }

    private static Build Ended(long id, AppName app, ServerName server, bool well) =>
        new(server, app, RepositoryPath.From("trunk")!, null, Database: false, Code: false)
        {
            Id = JobId.Of(id),
            By = "anna",
            At = Night.AddHours(id),
            StartedAt = Night.AddHours(id),
            EndedAt = Night.AddHours(id).AddMinutes(1),
            State = well ? JobState.Succeeded : JobState.Failed,
        };
}
