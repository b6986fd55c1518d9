using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace TestServers.Tests.Stories.Api;

/// <summary>Chat rooms and programs that are told what happens: each what it wants, in its own form.</summary>
public sealed class WebhooksTest
{
    private const string Administrator = """, "roles": [ { "role": "administrator", "users": ["carla"] } ]""";

    [Fact]
    public async Task Each_is_told_what_it_wants_in_its_form_and_signed_with_its_key()
    {
        using var bot = new Receiver();
        using var slack = new Receiver();
        using var mattermost = new Receiver();
        using var teams = new Receiver();
        using var other = new Receiver();
        await using var console = new ConsoleProcess();
        File.WriteAllText(Path.Combine(console.Folder, "bot.secret"), "sesame\n");
        console.WriteSettings(
            more: $$"""
            , "publicUrl": "https://qa.example/console", "webhooks": [
              { "name": "bot", "url": "{{bot.Url}}", "events": ["takenOver"], "secretFile": "bot.secret" },
              { "name": "slack", "url": "{{slack.Url}}", "form": "slack", "events": ["takenOver"] },
              { "name": "mattermost", "url": "{{mattermost.Url}}", "form": "mattermost", "events": ["takenOver"] },
              { "name": "teams", "url": "{{teams.Url}}", "form": "teams", "events": ["takenOver"] },
              { "name": "other", "url": "{{other.Url}}", "events": ["buildFailed"] } ] {{Administrator}}
            """
        );
        await console.StartWithServers();
        await TakeOver(console, "@all <b>*now*</b>");
        foreach (var receiver in new[] { bot, slack, mattermost, teams })
            await Wait.Until("it is told", () => !receiver.Got.IsEmpty);

        var sent = Assert.Single(bot.Got);
        Assert.Equal("takenOver", sent.Json.Text("event"));
        Assert.Equal("anna", sent.Json.Text("person"));
        Assert.Equal("qa01", sent.Json.Text("server"));
        Assert.Equal("ben has taken qa01 over from you: @all <b>*now*</b>.", sent.Json.Text("text"));
        Assert.Equal("https://qa.example/console/#/servers/qa01", sent.Json.Text("url"));
        Assert.Equal($"{sent.Body.Length}", sent.Headers["Content-Length"]);
        var time = sent.Headers["X-Console-Time"];
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - long.Parse(time), -1, 60);
        var signed = HMACSHA256.HashData("sesame"u8, [.. Encoding.UTF8.GetBytes(time + "."), .. sent.Body]);
        Assert.Equal($"sha256={Convert.ToHexStringLower(signed)}", sent.Headers["X-Console-Signature"]);

        Assert.Equal(
            "anna: ben has taken qa01 over from you: @all &lt;b&gt;*now*&lt;/b&gt;. "
                + "<https://qa.example/console/#/servers/qa01|Show>",
            Assert.Single(slack.Got).Json.Text("text")
        );
        Assert.DoesNotContain("X-Console-Signature", slack.Got.Single().Headers.Keys);
        var text = Assert.Single(mattermost.Got).Json.Text("text")!;
        Assert.DoesNotContain("@all", text, StringComparison.Ordinal);
        Assert.Contains(@"\<b\>\*now\*\</b\>", text, StringComparison.Ordinal);
        Assert.EndsWith("[Show](https://qa.example/console/#/servers/qa01)", text, StringComparison.Ordinal);
        var card = Assert.Single(teams.Got).Json.GetProperty("attachments")[0];
        Assert.Equal("application/vnd.microsoft.card.adaptive", card.Text("contentType"));
        Assert.Equal(
            "https://qa.example/console/#/servers/qa01",
            card.GetProperty("content").GetProperty("actions")[0].Text("url")
        );
        Assert.Empty(other.Got);

