namespace TestServers.Tests.Stories.Lab;

/// <summary>A server's own page that is late, or never comes: asked until the limit, and not a second longer.</summary>
[Collection("lab"), Trait("lab", "second")]
public sealed class HealthFaultTest(LabFixture lab) : IClassFixture<LabFixture>
{
    private const string Late = """
        import time
        began = time.monotonic()
        def application(environ, start_response):
            ready = time.monotonic() > began + 2
            start_response('200 OK' if ready else '503 Service Unavailable', [('Content-Type', 'text/plain')])
            return [b'at last' if ready else b'the cache is filled']
        """;
    private const string Hidden = """
        def application(environ, start_response):
            raise RuntimeError('no table for ' + '-'.join(['open', 'sesame', '17']))
        """;
    private const string Silent = """
        def application(environ, start_response):
            start_response('500 Internal Server Error', [('Content-Type', 'text/plain')])
            return [b'Server Error (500)']
        """;
    private const string Never = """
        import time
        def application(environ, start_response):
            time.sleep(40)
        """;

    [Fact]
    public async Task A_page_that_comes_after_a_while_is_waited_for()
    {
        await using var own = new LabConsole(lab);
        own.PutPage(Late);
        await own.Process.StartWithServers();
        var build = await own.Process.Http.BuildWell("own6", "plain", "trunk", database: false, code: true);
        Assert.True(build.Step("health").GetProperty("seconds").GetDouble() > 1, build.ToString());
        Assert.Equal("at last", await own.Process.Http.PageOf("own6"));
    }

    /// <summary>
    /// An app that hides its errors: the page has no word of it, Apache's error log on the server has.
    /// </summary>
    [Fact]
    public async Task The_reason_of_a_hidden_error_comes_from_the_servers_own_error_log_without_its_secrets()
    {
        await using var own = new LabConsole(
            lab,
            settings =>
                settings["apps"]![0]!["secrets"] = new System.Text.Json.Nodes.JsonObject { ["key"] = "open-sesame-17" }
        );
        own.PutPage(Hidden);
        await own.Process.StartWithServers();
        var http = own.Process.Http;
        var failed = await http.Build("own6", "plain", "trunk", database: false, code: true);
        Assert.Equal("failed", failed.Text("state"));
        Assert.Matches(
            "answers HTTP 500; its first lines are in the log, and what Apache's error log says of it",
            failed.Text("message")
        );
        var told = failed.GetProperty("health").Text("errorLog");
        Assert.Contains("RuntimeError: no table for ********", told, StringComparison.Ordinal);
        Assert.Single(told!.Split('\n'), line => line.StartsWith("RuntimeError", StringComparison.Ordinal));
        Assert.DoesNotContain("open-sesame-17", told, StringComparison.Ordinal);
        var log = await http.GetStringAsync($"api/builds/{failed.Text("id")}/log");
        Assert.Contains("RuntimeError: no table for ********", log, StringComparison.Ordinal);
        Assert.DoesNotContain("open-sesame-17", log, StringComparison.Ordinal);

        var resumed = await (await http.Post($"api/builds/{failed.Text("id")}/retry", new { from = "failed" })).Json();
        Assert.Contains(
            "RuntimeError",
            (await http.EndOf(resumed.Text("id"))).GetProperty("health").Text("errorLog"),
            StringComparison.Ordinal
        );
    }

    /// <summary>Django with DEBUG off and no LOGGING: what Apache says of its reload is no reason.</summary>
    [Fact]
    public async Task An_error_that_nobody_is_told_of_has_the_way_to_be_told()
    {
        await using var own = new LabConsole(lab);
        own.PutPage(Silent);
        await own.Process.StartWithServers();
        var failed = await own.Process.Http.Build("own6", "plain", "trunk", database: false, code: true);
        Assert.Matches("answers HTTP 500; its first lines are in the log$", failed.Text("message"));
        Assert.Matches(
            "no line of it since this build began.*LOGGING in settings.py has a StreamHandler",
            failed.GetProperty("health").Text("errorLog")
        );
    }

    [Fact]
    public async Task A_page_that_never_comes_ends_the_build_at_the_limit_and_delays_nobody()
    {
        await using var own = new LabConsole(
            lab,
            settings => settings["builds"] = new System.Text.Json.Nodes.JsonObject { ["healthSeconds"] = 6 }
        );
        await own.Process.StartWithServers();
        await own.Process.Http.BuildWell("own6", "plain", "trunk", database: false, code: true);
        own.PutPage(Never);
        var failing = await (
            await own.Process.Http.Post(
                "api/servers/own6/builds",
                Body.ForBuild("plain", "trunk", database: false, code: true)
            )
        ).Json();
        await Wait.Until(
            "it has rendered its settings",
            async () =>
                (await own.Process.Http.Json($"api/builds/{failing.Text("id")}")).Step("health").Text("state")
                == "running",
            60
        );
        own.PutGoodPage();
        await own.Process.Http.BuildWell("own7", "plain", "trunk", database: false, code: true);
        Assert.Equal("running", (await own.Process.Http.Json($"api/builds/{failing.Text("id")}")).Text("state"));
        var failed = await own.Process.Http.EndOf(failing.Text("id"));
        Assert.Equal("failed", failed.Text("state"));
        Assert.Matches(
            "^built, but http://.* does not answer: no answer within 6 s. Look at the server's Apache error log",
            failed.Text("message")
        );
        Assert.InRange(failed.Step("health").GetProperty("seconds").GetDouble(), 5.5, 9);
        await own.Process.Http.BuildWell("own6", "plain", "trunk", database: false, code: true);
        Assert.Contains("trunk", await own.Process.Http.PageOf("own6"), StringComparison.Ordinal);
    }
}
