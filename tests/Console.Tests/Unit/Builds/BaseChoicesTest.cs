using System.Collections.Immutable;
using TestServers.Builds.Steps;
using TestServers.Databases;
using TestServers.History;
using TestServers.Plans;

namespace TestServers.Tests.Unit.Builds;

/// <summary>
/// An app with several databases and bases: what may be asked for, what is meant by what is left out, what a server is
/// remembered to have, and which copies nobody uses behind it.
/// </summary>
public sealed class BaseChoicesTest
{
    private const string Apps = """
        "guests": {
          "ssh": { "user": "nobody", "port": 9, "key": "/dev/null", "knownHosts": "/dev/null", "connectSeconds": 1 } },
        "databaseHosts": [
          { "name": "db1", "address": "127.71.9.1", "port": 9, "local": { "program": "program",
            "config": "password" } },
          { "name": "db2", "address": "127.71.9.2", "port": 99, "local": { "program": "program",
            "config": "password" } } ],
        "bases": [ { "name": "shop", "host": "db1", "dump": "shop.dump", "owner": "shop" },
          { "name": "shop_small", "host": "db1", "dump": "shop_small.dump", "owner": "shop" },
          { "name": "reports", "host": "db2", "dump": "reports.dump", "owner": "shop" } ],
        "apps": [
          { "name": "shop", "repository": { "kind": "svn", "url": "svn://127.71.9.1/shop" }, "templates": "templates",
            "base": "shop", "database": { "user": "shop", "passwordFile": "password" } },
          { "name": "desk", "repository": { "kind": "svn", "url": "svn://127.71.9.1/desk" }, "templates": "templates",
            "databases": { "default": ["shop", "shop_small"], "reports": ["reports"] },
            "database": { "user": "shop", "passwordFile": "password" } } ]
        """;

    private static readonly DateTimeOffset Night = new(2026, 11, 24, 1, 0, 0, TimeSpan.Zero);
    private static readonly ServerName Qa04 = ServerName.From("qa04")!;
    private static readonly AppName Desk = AppName.From("desk")!;

    private static readonly Dictionary<string, string> Histories = new(StringComparer.Ordinal)
    {
        ["qa04"] = """
            "copies": {"shop": "2026-11-24T01:00:00Z", "reports": "2026-11-24T01:00:00Z"},
            "code": {"desk": {"path": "trunk", "revision": "12"}}
            """,
    };

    private static ImmutableSortedDictionary<DatabaseName, BaseName> Asked(string bases) =>
        BaseChoice.From(bases)!.Bases;

    private static Wanted Wish(string? bases, bool database = true) =>
        new(Desk, null, null, database, Code: !database) { Bases = bases is null ? null : Asked(bases) };

    private static PartsInPlace Parts() => new([("qa04", 1)], Histories, Apps);

    [Theory]
    [InlineData("default:shop", true, null)]
    [InlineData("default:shop_small,reports:reports", true, null)]
    [InlineData("default:reports", true, "The database default of desk is not made from reports. It can be made from ")]
    [InlineData(
        "archive:shop",
        true,
        "desk has no database archive. It has default (from shop or shop_small), reports"
    )]
    [InlineData("default:shop", false, "`bases` says what fresh databases are made from: ask for `database`, too")]
    public async Task What_cannot_be_chosen_is_refused_with_what_can_by_plan_and_launch(
        string bases,
        bool database,
        string? sentence
    )
    {
        await using var parts = Parts();
        await parts.Begin();
        var (wanted, by) = (Wish(bases, database), PartsInPlace.DeedOf("anna"));
        var refusal = parts.The<BuildRules>().RefusalOf(Qa04, wanted, null, by.Caller);
        Assert.Contains(sentence ?? "", refusal ?? "", StringComparison.Ordinal);
        Assert.Equal(sentence is null, refusal is null);
        var launched = await Record.ExceptionAsync(() => parts.The<BuildQueue>().Enqueue(Qa04, wanted, null, by));
        Assert.Equal(refusal, launched?.Message);
    }

    [Theory]
    [InlineData("default:shop_small")]
    [InlineData("default:shop,default:shop_small")]
    [InlineData("default")]
    [InlineData("default:")]
    [InlineData("default:shop,")]
    [InlineData("Default:shop")]
    public void An_address_says_each_database_once(string text) =>
        Assert.Equal(text == "default:shop_small", BaseChoice.From(text) is not null);

