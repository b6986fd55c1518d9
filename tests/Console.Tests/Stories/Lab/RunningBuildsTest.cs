namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// What becomes of the build that runs when its server is taken over or released: by the choice of who does it, and
/// both are told.
/// </summary>
[Collection("lab")]
public sealed class RunningBuildsTest(LabFixture lab) : IClassFixture<LabFixture>
{
    private const string Server = "qa01";

    [Fact]
    public async Task A_take_over_ends_what_runs_before_it_is_answered()
    {
        await using var queue = await Begun();
        var (build, number) = await Run(queue, 8000);
        using var ben = queue.Process.ClientFor("ben");
        var taken = await (await TakeOver(ben, number, null)).Json();
        Assert.Equal(
            (build, "cancel"),
            (taken.GetProperty("takenFrom").Text("build"), taken.GetProperty("takenFrom").Text("builds"))
        );
        // Proved on the host: nothing of it runs any more.
        Assert.Contains(queue.Hosts.Journal, d => d.Verb == "cut-checkout");
        var ended = await ben.Json($"api/builds/{build}");
        Assert.Equal("cancelled", ended.Text("state"));
        Assert.Contains($"ben has taken {Server} over", ended.Text("message"), StringComparison.Ordinal);
        Assert.Contains("urgent", ended.Text("message"), StringComparison.Ordinal);
        Assert.Equal("succeeded", await Build(ben, "own", 10));
    }

    [Fact]
    public async Task A_take_over_may_let_finish_what_runs_and_nothing_that_waits()
    {
        await using var queue = await Begun();
        var (build, number) = await Run(queue, 2500);
        using HttpClient anna = queue.Process.ClientFor("anna"),
            ben = queue.Process.ClientFor("ben");
        var waits = await (await anna.Post($"api/servers/{Server}/builds", Ask("waits", 10))).Json();
        await TakeOver(ben, number, "finish");
        Assert.Equal("succeeded", (await ben.Json($"api/builds/{build}?wait=20")).Text("state"));
        Assert.Contains("may finish", await ben.GetStringAsync($"api/builds/{build}/log"), StringComparison.Ordinal);
        Assert.Contains(
            "reserved by ben since",
            (await anna.Json($"api/builds/{waits.Text("id")}?wait=20")).Text("message"),
            StringComparison.Ordinal
        );
        Assert.Equal("succeeded", await Build(ben, "own", 10));
    }

    [Fact]
    public async Task Who_lets_a_build_finish_has_the_choice_again_when_they_give_the_server_on()
    {
        await using var queue = await Begun();
        var (build, number) = await Run(queue, 6000);
        using HttpClient ben = queue.Process.ClientFor("ben"),
            carla = queue.Process.ClientFor("carla");
        await TakeOver(ben, number, "finish");
        var taken = await (
            await carla.Post($"api/servers/{Server}/reservation/takeover", new { reason = "more urgent" })
        ).Json();
        Assert.Equal(
            (build, "cancel"),
            (taken.GetProperty("takenFrom").Text("build"), taken.GetProperty("takenFrom").Text("builds"))
        );
        Assert.Equal("cancelled", (await carla.Json($"api/builds/{build}")).Text("state"));
        Assert.Contains(queue.Hosts.Journal, d => d.Verb == "cut-checkout");
    }

