namespace TestServers.Tests.Stories.Api;

/// <summary>
/// An Idempotency-Key does a write once, whatever has become of it since, and belongs to its caller, call and body.
/// </summary>
public sealed class RepeatedCallTest
{
    private static async Task<HttpResponseMessage> Send(
        HttpClient http,
        HttpMethod method,
        string at,
        object? body,
        string key
    )
    {
        using var ask = new HttpRequestMessage(method, at);
        if (body is not null)
            ask.Content = JsonContent.Create(body);
        ask.Headers.Add("Idempotency-Key", key);
        return await http.SendAsync(ask);
    }

    /// <summary>Every write that does something, in an order in which each can be done.</summary>
    private static IEnumerable<(string Name, HttpMethod Method, string At, object? Body)> Writes(string build) =>
        [
            ("reserve", HttpMethod.Put, "api/servers/qa01/reservation", new { purpose = "x", hours = 1 }),
            ("change", HttpMethod.Put, "api/servers/qa01/reservation", new { purpose = "y" }),
            (
                "launch",
                HttpMethod.Post,
                "api/servers/qa01/builds",
                Body.ForBuild("shop", null, database: false, code: true)
            ),
            ("cancel", HttpMethod.Post, $"api/builds/{build}/cancel", null),
            ("retry", HttpMethod.Post, $"api/builds/{build}/retry", new { }),
            ("wait", HttpMethod.Post, "api/servers/qa02/line", new { purpose = "x", hours = 1 }),
            ("leave", HttpMethod.Delete, "api/servers/qa02/line", null),
            ("any", HttpMethod.Post, "api/reservations", new { purpose = "any", hours = 1 }),
            ("release", HttpMethod.Delete, "api/servers/qa02/reservation", null),
        ];

    [Fact]
    public async Task A_repeated_call_gets_the_answer_of_then_and_does_nothing_also_after_a_restart()
    {
        await using var own = new ConsoleWithApp();
        await own.Console.StartWithServers();
        var answers = new List<(HttpStatusCode Status, string? Subject)>();
        foreach (var (name, method, at, body) in Writes("1"))
            answers.Add(await Told(await Send(own.Console.Http, method, at, body, name)));
        Assert.All(answers, a => Assert.True((int)a.Status is >= 200 and < 300, $"{a}"));
        await own.Console.Http.DeleteAsync("api/servers/qa01/reservation");
        var (builds, audit) = (await Count(own), await Lines(own));
        for (var start = 0; start < 2; start++)
        {
            foreach (var ((name, method, at, body), first) in Writes("1").Zip(answers))
                Assert.Equal(first, await Told(await Send(own.Console.Http, method, at, body, name)));
            Assert.Equal(builds, await Count(own));
            Assert.Null((await own.Console.Http.Json("api/servers/qa01")).Text("reservation"));
            Assert.Null((await own.Console.Http.Json("api/servers/qa02")).Text("reservation"));
            await own.Console.Kill();
            await own.Console.StartWithServers();
        }
        Assert.Equal(
            audit,
            (await Lines(own)).Where(l => !l.Contains("\"console\"", StringComparison.Ordinal)).Take(audit.Count)
        );
    }

