using System.Globalization;
using TestServers.Administration;
using TestServers.Databases;
using TestServers.History;
using TestServers.Plans;
using TestServers.Savepoints;

namespace TestServers.Tests.Unit.Databases;

/// <summary>
/// A base that several database hosts have: where a server's copy is made and why, what is shown of it, and what is
/// remembered of a copy that moved.
/// </summary>
public sealed class SeveralHostsTest
{
    private const string Apps = """
        "guests": {
          "ssh": { "user": "nobody", "port": 9, "key": "/dev/null", "knownHosts": "/dev/null", "connectSeconds": 1 } },
        "databaseHosts": [
          { "name": "db1", "address": "127.71.9.1", "port": 9, "local": { "program": "program",
            "config": "password" } },
          { "name": "db2", "address": "127.71.9.2", "port": 99, "local": { "program": "program",
            "config": "password" } },
          { "name": "db3", "address": "127.71.9.3", "port": 999, "local": { "program": "program",
            "config": "password" } } ],
        "bases": [ { "name": "shop", "host": "db1", "alsoOn": ["db2"], "dump": "shop.dump", "owner": "shop" },
          { "name": "wide", "host": "db1", "alsoOn": ["db3", "db2"], "dump": "wide.dump", "owner": "shop" },
          { "name": "narrow", "host": "db2", "dump": "narrow.dump", "owner": "shop" } ],
        "apps": [
          { "name": "shop", "repository": { "kind": "svn", "url": "svn://127.71.9.1/shop" }, "templates": "templates",
            "base": "shop", "database": { "user": "shop", "passwordFile": "password" } } ]
        """;

    private const string Tonight = "2026-11-24T01:00:00Z",
        Before = "2026-11-23T01:00:00Z";
    private static readonly ServerName Qa04 = ServerName.From("qa04")!;
    private static readonly BaseName Shop = BaseName.From("shop")!;