    [Fact]
    public async Task A_plan_says_of_each_database_what_it_comes_from_and_what_it_came_from()
    {
        await using var parts = Parts();
        await parts.Begin();
        foreach (var @base in parts.Settings.Bases)
            parts.The<BaseFacts>().Note(@base.Name, facts => facts with { Exists = true, DataTime = Night.AddDays(1) });
        var plan = await PlanOf(parts, Wish("default:shop_small"));
        Assert.Equal(
            ["default: shop_small after shop", "reports: reports after "],
            plan.Databases!.Select(d => $"{d.Name}: {d.Base} after {d.From}")
        );
        Assert.All(plan.Databases!, d => Assert.Equal((Night, Night.AddDays(1)), (d.Now, d.Then)));
        Assert.Equal("shop_small", plan.Database!.Base.Text);
        Assert.Null(plan.Failure);
        // What is left out comes from what is there.
        Assert.Equal("shop", (await PlanOf(parts, Wish(null))).Database!.Base.Text);
        parts.The<BaseFacts>().Note(BaseName.From("reports")!, facts => facts with { Exists = false });
        Assert.Contains("The base reports was never restored", (await PlanOf(parts, Wish(null))).Failure!);
        // The server cannot be reached, which is known from here on.
        var code = await PlanOf(parts, Wish(null, database: false));
        Assert.Null(code.Database);
        Assert.Equal(["shop", "reports"], code.Databases!.Select(d => d.Base.Text));
        // An app of one base is told as ever.
        var shop = await parts
            .The<Planner>()
            .Of(
                Qa04,
                new(AppName.From("shop")!, null, null, Database: true, Code: true),
                null,
                PartsInPlace.DeedOf("anna").Caller,
                CancellationToken.None
            );
        Assert.Equal((null, null), (shop.Databases, shop.Database!.Name));
    }

