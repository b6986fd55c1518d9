namespace TestServers.Tests.Stories.Api;

/// <summary>A release can be taken back for a while, and who has had a server is kept.</summary>
public sealed class ReleaseUndoTest : IAsyncLifetime, IAsyncDisposable
{
    private readonly ConsoleWithApp _own = new();
    private readonly HttpClient _anna,
        _ben;

    public ReleaseUndoTest() => (_anna, _ben) = (_own.Console.ClientFor("anna"), _own.Console.ClientFor("ben"));

    public Task InitializeAsync() => _own.Console.StartWithServers();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        _anna.Dispose();
        _ben.Dispose();
        await _own.DisposeAsync();
    }

    [Fact]
    public async Task A_release_is_taken_back_under_its_number_unless_somebody_was_quicker()
    {
        var held = await Reserve(_anna, "qa01", "the basket", 3);
        await (await _ben.Post("api/servers/qa01/reservation/undo", new { })).Problem(HttpStatusCode.Conflict);
        await (await _anna.Post("api/servers/qa01/reservation/undo", new { })).Problem(HttpStatusCode.Conflict);
        await _anna.DeleteAsync("api/servers/qa01/reservation");
        await (await _ben.Post("api/servers/qa01/reservation/undo", new { })).Problem(HttpStatusCode.Conflict);
        await (await _anna.Post("api/servers/qa01/reservation/undo", new { number = 99 })).Problem(
            HttpStatusCode.Conflict
        );
        var undone = await _anna.Post("api/servers/qa01/reservation/undo", new { number = Number(held) });
        var again = (await undone.Json()).GetProperty("reservation");
        Assert.Equal(
            (Number(held), held.Text("purpose"), held.Text("until")),
            (Number(again), again.Text("purpose"), again.Text("until"))
        );
        Assert.Empty(await Past("qa01"));

        await _anna.DeleteAsync("api/servers/qa01/reservation");
        await Reserve(_ben, "qa01", "quicker", 1);
        var refused = await (
            await _anna.Post("api/servers/qa01/reservation/undo", new { number = Number(held) })
        ).Problem(HttpStatusCode.Conflict);
        Assert.Contains("reserved by ben", refused, StringComparison.Ordinal);
        await _ben.DeleteAsync("api/servers/qa01/reservation");
        await (await _anna.Post("api/servers/qa01/reservation/undo", new { number = Number(held) })).Problem(
            HttpStatusCode.Conflict
        );
    }

    [Fact]
    public async Task A_build_that_the_release_has_cancelled_is_told_when_it_is_taken_back()
    {
        await Reserve(_anna, "qa01", "the basket", 3);
        var build = await Build(_anna);
        await Wait.Until("it runs", async () => (await _anna.Json($"api/builds/{build}")).Text("state") == "running");
        var release = await _anna.DeleteAsync("api/servers/qa01/reservation");
        Assert.True(release.IsSuccessStatusCode);
        var undone = await (await _anna.Post("api/servers/qa01/reservation/undo", new { })).Json();
        Assert.Equal(build, undone.Text("cancelledBuild"));
        Assert.Equal("anna", (await _ben.Json("api/servers/qa01")).GetProperty("reservation").Text("holder"));
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("finish")]
    public async Task A_server_that_a_build_has_reserved_is_ones_own_again_and_not_given_back_behind_it(string builds)
    {
        var build = await Build(_anna);
        await Wait.Until("it runs", async () => (await _anna.Json($"api/builds/{build}")).Text("state") == "running");
        var release = await _anna.DeleteAsync($"api/servers/qa01/reservation?builds={builds}");
        Assert.True(release.IsSuccessStatusCode);
        var past = Assert.Single(await Past("qa01"));
        Assert.Equal(("released", "anna"), (past.Text("end"), past.Text("by")));
        var undone = await _anna.Post("api/servers/qa01/reservation/undo", new { });
        Assert.Equal(HttpStatusCode.OK, undone.StatusCode);
        await _anna.EndOf(build, 30);
        Assert.Equal("anna", (await _ben.Json("api/servers/qa01")).GetProperty("reservation").Text("holder"));
        Assert.Empty(await Past("qa01"));
    }

    [Fact]
    public async Task Who_has_had_a_server_is_listed_until_it_is_too_many_or_too_old()
    {
        for (var n = 1; n <= 3; n++)
        {
            await Reserve(_anna, "qa01", $"no. {n}", 1);
            await _anna.DeleteAsync("api/servers/qa01/reservation");
        }
        await Reserve(_ben, "qa02", "another", 1);
        await _ben.DeleteAsync("api/servers/qa02/reservation");
        await _own.Console.Kill();
        var file = Path.Combine(_own.Console.Folder, "state", "reservations", "qa01.json");
        var kept = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        kept["ended"]![2]!["endedAt"] = DateTimeOffset.UtcNow.AddDays(-91);
        await File.WriteAllTextAsync(file, kept.ToJsonString());
        await _own.Console.StartWithServers();
        await Wait.Until("the old one is gone", async () => (await Past("qa01")).Count == 2);
        Assert.Equal(["no. 3", "no. 2"], (await Past("qa01")).Select(p => p.Text("purpose")));
        Assert.Equal("another", Assert.Single(await Past("qa02")).Text("purpose"));

        var settings = Path.Combine(_own.Console.Folder, "console.json");
        var text = await File.ReadAllTextAsync(settings);
        await _own.Console.Kill();
        await File.WriteAllTextAsync(settings, text.TrimEnd()[..^1] + ", \"reservations\": { \"kept\": 2 } }");
        await _own.Console.StartWithServers();
        await Reserve(_anna, "qa01", "no. 4", 1);
        await _anna.DeleteAsync("api/servers/qa01/reservation");
        Assert.Equal(["no. 4", "no. 3"], (await Past("qa01")).Select(p => p.Text("purpose")));
    }

    private static long Number(JsonElement reservation) => reservation.GetProperty("number").GetInt64();

    private static async Task<JsonElement> Reserve(HttpClient who, string server, string purpose, double hours) =>
        await (await who.Put($"api/servers/{server}/reservation", new { purpose, hours })).Json();

    private static Task<HttpResponseMessage> Launch(HttpClient who) =>
        who.Post("api/servers/qa01/builds", Body.ForBuild("shop", "trunk", database: false, code: true));

    private static async Task<string?> Build(HttpClient who) => (await (await Launch(who)).Json()).Text("id");

    private async Task<List<JsonElement>> Past(string server) =>
        [.. (await _anna.Json($"api/servers/{server}/reservations")).GetProperty("ended").EnumerateArray()];
}
