namespace TestServers.Tests.Stories.Lab;

[Collection("lab")]
public sealed class PlanTest(LabFixture lab) : IClassFixture<LabFixture>
{
    [Fact]
    public async Task Before_I_click_I_see_the_commits_that_come_the_data_times_and_the_settings_that_differ()
    {
        using var anna = lab.As("anna");
        await anna.BuildWell("qa02", "shop", "trunk", database: true, code: true);
        var plan = await anna.Json("api/servers/qa02/plan?app=shop&path=branches/new-checkout&database=true&code=true");
        Assert.Null(plan.Text("refusal"));
        Assert.Equal("shop", plan.GetProperty("database").Text("base"));
        Assert.NotNull(plan.GetProperty("database").Text("now"));
        var code = plan.GetProperty("code");
        Assert.Equal("trunk", code.GetProperty("from").Text("path"));
        Assert.Null(code.Text("problem"));
        Assert.Contains(
            code.GetProperty("commits").EnumerateArray(),
            c => c.Text("side") == "new" && c.Text("message") == "Checkout in one step" && c.Text("author") == "carla"
        );
        var lines = plan.GetProperty("settings")
            .EnumerateArray()
            .SelectMany(f => f.GetProperty("lines").EnumerateArray())
            .ToList();
        Assert.Contains(
            lines,
            l => l.Text("kind") == "gone" && l.Text("text")!.Contains("trunk", StringComparison.Ordinal)
        );
        Assert.Contains(
            lines,
            l => l.Text("kind") == "new" && l.Text("text")!.Contains("branches/new-checkout", StringComparison.Ordinal)
        );
        Assert.Contains("<dd id=\"path\">trunk</dd>", await anna.PageOf("qa02"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_between_two_entries_of_the_history_and_an_unchanged_form_gives_an_equal_result()
    {
        using var anna = lab.As("anna");
        var first = await anna.BuildWell("qa03", "tickets", "main", database: true, code: true);
        var second = await anna.BuildWell("qa03", "tickets", "faster-list", database: false, code: true);
        var changes = await anna.Json($"api/servers/qa03/history/{second.Text("id")}/changes?since={first.Text("id")}");
        Assert.Equal("main", changes.GetProperty("code").GetProperty("from").Text("path"));
        Assert.NotEmpty(changes.GetProperty("code").GetProperty("commits").EnumerateArray());
        Assert.Equal("1 command", first.Step("after").Text("message"));

        var again = await anna.EndOf(
            (await (await anna.Post($"api/builds/{first.Text("id")}/retry", new { })).Json()).Text("id")
        );
        Assert.Equal("succeeded", again.Text("state"));
        Assert.Equal(first.GetProperty("result").Text("revision"), again.GetProperty("result").Text("revision"));
        var (before, after) = (
            await anna.Json($"api/servers/qa03/history/{first.Text("id")}"),
            await anna.Json($"api/servers/qa03/history/{again.Text("id")}")
        );
        Assert.Equal(first.Text("id"), again.Text("retryOf"));
        Assert.Equal(WithoutBuild(before), WithoutBuild(after));
        Assert.All(
            (await anna.Json("api/servers/qa03/history")).GetProperty("history").EnumerateArray(),
            e => Assert.False(e.TryGetProperty("settings", out _))
        );
    }

    [Fact]
    public async Task A_plan_says_why_a_build_would_be_refused()
    {
        using var anna = lab.As("anna");
        using var ben = lab.As("ben");
        await anna.Put("api/servers/qa08/reservation", new { purpose = "mine", hours = 1 });
        Assert.Contains(
            "anna",
            (await ben.Json("api/servers/qa08/plan?app=shop&database=true&code=true")).Text("refusal"),
            StringComparison.Ordinal
        );
        await anna.DeleteAsync("api/servers/qa08/reservation");
        Assert.Contains(
            "shut off",
            (await anna.Json("api/servers/qa09/plan?app=shop&database=true&code=true")).Text("refusal"),
            StringComparison.Ordinal
        );
        await (await anna.GetAsync("api/servers/qa08/plan?app=none&database=true&code=true")).Problem(
            HttpStatusCode.NotFound
        );
    }

    [Theory]
    [InlineData("shop", "branches/no-such", "There is no path branches/no-such in ")]
    [InlineData("tickets", "no-such", "There is no branch or tag no-such in ")]
    public async Task A_plan_says_that_a_build_of_what_the_repository_does_not_have_would_fail(
        string app,
        string path,
        string why
    )
    {
        using var anna = lab.As("anna");
        var plan = await anna.Json($"api/servers/qa02/plan?app={app}&path={path}&database=true&code=true");
        Assert.True(plan.GetProperty("code").GetProperty("missing").GetBoolean());
        Assert.StartsWith(why, plan.GetProperty("code").Text("problem"), StringComparison.Ordinal);
        Assert.Empty(plan.GetProperty("settings").EnumerateArray());
        plan = await anna.Json("api/servers/qa09/plan?app=shop&path=trunk&database=true&code=true");
        Assert.False(plan.GetProperty("code").GetProperty("missing").GetBoolean());
        Assert.Contains("shut off", plan.GetProperty("code").Text("problem"), StringComparison.Ordinal);
    }

    // The number of the build may stand in the settings; everything else must be the same.
    private static string WithoutBuild(System.Text.Json.JsonElement entry) =>
        string.Join(
            '\n',
            entry
                .GetProperty("settings")
                .EnumerateArray()
                .Select(f =>
                    f.Text("text")!
                        .Replace($"'{entry.Text("build")}'", "", StringComparison.Ordinal)
                        .Replace($"build {entry.Text("build")}", "", StringComparison.Ordinal)
                )
        );
}
