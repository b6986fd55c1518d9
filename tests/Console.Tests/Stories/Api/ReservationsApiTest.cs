namespace TestServers.Tests.Stories.Api;

public sealed class ReservationsApiTest(RunningConsole running) : IClassFixture<RunningConsole>, IAsyncLifetime
{
    private readonly HttpClient _anna = running.Console.ClientFor("anna"),
        _ben = running.Console.ClientFor("ben");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var server in new[] { "qa01", "qa02", "qa03", "qa04" })
        {
            await _anna.DeleteAsync($"api/servers/{server}/reservation");
            await _ben.DeleteAsync($"api/servers/{server}/reservation");
        }
    }

    [Fact]
    public async Task I_can_reserve_extend_and_release_a_server()
    {
        var reserved = await _anna.Put(
            "api/servers/qa01/reservation",
            new { purpose = "test of the basket", hours = 2 }
        );
        Assert.Equal(HttpStatusCode.Created, reserved.StatusCode);
        var number = (await reserved.Json()).GetProperty("number").GetInt64();
        Assert.Equal("anna", (await _anna.Json("api/servers/qa01")).GetProperty("reservation").Text("holder"));

        var extended = await _anna.Put(
            "api/servers/qa01/reservation",
            new { purpose = "test of the basket, longer", hours = 5 }
        );
        Assert.Equal(HttpStatusCode.OK, extended.StatusCode);
        Assert.Equal(number, (await extended.Json()).GetProperty("number").GetInt64());

        Assert.Equal(HttpStatusCode.NoContent, (await _anna.DeleteAsync("api/servers/qa01/reservation")).StatusCode);
        Assert.Null((await _anna.Json("api/servers/qa01")).Text("reservation"));
        Assert.Equal(HttpStatusCode.NoContent, (await _anna.DeleteAsync("api/servers/qa01/reservation")).StatusCode);
    }

    [Fact]
    public async Task The_hours_that_a_page_may_tell_are_those_that_a_reservation_gets()
    {
        var hours = (await _anna.Json("api/me")).GetProperty("reservations");
        double usual = hours.GetProperty("defaultHours").GetDouble(),
            most = hours.GetProperty("maxHours").GetDouble();
        var given = await (await _anna.Put("api/servers/qa01/reservation", new { purpose = "no end given" })).Json();
        var length = given.GetProperty("until").GetDateTimeOffset() - given.GetProperty("since").GetDateTimeOffset();
        Assert.Equal(usual, length.TotalHours, tolerance: 0.01);
        Assert.True((await _anna.Put("api/servers/qa01/reservation", new { hours = most })).IsSuccessStatusCode);
        await (await _anna.Put("api/servers/qa01/reservation", new { hours = most + 1 })).Problem(
            HttpStatusCode.BadRequest
        );
    }

    [Fact]
    public async Task A_conflict_says_who_until_when_and_what_for()
    {
        await _anna.Put("api/servers/qa01/reservation", new { purpose = "release test", hours = 2 });
        var refused = await _ben.Put("api/servers/qa01/reservation", new { purpose = "mine", hours = 1 });
        var problem = await refused.Json();
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal("anna", problem.Text("holder"));
        Assert.Equal("release test", problem.Text("purpose"));
        Assert.True(problem.GetProperty("until").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(110));
        Assert.True(problem.GetProperty("since").GetDateTimeOffset() <= DateTimeOffset.UtcNow);
        await (await _ben.DeleteAsync("api/servers/qa01/reservation")).Problem(HttpStatusCode.Conflict);
        Assert.Equal("anna", (await _ben.Json("api/servers/qa01")).GetProperty("reservation").Text("holder"));
    }

    [Fact]
    public async Task A_server_can_be_taken_over_with_a_reason_and_it_is_in_the_audit()
    {
        await _anna.Put("api/servers/qa01/reservation", new { purpose = "old", hours = 2 });
        await (await _ben.Post("api/servers/qa01/reservation/takeover", new { reason = "" })).Problem(
            HttpStatusCode.BadRequest
        );
        var taken = await _ben.Post("api/servers/qa01/reservation/takeover", new { reason = "anna is on holiday" });
        Assert.Equal("ben", (await taken.Json()).Text("holder"));
        var audit = await File.ReadAllLinesAsync(Path.Combine(running.Console.Folder, "state", "audit.log"));
        Assert.Contains(
            audit,
            l => l.Contains("take over", StringComparison.Ordinal) && l.Contains("from anna", StringComparison.Ordinal)
        );
        await (await _ben.Post("api/servers/qa02/reservation/takeover", new { reason = "x" })).Problem(
            HttpStatusCode.Conflict
        );
    }

    [Fact]
    public async Task An_action_with_an_old_reservation_number_does_nothing()
    {
        var old = (await (await _anna.Put("api/servers/qa01/reservation", new { purpose = "a", hours = 1 })).Json())
            .GetProperty("number")
            .GetInt64();
        await _anna.DeleteAsync("api/servers/qa01/reservation");
        var now = (await (await _anna.Put("api/servers/qa01/reservation", new { purpose = "b", hours = 1 })).Json())
            .GetProperty("number")
            .GetInt64();
        Assert.True(now > old);
        await (await _anna.DeleteAsync($"api/servers/qa01/reservation?number={old}")).Problem(HttpStatusCode.Conflict);
        Assert.Equal("b", (await _anna.Json("api/servers/qa01")).GetProperty("reservation").Text("purpose"));
    }

    [Fact]
    public async Task A_change_changes_what_it_names_and_nothing_else()
    {
        var until = DateTimeOffset.UtcNow.AddHours(100);
        await _anna.Put("api/servers/qa01/reservation", new { purpose = "a typo", until });
        async Task<(string?, DateTimeOffset)> Change(object wish)
        {
            var changed = await (await _anna.Put("api/servers/qa01/reservation", wish)).Json();
            return (changed.Text("purpose"), changed.GetProperty("until").GetDateTimeOffset());
        }
        var (mended, end) = await Change(new { purpose = "mended" });
        Assert.Equal(("mended", until), (mended, end));
        var (kept, later) = await Change(new { hours = 8 });
        Assert.Equal("mended", kept);
        Assert.InRange(later, DateTimeOffset.UtcNow.AddHours(7.9), DateTimeOffset.UtcNow.AddHours(8.1));
        Assert.Contains(
            "purpose",
            await (await _anna.Put("api/servers/qa01/reservation", new { })).Problem(HttpStatusCode.BadRequest),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Of_two_who_take_over_what_they_saw_only_the_first_does()
    {
        var number = (await (await _anna.Put("api/servers/qa01/reservation", new { purpose = "a", hours = 1 })).Json())
            .GetProperty("number")
            .GetInt64();
        using var carla = running.Console.ClientFor("carla");
        var first = await carla.Post(
            "api/servers/qa01/reservation/takeover",
            new
            {
                reason = "urgent",
                purpose = "the demo",
                number,
            }
        );
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        var said = await (
            await _ben.Post("api/servers/qa01/reservation/takeover", new { reason = "urgent", number })
        ).Problem(HttpStatusCode.Conflict);
        Assert.Contains("carla", said, StringComparison.Ordinal);
        var held = (await _ben.Json("api/servers/qa01")).GetProperty("reservation");
        Assert.Equal(("carla", "the demo"), (held.Text("holder"), held.Text("purpose")));
        Assert.Equal(
            ("anna", "urgent"),
            (held.GetProperty("takenFrom").Text("holder"), held.GetProperty("takenFrom").Text("reason"))
        );
        await carla.DeleteAsync("api/servers/qa01/reservation");
    }

    [Fact]
    public async Task Any_free_running_server_is_given_until_none_is_left()
    {
        var first = await (await _anna.Post("api/reservations", new { purpose = "any", hours = 1 })).Json();
        var second = await (await _ben.Post("api/reservations", new { purpose = "any", hours = 1 })).Json();
        Assert.Equal(["qa01", "qa02"], new[] { first.Text("server"), second.Text("server") }.Order());
        Assert.StartsWith("127.71.9.", first.Text("address"), StringComparison.Ordinal);
        Assert.Contains(
            "first to end",
            await (await _ben.Post("api/reservations", new { purpose = "any", hours = 1 })).Problem(
                HttpStatusCode.Conflict
            ),
            StringComparison.Ordinal
        );

        var waiting = _ben.Post("api/reservations?wait=20", new { purpose = "any", hours = 1 });
        await _anna.DeleteAsync($"api/servers/{first.Text("server")}/reservation");
        Assert.Equal(first.Text("server"), (await (await waiting).Json()).Text("server"));
    }

    [Fact]
    public async Task Asking_for_any_server_twice_with_one_key_gives_the_same_server()
    {
        async Task<JsonElement> Ask()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/reservations")
            {
                Content = JsonContentOf(new { purpose = "ci", hours = 1 }),
            };
            request.Headers.Add("Idempotency-Key", "job-17");
            return await (await _anna.SendAsync(request)).Json();
        }
        var first = await Ask();
        Assert.Equal(
            first.GetProperty("reservation").Text("number"),
            (await Ask()).GetProperty("reservation").Text("number")
        );
    }

    [Fact]
    public async Task There_are_never_two_holders()
    {
        var clients = Enumerable.Range(0, 16).Select(i => running.Console.ClientFor($"user{i}")).ToList();
        var answers = await Task.WhenAll(
            clients.Select(c => c.Put("api/servers/qa02/reservation", new { purpose = "race", hours = 1 }))
        );
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        Assert.Equal(15, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
        foreach (var client in clients)
            await client.DeleteAsync("api/servers/qa02/reservation");
    }

    [Fact]
    public async Task A_reservation_ends_by_itself_and_everybody_sees_it()
    {
        await _anna.Put(
            "api/servers/qa01/reservation",
            new { purpose = "short", until = DateTimeOffset.UtcNow.AddSeconds(3) }
        );
        Assert.Equal("anna", (await _ben.Json("api/servers/qa01")).GetProperty("reservation").Text("holder"));
        await Wait.Until(
            "it has ended",
            async () => (await _ben.Json("api/servers/qa01")).Text("reservation") is null,
            6.5
        );
        Assert.Equal(
            HttpStatusCode.Created,
            (await _ben.Put("api/servers/qa01/reservation", new { purpose = "next", hours = 1 })).StatusCode
        );
    }

    [Theory]
    [InlineData("""{"hours":1}""", "purpose")]
    [InlineData("""{"purpose":"  ","hours":1}""", "purpose")]
    [InlineData("""{"purpose":"x","hours":0}""", "hours")]
    [InlineData("""{"purpose":"x","hours":-1}""", "hours")]
    [InlineData("""{"purpose":"x","hours":9999}""", "hours")]
    [InlineData("""{"purpose":"x","hours":"soon"}""", "hours")]
    [InlineData("""{"purpose":"x","until":"2001-01-01T00:00:00Z"}""", "past")]
    [InlineData("""{"purpose":"x","hours":1,"until":"2101-01-01T00:00:00Z"}""", "not both")]
    [InlineData("""{"purpose":"x\u0007","hours":1}""", "control")]
    [InlineData("""{"purpose":"x","hours":1,"holder":"ben"}""", "no such field")]
    [InlineData("""{"purpose":"x","purpose":"y"}""", "JSON")]
    [InlineData("""{"purpose":""", "JSON")]
    [InlineData("", "body")]
    public async Task Bad_input_is_refused_with_a_sentence_and_changes_nothing(string body, string expected)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var detail = await (await _anna.PutAsync("api/servers/qa01/reservation", content)).Problem(
            HttpStatusCode.BadRequest
        );
        Assert.Contains(expected, detail, StringComparison.OrdinalIgnoreCase);
        Assert.Null((await _anna.Json("api/servers/qa01")).Text("reservation"));
    }

    private static StringContent JsonContentOf(object body) =>
        new(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");
}
