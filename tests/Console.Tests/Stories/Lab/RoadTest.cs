namespace TestServers.Tests.Stories.Lab;

[Collection("lab")]
public sealed class RoadTest(LabFixture lab) : IClassFixture<LabFixture>
{
    [Fact]
    public async Task I_reserve_a_server_build_from_Subversion_then_from_Git_and_find_both_in_its_history()
    {
        using var anna = lab.As("anna");
        await anna.Put("api/servers/qa01/reservation", new { purpose = "the road", hours = 1 });
        var shop = await anna.BuildWell("qa01", "shop", "branches/new-checkout", database: true, code: true);
        var page = await anna.PageOf("qa01");
        Assert.Contains("branches/new-checkout", page, StringComparison.Ordinal);
        Assert.Contains(
            $"<dd id=\"revision\">{shop.GetProperty("result").Text("revision")}</dd>",
            page,
            StringComparison.Ordinal
        );
        Assert.Contains("<dd id=\"database\">copy_shop_qa01</dd>", page, StringComparison.Ordinal);
        Assert.Contains("<dd id=\"orders\">30000</dd>", page, StringComparison.Ordinal);
        Assert.Equal(
            (await anna.Json("api/bases/shop")).GetProperty("dataTime").GetDateTimeOffset(),
            shop.GetProperty("result").GetProperty("dataTime").GetDateTimeOffset()
        );

        var tickets = await anna.BuildWell("qa01", "tickets", "main", database: true, code: true);
        Assert.Contains("copy_tickets_qa01", await anna.PageOf("qa01"), StringComparison.Ordinal);
        Assert.Equal(40, tickets.GetProperty("result").Text("revision")!.Length);

        var history = (await anna.Json("api/servers/qa01/history")).GetProperty("history").EnumerateArray().ToList();
        Assert.Equal(["tickets", "shop"], history.Take(2).Select(h => h.Text("app")));
        Assert.Equal("anna", history[0].Text("by"));
        Assert.Equal("succeeded", history[0].Text("result"));
        var configuration = (await anna.Json("api/servers/qa01")).GetProperty("configuration");
        Assert.Equal(("tickets", "main"), (configuration.Text("app"), configuration.Text("path")));
        Assert.Equal(HttpStatusCode.NoContent, (await anna.DeleteAsync("api/servers/qa01/reservation")).StatusCode);
    }

