namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// What happens to a console and its hosts on a bad day. After each: old data serve on, nothing is left over, the next
/// build works.
/// </summary>
[Collection("lab"), StandingLab, Trait("lab", "third")]
public sealed class AccidentTest(LabFixture lab) : IClassFixture<LabFixture>
{
    private static readonly List<string?> Ends = ["succeeded", "failed", "cancelled", "interrupted"];

    [Fact]
    public async Task Kill_9_during_builds_leaves_no_process_and_no_build_that_runs_for_ever_and_the_queue_goes_on()
    {
        using var anna = lab.As("anna");
        for (var round = 0; round < 3; round++)
        {
            var running = await (
                await anna.Post("api/servers/qa02/builds", Body.ForBuild("shop", "trunk", database: true, code: true))
            ).Json();
            var waiting = await (
                await anna.Post(
                    "api/servers/qa02/builds",
                    Body.ForBuild("shop", "branches/new-checkout", database: true, code: true)
                )
            ).Json();
            await Task.Delay(Random.Shared.Next(100, 1200));
            await lab.Kill("console");
            await lab.NoScriptIsLeft(15);
            await lab.Mend();
            await Wait.Until(
                "nothing that ran before is called running",
                async () => Ends.Contains((await anna.Json($"api/builds/{running.Text("id")}")).Text("state")),
                5
            );
            var next = await anna.EndOf(waiting.Text("id"));
            Assert.True(next.Text("state") is "succeeded" or "interrupted", next.ToString());
            await anna.BuildWell("qa02", "shop", "branches/new-checkout", database: true, code: true);
            Assert.Contains("branches/new-checkout", await anna.PageOf("qa02"), StringComparison.Ordinal);
        }
        await NothingIsLeftOver();
    }

    [Fact]
    public async Task A_stop_asked_for_by_the_system_ends_running_builds_tidily_and_names_them_interrupted()
    {
        using var anna = lab.As("anna");
        var build = await (
            await anna.Post("api/servers/qa03/builds", Body.ForBuild("shop", "trunk", database: true, code: true))
        ).Json();
        await Wait.Until(
            "it runs",
            async () => (await anna.Json($"api/builds/{build.Text("id")}")).Text("state") != "queued"
        );
        await lab.Signal("console", "TERM");
        await Wait.Until(
            "the console has ended and no script is left",
            () => !LabHost.IsAlive(lab.ProcessOf("console")) && !lab.Scripts().Any(),
            25
        );
        await lab.Mend();
        var ended = await anna.Json($"api/builds/{build.Text("id")}");
        Assert.Contains(ended.Text("state"), new[] { "interrupted", "succeeded" });
        if (ended.Text("state") == "interrupted")
            Assert.Contains("stop of the console", ended.Text("message"), StringComparison.Ordinal);
        await anna.BuildWell("qa03", "shop", "trunk", database: true, code: true);
        await NothingIsLeftOver();
    }

    [Fact, Trait("on", "every PostgreSQL")]
    public async Task Kill_9_during_a_restore_keeps_yesterdays_base_and_the_next_restore_works()
    {
        using var cron = lab.Cron();
        foreach (var pause in new[] { 100, 700, 1300 })
        {
            var before = (await cron.Json("api/bases/shop")).Text("dataTime");
            var restore = await (await cron.PostAsync("api/bases/shop/restore", null)).Json();
            await Task.Delay(pause);
            await lab.Kill("console");
            await lab.NoScriptIsLeft(15);
            await lab.Mend();
            Assert.Contains((await cron.Json($"api/restores/{restore.Text("id")}")).Text("state"), Ends);
            Assert.Equal(before, (await cron.Json("api/bases/shop")).Text("dataTime"));
            Assert.Single(
                await lab.Sql(
                    "SELECT datname FROM pg_database WHERE datname = 'base_shop' AND datistemplate AND NOT datallowconn"
                )
            );
        }
        Assert.Equal(HttpStatusCode.OK, (await cron.PostAsync("api/bases/shop/restore?wait=true", null)).StatusCode);
        await NothingIsLeftOver();
    }

    [Fact]
    public async Task A_server_whose_sshd_is_gone_is_told_as_such_and_others_are_not_delayed()
    {
        using var anna = lab.As("anna");
        await anna.BuildWell("qa06", "shop", "trunk", database: true, code: true);
        await lab.Kill("sshd-qa06");
        await lab.EndSharedConnection("qa06");
        var failing = anna.Build("qa06", "shop", "branches/new-checkout", database: false, code: true);
        await anna.BuildWell("qa05", "shop", "trunk", database: true, code: true);
        var failed = await failing;
        Assert.Equal("failed", failed.Text("state"));
        Assert.Contains("qa06 cannot be reached", failed.Text("message"), StringComparison.Ordinal);
        Assert.Contains("trunk", await anna.PageOf("qa06"), StringComparison.Ordinal);
        await lab.Mend();
        await anna.BuildWell("qa06", "shop", "branches/new-checkout", database: false, code: true);
    }

