namespace TestServers.Tests.Stories.Api;

/// <summary>What people are told, each once, and nobody else's.</summary>
public sealed class MessagesTest
{
    [Fact]
    public async Task Who_loses_a_server_is_told_who_has_it_and_why_until_they_say_that_they_have_seen_it()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        using var ben = console.ClientFor("ben");
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "basket", hours = 4 });
        await TakeOver(ben, "qa01", "the customer waits");

        var told = Assert.Single(await ToldTo(console.Http));
        Assert.Equal("takenOver", told.Text("kind"));
        Assert.Equal("ben has taken qa01 over from you: the customer waits.", told.Text("text"));
        Assert.Equal("qa01", told.Text("server"));
        Assert.Null(told.Text("seenAt"));
        Assert.Empty((await ben.Json("api/messages")).GetProperty("messages").EnumerateArray());

        await (await ben.Post($"api/messages/{told.Text("id")}/seen", new { })).Problem(HttpStatusCode.NotFound);
        Assert.Equal(1, (await console.Http.Json("api/messages")).GetProperty("unseen").GetInt32());
        var seen = await (await console.Http.Post($"api/messages/{told.Text("id")}/seen", new { })).Json();
        Assert.NotNull(seen.Text("seenAt"));
        var again = await (await console.Http.Post($"api/messages/{told.Text("id")}/seen", new { })).Json();
        Assert.Equal(seen.Text("seenAt"), again.Text("seenAt"));
        Assert.Empty(await ToldTo(console.Http, "?unseen=true", 0));
        Assert.Single(await ToldTo(console.Http));
    }

    [Fact]
    public async Task All_are_seen_at_once_but_not_one_that_has_come_since_and_unchanged_lists_cost_nothing()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        using var ben = console.ClientFor("ben");
        foreach (var server in new[] { "qa01", "qa02" })
        {
            await console.Http.Put($"api/servers/{server}/reservation", new { purpose = "basket", hours = 4 });
            await TakeOver(ben, server, "now");
        }
        var two = await ToldTo(console.Http, count: 2);
        Assert.Equal(["2", "1"], two.Select(m => m.Text("id")!));
        using var answer = await console.Http.GetAsync("api/messages");
        using var same = new HttpRequestMessage(HttpMethod.Get, "api/messages");
        same.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await console.Http.SendAsync(same)).StatusCode);

        var left = await (await console.Http.Post("api/messages/seen", new { upTo = 1 })).Json();
        Assert.Equal(1, left.GetProperty("unseen").GetInt32());
        var none = await (await console.Http.Post("api/messages/seen", new { })).Json();
        Assert.Equal(0, none.GetProperty("unseen").GetInt32());
        Assert.Equal(2, none.GetProperty("messages").GetArrayLength());
    }

    [Fact]
    public async Task The_event_stream_tells_a_person_their_own_messages_and_nobody_else_also_when_it_is_resumed()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        using var ben = console.ClientFor("ben");
        using var annas = new Follower(console.ClientFor("anna"));
        using var bens = new Follower(ben);
        var begin = await bens.Until("hello");
        await annas.Until("hello");
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "basket", hours = 4 });
        await TakeOver(ben, "qa01", "the customer waits");
        var told = JsonDocument.Parse((await annas.Until("messages")).Data).RootElement;
        Assert.Equal(1, told.GetProperty("unseen").GetInt32());
        Assert.Contains(
            "the customer waits",
            Assert.Single(told.GetProperty("messages").EnumerateArray()).Text("text"),
            StringComparison.Ordinal
        );
        // The one that follows has been sent behind whatever was sent before.
        await ben.DeleteAsync("api/servers/qa01/reservation");
        static bool IsFree(string data) => data.Contains("\"reservation\":null", StringComparison.Ordinal);
        await bens.Until("server", IsFree);
        using var resumed = new Follower(ben, begin.Id);
        await resumed.Until("server", IsFree);
        Assert.DoesNotContain("messages", bens.Names.Concat(resumed.Names));
    }

    [Fact]
    public async Task Who_asked_for_a_build_is_told_how_it_ended_but_not_of_a_cancel_of_their_own()
    {
        await using var own = new ConsoleWithApp("{}", connectSeconds: 2);
        await own.Console.StartWithServers();
        var http = own.Console.Http;
        using var ben = own.Console.ClientFor("ben");
        var first = await Build(http, "qa02");
        await http.EndOf(first);
        var failed = Assert.Single(await ToldTo(http));
        Assert.Equal("buildFailed", failed.Text("kind"));
        Assert.Equal(first, failed.Text("build"));
        Assert.StartsWith(
            $"Your build {first} of shop trunk on qa02 has failed: ",
            failed.Text("text"),
            StringComparison.Ordinal
        );

        await http.Put("api/servers/qa01/reservation", new { purpose = "builds", hours = 4 });
        var second = await Build(http);
        await http.Post($"api/builds/{second}/cancel", new { });
        Assert.Equal("cancelled", (await http.EndOf(second)).Text("state"));
        var third = await Build(http);
        await TakeOver(ben, "qa01", "the customer waits");
        await http.EndOf(third);
        var all = await ToldTo(http, count: 3);
        Assert.Equal(["buildFailed", "takenOver"], all.Take(2).Select(m => m.Text("kind")!).Order());
        Assert.Contains(
            "ben has taken qa01 over",
            all.First(m => m.Text("build") == third).Text("text"),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(all, m => m.Text("build") == second);

        // Nor of a release of their own.
        await ben.DeleteAsync("api/servers/qa01/reservation");
        await http.Put("api/servers/qa01/reservation", new { purpose = "builds", hours = 4 });
        var fourth = await Build(http);
        await Wait.Until(
            "it runs",
            async () => (await http.Json($"api/builds/{fourth}")).Text("state") is not "queued"
        );
        await http.DeleteAsync("api/servers/qa01/reservation");
        Assert.Equal("cancelled", (await http.EndOf(fourth)).Text("state"));
        await ToldTo(http, count: 3);
    }

    [Fact]
    public async Task Killed_at_any_moment_the_console_loses_no_message_and_tells_none_twice()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var reasons = new List<string>();
        for (var round = 0; round < 8; round++)
        {
            using var anna = console.ClientFor("anna");
            using var ben = console.ClientFor("ben");
            for (var turn = 0; turn <= round % 3; turn++)
            {
                await anna.Put("api/servers/qa01/reservation", new { purpose = "basket", hours = 4 });
                var reason = $"reason {reasons.Count}";
                await TakeOver(ben, "qa01", reason);
                reasons.Add(reason);
                if (turn < round % 3)
                    await ben.DeleteAsync("api/servers/qa01/reservation");
            }
            await Task.Delay(round);
            await console.Kill();
            await console.StartWithServers();
            await ben.DeleteAsync("api/servers/qa01/reservation");
        }
        var told = await ToldTo(console.Http, count: reasons.Count);
        Assert.Equal(
            reasons.Select(r => $"ben has taken qa01 over from you: {r}."),
            told.Reverse().Select(m => m.Text("text")!)
        );
    }

    [Fact]
    public async Task A_turn_is_told_once_by_message_and_webhook_whenever_the_console_is_killed_behind_it()
    {
        using var bot = new Receiver();
        await using var console = new ConsoleProcess();
        console.WriteSettings(
            more: $$"""
            , "webhooks": [ { "name": "bot", "url": "{{bot.Url}}", "events": ["yourTurn"] } ]
            """
        );
        await console.StartWithServers();
        const int Rounds = 8;
        for (var round = 0; round < Rounds; round++)
        {
            using var ben = console.ClientFor("ben");
            await console.Http.Put("api/servers/qa01/reservation", new { purpose = "basket", hours = 4 });
            var line = await ben.Post("api/servers/qa01/line", new { purpose = $"wish {round}", hours = 2 });
            Assert.True(line.IsSuccessStatusCode, await line.Content.ReadAsStringAsync());
            using var released = await console.Http.DeleteAsync("api/servers/qa01/reservation");
            Assert.Equal(HttpStatusCode.NoContent, released.StatusCode);
            await Task.Delay(round * 2);
            await console.Kill();
            await console.StartWithServers();
            await ToldTo(ben, count: round + 1);
            using var taken = await ben.Put("api/servers/qa01/reservation", new { });
            Assert.True(taken.IsSuccessStatusCode, await taken.Content.ReadAsStringAsync());
            await ben.DeleteAsync("api/servers/qa01/reservation");
        }
        await Wait.Until("the bot is told of each", () => Deliveries() >= Rounds);
        // Another one comes behind all others.
        await console.Kill();
        await console.StartWithServers();
        using var bens = console.ClientFor("ben");
        Assert.All(await ToldTo(bens, count: Rounds), m => Assert.Equal("yourTurn", m.Text("kind")));
        Assert.Equal(Rounds, Deliveries());
        int Deliveries() => bot.Got.Select(s => s.Headers["X-Console-Delivery"]).Distinct().Count();
    }

    [Fact]
    public async Task When_names_are_folded_a_person_has_the_messages_of_all_their_spellings()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        using (var loud = console.ClientFor("ANNA"))
        using (var ben = console.ClientFor("ben"))
        {
            await loud.Put("api/servers/qa01/reservation", new { purpose = "basket", hours = 4 });
            await TakeOver(ben, "qa01", "one");
            await console.Http.Put("api/servers/qa02/reservation", new { purpose = "basket", hours = 4 });
            await TakeOver(ben, "qa02", "two");
            await ToldTo(loud);
            await ToldTo(console.Http);
        }
        await console.Kill();
        console.WriteSettings(more: """, "people": { "names": "folded" }""");
        await console.StartWithServers();
        var all = await ToldTo(console.Http, count: 2);
        Assert.Equal(2, all.Select(m => m.Text("id")).Distinct().Count());
    }

    [Fact]
    public async Task A_person_is_not_told_of_what_they_do_not_want_to_hear_and_webhooks_are()
    {
        using var bot = new Receiver();
        await using var console = new ConsoleProcess();
        console.WriteSettings(
            more: $$"""
            , "webhooks": [ { "name": "bot", "url": "{{bot.Url}}", "events": ["takenOver"] } ]
            """
        );
        await console.StartWithServers();
        using var ben = console.ClientFor("ben");
        var wants = await (await console.Http.Put("api/me/wants", new { unwanted = new[] { "takenOver" } })).Json();
        Assert.Equal(["takenOver"], wants.GetProperty("unwanted").EnumerateArray().Select(k => k.GetString()));
        await (await console.Http.Put("api/me/wants", new { unwanted = new[] { "everything" } })).Problem(
            HttpStatusCode.BadRequest
        );
        await console.Kill();
        await console.StartWithServers();
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "basket", hours = 4 });
        await TakeOver(ben, "qa01", "one");
        await Wait.Until("the bot is told", () => !bot.Got.IsEmpty);
        Assert.Empty((await console.Http.Json("api/messages")).GetProperty("messages").EnumerateArray());
        Assert.Empty(
            (await ben.Json("api/me/wants")).GetProperty("unwanted").EnumerateArray().Select(k => k.GetString())
        );

        await console.Http.Put("api/me/wants", new { unwanted = Array.Empty<string>() });
        await console.Http.Put("api/servers/qa02/reservation", new { purpose = "basket", hours = 4 });
        await TakeOver(ben, "qa02", "two");
        Assert.Contains("two", Assert.Single(await ToldTo(console.Http)).Text("text"), StringComparison.Ordinal);
    }

    private static async Task<string> Build(HttpClient http, string server = "qa01") =>
        (
            await (
                await http.Post(
                    $"api/servers/{server}/builds",
                    Body.ForBuild("shop", "trunk", database: false, code: true)
                )
            ).Json()
        ).Text("id")!;

    private static async Task TakeOver(HttpClient http, string server, string reason)
    {
        using var answer = await http.Post($"api/servers/{server}/reservation/takeover", new { reason });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<IReadOnlyList<JsonElement>> ToldTo(HttpClient http, string query = "", int count = 1)
    {
        List<JsonElement> all = [];
        await Wait.Until(
            $"{count} messages are there",
            async () =>
            {
                var messages = (await http.Json("api/messages" + query)).GetProperty("messages");
                all = [.. messages.EnumerateArray()];
                return all.Count >= count;
            }
        );
        Assert.Equal(count, all.Count);
        return all;
    }

    /// <summary>Follows the event stream of a person.</summary>
    private sealed class Follower(HttpClient http, string? last = null) : IDisposable
    {
        private StreamReader? _reader;

        /// <summary>Of every event so far.</summary>
        public List<string> Names { get; } = [];

        public async Task<(string Id, string Data)> Until(string name, Func<string, bool>? isIt = null)
        {
            _reader ??= await Open();
            var fields = new Dictionary<string, string>(StringComparer.Ordinal);
            while (await _reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)) is { } line)
            {
                if (line.Length > 0)
                {
                    fields[line.Split(": ", 2)[0]] = line.Split(": ", 2)[^1];
                    continue;
                }
                Names.Add(fields.GetValueOrDefault("event", ""));
                if (Names[^1] == name && isIt?.Invoke(fields["data"]) != false)
                    return (fields.GetValueOrDefault("id", ""), fields["data"]);
                fields.Clear();
            }
            throw new EndOfStreamException();
        }

        public void Dispose() => _reader?.Dispose();

        private async Task<StreamReader> Open()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "api/events");
            if (last is not null)
                request.Headers.Add("Last-Event-ID", last);
            var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return new(await answer.Content.ReadAsStreamAsync());
        }
    }
}