    [Fact]
    public async Task A_switch_to_another_branch_and_to_an_exact_revision_is_what_the_page_shows()
    {
        using var anna = lab.As("anna");
        var trunk = await anna.BuildWell("qa02", "shop", "trunk", database: true, code: true);
        await anna.BuildWell("qa02", "shop", "tags/1.0", database: false, code: true);
        Assert.Contains("tags/1.0", await anna.PageOf("qa02"), StringComparison.Ordinal);
        var old = await anna.BuildWell("qa02", "shop", "trunk", database: false, code: true, revision: "2");
        Assert.Equal("2", old.GetProperty("result").Text("revision"));
        Assert.NotEqual("2", trunk.GetProperty("result").Text("revision"));
        Assert.Contains("<dd id=\"revision\">2</dd>", await anna.PageOf("qa02"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_alone_leaves_the_code_and_code_alone_leaves_the_database()
    {
        using var anna = lab.As("anna");
        await anna.BuildWell("qa03", "shop", "trunk", database: true, code: true);
        var fresh = await anna.BuildWell("qa03", "shop", null, database: true, code: false);
        Assert.Equal(
            ["database", "settings", "health"],
            fresh.GetProperty("steps").EnumerateArray().Select(s => s.Text("name"))
        );
        var before = (await anna.Json("api/servers/qa03")).GetProperty("configuration");
        await anna.BuildWell("qa03", "shop", "branches/new-checkout", database: false, code: true);
        var after = (await anna.Json("api/servers/qa03")).GetProperty("configuration");
        Assert.Equal(before.Text("dataTime"), after.Text("dataTime"));
        Assert.Equal(("trunk", "branches/new-checkout"), (before.Text("path"), after.Text("path")));
    }

    [Fact]
    public async Task What_cannot_work_is_refused_before_anything_is_touched()
    {
        using var anna = lab.As("anna");
        using var ben = lab.As("ben");
        async Task<string> Refused(HttpClient http, string server, object ask, HttpStatusCode status) =>
            await (await http.Post($"api/servers/{server}/builds", ask)).Problem(status);

        Assert.Contains(
            "shut off",
            await Refused(
                anna,
                "qa09",
                Body.ForBuild("shop", null, database: true, code: true),
                HttpStatusCode.Conflict
            ),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "no checkout",
            await Refused(
                anna,
                "qa08",
                Body.ForBuild("shop", null, database: true, code: false),
                HttpStatusCode.Conflict
            ),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "no copy",
            await Refused(
                anna,
                "qa08",
                Body.ForBuild("shop", null, database: false, code: true),
                HttpStatusCode.Conflict
            ),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "database",
            await Refused(
                anna,
                "qa08",
                Body.ForBuild("shop", null, database: false, code: false),
                HttpStatusCode.BadRequest
            ),
            StringComparison.Ordinal
        );
        await Refused(
            anna,
            "qa08",
            Body.ForBuild("nothing", null, database: true, code: true),
            HttpStatusCode.NotFound
        );
        await Refused(anna, "qa77", Body.ForBuild("shop", null, database: true, code: true), HttpStatusCode.NotFound);
        Assert.Contains(
            "path",
            await Refused(
                anna,
                "qa08",
                Body.ForBuild("shop", "--config-option=x", database: true, code: true),
                HttpStatusCode.BadRequest
            ),
            StringComparison.Ordinal
        );
        await anna.Put("api/servers/qa08/reservation", new { purpose = "mine", hours = 1 });
        Assert.Contains(
            "anna",
            await Refused(
                ben,
                "qa08",
                Body.ForBuild("shop", null, database: true, code: true),
                HttpStatusCode.Conflict
            ),
            StringComparison.Ordinal
        );
        await anna.DeleteAsync("api/servers/qa08/reservation");
        Assert.Empty((await anna.Json("api/servers/qa08/history")).GetProperty("history").EnumerateArray());
    }

    [Fact]
    public async Task A_path_that_does_not_exist_fails_with_a_sentence_and_the_old_code_serves_on()
    {
        using var anna = lab.As("anna");
        await anna.BuildWell("qa04", "shop", "trunk", database: true, code: true);
        var failed = await anna.Build("qa04", "shop", "branches/none-such", database: false, code: true);
        Assert.Equal("failed", failed.Text("state"));
        Assert.Contains("failed at step code", failed.Text("message"), StringComparison.Ordinal);
        Assert.Contains("branches/none-such", failed.Text("message"), StringComparison.Ordinal);
        Assert.Equal("skipped", failed.Step("settings").Text("state"));
        Assert.Contains("<dd id=\"path\">trunk</dd>", await anna.PageOf("qa04"), StringComparison.Ordinal);
        Assert.Equal("trunk", (await anna.Json("api/servers/qa04")).GetProperty("configuration").Text("path"));
        await anna.BuildWell("qa04", "shop", "trunk", database: false, code: true);
    }

    [Fact]
    public async Task A_free_server_is_reserved_for_whom_builds_on_it_and_two_builds_wait_for_each_other()
    {
        using var carla = lab.As("carla");
        await lab.Free("qa05");
        var first = await (
            await carla.Post("api/servers/qa05/builds", Body.ForBuild("shop", "trunk", database: true, code: true))
        ).Json();
        Assert.Equal("carla", (await carla.Json("api/servers/qa05")).GetProperty("reservation").Text("holder"));
        var second = await (
            await carla.Post(
                "api/servers/qa05/builds",
                Body.ForBuild("shop", "branches/new-checkout", database: true, code: true)
            )
        ).Json();
        Assert.Equal("queued", second.Text("state"));
        Assert.Contains($"build {first.Text("id")}", second.Text("waitsFor"), StringComparison.Ordinal);
        Assert.Equal("succeeded", (await carla.EndOf(second.Text("id"))).Text("state"));
        Assert.Equal("succeeded", (await carla.Json($"api/builds/{first.Text("id")}")).Text("state"));
        await carla.DeleteAsync("api/servers/qa05/reservation");
    }

    [Fact]
    public async Task The_log_is_followed_live_through_Apache_to_the_end()
    {
        using var anna = lab.As("anna");
        var build = await (
            await anna.Post("api/servers/qa06/builds", Body.ForBuild("shop", "trunk", database: true, code: true))
        ).Json();
        var followed = await anna.GetStringAsync($"api/builds/{build.Text("id")}/log?follow=true");
        Assert.Equal("succeeded", (await anna.Json($"api/builds/{build.Text("id")}")).Text("state"));
        Assert.Equal(await anna.GetStringAsync($"api/builds/{build.Text("id")}/log"), followed);
        Assert.EndsWith("ready\n", followed, StringComparison.Ordinal);
        var half = followed.Length / 2;
        Assert.Equal(
            followed[half..],
            await anna.GetStringAsync(
                $"api/builds/{build.Text("id")}/log?from={System.Text.Encoding.UTF8.GetByteCount(followed[..half])}"
            )
        );
        Assert.Equal(
            string.Concat(followed.Split('\n')[^3..^1].Select(l => l + "\n")),
            await anna.GetStringAsync($"api/builds/{build.Text("id")}/log?tail=2&follow=true")
        );
        foreach (var wrong in new[] { "tail=-1", "from=-1", "tail=1&from=1", "tail=x" })
            await (await anna.GetAsync($"api/builds/{build.Text("id")}/log?{wrong}")).Problem(
                System.Net.HttpStatusCode.BadRequest
            );
    }

    [Fact]
    public async Task The_paths_of_both_kinds_of_repository_are_listed()
    {
        using var anna = lab.As("anna");
        var svn = (await anna.Json("api/apps/shop/paths"))
            .GetProperty("paths")
            .EnumerateArray()
            .Select(p => p.Text("path"))
            .ToList();
        var git = (await anna.Json("api/apps/tickets/paths"))
            .GetProperty("paths")
            .EnumerateArray()
            .Select(p => p.Text("path"))
            .ToList();
        Assert.Contains("trunk", svn);
        Assert.Contains("branches/new-checkout", svn);
        Assert.Contains("tags/1.0", svn);
        foreach (var name in new[] { "main", "1.0", "new-colours", "broken-report" })
            Assert.Contains(name, git);
        Assert.Equal(
            ["branches/new-checkout"],
            (await anna.Json("api/apps/shop/paths?q=CHECKOUT"))
                .GetProperty("paths")
                .EnumerateArray()
                .Select(p => p.Text("path"))
        );
    }

    [Fact]
    public async Task A_cancelled_build_ends_and_the_next_one_works()
    {
        using var anna = lab.As("anna");
        var build = await (
            await anna.Post("api/servers/qa07/builds", Body.ForBuild("shop", "trunk", database: true, code: true))
        ).Json();
        var cancelled = await anna.PostAsync($"api/builds/{build.Text("id")}/cancel", null);
        // It may have been quicker than the cancel on a fast machine: then there is nothing to cancel, and that is
        // said.
        if (cancelled.IsSuccessStatusCode)
            Assert.Contains(
                (await anna.Json($"api/builds/{build.Text("id")}?wait=20")).Text("state"),
                new[] { "cancelled", "succeeded" }
            );
        else
            await cancelled.Problem(HttpStatusCode.Conflict);
        await anna.BuildWell("qa07", "shop", "trunk", database: true, code: true);
    }
}
