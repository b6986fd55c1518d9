namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// The desk has two databases on two database hosts, one of them from a full or a trimmed base: what is chosen, what is
/// remembered, and what is there when something goes wrong between the two.
/// </summary>
[Collection("lab"), StandingLab]
public sealed class SeveralDatabasesTest(LabFixture lab) : IClassFixture<LabFixture>
{
    private const string Server = "qa02";
    private static readonly Dictionary<string, string> Full = new() { ["default"] = "tickets" },
        Small = new() { ["default"] = "tickets_small" };

    [Fact, Trait("lab", "third")]
    public async Task One_build_loads_them_side_by_side_from_the_bases_that_are_chosen_which_the_server_remembers()
    {
        using var anna = lab.As("anna");
        var first = await BuildWell(anna, Full);
        Assert.Equal("tickets copy_tickets_qa02, reports copy_reports_qa02", Say(first.GetProperty("result")));
        Assert.Equal("copy_tickets_qa02", first.GetProperty("result").Text("database"));
        Assert.Equal(
            ["default succeeded", "reports succeeded"],
            first
                .Step("database")
                .GetProperty("strands")
                .EnumerateArray()
                .Select(s => $"{s.Text("name")} {s.Text("state")}")
        );
        Assert.Equal(("tickets", "copy_reports_qa02", 5000, 60), await Site(anna));

        var plan = await anna.Json(
            $"api/servers/{Server}/plan?app=desk&database=true&code=true&bases=default:tickets_small"
        );
        Assert.Null(plan.Text("failure"));
        Assert.Equal(
            ["default from tickets to tickets_small", "reports from  to reports"],
            plan.GetProperty("databases").EnumerateArray().Select(SayPlan)
        );

        var small = await BuildWell(anna, Small);
        Assert.Equal(
            "tickets_small copy_tickets_small_qa02, reports copy_reports_qa02",
            Say(small.GetProperty("result"))
        );
        Assert.Equal(("tickets_small", "copy_reports_qa02", 100, 60), await Site(anna));
        Assert.Contains(
            "copy_tickets_qa02 is not used here any more: it is dropped behind this build.",
            await anna.GetStringAsync($"api/builds/{small.Text("id")}/log"),
            StringComparison.Ordinal
        );
        await CopiesAre("copy_reports_qa02", "copy_tickets_small_qa02");
        var now = (await anna.Json($"api/servers/{Server}")).GetProperty("configuration");
        Assert.Equal("tickets_small copy_tickets_small_qa02, reports copy_reports_qa02", Say(now));

        // What is left out is what is there; run again is what was there then.
        var again = await BuildWell(anna, null);
        Assert.Equal("copy_tickets_small_qa02", again.GetProperty("result").Text("database"));
        var repeated = await anna.EndOf(
            (await (await anna.Post($"api/builds/{first.Text("id")}/retry", new { })).Json()).Text("id")
        );
        Assert.Equal("copy_tickets_qa02", repeated.GetProperty("result").Text("database"));
        await CopiesAre("copy_reports_qa02", "copy_tickets_qa02");
        var entries = (await anna.Json($"api/servers/{Server}/history?limit=2")).GetProperty("history");
        Assert.Equal(
            [
                "tickets copy_tickets_qa02, reports copy_reports_qa02",
                "tickets_small copy_tickets_small_qa02, reports copy_reports_qa02",
            ],
            entries.EnumerateArray().Select(Say)
        );
        var changes = await anna.Json(
            $"api/servers/{Server}/history/{repeated.Text("id")}/changes?since={again.Text("id")}"
        );
        Assert.Equal(
            ["default from tickets_small to tickets", "reports from  to reports"],
            changes.GetProperty("databases").EnumerateArray().Select(SayPlan)
        );
        Assert.Empty((await anna.Json($"api/servers/{Server}")).GetProperty("otherwise").EnumerateArray());
    }

    // Not on the third: the clients of PostgreSQL 15 make no dump of 18.
    [Fact]
    public async Task Run_again_is_exact_with_the_data_of_each_database_while_its_night_is_kept_and_says_so_when_not()
    {
        using var anna = lab.As("anna");
        var first = await BuildWell(anna, Small);
        await MakeReportsOfToday();
        var newest = await BuildWell(anna, null);
        Assert.NotEqual(TimeOf(first, "reports"), TimeOf(newest, "reports"));
        var again = await Repeat(anna, first);
        Assert.Equal(TimeOf(first, "reports"), TimeOf(again, "reports"));
        Assert.Equal(TimeOf(first, "default"), TimeOf(again, "default"));
        Assert.Empty(ToldOfNights(again));

        // Of the nights before, the lab keeps one.
        await MakeReportsOfToday();
        var without = await Repeat(anna, first);
        Assert.NotEqual(TimeOf(first, "reports"), TimeOf(without, "reports"));
        Assert.EndsWith("are not kept any more: the newest were taken.", Assert.Single(ToldOfNights(without)));
        Assert.Equal(TimeOf(newest, "reports"), TimeOf(await Repeat(anna, newest), "reports"));
    }

