namespace TestServers.Tests.Stories.Api;

/// <summary>People wait in line for servers, by HTTP.</summary>
public sealed class LineApiTest
{
    [Fact]
    public async Task The_first_in_line_gets_the_server_and_everybody_sees_whose_turn_it_is()
    {
        await using var console = await Started();
        using HttpClient anna = console.ClientFor("anna"),
            ben = console.ClientFor("ben"),
            carla = console.ClientFor("carla");
        await anna.Put("api/servers/qa01/reservation", new { purpose = "release", hours = 2 });
        await (await ben.Post("api/servers/qa01/line", new { })).Problem(HttpStatusCode.BadRequest);
        await (await anna.Post("api/servers/qa01/line", new { purpose = "x" })).Problem(HttpStatusCode.Conflict);
        var joined = await ben.Post("api/servers/qa01/line", new { purpose = "basket", hours = 1 });
        Assert.Equal(HttpStatusCode.Created, joined.StatusCode);
        var again = await ben.Post("api/servers/qa01/line", new { purpose = "basket", hours = 1 });
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal((await joined.Json()).Text("place"), (await again.Json()).Text("place"));
        await carla.Post("api/servers/qa01/line", new { purpose = "search", hours = 3 });

        var line = (await anna.Json("api/servers/qa01")).GetProperty("line");
        var waiting = line.GetProperty("waiting").EnumerateArray().ToList();
        Assert.Equal(["ben", "carla"], waiting.Select(w => w.Text("person")));
        var end = (await anna.Json("api/servers/qa01")).GetProperty("reservation").GetProperty("until");
        Assert.Equal(end.GetDateTimeOffset(), waiting[0].GetProperty("likely").GetDateTimeOffset());
        Assert.Equal(end.GetDateTimeOffset().AddHours(1), waiting[1].GetProperty("likely").GetDateTimeOffset());
        Assert.Null(line.Text("turn"));

        var extended = await anna.Put("api/servers/qa01/reservation", new { hours = 5 });
        Assert.Equal(2, (await extended.Json()).GetProperty("waiting").GetInt32());
        Assert.Equal(HttpStatusCode.Conflict, extended.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await anna.DeleteAsync("api/servers/qa01/reservation")).StatusCode);
        var refused = await carla.Put("api/servers/qa01/reservation", new { purpose = "search" });
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        var problem = await refused.Json();
        Assert.Equal("urn:test-server-console:in-line", problem.Text("type"));
        Assert.Equal("ben", problem.Text("turn"));
        await (await anna.Post("api/servers/qa01/reservation/undo", new { })).Problem(HttpStatusCode.Conflict);