    [Theory]
    [InlineData("", "cancelled")]
    [InlineData("&builds=cancel", "cancelled")]
    [InlineData("&builds=finish", "succeeded")]
    public async Task A_released_server_is_free_when_its_build_has_ended_and_not_before(string choice, string end)
    {
        await using var queue = await Begun();
        var (build, number) = await Run(queue, 2500);
        using HttpClient anna = queue.Process.ClientFor("anna"),
            ben = queue.Process.ClientFor("ben");
        var released = await anna.DeleteAsync($"api/servers/{Server}/reservation?number={number}{choice}");
        if (end == "succeeded")
        {
            Assert.Equal(HttpStatusCode.Accepted, released.StatusCode);
            // What was released takes no change and no build any more.
            await (await anna.Put($"api/servers/{Server}/reservation", new { hours = 4 })).Problem(
                HttpStatusCode.Conflict
            );
            await (await anna.Post($"api/servers/{Server}/builds", Ask("late", 10))).Problem(HttpStatusCode.Conflict);
            Assert.Contains(
                $"until build {build} has ended",
                await (await ben.Put($"api/servers/{Server}/reservation", new { purpose = "x", hours = 1 })).Problem(
                    HttpStatusCode.Conflict
                ),
                StringComparison.Ordinal
            );
            Assert.Equal(end, (await ben.Json($"api/builds/{build}?wait=20")).Text("state"));
        }
        else
            Assert.Equal(HttpStatusCode.NoContent, released.StatusCode);
        await Wait.Until(
            "it is free",
            async () =>
                (await ben.Put($"api/servers/{Server}/reservation", new { purpose = "x", hours = 1 })).StatusCode
                == HttpStatusCode.Created
        );
        Assert.Equal(end, (await ben.Json($"api/builds/{build}")).Text("state"));
    }

    [Fact]
    public async Task A_failed_build_of_another_app_leaves_on_the_board_what_runs()
    {
        using var anna = lab.As("anna");
        var good = await anna.BuildWell("qa04", "shop", "trunk", database: true, code: true);
        var bad = await anna.Build("qa04", "tickets", "none-such", database: true, code: true);
        Assert.Equal("failed", bad.Text("state"));
        var on = (await anna.Json("api/servers/qa04")).GetProperty("configuration");
        Assert.Equal(
            ("shop", "trunk", good.GetProperty("result").Text("revision")),
            (on.Text("app"), on.Text("path"), on.Text("revision"))
        );
        Assert.Equal("failed", on.Text("result"));
        Assert.Contains("tickets none-such", on.Text("message"), StringComparison.Ordinal);
        var entry = (await anna.Json("api/servers/qa04/history")).GetProperty("history")[0];
        Assert.Equal("none-such", entry.Text("path"));
        Assert.True(
            !entry.TryGetProperty("revision", out var revision) || revision.ValueKind == JsonValueKind.Null,
            "A path that there is not has no revision."
        );
        await lab.Release("qa04");
    }

    /// <param name="builds">What becomes of what runs; null: as the console does it by itself.</param>
    private static Task<HttpResponseMessage> TakeOver(HttpClient who, long number, string? builds) =>
        who.Post(
            $"api/servers/{Server}/reservation/takeover",
            new
            {
                reason = "urgent",
                number,
                builds,
            }
        );

    private async Task<QueueConsole> Begun()
    {
        var queue = await QueueConsole.Install(lab, new Workload([new Work(0, Server, "plain", null, 0, 0.1)]));
        await queue.Process.StartWithServers();
        return queue;
    }

    private static object Ask(string name, int milliseconds) =>
        Body.ForBuild("plain", $"{Server}/{name}/{milliseconds}", database: false, code: true);

    private static async Task<(string Build, long Number)> Run(QueueConsole queue, int milliseconds)
    {
        using var anna = queue.Process.ClientFor("anna");
        var number = (
            await (await anna.Put($"api/servers/{Server}/reservation", new { purpose = "x", hours = 1 })).Json()
        )
            .GetProperty("number")
            .GetInt64();
        var build = await (await anna.Post($"api/servers/{Server}/builds", Ask("runs", milliseconds))).Json();
        await Wait.Until("it checks out", () => queue.Hosts.Running.Any(IsCheckout));
        return (build.Text("id")!, number);
    }

    // Another call of the hosts may run meanwhile.
    private static bool IsCheckout(int process) =>
        LabHost.Read($"/proc/{process}/environ").Split('\0').Contains("SSH_ORIGINAL_COMMAND=checkout");

    private static async Task<string?> Build(HttpClient http, string name, int milliseconds) =>
        (
            await http.Json(
                "api/builds/"
                    + (await (await http.Post($"api/servers/{Server}/builds", Ask(name, milliseconds))).Json()).Text(
                        "id"
                    )
                    + "?wait=20"
            )
        ).Text("state");
}