    // A dump of what is there, as the next night's, and its restore.
    private async Task MakeReportsOfToday()
    {
        const string Dump = """
            set -eu
            cd "$1/backups/dumps"
            bin=$(sed -n 's/^bin=//p' "$1/database-host/config")
            "${bin:-/usr/bin}/pg_dump" -Fc -h "$2" -p "$3" -U lab copy_reports_qa02 -f reports.draft
            mv reports.draft reports.dump
            sha256sum reports.dump >reports.dump.sha256
            """;
        var database = lab.Status.GetProperty("database");
        await lab.AsOwner("bash", "-c", Dump, "-", lab.Folder, database.Text("socket")!, database.Text("port")!);
        using var cron = lab.Cron();
        var answer = await cron.PostAsync("api/bases/reports/restore?wait=true", null);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<JsonElement> Repeat(HttpClient http, JsonElement build)
    {
        var answer = await http.Post($"api/builds/{build.Text("id")}/retry", new { });
        var again = await http.EndOf((await answer.Json()).Text("id"));
        Assert.True(again.Text("state") == "succeeded", again.Text("message"));
        return again;
    }

    private static string? TimeOf(JsonElement build, string name) =>
        build
            .GetProperty("result")
            .GetProperty("databases")
            .EnumerateArray()
            .First(d => d.Text("name") == name)
            .Text("dataTime");

    private static IEnumerable<string> ToldOfNights(JsonElement build) =>
        build
            .GetProperty("leftOut")
            .EnumerateArray()
            .Select(t => t.GetString()!)
            .Where(t => t.StartsWith("reports: The data of ", StringComparison.Ordinal));

    [Fact, Trait("lab", "third")]
    public async Task When_one_of_two_hosts_is_down_the_build_says_what_was_exchanged_and_goes_on_with_the_rest()
    {
        using var anna = lab.As("anna");
        await BuildWell(anna, Full);
        await lab.Kill("sshd-database-host");
        await lab.EndSharedConnectionTo(lab.Status.GetProperty("database").Text("address")!);
        var failed = await Build(anna, Small);
        Assert.Equal("failed", failed.Text("state"));
        Assert.Contains("reports: db1 cannot be reached", failed.Text("message"), StringComparison.Ordinal);
        Assert.Contains(
            "Exchanged already: default (copy_tickets_small_qa02).",
            failed.Text("message"),
            StringComparison.Ordinal
        );
        // The site has what it had, and nothing of it is gone.
        Assert.Equal(("tickets", "copy_reports_qa02", 5000, 60), await Site(anna));
        Assert.Equal("tickets copy_tickets_qa02, reports copy_reports_qa02", Say(await Configuration(anna)));
        await CopiesAre("copy_reports_qa02", "copy_tickets_qa02", "copy_tickets_small_qa02");
        await lab.Mend();
        var resumed = await anna.Post($"api/builds/{failed.Text("id")}/retry", new { from = "failed" });
        var rest = await anna.EndOf((await resumed.Json()).Text("id"));
        Assert.True(rest.Text("state") == "succeeded", rest.Text("message"));
        var log = await anna.GetStringAsync($"api/builds/{rest.Text("id")}/log");
        Assert.Contains("reports: ", log, StringComparison.Ordinal);
        Assert.DoesNotContain("default: ", log, StringComparison.Ordinal);
        Assert.Equal(("tickets_small", "copy_reports_qa02", 100, 60), await Site(anna));
        await CopiesAre("copy_reports_qa02", "copy_tickets_small_qa02");
    }

    [Fact, Trait("lab", "third")]
    public async Task Kill_9_between_the_two_exchanges_leaves_the_site_as_it_was_and_the_next_build_puts_all_right()
    {
        using var anna = lab.As("anna");
        await BuildWell(anna, Full);
        using var held = await lab.Hold("database-host", "work", "locks", "copy_reports_qa02");
        var build = await (await Launch(anna, Small)).Json();
        await Wait.Until(
            "the first is exchanged",
            async () =>
                (await anna.Json($"api/builds/{build.Text("id")}")).Step("database") is var step
                && step.TryGetProperty("strands", out var strands)
                && strands.EnumerateArray().Select(s => s.Text("state")).SequenceEqual(["succeeded", "running"])
        );
        await lab.Kill("console");
        held.Dispose();
        await lab.ScriptsHaveEnded("no script is left on any host", 15);
        await lab.Mend();
        Assert.Equal("interrupted", (await anna.Json($"api/builds/{build.Text("id")}")).Text("state"));
        Assert.Equal(("tickets", "copy_reports_qa02", 5000, 60), await Site(anna));
        await CopiesAre("copy_reports_qa02", "copy_tickets_qa02", "copy_tickets_small_qa02");
        var next = await BuildWell(anna, null);
        Assert.Equal("copy_tickets_qa02", next.GetProperty("result").Text("database"));
        await CopiesAre("copy_reports_qa02", "copy_tickets_qa02");
        Assert.Equal(("tickets", "copy_reports_qa02", 5000, 60), await Site(anna));
    }

    [Fact, Trait("lab", "third")]
    public async Task A_cancel_at_any_moment_and_a_base_that_is_being_restored_harm_neither()
    {
        using var anna = lab.As("anna");
        await BuildWell(anna, Full);
        foreach (var (pause, bases) in new[] { (60, Small), (300, Full), (600, Small) })
        {
            var build = await (await Launch(anna, bases)).Json();
            await Task.Delay(pause);
            await anna.PostAsync($"api/builds/{build.Text("id")}/cancel", null);
            var ended = await anna.Json($"api/builds/{build.Text("id")}?wait=10");
            Assert.Contains(ended.Text("state"), new[] { "cancelled", "succeeded" });
            Assert.Equal(60, (await Site(anna)).Days);
        }
        using var cron = lab.Cron();
        var restore = cron.PostAsync("api/bases/tickets_small/restore?wait=true", null);
        await BuildWell(anna, Small);
        Assert.Equal(HttpStatusCode.OK, (await restore).StatusCode);
        Assert.Equal(("tickets_small", "copy_reports_qa02", 100, 60), await Site(anna));
        await CopiesAre("copy_reports_qa02", "copy_tickets_small_qa02");
        await Wait.Until("nothing is left over", async () => (await lab.Leftovers()).Length == 0, 40);
    }

    [Fact, Trait("lab", "third")]
    public async Task What_cannot_be_chosen_is_refused_with_what_can()
    {
        using var anna = lab.As("anna");
        foreach (
            var (bases, says) in new (object, string)[]
            {
                (new { @default = "reports" }, "It can be made from tickets or tickets_small."),
                (
                    new { archive = "tickets" },
                    "It has default (from tickets or tickets_small), reports (from reports)."
                ),
                (new { @default = 1 }, "The field `bases.default` is not right: it must be 1 to 20 small letters"),
                (new[] { "tickets" }, "The field `bases` is not right: it must be an object"),
                (
                    new Dictionary<string, string> { ["Default"] = "tickets" },
                    "The field `bases` has a name that is not right, `Default`: it must be"
                ),
            }
        )
        {
            var refused = await Launch(anna, bases);
            Assert.Contains(says, await refused.Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
        }
    }

    private static Task<HttpResponseMessage> Launch(HttpClient http, object? bases) =>
        http.Post(
            $"api/servers/{Server}/builds",
            new
            {
                app = "desk",
                database = true,
                code = true,
                bases,
            }
        );

    private static async Task<JsonElement> Build(HttpClient http, Dictionary<string, string>? bases)
    {
        var answer = await Launch(http, bases);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        return await http.EndOf((await answer.Json()).Text("id"));
    }

    private static async Task<JsonElement> BuildWell(HttpClient http, Dictionary<string, string>? bases)
    {
        var build = await Build(http, bases);
        Assert.True(
            build.Text("state") == "succeeded",
            $"{build.Text("message")}\n{await http.GetStringAsync($"api/builds/{build.Text("id")}/log")}"
        );
        return build;
    }

    private static async Task<JsonElement> Configuration(HttpClient http) =>
        (await http.Json($"api/servers/{Server}")).GetProperty("configuration");

    private static string Say(JsonElement of) =>
        string.Join(
            ", ",
            of.GetProperty("databases").EnumerateArray().Select(d => $"{d.Text("base")} {d.Text("database")}")
        );

    private static string SayPlan(JsonElement plan) =>
        $"{plan.Text("name")} from {(plan.TryGetProperty("from", out var from) ? from : "")} to {plan.Text("base")}";

    /// <summary>What the app itself says of its databases, by asking both.</summary>
    private static async Task<(string? Base, string? Reports, int Tickets, int Days)> Site(HttpClient http)
    {
        using var plain = new HttpClient();
        var url = (await http.Json($"api/servers/{Server}")).Text("url");
        // A session that an exchange has ended shows at the next request.
        var said = JsonDocument.Parse("{}").RootElement;
        await Wait.Until(
            "the site answers",
            async () =>
            {
                var answer = await plain.GetAsync(url + "health");
                if (answer.IsSuccessStatusCode)
                    said = await answer.Json();
                return answer.IsSuccessStatusCode;
            }
        );
        var rows = said.GetProperty("rows");
        return (
            said.Text("base"),
            said.Text("reports"),
            rows.GetProperty("tickets").GetInt32(),
            rows.GetProperty("days").GetInt32()
        );
    }

    private Task CopiesAre(params string[] names) =>
        Wait.Until(
            $"the copies are {string.Join(", ", names)}",
            async () =>
                (
                    await lab.Sql(
                        "SELECT datname FROM pg_database WHERE datname ~ '^copy_(tickets|tickets_small|reports)_qa02$' "
                            + "ORDER BY datname COLLATE \"C\""
                    )
                ).SequenceEqual(names),
            40
        );
}