        var mine = (await ben.Json("api/line")).GetProperty("own").EnumerateArray().Single();
        Assert.Equal("qa01", mine.GetProperty("turn").Text("server"));
        Assert.Equal(0, mine.GetProperty("ahead").GetInt32());
        var taken = await ben.Put("api/servers/qa01/reservation", new { });
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
        Assert.Equal("basket", (await taken.Json()).Text("purpose"));
        Assert.Empty((await ben.Json("api/line")).GetProperty("own").EnumerateArray());
        Assert.Equal(
            ["carla"],
            (await ben.Json("api/line")).GetProperty("places").EnumerateArray().Select(p => p.Text("person"))
        );
    }

    [Fact]
    public async Task A_place_is_left_by_who_has_it_and_the_turn_goes_on()
    {
        await using var console = await Started();
        using HttpClient ben = console.ClientFor("ben"),
            carla = console.ClientFor("carla");
        var place = (await (await ben.Post("api/servers/qa01/line", new { purpose = "x" })).Json()).Text("place");
        await carla.Post("api/servers/qa01/line", new { purpose = "y" });
        await (await carla.DeleteAsync($"api/line/{place}")).Problem(HttpStatusCode.Forbidden);
        Assert.Equal(HttpStatusCode.NoContent, (await ben.DeleteAsync("api/servers/qa01/line")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await ben.DeleteAsync($"api/line/{place}")).StatusCode);
        var line = (await ben.Json("api/servers/qa01")).GetProperty("line");
        Assert.Equal("carla", line.GetProperty("turn").Text("person"));
        await (await ben.Post("api/reservations", new { purpose = "any", hours = 1 })).Json();
        Assert.Equal("ben", (await ben.Json("api/servers/qa02")).GetProperty("reservation").Text("holder"));
        await (await ben.Post("api/reservations", new { purpose = "any", hours = 1 })).Problem(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Of_a_hundred_of_whom_sixty_four_come_at_once_each_has_one_place_and_their_order_outlasts_kills()
    {
        await using var console = await Started();
        using var anna = console.ClientFor("anna");
        await anna.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 8 });
        var people = Enumerable.Range(0, 100).Select(n => console.ClientFor($"p{n}")).ToList();
        Task<HttpResponseMessage> Join(HttpClient person) =>
            person.Post("api/servers/qa01/line", new { purpose = "mine", hours = 1 });
        var joined = new List<HttpResponseMessage>();
        foreach (var person in people.Take(36))
            joined.Add(await Join(person));
        joined.AddRange(await Task.WhenAll(people.Skip(36).Select(Join)));
        Assert.All(joined, j => Assert.Equal(HttpStatusCode.Created, j.StatusCode));
        var order = await Persons(anna);
        Assert.Equal(Enumerable.Range(0, 36).Select(n => $"p{n}"), order.Take(36));
        Assert.Equal(100, order.Distinct().Count());
        await anna.DeleteAsync("api/servers/qa01/reservation");
        for (var turn = 0; turn < 100; turn++)
        {
            if (turn % 32 == 5)
            {
                await console.Kill();
                await console.StartWithServers();
            }
            var now = (await anna.Json("api/servers/qa01")).GetProperty("line");
            Assert.Equal(order[turn], now.GetProperty("turn").Text("person"));
            var first = people[int.Parse(order[turn][1..])];
            if (turn + 1 < 100)
                await (
                    await people[int.Parse(order[turn + 1][1..])].Put("api/servers/qa01/reservation", new { })
                ).Problem(HttpStatusCode.Conflict);
            if (turn % 3 == 0)
                await first.DeleteAsync("api/servers/qa01/line");
            else
            {
                var taken = await first.Put("api/servers/qa01/reservation", new { });
                Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
                await first.DeleteAsync("api/servers/qa01/reservation");
            }
        }
        Assert.Null((await anna.Json("api/servers/qa01")).Text("line"));
        foreach (var person in order)
        {
            using var who = console.ClientFor(person);
            IEnumerable<JsonElement> told = [];
            await Wait.Until(
                $"{person} is told",
                async () =>
                    (told = (await who.Json("api/messages")).GetProperty("messages").EnumerateArray()).Any(m =>
                        m.Text("kind") == "yourTurn"
                    )
            );
            Assert.Single(told, m => m.Text("kind") == "yourTurn");
        }
        people.ForEach(p => p.Dispose());
    }

    [Fact]
    public async Task A_script_that_asks_again_with_its_key_keeps_its_place_before_who_came_later()
    {
        await using var console = await Started();
        using HttpClient anna = console.ClientFor("anna"),
            ben = console.ClientFor("ben"),
            ci = console.ClientFor("ci");
        foreach (var server in new[] { "qa01", "qa02" })
            await anna.Put($"api/servers/{server}/reservation", new { purpose = "x", hours = 1 });
        async Task<HttpResponseMessage> Ask(double wait, object? body = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"api/reservations?wait={wait}")
            {
                Content = JsonContent.Create(body ?? new { purpose = "nightly", hours = 1 }),
            };
            request.Headers.Add("Idempotency-Key", "night-7");
            return await ci.SendAsync(request);
        }
        var place = (await (await Ask(0.1)).Json()).GetProperty("place").GetInt64();
        var own = (await ci.Json("api/line")).GetProperty("own").EnumerateArray().Single();
        Assert.Equal(place, own.GetProperty("place").GetInt64());
        await ben.Post("api/line", new { purpose = "any" });
        await (await Ask(0.1)).Problem(HttpStatusCode.Conflict);
        foreach (
            var other in new object[]
            {
                new { purpose = "other", hours = 1 },
                new { purpose = "nightly", hours = 2 },
                new
                {
                    purpose = "nightly",
                    hours = 1,
                    host = "vmhost",
                },
            }
        )
            await (await Ask(0.1, other)).Problem(HttpStatusCode.UnprocessableEntity);
        Assert.Equal(
            ["ci", "ben"],
            (await anna.Json("api/line")).GetProperty("places").EnumerateArray().Select(p => p.Text("person"))
        );
        await console.Kill();
        await console.StartWithServers();
        await anna.DeleteAsync("api/servers/qa02/reservation");
        await (await ben.Put("api/servers/qa02/reservation", new { purpose = "mine" })).Problem(
            HttpStatusCode.Conflict
        );
        var given = await (await Ask(5)).Json();
        Assert.Equal("qa02", given.Text("server"));
        await AGivenUpPlaceIsNotMadeAgain(ci);
        await anna.DeleteAsync("api/servers/qa01/reservation");
        Assert.Equal(HttpStatusCode.Created, (await ben.Put("api/servers/qa01/reservation", new { })).StatusCode);
    }

    // By the call that still waits for it.
    private static async Task AGivenUpPlaceIsNotMadeAgain(HttpClient ci)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/reservations?wait=10")
        {
            Content = JsonContent.Create(new { purpose = "nightly", hours = 1 }),
        };
        request.Headers.Add("Idempotency-Key", "night-8");
        var waiting = ci.SendAsync(request);
        async Task<List<string>> Places() =>
            [
                .. (await ci.Json("api/line"))
                    .GetProperty("own")
                    .EnumerateArray()
                    .Select(p => p.GetProperty("place").GetRawText()),
            ];
        await Wait.Until("it has a place", async () => (await Places()).Count == 1);
        await ci.DeleteAsync($"api/line/{(await Places()).Single()}");
        await (await waiting.WaitAsync(TimeSpan.FromSeconds(20))).Problem(HttpStatusCode.Conflict);
        Assert.Empty(await Places());
    }

    [Fact]
    public async Task A_turn_that_nobody_takes_is_passed_by_the_clock()
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(more: """, "reservations": { "turnMinutes": 0.02 }""");
        await console.StartWithServers();
        using HttpClient ben = console.ClientFor("ben"),
            carla = console.ClientFor("carla");
        await ben.Post("api/servers/qa01/line", new { purpose = "x" });
        await carla.Post("api/servers/qa01/line", new { purpose = "y" });
        await Wait.Until(
            "it is nobody's turn any more",
            async () => (await ben.Json("api/servers/qa01")).Text("line") is null
        );
        var audit = await File.ReadAllLinesAsync(Path.Combine(console.Folder, "state", "audit.log"));
        Assert.Equal(2, audit.Count(l => l.Contains("\"turn missed\"", StringComparison.Ordinal)));
        Assert.Equal(
            HttpStatusCode.Created,
            (await ben.Put("api/servers/qa01/reservation", new { purpose = "z" })).StatusCode
        );
    }

    private static async Task<ConsoleProcess> Started()
    {
        var console = new ConsoleProcess();
        await console.StartWithServers();
        return console;
    }

    private static async Task<List<string>> Persons(HttpClient http) =>
        [
            .. (await http.Json("api/servers/qa01"))
                .GetProperty("line")
                .GetProperty("waiting")
                .EnumerateArray()
                .Select(w => w.Text("person")!),
        ];
}