        await (await console.Http.GetAsync("api/deliveries")).Problem(HttpStatusCode.Forbidden);
        var all = await Deliveries(console, d => d.All(one => one.Text("state") == "delivered"));
        Assert.Equal(["bot", "mattermost", "slack", "teams"], all.Select(d => d.Text("webhook")!).Order());
        Assert.All(all, d => Assert.StartsWith("HTTP 200", d.Text("answer"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_refused_is_sent_again_over_a_restart_with_the_same_id_and_once_more_only()
    {
        using var bot = new Receiver
        {
            Answer = async response =>
            {
                response.StatusCode = 500;
                await response.OutputStream.WriteAsync("out of order"u8.ToArray());
            },
        };
        await using var console = new ConsoleProcess();
        console.WriteSettings(more: Bot(bot));
        await console.StartWithServers();
        await TakeOver(console, "now");
        var waiting = Assert.Single(await Deliveries(console, d => d.Any(one => one.Text("answer") is not null)));
        Assert.Equal("waiting", waiting.Text("state"));
        Assert.Equal("HTTP 500: out of order", waiting.Text("answer"));
        Assert.Equal(1, waiting.GetProperty("attempts").GetInt32());
        await Wait.Until(
            "the log tells of it",
            () => console.Log.Contains("HTTP 500: out of order It is sent again later", StringComparison.Ordinal)
        );

        // It is of a while ago: the console's health tells of it, without the answer, which may have addresses.
        await console.Kill();
        var file = Path.Combine(console.Folder, "state", "deliveries.json");
        var state = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        state["waiting"]![0]!["notice"]!["at"] = DateTimeOffset.UtcNow.AddMinutes(-11);
        await File.WriteAllTextAsync(file, state.ToJsonString());
        var looked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bot.Answer = _ => looked.Task;
        await console.StartWithServers();
        var problem = Assert.Single((await console.Http.Json("healthz")).GetProperty("problems").EnumerateArray());
        Assert.Equal(
            ("webhook", "bot", "warning"),
            (problem.Text("part"), problem.Text("name"), problem.Text("state"))
        );
        Assert.StartsWith(
            "Webhook bot has taken nothing yet: 1 sent in vain, the oldest of ",
            problem.Text("message"),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("500", problem.Text("message"), StringComparison.Ordinal);
        Assert.Equal(1, (await MetricsText.Of(console.Http)).Value("console_health_problems", "part=webhook"));
        looked.SetResult();
        var delivered = Assert.Single(await Deliveries(console, d => d.Any(one => one.Text("state") == "delivered")));
        Assert.Equal(2, delivered.GetProperty("attempts").GetInt32());
        Assert.Equal("well", (await console.Http.Json("healthz")).Text("status"));
        Assert.Equal(2, bot.Got.Count);
        Assert.Single(bot.Got.Select(s => s.Headers["X-Console-Delivery"]).Distinct());

        await console.Kill();
        await console.StartWithServers();
        await TakeOver(console, "again");
        await Deliveries(console, d => d.Count(one => one.Text("state") == "delivered") == 2);
        Assert.Equal(3, bot.Got.Count);
    }

    [Fact]
    public async Task One_that_never_answers_or_never_ends_its_answer_delays_nobody()
    {
        using var silent = new Receiver { Answer = null };
        using var endless = new Receiver
        {
            Answer = async response =>
            {
                response.SendChunked = true;
                while (true)
                {
                    await response.OutputStream.WriteAsync("x"u8.ToArray());
                    await response.OutputStream.FlushAsync();
                    await Task.Delay(500);
                }
            },
        };
        using var quick = new Receiver();
        await using var console = new ConsoleProcess();
        console.WriteSettings(
            more: $$"""
            , "webhooks": [
              { "name": "silent", "url": "{{silent.Url}}", "events": ["takenOver"] },
              { "name": "endless", "url": "{{endless.Url}}", "events": ["takenOver"] },
              { "name": "quick", "url": "{{quick.Url}}", "events": ["takenOver"] } ] {{Administrator}}
            """
        );
        await console.StartWithServers();
        var clock = Stopwatch.StartNew();
        for (var turn = 1; turn <= 3; turn++)
        {
            await TakeOver(console, $"turn {turn}");
            await Wait.Until("the quick one is told", () => quick.Got.Count == turn);
        }
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 8);
        var all = await Deliveries(console, d => d.Any(one => one.Text("webhook") == "silent" && HasAnswer(one)));
        Assert.Contains(all, d => d.Text("answer") == "No answer within 10 s.");
        all = await Deliveries(console, d => d.Any(one => one.Text("webhook") == "endless" && HasAnswer(one)));
        Assert.Contains(all, d => d.Text("webhook") == "endless" && d.Text("state") == "delivered");
        static bool HasAnswer(JsonElement one) => one.Text("answer") is not null;
    }

    [Fact]
    public async Task One_that_has_said_yes_is_told_once_although_the_rest_of_its_answer_never_comes()
    {
        using var bot = new Receiver
        {
            Answer = async response =>
            {
                response.ContentLength64 = 100;
                await response.OutputStream.WriteAsync("taken"u8.ToArray());
                await response.OutputStream.FlushAsync();
                response.Abort();
            },
        };
        await using var console = new ConsoleProcess();
        console.WriteSettings(more: Bot(bot));
        await console.StartWithServers();
        await TakeOver(console, "now");
        var told = Assert.Single(await Deliveries(console, d => d.Any(one => one.Text("answer") is not null)));
        Assert.Equal("delivered", told.Text("state"));
        Assert.StartsWith("HTTP 200", told.Text("answer"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_a_place_that_is_not_named_any_more_is_given_up()
    {
        using var elsewhere = new Receiver();
        using var bot = new Receiver
        {
            Answer = response =>
            {
                response.Redirect(elsewhere.Url);
                return Task.CompletedTask;
            },
        };
        await using var console = new ConsoleProcess();
        console.WriteSettings(more: Bot(bot));
        await console.StartWithServers();
        await TakeOver(console, "now");
        var told = Assert.Single(await Deliveries(console, d => d.Any(one => one.Text("answer") is not null)));
        Assert.Equal($"HTTP 302 to {elsewhere.Url}, where the console does not go.", told.Text("answer"));
        Assert.Empty(elsewhere.Got);
        await console.Kill();
        console.WriteSettings(more: Administrator);
        await console.StartWithServers();
        var ended = Assert.Single(await Deliveries(console, d => d.Any(one => one.Text("state") == "givenUp")));
        Assert.Equal("The settings do not name this webhook any more.", ended.Text("answer"));
    }

    [Fact]
    public async Task A_failed_restore_is_told_to_administrators_and_to_nobody_whom_it_does_not_concern()
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(
            more: """
            , "databaseHosts": [ { "name": "db1", "address": "127.0.0.1",
              "ssh": { "host": "127.0.0.1", "port": 1, "user": "x", "key": "/dev/null", "knownHosts": "/dev/null" } } ],
            "bases": [ { "name": "shop", "host": "db1", "dump": "shop.dump", "owner": "shop" } ]
            """ + Administrator
        );
        await console.StartWithServers();
        using var carla = console.ClientFor("carla");
        using var answer = await console.Http.PostAsync("api/bases/shop/restore?wait=true", null);
        await answer.Problem(HttpStatusCode.BadGateway);
        var told = Assert.Single((await carla.Json("api/messages")).GetProperty("messages").EnumerateArray());
        Assert.Equal("restoreFailed", told.Text("kind"));
        Assert.StartsWith("The restore of the base shop has failed: ", told.Text("text"), StringComparison.Ordinal);
        Assert.Equal("shop", told.Text("base"));
        Assert.Empty((await console.Http.Json("api/messages")).GetProperty("messages").EnumerateArray());
    }

    private static string Bot(Receiver bot) =>
        $$"""
            , "webhooks": [ { "name": "bot", "url": "{{bot.Url}}", "events": ["takenOver"] } ] {{Administrator}}
            """;

    private static async Task TakeOver(ConsoleProcess console, string reason)
    {
        using var ben = console.ClientFor("ben");
        await ben.DeleteAsync("api/servers/qa01/reservation");
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "basket", hours = 4 });
        using var answer = await ben.Post("api/servers/qa01/reservation/takeover", new { reason });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<IReadOnlyList<JsonElement>> Deliveries(
        ConsoleProcess console,
        Func<IReadOnlyList<JsonElement>, bool> areThere
    )
    {
        using var carla = console.ClientFor("carla");
        List<JsonElement> all = [];
        await Wait.Until(
            "the deliveries are there",
            async () =>
            {
                all = [.. (await carla.Json("api/deliveries")).GetProperty("deliveries").EnumerateArray()];
                return all.Count > 0 && areThere(all);
            },
            40
        );
        return all;
    }
}
