namespace TestServers.Tests.Stories.Api;

/// <summary>Out of service and tags, by HTTP: over kills, restarts and settings that are read again.</summary>
public sealed class OutOfServiceApiTest : IAsyncLifetime, IAsyncDisposable
{
    private static readonly object Hold = new { purpose = "basket test", hours = 1 };
    private readonly ConsoleWithApp _running = new(connectSeconds: 30);

    private ConsoleProcess Console => _running.Console;

    public Task InitializeAsync()
    {
        Console.Change(s =>
        {
            s["roles"] = JsonNode.Parse("""[ { "role": "administrator", "users": ["carla"] } ]""");
            s["tags"] = Tags("^qa01$", "64 GB");
        });
        return Console.StartWithServers();
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _running.DisposeAsync();

    [Fact]
    public async Task It_is_handed_to_nobody_says_why_everywhere_outlasts_a_kill_and_ends_by_its_time()
    {
        using HttpClient anna = Console.ClientFor("anna"),
            ben = Console.ClientFor("ben"),
            carla = Console.ClientFor("carla");
        await (await ben.Put("api/servers/qa02/service", new { @out = true, note = "mine" })).Problem(
            HttpStatusCode.Forbidden
        );
        await (await carla.Put("api/servers/qa99/service", new { @out = true, note = "x" })).Problem(
            HttpStatusCode.NotFound
        );
        await (await carla.Put("api/servers/qa02/service", new { @out = true, note = new string('x', 9999) })).Problem(
            HttpStatusCode.BadRequest
        );
        Assert.Equal(HttpStatusCode.Created, (await anna.Put("api/servers/qa01/reservation", Hold)).StatusCode);
        foreach (var server in new[] { "qa01", "qa02" })
            Assert.Equal(
                HttpStatusCode.OK,
                (await carla.Put($"api/servers/{server}/service", new { @out = true, note = "a new disk" })).StatusCode
            );
        // An answer is followed by a list that shows it.
        var shown = (await ben.Json("api/servers")).GetProperty("servers").EnumerateArray();
        var qa02 = shown.Single(s => s.Text("name") == "qa02");
        Assert.Equal("a new disk", qa02.GetProperty("service").Text("note"));
        const string why = "qa02 is out of service: a new disk (carla).";
        Assert.StartsWith(why, qa02.Text("unusable"), StringComparison.Ordinal);

        await Console.Kill();
        await Console.StartWithServers();
        Assert.Equal("anna", (await anna.Json("api/servers/qa01")).GetProperty("reservation").Text("holder"));
        var refused = await ben.Put("api/servers/qa02/reservation", Hold);
        Assert.StartsWith(why, await refused.Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);
        var problem = await (await ben.Put("api/servers/qa02/reservation", Hold)).Json();
        Assert.Equal("urn:test-server-console:out-of-service", problem.Text("type"));
        Assert.Equal("a new disk", problem.Text("note"));
        await (await ben.Post("api/reservations", new { purpose = "any" })).Problem(HttpStatusCode.Conflict);
        var build = Body.ForBuild("shop", "trunk", database: false, code: true);
        await (await anna.Post("api/servers/qa01/builds", build)).Problem(HttpStatusCode.Conflict);
        Assert.Equal(HttpStatusCode.Accepted, (await carla.Post("api/servers/qa02/builds", build)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await anna.DeleteAsync("api/servers/qa01/reservation")).StatusCode);

        await (await anna.Post("api/servers/qa01/reservation/undo", new { })).Problem(HttpStatusCode.Conflict);
        await ben.Post("api/servers/qa01/line", new { purpose = "basket" });
        Assert.Null((await ben.Json("api/servers/qa01")).GetProperty("line").Text("turn"));
        await carla.Put(
            "api/servers/qa01/service",
            new
            {
                @out = true,
                note = "nearly done",
                hours = 0.0003,
            }
        );
        await Wait.Until(
            "it is back, and the first one's turn",
            async () =>
                (await ben.Json("api/servers/qa01")).GetProperty("line") is { ValueKind: JsonValueKind.Object } line
                && line.Text("turn") is not null
        );
        var back = (await carla.Json("api/audit?server=qa01&action=back%20in%20service")).GetProperty("facts")[0];
        Assert.Equal(("console", "qa01"), (back.Text("actor"), back.Text("target")));
        // A server that no host has any more can be put back all the same.
        Console.WriteDomains(("qa01", 1));
        await Wait.Until(
            "qa02 is gone",
            async () => (await ben.GetAsync("api/servers/qa02")).StatusCode == HttpStatusCode.NotFound
        );
        Assert.Equal(HttpStatusCode.OK, (await carla.Put("api/servers/qa02/service", new { @out = false })).StatusCode);
    }

    [Fact]
    public async Task Any_is_asked_for_with_tags_and_settings_that_are_read_again_change_them()
    {
        using HttpClient anna = Console.ClientFor("anna"),
            ben = Console.ClientFor("ben");
        var large = new { purpose = "much data", tags = new[] { "64 GB" } };
        Assert.Equal("64 GB", (await anna.Json("api/servers/qa01")).GetProperty("tags")[0].GetString());
        Assert.Equal(0, (await anna.Json("api/servers/qa02")).GetProperty("tags").GetArrayLength());
        Assert.Equal("qa01", (await (await anna.Post("api/reservations", large)).Json()).Text("server"));
        var none = await (await ben.Post("api/reservations", large)).Problem(HttpStatusCode.Conflict);
        Assert.StartsWith("All 1 servers with 64 GB that can be used", none, StringComparison.Ordinal);
        Assert.Contains(
            "They name: 64 GB.",
            await (await ben.Post("api/reservations", new { purpose = "x", tags = new[] { "64" } })).Problem(
                HttpStatusCode.NotFound
            ),
            StringComparison.Ordinal
        );
        foreach (var wrong in new object[] { "64 GB", new[] { "a,b" }, new[] { 64 }, new[] { new string('x', 33) } })
            await (await ben.Post("api/line", new { purpose = "x", tags = wrong })).Problem(HttpStatusCode.BadRequest);
        var place = await (await ben.Post("api/line", large)).Json();
        Assert.Equal("64 GB", place.GetProperty("tags")[0].GetString());
        Assert.Null(place.Text("turn"));

        // The tag is gone, or nobody has it any more: the place stays, and its turn comes with the tag.
        await Reload(s => s.Remove("tags"));
        Assert.Equal(0, (await anna.Json("api/servers/qa01")).GetProperty("tags").GetArrayLength());
        await anna.DeleteAsync("api/servers/qa01/reservation");
        await (await anna.Post("api/reservations", large)).Problem(HttpStatusCode.NotFound);
        await Reload(s => s["tags"] = Tags("^none$", "64 GB"));
        Assert.Contains(
            "No server with 64 GB can be used now",
            await (await anna.Post("api/reservations", large)).Problem(HttpStatusCode.Conflict),
            StringComparison.Ordinal
        );
        await Console.Kill();
        await Console.StartWithServers();
        Assert.Null((await ben.Json("api/line")).GetProperty("own")[0].Text("turn"));
        await Reload(s => s["tags"] = Tags("^qa02$", "64 GB"));
        await Wait.Until(
            "it is his turn",
            async () =>
                (await ben.Json("api/line")).GetProperty("own")[0].GetProperty("turn")
                    is { ValueKind: JsonValueKind.Object } turn
                && turn.Text("server") == "qa02"
        );
    }

    private static JsonArray Tags(string servers, params string[] tags) =>
        new(new JsonObject { ["servers"] = servers, ["tags"] = new JsonArray([.. tags.Select(t => (JsonNode)t!)]) });

    private Task Reload(Action<JsonObject> change) => Console.Reload(change);
}
