using System.Net.Http.Headers;

namespace TestServers.Tests.Stories.Api;

/// <summary>Keys that people make for their programs: what they may, when they end, and what is kept of them.</summary>
public sealed class TokensTest : IAsyncLifetime, IAsyncDisposable
{
    private static readonly object Hold = new { purpose = "basket test", hours = 1 };
    private readonly ConsoleWithApp _running = new(connectSeconds: 30);

    private ConsoleProcess Console => _running.Console;
    private string State => Path.Combine(Console.Folder, "state", "tokens.json");

    public Task InitializeAsync() => Console.StartWithServers();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _running.DisposeAsync();

    [Fact]
    public async Task It_acts_as_its_person_and_the_audit_names_it()
    {
        using var anna = Console.ClientFor("anna");
        var made = await Make(anna, new { name = "laptop", scope = new[] { "reserve" } });
        using var token = Bearer(made.Text("secret")!);
        var me = await token.Json("api/me");
        Assert.Equal(
            ("anna", "token", "laptop", "user"),
            (me.Text("name"), me.Text("kind"), me.Text("token"), me.Text("role"))
        );
        token.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9, 198.51.100.7");
        Assert.Equal(HttpStatusCode.Created, (await token.Put("api/servers/qa01/reservation", Hold)).StatusCode);
        Assert.Equal(
            HttpStatusCode.OK,
            (await anna.Put("api/servers/qa01/reservation", new { purpose = "mine all the same" })).StatusCode
        );
        var line = JsonDocument
            .Parse((await File.ReadAllLinesAsync(Path.Combine(Console.Folder, "state", "audit.log")))[1])
            .RootElement;
        Assert.Equal(
            ("anna", "token", "laptop", "198.51.100.7", "reserve"),
            (line.Text("who"), line.Text("kind"), line.Text("token"), line.Text("from"), line.Text("what"))
        );
        var shown = (await anna.Json("api/tokens")).GetProperty("tokens")[0];
        Assert.Equal("198.51.100.7", shown.Text("usedFrom"));
        Assert.True(shown.GetProperty("usedAt").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(-1));
    }