    [Fact]
    public async Task Templates_have_each_database_by_its_name_and_the_usual_one_as_before()
    {
        await using var parts = Parts();
        await parts.Begin();
        File.WriteAllText(
            parts.FileOf("templates/settings.py"),
            "A = '{{database.name}} {{databases.default.name}} {{databases.default.base}} {{dataTime}}'\n"
                + "B = '{{databases.reports.name}} {{databases.reports.host}} {{databases.reports.port}} "
                + "{{databases.reports.user}} {{databases.reports.password}}'\n"
        );
        var plan = await PlanOf(parts, Wish("default:shop_small"));
        var lines = plan.Settings.Single(f => f.File == "settings.py").Lines.Select(l => l.Text).ToList();
        Assert.Contains(
            lines,
            l => l.StartsWith("A = 'copy_shop_small_qa04 copy_shop_small_qa04 shop_small ", StringComparison.Ordinal)
        );
        Assert.Contains("B = 'copy_reports_qa04 127.71.9.2 99 shop ********'", lines);
        File.WriteAllText(parts.FileOf("templates/settings.py"), "A = '{{databases.archive.name}}'\n");
        Assert.Contains("databases.archive", (await PlanOf(parts, Wish(null))).Failure!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_remembers_what_its_site_has_and_a_former_copy_is_unused_behind_a_success_alone()
    {
        await using var parts = Parts();
        var (history, app) = (parts.The<HistoryStore>(), parts.Settings.App(Desk)!);
        void End(long id, string @base, bool well)
        {
            var build = Ended(id, @base, well);
            var kept = history.Of(Qa04);
            var former = parts.The<UnusedCopies>().Behind(build, app, kept);
            history.Add(build.ForHistory(app, kept)! with { Unused = former });
        }
        string Now() => string.Join(' ', history.Of(Qa04).BasesOf(app).Select(b => b.Base));
        string Unused() => string.Join(' ', history.Of(Qa04).Unused ?? []);

        Assert.Equal("shop reports", Now());
        End(1, "shop_small", well: false);
        Assert.Equal(("shop reports", ""), (Now(), Unused()));
        var failed = history.Of(Qa04).Configuration!;
        Assert.Equal("copy_shop_qa04", failed.Database!.Text);
        Assert.Equal(["shop_small", "reports"], history.Of(Qa04).Entries[0].Databases!.Select(d => d.Base.Text));
        End(2, "shop_small", well: true);
        Assert.Equal(("shop_small reports", "shop"), (Now(), Unused()));
        var now = history.Of(Qa04).Configuration!;
        Assert.Equal(["default copy_shop_small_qa04", "reports copy_reports_qa04"], now.Databases!.Select(SayOf));
        Assert.Equal((Night, "copy_shop_small_qa04"), (now.DataTime, now.Database!.Text));
        // Chosen again before it was dropped.
        End(3, "shop", well: true);
        Assert.Equal(("shop reports", "shop_small"), (Now(), Unused()));
        history.NoteUnused(Qa04, BaseName.From("shop_small")!, dropped: true);
        Assert.Equal(("shop reports", ""), (Now(), Unused()));
        Assert.Equal(["reports", "shop"], history.Of(Qa04).Copies.Keys.Select(k => k.Text));
        // Over a restart, too.
        var again = new HistoryStore(Path.GetDirectoryName(history.PathOf(Qa04))!, () => 50);
        Assert.Equal(Now(), string.Join(' ', again.Of(Qa04).BasesOf(app).Select(b => b.Base)));
    }

    [Fact]
    public async Task A_copy_that_another_app_on_the_server_comes_from_stays()
    {
        var histories = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["qa04"] = Histories["qa04"]
                .Replace("\"code\": {", "\"code\": {\"shop\": {\"path\": \"trunk\", \"revision\": \"1\"},"),
        };
        await using var parts = new PartsInPlace([("qa04", 1)], histories, Apps);
        var (kept, app) = (parts.The<HistoryStore>().Of(Qa04), parts.Settings.App(Desk)!);
        Assert.Empty(parts.The<UnusedCopies>().Behind(Ended(1, "shop_small", well: true), app, kept));
    }

    [Fact]
    public void One_that_fails_names_itself_and_what_was_exchanged_and_a_skipped_one_is_no_reason()
    {
        ImmutableArray<ChosenBase> bases =
        [
            new(DatabaseName.Default, BaseName.From("shop")!),
            new(DatabaseName.From("archive")!, BaseName.From("old")!),
            new(DatabaseName.From("reports")!, BaseName.From("reports")!),
        ];
        DatabaseEnd[] ends =
        [
            new(bases[0], new(StepState.Skipped, "Not begun") { Untouched = true }),
            new(bases[1], new(StepState.Failed, "db2 cannot be reached.") { Untouched = true }),
            new(bases[2], new(StepState.Succeeded, "A spare") { LeftOut = ["a view"] })
            {
                Loaded = LoadedDatabase.Of(bases[2], Qa04, Night),
            },
        ];
        var result = LoadedDatabases.Fold(bases, [], ends);
        Assert.Equal(
            (StepState.Failed, "archive: db2 cannot be reached. Exchanged already: reports (copy_reports_qa04)."),
            (result.State, result.Message)
        );
        Assert.False(result.Untouched);
        Assert.Equal("reports: a view", Assert.Single(result.LeftOut));
        var build = result.Adds!(Ended(1, "shop", well: false) with { Result = null });
        Assert.Equal(["reports"], build.Result!.Databases!.Select(d => d.Name.Text));
        Assert.Null(build.Result.Database);
        var none = LoadedDatabases.Fold(bases, [], [ends[0], ends[1]]);
        Assert.Equal("archive: db2 cannot be reached. No database was exchanged.", none.Message);
        Assert.True(none.Untouched);
    }

    private static string SayOf(LoadedDatabase database) => $"{database.Name} {database.Database}";

    private static Build Ended(long id, string @base, bool well)
    {
        ImmutableArray<ChosenBase> bases =
        [
            new(DatabaseName.Default, BaseName.From(@base)!),
            new(DatabaseName.From("reports")!, BaseName.From("reports")!),
        ];
        var loaded = bases.Select(b => LoadedDatabase.Of(b, Qa04, Night)).ToList();
        return new(Qa04, Desk, RepositoryPath.From("trunk")!, null, Database: true, Code: true)
        {
            Id = JobId.Of(id),
            By = "anna",
            At = Night,
            StartedAt = Night,
            EndedAt = Night.AddMinutes(1),
            State = well ? JobState.Succeeded : JobState.Failed,
            Bases = bases.ToImmutableSortedDictionary(b => b.Name, b => b.Base),
            Steps = [new(SettingsStep.Called, well ? StepState.Succeeded : StepState.Skipped, Night)],
            Result = new(Revision.From("12"), Night, loaded[0].Database, "spare") { Databases = loaded },
        };
    }

    private static Task<Plan> PlanOf(PartsInPlace parts, Wanted wanted) =>
        parts.The<Planner>().Of(Qa04, wanted, null, PartsInPlace.DeedOf("anna").Caller, CancellationToken.None);
}
