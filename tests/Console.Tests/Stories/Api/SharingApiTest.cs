namespace TestServers.Tests.Stories.Api;

/// <summary>What holders do with a server besides keeping it: answer who asks for it, give, share.</summary>
public sealed class SharingApiTest : IAsyncLifetime, IAsyncDisposable
{
    private readonly ConsoleWithApp _own = new();
    private readonly HttpClient _anna,
        _ben,
        _carla;

    public SharingApiTest() =>
        (_anna, _ben, _carla) = (
            _own.Console.ClientFor("anna"),
            _own.Console.ClientFor("ben"),
            _own.Console.ClientFor("carla")
        );

    public Task InitializeAsync() => _own.Console.StartWithServers();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        foreach (var client in new[] { _anna, _ben, _carla })
            client.Dispose();
        await _own.DisposeAsync();
    }

    [Fact]
    public async Task Who_has_had_a_server_is_listed_with_how_it_ended_also_after_a_restart()
    {
        await Reserve(_anna, "qa01", "first", 1);
        await _ben.Post("api/servers/qa01/reservation/takeover", new { reason = "urgent", purpose = "hotfix" });
        await _ben.Post("api/servers/qa01/reservation/give", new { to = "carla" });
        await _carla.DeleteAsync("api/servers/qa01/reservation");
        await _anna.Put(
            "api/servers/qa01/reservation",
            new { purpose = "short", until = DateTimeOffset.UtcNow.AddSeconds(1) }
        );
        await Wait.Until("its time is over", async () => (await Past("qa01")).Count == 4);
        await _own.Console.Kill();
        await _own.Console.StartWithServers();
        Assert.Equal(
            [
                ("anna", "short", "timeOver", "console", null),
                ("carla", "hotfix", "released", "carla", null),
                ("ben", "hotfix", "given", "ben", null),
                ("anna", "first", "takenOver", "ben", "urgent"),
            ],
            (await Past("qa01")).Select(p =>
                (p.Text("holder"), p.Text("purpose"), p.Text("end"), p.Text("by"), p.Text("reason"))
            )
        );
        Assert.Empty(await Past("qa02"));
    }

    [Fact]
    public async Task A_holder_is_asked_once_and_answers_in_one_step()
    {
        var number = Number(await Reserve(_anna, "qa01", "the basket", 3));
        await (await _anna.Post("api/servers/qa01/reservation/ask", new { })).Problem(HttpStatusCode.Conflict);
        await (await _ben.Post("api/servers/qa02/reservation/ask", new { })).Problem(HttpStatusCode.Conflict);
        await (await _anna.Post("api/servers/qa01/reservation/answer", new { answer = "keep" })).Problem(
            HttpStatusCode.Conflict
        );
        for (var n = 0; n < 2; n++)
            await _ben.Post("api/servers/qa01/reservation/ask", new { text = "the customer waits", number });
        await AreTold("asked anna ben");
        await (await _ben.Post("api/servers/qa01/reservation/answer", new { answer = "keep" })).Problem(
            HttpStatusCode.Conflict
        );
        var kept = await (await _anna.Post("api/servers/qa01/reservation/answer", new { answer = "keep" })).Json();
        Assert.Equal("keep", kept.GetProperty("reservation").GetProperty("asked")[0].Text("answer"));

        await _ben.Post("api/servers/qa01/reservation/ask", new { });
        await (await _anna.Post("api/servers/qa01/reservation/answer", new { answer = "until" })).Problem(
            HttpStatusCode.BadRequest
        );
        var until = DateTimeOffset.UtcNow.AddHours(1);
        var ends = await (
            await _anna.Post("api/servers/qa01/reservation/answer", new { answer = "until", until })
        ).Json();
        Assert.Equal(until, ends.GetProperty("reservation").GetProperty("until").GetDateTimeOffset());
        await _carla.Post("api/servers/qa01/reservation/ask", new { });
        await _anna.Post("api/servers/qa01/reservation/answer", new { answer = "release", number });
        Assert.Null((await _ben.Json("api/servers/qa01")).Text("reservation"));
        await AreTold(
            "asked anna ben",
            "answered ben anna",
            "asked anna ben",
            "answered ben anna",
            "asked anna carla",
            "answered carla anna"
        );
    }

    [Fact]
    public async Task A_server_is_given_to_a_colleague_with_its_end_and_the_build_that_runs()
    {
        var held = await Reserve(_anna, "qa01", "the basket", 3);
        var build = await Build(_anna);
        await Wait.Until("it runs", async () => (await _anna.Json($"api/builds/{build}")).Text("state") == "running");
        foreach (var wrong in new[] { "", "anna", "cron", " " })
            await (await _anna.Post("api/servers/qa01/reservation/give", new { to = wrong })).Problem(
                HttpStatusCode.BadRequest
            );
        await (await _ben.Post("api/servers/qa01/reservation/give", new { to = "carla" })).Problem(
            HttpStatusCode.Conflict
        );
        var given = await (
            await _anna.Post("api/servers/qa01/reservation/give", new { to = "ben", number = Number(held) })
        ).Json();
        Assert.Equal(
            ("ben", "the basket", held.Text("until"), "anna"),
            (given.Text("holder"), given.Text("purpose"), given.Text("until"), given.Text("givenBy"))
        );
        Assert.True(Number(given) > Number(held));
        Assert.Equal("running", (await _anna.Json($"api/builds/{build}")).Text("state"));
        await AreTold("given ben anna");
        await (await _anna.DeleteAsync("api/servers/qa01/reservation")).Problem(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task With_whom_a_server_is_shared_may_build_under_the_same_number_and_nothing_else()
    {
        var number = Number(await Reserve(_anna, "qa01", "the basket", 3));
        await (await Launch(_ben)).Problem(HttpStatusCode.Conflict);
        await (await _ben.Post("api/servers/qa01/reservation/share", new { with = new[] { "ben" } })).Problem(
            HttpStatusCode.Conflict
        );
        await (await _anna.Post("api/servers/qa01/reservation/share", new { with = new[] { "" } })).Problem(
            HttpStatusCode.BadRequest
        );
        var shared = await (
            await _anna.Post("api/servers/qa01/reservation/share", new { with = new[] { "ben", "carla" } })
        ).Json();
        Assert.Equal(["ben", "carla"], shared.GetProperty("sharedWith").EnumerateArray().Select(n => n.GetString()));
        await AreTold("shared ben anna", "shared carla anna");
        var build = await Build(_ben);
        Assert.Equal(HttpStatusCode.Accepted, (await Launch(_carla)).StatusCode);
        Assert.Equal("failed", (await _ben.EndOf(build, 30)).Text("state"));
        await (await _ben.DeleteAsync("api/servers/qa01/reservation")).Problem(HttpStatusCode.Conflict);
        await (await _ben.Put("api/servers/qa01/reservation", new { hours = 2 })).Problem(HttpStatusCode.Conflict);
        var waits = await Build(_ben);
        await _anna.Post("api/servers/qa01/reservation/share", new { with = Array.Empty<string>() });
        await (await Launch(_ben)).Problem(HttpStatusCode.Conflict);
        var lost = await _ben.EndOf(waits, 30);
        Assert.Equal(
            ("cancelled", "Cancelled: anna shares qa01 with ben no more. Nothing was touched."),
            (lost.Text("state"), lost.Text("message"))
        );
        Assert.Equal(number, Number((await _ben.Json("api/servers/qa01")).GetProperty("reservation")));
    }

    private static long Number(JsonElement reservation) => reservation.GetProperty("number").GetInt64();

    private static async Task<JsonElement> Reserve(HttpClient who, string server, string purpose, double hours) =>
        await (await who.Put($"api/servers/{server}/reservation", new { purpose, hours })).Json();

    private static Task<HttpResponseMessage> Launch(HttpClient who) =>
        who.Post("api/servers/qa01/builds", Body.ForBuild("shop", "trunk", database: false, code: true));

    private static async Task<string?> Build(HttpClient who) => (await (await Launch(who)).Json()).Text("id");

    private async Task<List<JsonElement>> Past(string server) =>
        [.. (await _anna.Json($"api/servers/{server}/reservations")).GetProperty("ended").EnumerateArray()];

    // Kind, to whom, and by whom, in any order.
    private async Task AreTold(params string[] expected)
    {
        List<string> told = [];
        (string Name, HttpClient Http)[] people = [("anna", _anna), ("ben", _ben), ("carla", _carla)];
        await Wait.Until(
            "all of it is told",
            async () =>
            {
                told.Clear();
                foreach (var (name, who) in people)
                {
                    var messages = (await who.Json("api/messages")).GetProperty("messages").EnumerateArray();
                    told.AddRange(messages.Select(m => $"{m.Text("kind")} {name} {By(name, m.Text("text")!)}"));
                }
                return told.Count >= expected.Length;
            }
        );
        string By(string to, string text) =>
            people.Select(p => p.Name).Single(n => n != to && text.Contains(n, StringComparison.Ordinal));
        Assert.Equal(expected.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }
}