    [Fact]
    public async Task It_is_shown_once_and_stands_in_no_file()
    {
        using var anna = Console.ClientFor("anna");
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/tokens")
        {
            Content = JsonContent.Create(new { name = "laptop" }),
            Headers = { { "Idempotency-Key", "k1" } },
        };
        var answer = await anna.SendAsync(request);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        var secret = (await answer.Json()).Text("secret")!;
        Assert.StartsWith("tsc_", secret, StringComparison.Ordinal);
        using var again = new HttpRequestMessage(HttpMethod.Post, "api/tokens")
        {
            Content = JsonContent.Create(new { name = "laptop" }),
            Headers = { { "Idempotency-Key", "k1" } },
        };
        var repeated = await (await anna.SendAsync(again)).Json();
        Assert.Null(repeated.Text("secret"));
        Assert.Equal("laptop", repeated.GetProperty("token").Text("name"));
        Assert.Single((await anna.Json("api/tokens")).GetProperty("tokens").EnumerateArray());
        using var token = Bearer(secret);
        Assert.Equal(HttpStatusCode.OK, (await token.GetAsync("api/servers")).StatusCode);
        var found = Shell.Run($"grep -rlF -e '{secret["tsc_".Length..]}' {Console.Folder} || true");
        Assert.Equal("", found.Trim());
        Assert.DoesNotContain(secret, Console.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wish_that_is_none_is_refused_with_what_is_wrong()
    {
        using var anna = Console.ClientFor("anna");
        await Make(anna, new { name = "laptop" });
        foreach (
            var (body, status, detail) in new[]
            {
                ("""{ }""", 400, "`name` is missing"),
                ("""{ "name": " " }""", 400, "`name` is missing"),
                ("""{ "name": "x", "scope": ["view"] }""", 400, "`scope` is not right"),
                ("""{ "name": "x", "scope": ["Build"] }""", 400, "`scope` is not right"),
                ("""{ "name": "x", "scope": ["read, build"] }""", 400, "`scope` is not right"),
                ("""{ "name": "x", "scope": "build" }""", 400, "`scope` is not right"),
                ("""{ "name": "x", "scope": [null] }""", 400, "`scope` is not right"),
                ("""{ "name": "x", "servers": ["../x"] }""", 400, "`servers` is not right"),
                ("""{ "name": "x", "servers": [null] }""", 400, "`servers` is not right"),
                ("""{ "name": "x", "scope": ["restore"], "servers": ["qa01"] }""", 400, "is on no server"),
                ("""{ "name": "x", "days": 366 }""", 400, "at most 365"),
                ("""{ "name": "x", "days": 0 }""", 400, "more than 0"),
                ("""{ "name": "x", "until": "2020-01-01T00:00:00Z" }""", 400, "which is past"),
                ("""{ "name": "x", "until": "2999-01-01T00:00:00Z" }""", 400, "lasts at most 365 days"),
                ("""{ "name": "x", "days": 1, "until": "2999-01-01T00:00:00Z" }""", 400, "not both"),
                ("""{ "name": "laptop" }""", 409, "another name"),
            }
        )
        {
            var answer = await anna.PostAsync(
                "api/tokens",
                new StringContent(body, System.Text.Encoding.UTF8, "application/json")
            );
            Assert.Contains(detail, await answer.Problem((HttpStatusCode)status), StringComparison.Ordinal);
        }
        Assert.Single((await anna.Json("api/tokens")).GetProperty("tokens").EnumerateArray());
    }

    [Fact]
    public async Task Nobody_makes_a_token_that_may_more_than_they_or_has_more_than_the_limit()
    {
        Change(", \"people\": { \"tokens\": 2 }, \"roles\": [ { \"role\": \"viewer\", \"users\": [\"vera\"] } ]");
        await Restart();
        using var vera = Console.ClientFor("vera");
        var refused = await vera.Post("api/tokens", new { name = "x", scope = new[] { "build" } });
        Assert.Contains("a viewer may only read", await refused.Problem(HttpStatusCode.Forbidden));
        await Make(vera, new { name = "one" });
        var second = await Make(vera, new { name = "two" });
        var third = await vera.Post("api/tokens", new { name = "three" });
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.Equal("2", (await third.Json()).Text("limit"));
        await vera.DeleteAsync($"api/tokens/{second.GetProperty("token").Text("id")}");
        await Make(vera, new { name = "three" });

        // Those that are over do not count, and are not kept without an end.
        using var ben = Console.ClientFor("ben");
        for (var n = 0; n < 6; n++)
        {
            var one = (await Make(ben, new { name = $"short {n}", days = 0.0000001 })).GetProperty("token");
            var until = one.GetProperty("until").GetDateTimeOffset();
            await Wait.Until("it is over", () => DateTimeOffset.UtcNow > until);
        }
        var all = (await ben.Json("api/tokens")).GetProperty("tokens").EnumerateArray().Select(t => t.Text("name"));
        Assert.Equal(["short 5", "short 4", "short 3"], all);
    }

    [Fact]
    public async Task One_for_some_servers_or_apps_changes_no_others()
    {
        using var anna = Console.ClientFor("anna");
        var scope = new[] { "reserve", "build", "restore" };
        var forServer = await Make(
            anna,
            new
            {
                name = "qa02",
                scope = scope[..2],
                servers = new[] { "qa02" },
            }
        );
        var forApp = await Make(
            anna,
            new
            {
                name = "other",
                scope,
                apps = new[] { "other" },
            }
        );
        using var server = Bearer(forServer.Text("secret")!);
        using var app = Bearer(forApp.Text("secret")!);
        var refused = await (await server.Put("api/servers/qa01/reservation", Hold)).Problem(HttpStatusCode.Forbidden);
        Assert.Contains("is for qa02, and changes nothing on qa01", refused, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("api/servers/qa01")).StatusCode);
        Assert.Equal(
            "qa02",
            (await (await server.Post("api/reservations", new { purpose = "any", hours = 1 })).Json()).Text("server")
        );
        Assert.Equal(
            HttpStatusCode.Conflict,
            (await server.Post("api/reservations", new { purpose = "any", hours = 1 })).StatusCode
        );
        // qa01 is free, and is not its to wait for.
        var place = await (await server.Post("api/line", new { purpose = "any", hours = 1 })).Json();
        Assert.Null(place.Text("turn"));
        Assert.Equal(HttpStatusCode.Created, (await server.Post("api/line", new { watch = true })).StatusCode);
        await (await server.Put("api/me/wants", new { unwanted = new[] { "yourTurn" } })).Problem(
            HttpStatusCode.Forbidden
        );
        var own = await (await anna.Post("api/line", new { purpose = "any", hours = 1 })).Json();
        Assert.Equal("qa01", own.GetProperty("turn").Text("server"));
        await anna.DeleteAsync($"api/line/{own.Text("place")}");
        var build = Body.ForBuild("shop", "trunk", database: false, code: true);
        Assert.Contains(
            "is for other, and changes nothing of shop",
            await (await app.Post("api/servers/qa01/builds", build)).Problem(HttpStatusCode.Forbidden),
            StringComparison.Ordinal
        );
        await (await app.GetAsync("api/servers/qa01/plan?app=shop&database=false&code=true")).Problem(
            HttpStatusCode.Forbidden
        );
        var id = (await (await anna.Post("api/servers/qa01/builds", build)).Json()).Text("id");
        foreach (var token in new[] { server, app })
        {
            await (await token.Post($"api/builds/{id}/cancel", new { })).Problem(HttpStatusCode.Forbidden);
            Assert.Equal(HttpStatusCode.OK, (await token.GetAsync($"api/builds/{id}")).StatusCode);
        }
        Assert.Equal(HttpStatusCode.OK, (await anna.Post($"api/builds/{id}/cancel", new { })).StatusCode);
        foreach (var token in new[] { server, app })
            await (await token.Post($"api/builds/{id}/retry", new { })).Problem(HttpStatusCode.Forbidden);
        Assert.Null((await anna.Json("api/servers/qa01")).Text("build"));
    }

    [Fact]
    public async Task When_it_ends_its_streams_do_and_its_build_does_not()
    {
        using var anna = Console.ClientFor("anna");
        var made = await Make(anna, new { name = "ci", scope = new[] { "build" } });
        using var token = Bearer(made.Text("secret")!);
        var build = (
            await (
                await token.Post("api/servers/qa01/builds", Body.ForBuild("shop", "trunk", database: false, code: true))
            ).Json()
        ).Text("id");
        using var stream = await token.GetAsync("api/events", HttpCompletionOption.ResponseHeadersRead);
        using var ownStream = await anna.GetAsync("api/events", HttpCompletionOption.ResponseHeadersRead);
        await Wait.Until(
            "the build runs",
            async () => (await anna.Json($"api/builds/{build}")).Text("state") == "running"
        );
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await anna.DeleteAsync($"api/tokens/{made.GetProperty("token").Text("id")}")).StatusCode
        );
        await (await token.GetAsync("api/me")).Problem(HttpStatusCode.Unauthorized);
        await new StreamReader(await stream.Content.ReadAsStreamAsync())
            .ReadToEndAsync()
            .WaitAsync(TimeSpan.FromSeconds(10));
        using var goesOn = new StreamReader(await ownStream.Content.ReadAsStreamAsync());
        for (var beats = 0; beats < 3; )
        {
            var line = await goesOn.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10));
            Assert.NotNull(line);
            beats += line.StartsWith("event: heartbeat", StringComparison.Ordinal) ? 1 : 0;
        }
        Assert.Equal("running", (await anna.Json($"api/builds/{build}")).Text("state"));
        Assert.Equal("anna", (await anna.Json("api/servers/qa01")).GetProperty("reservation").Text("holder"));
        await anna.Post($"api/builds/{build}/cancel", new { });
    }

    [Fact]
    public async Task Calls_with_it_write_nothing_and_a_stop_keeps_when_it_was_used()
    {
        using var anna = Console.ClientFor("anna");
        var made = await Make(anna, new { name = "poller" });
        using var token = Bearer(made.Text("secret")!);
        var before = await File.ReadAllBytesAsync(State);
        for (var i = 0; i < 200; i++)
            Assert.Equal(HttpStatusCode.OK, (await token.GetAsync("api/servers")).StatusCode);
        Assert.Equal(before, await File.ReadAllBytesAsync(State));
        var used = (await anna.Json("api/tokens")).GetProperty("tokens")[0].Text("usedAt");
        Assert.NotNull(used);
        Shell.Run($"kill -TERM {Console.Id}");
        await Wait.Until("it has stopped", () => Console.HasExited);
        await Console.Start();
        Assert.Equal(used, (await anna.Json("api/tokens")).GetProperty("tokens")[0].Text("usedAt"));
        Assert.Equal(HttpStatusCode.OK, (await token.GetAsync("api/servers")).StatusCode);
    }

    [Fact]
    public async Task Others_tokens_are_an_administrators_to_see_and_end()
    {
        Change(", \"roles\": [ { \"role\": \"administrator\", \"users\": [\"carla\"] } ]");
        await Restart();
        using var anna = Console.ClientFor("anna");
        using var ben = Console.ClientFor("ben");
        using var carla = Console.ClientFor("carla");
        var made = await Make(anna, new { name = "laptop", scope = new[] { "reserve" } });
        var id = made.GetProperty("token").Text("id");
        Assert.Empty((await ben.Json("api/tokens")).GetProperty("tokens").EnumerateArray());
        await (await ben.DeleteAsync($"api/tokens/{id}")).Problem(HttpStatusCode.NotFound);
        await (await ben.GetAsync("api/people/tokens")).Problem(HttpStatusCode.Forbidden);
        Assert.Equal("anna", (await carla.Json("api/people/tokens")).GetProperty("tokens")[0].Text("owner"));
        using var token = Bearer(made.Text("secret")!);
        Assert.Equal(HttpStatusCode.Created, (await token.Put("api/servers/qa01/reservation", Hold)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await carla.DeleteAsync($"api/tokens/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await token.GetAsync("api/me")).StatusCode);
        // And a token makes no token, so that one with an end has no other behind it.
        var own = await Make(carla, new { name = "own", scope = new[] { "reserve", "build", "restore" } });
        using var carlas = Bearer(own.Text("secret")!);
        await (await carlas.Post("api/tokens", new { name = "more" })).Problem(HttpStatusCode.Forbidden);
        await (await carlas.GetAsync("api/people/tokens")).Problem(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Names_that_are_folded_later_keep_their_tokens_and_a_name_that_is_a_tokens_has_none()
    {
        using var berta = Console.ClientFor("Berta");
        var made = await Make(berta, new { name = "laptop" });
        using var token = Bearer(made.Text("secret")!);
        Change(", \"people\": { \"names\": \"folded\" }");
        await Restart();
        Assert.Equal("berta", (await token.Json("api/me")).Text("name"));
        var settings = Path.Combine(Console.Folder, "console.json");
        await File.WriteAllTextAsync(
            settings,
            (await File.ReadAllTextAsync(settings)).Replace("\"cron\"", "\"Berta\"", StringComparison.Ordinal)
        );
        await Restart();
        Assert.Contains(
            "is that of a token in the settings",
            await (await token.GetAsync("api/me")).Problem(HttpStatusCode.Unauthorized),
            StringComparison.Ordinal
        );
    }

    private static async Task<JsonElement> Make(HttpClient person, object wish)
    {
        var answer = await person.Post("api/tokens", wish);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return await answer.Json();
    }

    private HttpClient Bearer(string token)
    {
        var client = Console.ClientFor(null);
        client.DefaultRequestHeaders.Remove("X-Remote-User");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private void Change(string more)
    {
        var settings = Path.Combine(Console.Folder, "console.json");
        File.WriteAllText(settings, File.ReadAllText(settings).TrimEnd()[..^1] + more + " }");
    }

    private async Task Restart()
    {
        await Console.Kill();
        await Console.Start();
        await Console.StartedWithServers();
    }
}