    [Fact]
    public async Task Take_over_is_done_once_and_its_second_answer_is_the_first_although_another_has_the_server_by_now()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        using HttpClient ben = console.ClientFor("ben"),
            carla = console.ClientFor("carla");
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 });
        var first = await (
            await Send(ben, HttpMethod.Post, "api/servers/qa01/reservation/takeover", new { reason = "urgent" }, "t1")
        ).Json();
        await carla.Post("api/servers/qa01/reservation/takeover", new { reason = "more urgent" });
        var second = await Send(
            ben,
            HttpMethod.Post,
            "api/servers/qa01/reservation/takeover",
            new { reason = "urgent" },
            "t1"
        );
        Assert.Equal(first.Text("number"), (await second.Json()).Text("number"));
        Assert.Equal("carla", (await ben.Json("api/servers/qa01")).GetProperty("reservation").Text("holder"));
    }

    [Fact]
    public async Task Another_body_or_call_with_the_same_key_is_refused_and_another_caller_has_keys_of_their_own()
    {
        await using var own = new ConsoleWithApp();
        await own.Console.StartWithServers();
        var http = own.Console.Http;
        await Send(http, HttpMethod.Put, "api/servers/qa01/reservation", new { purpose = "first", hours = 1 }, "k1");
        foreach (
            var (method, at, body) in new (HttpMethod, string, object?)[]
            {
                (HttpMethod.Put, "api/servers/qa01/reservation", new { purpose = "second", hours = 1 }),
                (HttpMethod.Put, "api/servers/qa02/reservation", new { purpose = "first", hours = 1 }),
                (HttpMethod.Post, "api/servers/qa01/builds", Body.ForBuild("shop", null, database: false, code: true)),
                (HttpMethod.Delete, "api/servers/qa01/reservation", null),
                (HttpMethod.Post, "api/reservations", new { purpose = "first", hours = 1 }),
            }
        )
        {
            var refused = await Send(http, method, at, body, "k1");
            var said = await refused.Problem(HttpStatusCode.UnprocessableEntity);
            Assert.Contains("first", said, StringComparison.Ordinal);
            Assert.Contains(at, said, StringComparison.Ordinal);
        }
        Assert.Equal("first", (await http.Json("api/servers/qa01")).GetProperty("reservation").Text("purpose"));
        Assert.Null((await http.Json("api/servers/qa02")).Text("reservation"));
        // The same fields in another order and form are the same body.
        using var same = new HttpRequestMessage(HttpMethod.Put, "api/servers/qa01/reservation")
        {
            Content = new StringContent(
                """{ "hours" : 1, "purpose":"first" }""",
                System.Text.Encoding.UTF8,
                "application/json"
            ),
        };
        same.Headers.Add("Idempotency-Key", "k1");
        Assert.Equal(HttpStatusCode.Created, (await http.SendAsync(same)).StatusCode);
        using var ben = own.Console.ClientFor("ben");
        Assert.Equal(
            HttpStatusCode.Created,
            (
                await Send(
                    ben,
                    HttpMethod.Put,
                    "api/servers/qa02/reservation",
                    new { purpose = "ben's", hours = 1 },
                    "k1"
                )
            ).StatusCode
        );
    }

    [Fact]
    public async Task What_was_refused_may_be_asked_again_with_its_key_and_sixty_at_once_do_it_once()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        using var ben = console.ClientFor("ben");
        await ben.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 });
        Task<HttpResponseMessage> Ask() =>
            Send(
                console.Http,
                HttpMethod.Put,
                "api/servers/qa01/reservation",
                new { purpose = "mine", hours = 1 },
                "again"
            );
        await (await Ask()).Problem(HttpStatusCode.Conflict);
        await ben.DeleteAsync("api/servers/qa01/reservation");
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => Ask()));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Single((await Task.WhenAll(answers.Select(a => a.Json()))).Select(a => a.Text("number")).Distinct());
        Assert.Single(
            await File.ReadAllLinesAsync(Path.Combine(console.Folder, "state", "audit.log")),
            l => l.Contains("mine", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task No_body_is_an_empty_one_and_what_is_kept_of_a_body_is_small()
    {
        await using var own = new ConsoleWithApp();
        await own.Console.StartWithServers();
        var http = own.Console.Http;
        await http.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 });
        await http.Post("api/servers/qa01/builds", Body.ForBuild("shop", null, database: false, code: true));
        var first = await Send(http, HttpMethod.Post, "api/builds/1/cancel", null, "c");
        var second = await Send(http, HttpMethod.Post, "api/builds/1/cancel", new { }, "c");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        using var large = new HttpRequestMessage(HttpMethod.Put, "api/servers/qa01/reservation")
        {
            Content = new StringContent(
                "{\"hours\": 2" + new string(' ', 60_000) + "}",
                System.Text.Encoding.UTF8,
                "application/json"
            ),
        };
        large.Headers.Add("Idempotency-Key", "large");
        Assert.Equal(HttpStatusCode.OK, (await http.SendAsync(large)).StatusCode);
        Assert.All(
            Directory.GetFiles(Path.Combine(own.Console.Folder, "state", "keys")),
            file => Assert.InRange(new FileInfo(file).Length, 1, 3000)
        );
    }

    private static async Task<(HttpStatusCode, string?)> Told(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        if (text.Length == 0)
            return (answer.StatusCode, null);
        var body = JsonSerializer.Deserialize<JsonElement>(text);
        return (
            answer.StatusCode,
            body.TryGetProperty("id", out var id) ? $"build {id}"
            : body.TryGetProperty("number", out var number) ? $"number {number}"
            : body.TryGetProperty("place", out var place) ? $"place {place}"
            : body.TryGetProperty("reservation", out var held) ? $"number {held.GetProperty("number")}"
            : text
        );
    }

    private static async Task<int> Count(ConsoleWithApp own) =>
        (await own.Console.Http.Json("api/builds")).GetProperty("builds").GetArrayLength();

    private static async Task<List<string>> Lines(ConsoleWithApp own) =>
        [
            .. (await File.ReadAllLinesAsync(Path.Combine(own.Console.Folder, "state", "audit.log"))).Where(l =>
                !l.Contains("\"console\"", StringComparison.Ordinal)
            ),
        ];
}