    private static PartsInPlace Parts() =>
        new(
            [("qa04", 1)],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["qa04"] = """
                "copies": {"shop": "2026-11-23T01:00:00Z"}, "code": {"shop": {"path": "trunk", "revision": "12"}}
                """,
            },
            Apps
        );

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);

    // As a host's program tells it: night, spares, free MB, own number of its PostgreSQL, and whether it has a copy for
    // qa04; or why it does not answer.
    private static void Answer(PartsInPlace parts, string host, string name, string says)
    {
        var facts = parts.The<BaseFacts>();
        var @base = parts.Settings.Base(BaseName.From(name)!)!.At(host);
        var there = facts.HostOf(@base);
        if (says.StartsWith("down", StringComparison.Ordinal))
        {
            facts.NoteProblem(there, says["down ".Length..]);
            return;
        }
        var words = says.Split(' ');
        var told = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cluster"] = words.Length > 3 ? words[3] : host,
            ["disk_free"] = $"{words[2]}000000",
            ["disk_size"] = "90000000000",
        };
        if (words[0] != "none")
        {
            told[$"base.{name}.of"] = name;
            told[$"base.{name}.size"] = "100000000";
            told[$"base.{name}.data_time"] = words[0] == "tonight" ? Tonight : Before;
            told[$"base.{name}.spares"] = words[1];
        }
        if (words.Length > 4)
        {
            told[$"copy.copy_{name}_qa04.of"] = name;
            told[$"copy.copy_{name}_qa04.data_time"] = Tonight;
            told[$"copy.copy_{name}_qa04.console"] = parts.The<StateFolder>().Id;
        }
        facts.NoteAnswer(there, DatabaseHostStatus.Read(facts.BasesOf(there).Select(b => b.Name), told));
    }

    [Theory]
    // Where a spare is; else where the server's copy is; else as the settings have them.
    [InlineData("tonight 0 999", "tonight 1 999", "db1", "on db2, as db2 has a spare ready and db1 has none")]
    [InlineData("tonight 1 999", "tonight 0 999", "db2", "on db1, as db1 has a spare ready and db2 has none")]
    [InlineData("tonight 1 999", "tonight 2 999", "db2", "on db2, as db2 has the copy of qa04 now")]
    [InlineData("tonight 0 999", "tonight 0 999", "db2", "on db2, as db2 has the copy of qa04 now")]
    [InlineData("tonight 1 999", "tonight 1 999", null, "on db1, as the settings name db1 before db2")]
    [InlineData("tonight 0 999", "tonight 0 999", null, "on db1, as the settings name db1 before db2")]
    // Nobody gets older data for a spare's sake.
    [InlineData("tonight 0 999", "before 1 999", "db2", "on db1, as db2 has older data, of 2026-11-23 01:00 UTC")]
    // One that is not well has no say, whatever it has.
    [InlineData("down it is off.", "before 0 999", "db1", "on db2, as db1 does not answer (it is off)")]
    [InlineData("none 0 999", "before 0 999", "db1", "on db2, as db1 has no shop yet")]
    [InlineData("tonight 0 99", "before 0 999", "db1", "on db2, as db1 has no room: 99 MB are free")]
    [InlineData("tonight 1 99", "tonight 0 999", "db2", "on db1, as db1 has a spare ready and db2 has none")]
    [InlineData("down it is off.", "none 0 999", null, "on db1, as db2 has no shop yet")]
    // Two names of one PostgreSQL are one place.
    [InlineData("tonight 0 999 7", "tonight 1 999 7", "db2", "on db1, its one database host at present")]
    public async Task A_copy_is_made_where_it_is_best_and_that_is_said(
        string first,
        string second,
        string? current,
        string why
    )
    {
        await using var parts = Parts();
        Answer(parts, "db1", "shop", first.StartsWith("down", StringComparison.Ordinal) ? "tonight 1 999" : first);
        Answer(parts, "db1", "shop", first);
        Answer(parts, "db2", "shop", second);
        var places = parts.The<Placement>().Of(new(parts.Settings.Base(Shop)!, Qa04, current));
        Assert.Equal(why, places[0].Why);
        Assert.StartsWith($"on {places[0].Name}", why, StringComparison.Ordinal);
        Assert.Equal(places[0].Name, places[0].Base.Host);
    }

    [Fact]
    public async Task Savepoints_of_the_server_keep_its_copy_where_they_are_and_those_of_others_do_not()
    {
        await using var parts = Parts();
        Answer(parts, "db1", "shop", "tonight 0 999");
        Answer(parts, "db2", "shop", "tonight 1 999");
        void Keep(string server) =>
            parts
                .The<JsonFile<SavepointsState>>()
                .Change(state =>
                    state.With(
                        new Savepoint(
                            JobId.Of(server == "qa04" ? 7 : 8),
                            ServerName.From(server)!,
                            AppName.From("shop")!,
                            "x",
                            "",
                            "anna",
                            At(Tonight),
                            SavepointState.Kept,
                            [new(Shop, "db1")]
                        )
                    )
                );
        string Where() => parts.The<Placement>().Of(new(parts.Settings.Base(Shop)!, Qa04, "db1"))[0].Why!;
        Keep("qa05");
        Assert.Equal("on db2, as db2 has a spare ready and db1 has none", Where());
        Keep("qa04");
        Assert.Equal("on db1, as db1 has savepoints of qa04", Where());
        Answer(parts, "db1", "shop", "down it is off.");
        Assert.Equal("on db2, as db1 does not answer (it is off)", Where());
    }

    [Fact]
    public async Task Of_three_each_is_told_and_a_base_on_one_host_says_nothing()
    {
        await using var parts = Parts();
        Answer(parts, "db1", "wide", "tonight 0 999");
        Answer(parts, "db2", "wide", "before 1 999");
        Answer(parts, "db3", "wide", "tonight 1 999");
        var wide = parts.Settings.Base(BaseName.From("wide")!)!;
        Assert.Equal(["db1", "db3", "db2"], wide.Hosts);
        Assert.Equal(["db1", "db3", "db2"], wide.Places.Select(p => p.Host));
        var places = parts.The<Placement>().Of(new(wide, Qa04, null));
        Assert.Equal(["db3", "db1", "db2"], places.Select(p => p.Name));
        Assert.Equal(
            "on db3, as db3 has a spare ready and db1 has none, and db2 has older data, of 2026-11-23 01:00 UTC",
            places[0].Why
        );
        var narrow = Assert.Single(
            parts.The<Placement>().Of(new(parts.Settings.Base(BaseName.From("narrow")!)!, Qa04, null))
        );
        Assert.Equal(("db2", null), (narrow.Name, narrow.Why));
    }

    [Fact]
    public async Task The_base_shows_what_each_host_has_and_of_all_the_newest_data()
    {
        await using var parts = Parts();
        Answer(parts, "db1", "shop", "before 2 999");
        Answer(parts, "db2", "shop", "tonight 1 999");
        var view = parts.The<BasePresenter>().Of(parts.Settings.Base(Shop)!);
        Assert.Equal((At(Tonight), 1, 2), (view.DataTime!.Value, view.Spares.Ready, view.Spares.Wanted));
        Assert.Equal(
            [("db1", At(Before), 2), ("db2", At(Tonight), 1)],
            view.Places!.Select(p => (p.Host, p.DataTime!.Value, p.Spares.Ready))
        );
        // What each has said is known after a restart, too, and goes with the base.
        var state = parts.The<JsonFile<BasesState>>().Value;
        Assert.Equal(["db2/shop"], state.Places!.Keys);
        Assert.Contains(Shop, state.Names);
        Assert.DoesNotContain(Shop, state.Without(Shop).Names);
        Answer(parts, "db2", "shop", "tonight 1 999 db1");
        Assert.StartsWith(
            "db2 is the same PostgreSQL as db1: shop is there once.",
            parts.The<BasePresenter>().Of(parts.Settings.Base(Shop)!).Places![1].Problem,
            StringComparison.Ordinal
        );
        Assert.Null(parts.The<BasePresenter>().Of(parts.Settings.Base(BaseName.From("narrow")!)!).Places);
    }

    [Fact]
    public async Task The_plan_says_where_the_copy_comes_and_shows_the_settings_with_that_host()
    {
        await using var parts = await WithSpareOnTheSecond();
        var wanted = new Wanted(AppName.From("shop")!, null, null, Database: true, Code: false);
        var plan = await parts
            .The<Planner>()
            .Of(Qa04, wanted, null, PartsInPlace.DeedOf("anna").Caller, CancellationToken.None);
        Assert.Equal(
            ("db2", "spare", At(Tonight)),
            (plan.Database!.Host, plan.Database.Method, plan.Database.Then!.Value)
        );
        Assert.Equal(
            "The copy is made on db2, as db2 has a spare ready and db1 has none; the one on db1 is dropped when the "
                + "site has come to use it.",
            plan.Database.Why
        );
        var line = plan.Settings.Single(f => f.File == "settings.py").Lines.Single(l => l.Kind == "new").Text;
        Assert.Equal("A = '127.71.9.2 99'", line);
    }

    // The settings say which host it is.
    private static async Task<PartsInPlace> WithSpareOnTheSecond()
    {
        var parts = Parts();
        await parts.Begin();
        File.WriteAllText(parts.FileOf("templates/settings.py"), "A = '{{database.host}} {{database.port}}'\n");
        Answer(parts, "db1", "shop", "tonight 0 999");
        Answer(parts, "db2", "shop", "tonight 1 999");
        return parts;
    }

    // A build that has loaded the copy on a host, where another one had it before.
    private static ServerHistory End(PartsInPlace parts, int id, string host, string? left, bool isOnSite)
    {
        var result = new BuildResult(null, At(Tonight), CopyName.Of(Shop, Qa04), "spare") { Host = host, Left = left };
        var build = new Build(Qa04, AppName.From("shop")!, RepositoryPath.From("trunk")!, null, true, false)
        {
            Id = JobId.Of(id),
            By = "anna",
            At = At(Tonight),
            StartedAt = At(Tonight),
            EndedAt = At(Tonight),
            State = isOnSite ? JobState.Succeeded : JobState.Failed,
            Steps =
            [
                new("database", StepState.Succeeded) { StartedAt = At(Tonight) },
                new("settings", isOnSite ? StepState.Succeeded : StepState.Failed) { StartedAt = At(Tonight) },
            ],
            Result = result,
        };
        var history = parts.The<HistoryStore>();
        history.Add(build.ForHistory(parts.Settings.App(build.App), history.Of(Qa04))!);
        return history.Of(Qa04);
    }

    [Fact]
    public async Task A_copy_that_moved_is_used_when_the_site_says_so_and_only_then_the_other_is_to_be_dropped()
    {
        await using var parts = Parts();
        var shop = parts.Settings.Base(Shop)!;
        Assert.Equal("db1", parts.The<HistoryStore>().Of(Qa04).HostOf(shop, parts.Settings));

        // Before its site was in place: the new one goes, and nothing else is other than it was.
        var failed = End(parts, 1, "db2", "db1", isOnSite: false);
        Assert.Equal(("db1", At(Before)), (failed.HostOf(shop, parts.Settings), failed.Copies[Shop]!.Value));
        Assert.Equal("db2/shop", Assert.Single(failed.Replaced!));
        Assert.Equal(At(Before), failed.Configuration!.DataTime);

        var moved = End(parts, 2, "db2", "db1", isOnSite: true);
        Assert.Equal(("db2", At(Tonight)), (moved.HostOf(shop, parts.Settings), moved.Copies[Shop]!.Value));
        Assert.Equal("db1/shop", Assert.Single(moved.Replaced!));

        var stayed = End(parts, 3, "db2", null, isOnSite: false);
        Assert.Equal(("db2", "db1/shop"), (stayed.HostOf(shop, parts.Settings), Assert.Single(stayed.Replaced!)));

        var back = End(parts, 4, "db1", "db2", isOnSite: true);
        Assert.Equal(("db1", "db2/shop"), (back.HostOf(shop, parts.Settings), Assert.Single(back.Replaced!)));
        parts.The<HistoryStore>().NoteReplaced(Qa04, "db2/shop");
        Assert.Null(parts.The<HistoryStore>().Of(Qa04).Replaced);
    }

    [Fact]
    public async Task A_savepoint_on_another_host_than_the_copy_says_why_one_cannot_go_back_and_what_to_do()
    {
        await using var parts = Parts();
        End(parts, 1, "db2", "db1", isOnSite: true);
        Savepoint On(string host, string server) =>
            new(
                JobId.Of(7),
                ServerName.From(server)!,
                AppName.From("shop")!,
                "x",
                "",
                "anna",
                At(Tonight),
                SavepointState.Kept,
                [new(Shop, host)]
            );
        var rules = parts.The<SavepointRules>();
        Assert.Equal("db2", Assert.Single(rules.On(Qa04).Bases).Host);
        Assert.Null(rules.WhyNot(Qa04, On("db2", "qa05")));
        Assert.Equal(
            "It is on db1, and qa04 has its copy of shop on db2 now. Build shop with its database again: it takes db1, "
                + "where the savepoint is, when that is well. Then go back.",
            rules.WhyNot(Qa04, On("db1", "qa04"))
        );
        Assert.Equal(
            "It is on db1, and qa04 has its copy of shop on db2 now. Go back on qa05, or on a server whose copy is on "
                + "db1.",
            rules.WhyNot(Qa04, On("db1", "qa05"))
        );
    }

    [Fact]
    public async Task Of_a_night_that_is_wanted_again_the_host_that_has_it_is_taken_and_that_is_the_reason()
    {
        await using var parts = Parts();
        Answer(parts, "db1", "shop", "tonight 1 999");
        Answer(parts, "db2", "shop", "before 0 999");
        var shop = parts.Settings.Base(Shop)!;
        string Where(DateTimeOffset? night) => parts.The<Placement>().Of(new(shop, Qa04, "db1", night))[0].Why!;
        Assert.Equal("on db1, as db2 has older data, of 2026-11-23 01:00 UTC", Where(null));
        Assert.Equal("on db2, as db2 has the data of 2026-11-23 01:00 UTC and db1 has not", Where(At(Before)));
        Assert.Equal("on db1, as db2 has older data, of 2026-11-23 01:00 UTC", Where(At("2026-11-20T01:00:00Z")));
        Answer(parts, "db2", "shop", "down it is off.");
        Assert.Equal("on db1, as db2 does not answer (it is off)", Where(At(Before)));
    }

    private static void Change(PartsInPlace parts, Func<ConsoleSettings, ConsoleSettings> change) =>
        parts.The<CurrentSettings>().Replace(change(parts.The<CurrentSettings>().Now));

    private static ConsoleSettings WithShop(ConsoleSettings settings, Func<BaseSettings, BaseSettings> change) =>
        settings with
        {
            Bases = [.. settings.Bases.Select(b => b.Name == Shop ? change(b) : b)],
        };

    private static Task<Plan> PlanOf(PartsInPlace parts, bool database) =>
        parts
            .The<Planner>()
            .Of(
                Qa04,
                new Wanted(AppName.From("shop")!, null, null, database, Code: !database),
                null,
                PartsInPlace.DeedOf("anna").Caller,
                CancellationToken.None
            );

    [Fact]
    public async Task A_copy_on_a_host_that_is_taken_out_of_the_base_is_used_until_the_next_database()
    {
        await using var parts = await WithSpareOnTheSecond();
        End(parts, 1, "db2", "db1", isOnSite: true);
        parts.The<HistoryStore>().NoteReplaced(Qa04, "db1/shop");
        Change(parts, now => WithShop(now, shop => shop with { AlsoOn = null }));

        // Its site goes on with it, and so does a build of the code.
        var now = parts.The<CurrentSettings>().Now;
        var kept = parts.The<HistoryStore>().Of(Qa04);
        Assert.Equal("db2", kept.HostOf(now.Base(Shop)!, now));
        Assert.Equal(["db1", "db2"], kept.PlacesOf(now.Base(Shop)!, now).Select(p => p.Host));
        Assert.Equal("db2", Assert.Single(parts.The<SavepointRules>().On(Qa04).Bases).Host);
        var code = (await PlanOf(parts, database: false)).Settings.Single(f => f.File == "settings.py");
        Assert.Equal("A = '127.71.9.2 99'", code.Lines.Single(l => l.Kind == "new").Text);

        // The next database brings it home, which is said, and the one before is to be dropped.
        var database = (await PlanOf(parts, database: true)).Database!;
        Assert.Equal(
            (
                "db1",
                "The copy is made on db1, as the settings name shop there and not on db2; the one on db2 is "
                    + "dropped when the site has come to use it."
            ),
            (database.Host, database.Why)
        );
        var home = End(parts, 2, "db1", "db2", isOnSite: true);
        Assert.Equal(("db1", "db2/shop"), (home.HostOf(now.Base(Shop)!, now), Assert.Single(home.Replaced!)));

        // What was remembered of it there is forgotten, and of nothing else.
        Answer(parts, "db2", "wide", "tonight 1 999");
        parts.The<IEnumerable<IRetained>>().OfType<GoneBases>().Single().RemoveOld(9, At(Tonight));
        Assert.Equal(["db2/wide"], parts.The<JsonFile<BasesState>>().Value.Places!.Keys);
    }

    [Fact]
    public async Task A_copy_on_a_host_that_the_settings_do_not_have_any_more_is_no_copy()
    {
        await using var parts = Parts();
        await parts.Begin();
        End(parts, 1, "db2", "db1", isOnSite: true);
        Change(
            parts,
            now =>
                WithShop(now, shop => shop with { AlsoOn = null }) with
                {
                    DatabaseHosts = [.. now.DatabaseHosts.Where(h => h.Name != "db2")],
                }
        );
        Assert.StartsWith(
            "qa04 has its copy of shop on db2, which `databaseHosts` does not name any more: ask for `database` too.",
            (await PlanOf(parts, database: false)).Refusal!,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task That_a_base_is_stale_on_all_its_hosts_is_told_once_of_the_newest_data()
    {
        await using var parts = Parts();
        Answer(parts, "db1", "shop", "before 0 999");
        Answer(parts, "db2", "shop", "tonight 0 999");
        var told = new List<string>();
        var alerts = parts.The<BaseAlerts>();
        alerts.Told += (_, notice) => told.Add(notice.Text);
        await alerts.TellStale();
        await alerts.TellStale();
        var one = Assert.Single(told, text => text.StartsWith("The base shop ", StringComparison.Ordinal));
        Assert.Contains("its data are of 2026-11-24 01:00 UTC", one, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_history_says_on_which_host_each_build_had_its_database()
    {
        await using var parts = Parts();
        var moved = End(parts, 1, "db2", "db1", isOnSite: true);
        Assert.Equal(("db2", "db2"), (moved.Configuration!.Host, moved.Entries[0].Host));
        // One that has failed has made its copy there, and the site has the one before.
        var failed = End(parts, 2, "db1", "db2", isOnSite: false);
        Assert.Equal(("db2", "db1"), (failed.Configuration!.Host, failed.Entries[0].Host));
        var shop = parts.Settings.Base(Shop)!;
        Assert.True(failed.UsesAt(shop, "db2"));
        Assert.False(failed.UsesAt(shop, "db1"));
        // When nobody has heard how it ended, the server says whose settings it has.
        var known = failed.WithSite(JobId.Of(2), new Dictionary<BaseName, string> { [Shop] = "db1" });
        Assert.True(known.UsesAt(shop, "db1"));
        Assert.False(
            failed.WithSite(JobId.Of(1), new Dictionary<BaseName, string> { [Shop] = "db1" }).UsesAt(shop, "db1")
        );
    }

    [Fact]
    public async Task The_only_copy_is_not_unneeded_because_its_PostgreSQL_has_two_names()
    {
        await using var parts = Parts();
        Answer(parts, "db1", "shop", "tonight 0 999 db1 copy");
        Answer(parts, "db2", "shop", "tonight 0 999 db2 copy");
        End(parts, 1, "db2", "db1", isOnSite: true);
        bool IsUnneeded() =>
            parts.The<Copies>().All.Any(copy => copy.Server == Qa04 && parts.The<UnusedCopies>().IsOfFormerBase(copy));
        Assert.True(IsUnneeded());
        Answer(parts, "db2", "shop", "tonight 0 999 db1 copy");
        Assert.False(IsUnneeded());
    }
}
