namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// The commands that an app's entry in the settings names for after a checkout: run on the server within a limit, told
/// when they fail, ended by a cancel.
/// </summary>
[Collection("lab")]
public sealed class AfterTest(LabFixture lab) : IClassFixture<LabFixture>
{
    private static readonly object Ask = Body.ForBuild("plain", "trunk", database: false, code: true);

    // Longer than every limit, and of this run alone.
    private static readonly string Seconds = $"612.{Environment.ProcessId}";

    [Fact]
    public async Task They_run_in_the_checkout_before_the_settings_are_in_place_and_their_output_is_in_the_log()
    {
        await using var own = With("echo I am in $(basename \"$PWD\")", "test -e shop/release.py");
        await own.Process.StartWithServers();
        var build = await own.Process.Http.BuildWell("own6", "plain", "trunk", database: false, code: true);
        Assert.Equal(
            ["code", "after", "settings", "health"],
            build.GetProperty("steps").EnumerateArray().Select(s => s.Text("name"))
        );
        Assert.Contains(
            " after    I am in plain\n",
            await own.Process.Http.GetStringAsync($"api/builds/{build.Text("id")}/log"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task One_that_fails_is_named_and_after_a_remedy_the_build_goes_on_with_it()
    {
        var mark = Path.Combine(lab.Folder, "guests/qa06/home/remedy");
        await using var own = With("echo first", $"echo this is why; test -e {mark}", "echo third");
        await own.Process.StartWithServers();
        var http = own.Process.Http;
        var failed = await http.Build("own6", "plain", "trunk", database: false, code: true);
        Assert.Matches(
            @"^failed at step after: Step 2 after the checkout of plain \(echo this is why; .*\) failed "
                + @"with exit code 1. The log has its own words: .* then build again\. It said last: this is why$",
            failed.Text("message")
        );
        Assert.Equal("skipped", failed.Step("settings").Text("state"));
        Assert.DoesNotContain(
            "third",
            await http.GetStringAsync($"api/builds/{failed.Text("id")}/log"),
            StringComparison.Ordinal
        );

        await lab.AsOwner("touch", mark);
        var resumed = await (await http.Post($"api/builds/{failed.Text("id")}/retry", new { from = "failed" })).Json();
        var again = await http.EndOf(resumed.Text("id"));
        Assert.Equal("ready", again.Text("message"));
        Assert.Equal(failed.Step("code").Text("endedAt"), again.Step("code").Text("endedAt"));
        File.Delete(mark);
    }

    [Fact]
    public async Task One_that_takes_too_long_ends_at_the_limit_and_one_that_is_cancelled_at_once()
    {
        await using var own = With($"sleep {Seconds}");
        await own.Process.StartWithServers();
        var http = own.Process.Http;
        var late = await (await http.Post("api/servers/own6/builds", Ask)).Json();
        var cancelled = await (await http.Post("api/servers/own7/builds", Ask)).Json();
        await Wait.Until("both run", () => Sleeping() == 2);
        Assert.Equal(
            "Cancelled; own7 has cleaned up.",
            (await (await http.PostAsync($"api/builds/{cancelled.Text("id")}/cancel", null)).Json()).Text("message")
        );
        Assert.Equal(1, Sleeping());
        var ended = await http.EndOf(late.Text("id"));
        Assert.Matches(
            @"^failed at step after: Step 1 .* was ended: the steps took longer than their limit of 6 s\. "
                + @".* raise the limit in the console's settings\.$",
            ended.Text("message")
        );
        Assert.InRange(ended.Step("after").GetProperty("seconds").GetDouble(), 5, 15);
        Assert.Equal(0, Sleeping());
    }

    [Fact]
    public async Task A_request_cannot_name_one()
    {
        using var anna = lab.As("anna");
        var answer = await anna.Post(
            "api/servers/qa06/builds",
            new
            {
                app = "shop",
                path = "trunk",
                database = true,
                code = true,
                after = new[] { "id" },
            }
        );
        await answer.Problem(HttpStatusCode.BadRequest);
    }

    // Commands have an environment of their own, without the lab's mark.
    private static int Sleeping() =>
        Directory.EnumerateDirectories("/proc").Count(f => LabHost.Read(f + "/cmdline") == $"sleep\0{Seconds}\0");

    private LabConsole With(params string[] commands) =>
        new(
            lab,
            settings =>
            {
                settings["apps"]![0]!["after"] = new JsonArray([.. commands.Select(c => (JsonNode)c)]);
                settings["builds"] = new JsonObject { ["afterMinutes"] = 0.1 };
            }
        );
}
