using System.Net.Http.Headers;

namespace TestServers.Tests.Stories.Api;

/// <summary>Servers that are some groups' alone, and how many of all one may hold.</summary>
public sealed class ProtectedServersTest : IAsyncLifetime, IAsyncDisposable
{
    private static readonly object Hold = new { purpose = "basket test", hours = 1 };
    private static readonly object Build = new
    {
        app = "shop",
        path = "trunk",
        database = false,
        code = true,
    };
    private readonly ConsoleWithApp _running = new(connectSeconds: 30);

    private ConsoleProcess Console => _running.Console;

    public Task InitializeAsync()
    {
        Console.Change(s =>
        {
            s["groups"] = new JsonArray(Group("release", "anna", "cron"));
            s["protected"] = new JsonArray(
                new JsonObject { ["servers"] = "^qa01$", ["groups"] = new JsonArray("release", "managers") }
            );
            s["tokens"]![0]!["may"] = new JsonArray("reserve");
        });
        return Console.StartWithServers();
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _running.DisposeAsync();

    [Fact]
    public async Task Only_their_members_reserve_build_on_and_take_over_protected_servers()
    {
        using var anna = Console.ClientFor("anna");
        using var ben = Console.ClientFor("ben");
        const string why = "qa01 is protected: only members of release or managers may";
        var shown = (await ben.Json("api/servers/qa01")).GetProperty("protected");
        Assert.StartsWith(why, shown.Text("why"), StringComparison.Ordinal);
        Assert.Equal(2, shown.GetProperty("groups").GetArrayLength());
        Assert.Null((await ben.Json("api/servers/qa02")).Text("protected"));
        async Task Refused(HttpResponseMessage answer) =>
            Assert.StartsWith(why, await answer.Problem(HttpStatusCode.Forbidden), StringComparison.Ordinal);
        await Refused(await ben.Put("api/servers/qa01/reservation", Hold));
        await Refused(await ben.Post("api/servers/qa01/builds", Build));
        Assert.Equal(
            "qa02",
            (await (await ben.Post("api/reservations", new { purpose = "any", hours = 1 })).Json()).Text("server")
        );
        Assert.Equal(
            HttpStatusCode.Conflict,
            (await ben.Post("api/reservations", new { purpose = "any", hours = 1 })).StatusCode
        );
        Assert.Equal(HttpStatusCode.Created, (await anna.Put("api/servers/qa01/reservation", Hold)).StatusCode);
        await Refused(await ben.Post("api/servers/qa01/reservation/takeover", new { reason = "I need it" }));
        await Refused(await ben.Put("api/servers/qa01/reservation", Hold));
        Assert.Equal("anna", (await anna.Json("api/servers/qa01")).GetProperty("reservation").Text("holder"));
        // The web server's word counts as much as the settings'.
        ben.DefaultRequestHeaders.Add("X-Remote-Groups", "managers");
        Assert.Equal(
            HttpStatusCode.OK,
            (await ben.Post("api/servers/qa01/reservation/takeover", new { reason = "I need it" })).StatusCode
        );
    }

    [Fact]
    public async Task A_token_has_its_persons_groups_and_one_of_the_settings_its_own()
    {
        using var anna = Console.ClientFor("anna");
        var made = await (await anna.Post("api/tokens", new { name = "ci", scope = new[] { "reserve" } })).Json();
        using var own = Bearer(made.Text("secret")!);
        Assert.Equal(HttpStatusCode.Created, (await own.Put("api/servers/qa01/reservation", Hold)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await own.DeleteAsync("api/servers/qa01/reservation")).StatusCode);
        using var cron = Bearer("secret");
        Assert.Equal(HttpStatusCode.Created, (await cron.Put("api/servers/qa01/reservation", Hold)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await cron.DeleteAsync("api/servers/qa01/reservation")).StatusCode);
        await Reload(s => s["groups"] = new JsonArray(Group("release", "ben")));
        foreach (var client in new[] { own, cron })
            await (await client.Put("api/servers/qa01/reservation", Hold)).Problem(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Who_leaves_the_group_may_release_and_nothing_else_and_a_build_that_waits_does_not_begin()
    {
        using var anna = Console.ClientFor("anna");
        Assert.Equal(HttpStatusCode.Created, (await anna.Put("api/servers/qa01/reservation", Hold)).StatusCode);
        var running = (await (await anna.Post("api/servers/qa01/builds", Build)).Json()).Text("id");
        await Wait.Until("it runs", async () => (await anna.Json($"api/builds/{running}")).Text("state") == "running");
        var waits = (await (await anna.Post("api/servers/qa01/builds", Build)).Json()).Text("id");
        await Reload(s => s["groups"] = new JsonArray(Group("release", "ben")));
        Assert.Equal("running", (await anna.Json($"api/builds/{running}")).Text("state"));
        await (await anna.Put("api/servers/qa01/reservation", new { hours = 8 })).Problem(HttpStatusCode.Forbidden);
        await (await anna.Post("api/servers/qa01/builds", Build)).Problem(HttpStatusCode.Forbidden);
        foreach (
            var (call, body) in new (string, object)[]
            {
                ("give", new { to = "ben" }),
                ("share", new { with = new[] { "ben" } }),
            }
        )
            await (await anna.Post($"api/servers/qa01/reservation/{call}", body)).Problem(HttpStatusCode.Forbidden);
        await anna.Post($"api/builds/{running}/cancel", new { });
        var ended = await anna.EndOf(waits);
        Assert.Equal("cancelled", ended.Text("state"));
        Assert.StartsWith("Cancelled: qa01 is protected", ended.Text("message"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await anna.DeleteAsync("api/servers/qa01/reservation")).StatusCode);
    }

    [Fact]
    public async Task Nobody_holds_more_servers_than_the_limit_in_whatever_way()
    {
        await Reload(s => s["reservations"] = new JsonObject { ["perPerson"] = 1 });
        using var anna = Console.ClientFor("anna");
        using var ben = Console.ClientFor("ben");
        Assert.Equal(HttpStatusCode.Created, (await ben.Put("api/servers/qa02/reservation", Hold)).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await anna.Put("api/servers/qa01/reservation", Hold)).StatusCode);
        foreach (
            var refused in new[]
            {
                await anna.Post("api/servers/qa02/reservation/takeover", new { reason = "I need it" }),
                await ReleaseAnd(ben, () => anna.Put("api/servers/qa02/reservation", Hold)),
                await anna.Post("api/servers/qa02/builds", Build),
                await anna.Post("api/reservations", new { purpose = "any", hours = 1 }),
            }
        )
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.Equal("1", (await refused.Json()).Text("limit"));
        }
        // Neither is one given, or taken back, beyond it.
        Assert.Equal(HttpStatusCode.Created, (await ben.Put("api/servers/qa02/reservation", Hold)).StatusCode);
        var given = await ben.Post("api/servers/qa02/reservation/give", new { to = "anna" });
        Assert.Equal(HttpStatusCode.TooManyRequests, given.StatusCode);
        await anna.DeleteAsync("api/servers/qa01/reservation");
        await ben.DeleteAsync("api/servers/qa02/reservation");
        Assert.Equal(HttpStatusCode.Created, (await anna.Put("api/servers/qa02/reservation", Hold)).StatusCode);
        var back = await anna.Post("api/servers/qa01/reservation/undo", new { });
        Assert.Equal(HttpStatusCode.TooManyRequests, back.StatusCode);
        await anna.DeleteAsync("api/servers/qa02/reservation");
        Assert.Equal(HttpStatusCode.OK, (await anna.Post("api/servers/qa01/reservation/undo", new { })).StatusCode);
        // What one has may be changed all the same.
        Assert.Equal(HttpStatusCode.OK, (await anna.Put("api/servers/qa01/reservation", new { hours = 2 })).StatusCode);
        Assert.Null((await anna.Json("api/servers/qa02")).Text("reservation"));
        await anna.DeleteAsync("api/servers/qa01/reservation");
        Assert.Equal(HttpStatusCode.Created, (await anna.Put("api/servers/qa02/reservation", Hold)).StatusCode);
    }

    private static async Task<HttpResponseMessage> ReleaseAnd(HttpClient holder, Func<Task<HttpResponseMessage>> call)
    {
        await holder.DeleteAsync("api/servers/qa02/reservation");
        return await call();
    }

    private static JsonObject Group(string name, params string[] users) =>
        new() { ["name"] = name, ["users"] = new JsonArray([.. users.Select(u => (JsonNode)u!)]) };

    private Task Reload(Action<JsonObject> change) => Console.Reload(change);

    private HttpClient Bearer(string token)
    {
        var client = Console.ClientFor(null);
        client.DefaultRequestHeaders.Remove("X-Remote-User");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