    [Fact]
    public async Task A_database_host_that_is_down_stops_only_its_own_bases_and_is_named()
    {
        using var anna = lab.As("anna");
        await lab.Kill("sshd-database-host");
        await lab.EndSharedConnectionTo(lab.Status.GetProperty("database").Text("address")!);
        var failed = await anna.Build("qa06", "shop", "trunk", database: true, code: true);
        Assert.Equal("failed", failed.Text("state"));
        Assert.Contains("db1 cannot be reached", failed.Text("message"), StringComparison.Ordinal);
        await Wait.Until(
            "the base tells it",
            async () =>
                (await anna.Json("api/bases/shop"))
                    .Text("problem")
                    ?.Contains("db1 cannot be reached", StringComparison.Ordinal) == true
        );
        await anna.BuildWell("qa05", "tickets", "main", database: true, code: true);
        Assert.Null((await anna.Json("api/bases/tickets")).Text("problem"));
        await lab.Mend();
        await anna.BuildWell("qa06", "shop", "trunk", database: true, code: true);
        await Wait.Until(
            "the base is well",
            async () => (await anna.Json("api/bases/shop")).Text("problem") is null,
            40
        );
    }

    [Fact]
    public async Task An_app_that_answers_500_is_built_but_not_ready_and_its_first_lines_are_told()
    {
        using var anna = lab.As("anna");
        var build = await anna.Build("qa05", "shop", "branches/broken-report", database: true, code: true);
        Assert.Equal("failed", build.Text("state"));
        Assert.StartsWith("built, but", build.Text("message"), StringComparison.Ordinal);
        Assert.Contains("HTTP 500", build.Text("message"), StringComparison.Ordinal);
        Assert.Equal(500, build.GetProperty("health").GetProperty("status").GetInt32());
        Assert.NotEqual("", build.GetProperty("health").Text("text"));
        var resumed = await anna.Post($"api/builds/{build.Text("id")}/retry", new { from = "failed" });
        var again = await anna.EndOf((await resumed.Json()).Text("id"));
        Assert.Equal("failed", again.Text("state"));
        Assert.Equal(build.Step("database").Text("startedAt"), again.Step("database").Text("startedAt"));
        Assert.NotEqual(build.Step("health").Text("startedAt"), again.Step("health").Text("startedAt"));
        await anna.BuildWell("qa05", "shop", "trunk", database: false, code: true);
    }

    [Fact]
    public async Task A_cancel_at_any_moment_leaves_a_server_that_the_next_build_finds_well()
    {
        using var anna = lab.As("anna");
        await anna.BuildWell("qa07", "shop", "trunk", database: true, code: true);
        foreach (var pause in new[] { 0, 60, 150, 300, 600, 1000, 1500 })
        {
            var build = await (
                await anna.Post(
                    "api/servers/qa07/builds",
                    Body.ForBuild("shop", "branches/new-checkout", database: true, code: true)
                )
            ).Json();
            await Task.Delay(pause);
            await anna.PostAsync($"api/builds/{build.Text("id")}/cancel", null);
            var ended = await anna.Json($"api/builds/{build.Text("id")}?wait=10");
            Assert.Contains(ended.Text("state"), new[] { "cancelled", "succeeded" });
            // Its sessions were ended when the databases were exchanged: an app that keeps one learns that at its next
            // request.
            await Wait.Until("the page shows data", async () => await PageShows(anna, "qa07", "<dd id=\"orders\">"));
        }
        await lab.ScriptsHaveEnded("no script is left on any host");
        await anna.BuildWell("qa07", "shop", "trunk", database: true, code: true);
        Assert.Contains("<dd id=\"path\">trunk</dd>", await anna.PageOf("qa07"), StringComparison.Ordinal);
        await NothingIsLeftOver();
    }

    private static async Task<bool> PageShows(HttpClient http, string server, string text)
    {
        using var plain = new HttpClient();
        return (
            await (
                await plain.GetAsync((await http.Json($"api/servers/{server}")).Text("url"))
            ).Content.ReadAsStringAsync()
        ).Contains(text, StringComparison.Ordinal);
    }

    private async Task NothingIsLeftOver() =>
        await Wait.Until("nothing is left over", async () => (await lab.Leftovers()).Length == 0, 40);
}
