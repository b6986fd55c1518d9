using System.Text;

namespace TestServers.Tests.Stories.Api;

/// <summary>An answer is what happened: what a call does not know or cannot read is refused by its name.</summary>
public sealed class AnswersTest(RunningConsole running) : IClassFixture<RunningConsole>
{
    private HttpClient Http => running.Console.Http;

    [Fact]
    public async Task Every_call_refuses_a_parameter_that_it_does_not_know_and_names_those_it_knows()
    {
        using var program = new ProgramCalls();
        // Who may make each call; others are not told what it takes.
        using var carla = running.Console.ClientFor("carla");
        foreach (var call in program.All)
        {
            var known = TestServers.Http.CallInputs.Of(call).Query.Select(p => p.Name).ToList();
            var address = System
                .Text.RegularExpressions.Regex.Replace(call.RoutePattern.RawText!, @"\{[a-z]+}", "1")
                .TrimStart('/');
            using var request = new HttpRequestMessage(
                new(ProgramCalls.AddressOf(call).Split(' ')[0]),
                $"{address}?colour=red"
            );
            var detail = await (await carla.SendAsync(request)).Problem(HttpStatusCode.BadRequest);
            Assert.StartsWith("There is no such parameter: `colour`.", detail, StringComparison.Ordinal);
            Assert.All(known, name => Assert.Contains($"`{name}`", detail, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(
        "api/builds?colour=1",
        "There is no such parameter: `colour`. This call knows `state`, `server`, `limit`, `before`."
    )]
    [InlineData("api/builds?State=queued", "There is no such parameter: `State`.")]
    [InlineData("api/me?7", "There is no such parameter: `7`. This call takes none.")]
    [InlineData("api/servers?7", "There is no such parameter: `7`. This call knows `host`, `state`, `limit`, `after`.")]
    [InlineData("api/servers?=x", "There is no such parameter: ``.")]
    [InlineData("api/builds?state=queued&state=running", "The parameter `state` is given 2 times.")]
    [InlineData("api/builds?state=", "The parameter `state` is empty: it must be one or more of queued, running,")]
    [InlineData(
        "api/builds?state=queued,done",
        "The parameter `state` is not right: it must be one or more of queued,"
    )]
    [InlineData("api/builds/1?wait", "The parameter `wait` is empty: it must be a number.")]
    [InlineData("api/builds/1?wait=NaN", "The parameter `wait` is not right: it must be a number.")]
    [InlineData("api/builds/1?wait=Infinity", "The parameter `wait` is not right")]
    [InlineData("api/builds/1?wait=1e999", "The parameter `wait` is not right")]
    [InlineData("api/builds/1?wait=1,000", "The parameter `wait` is not right")]
    [InlineData("api/builds/1?wait=+7", "The parameter `wait` is not right")]
    [InlineData(
        "api/builds/1/log?from=99999999999999999999",
        "The parameter `from` is not right: it must be a whole number."
    )]
    [InlineData("api/builds/1/log?follow=yes", "The parameter `follow` is not right: it must be true or false.")]
    [InlineData("api/builds/abc", "The parameter `id` is not right: it must be a number.")]
    [InlineData("api/servers/two%20words", "The parameter `server` is not right: it must be 1 to 32 letters")]
    [InlineData("api/apps/shop/paths?q=%FF", "The address is not encoded well")]
    [InlineData("api/apps/shop/paths?q=%zz", "The address is not encoded well")]
    [InlineData("api/apps/shop/paths?q=50%", "The address is not encoded well")]
    [InlineData("api/servers/qa01/plan", "The parameter `app` is missing: it must be 1 to 32 small letters")]
    [InlineData("healthz?verbose=1", "There is no such parameter: `verbose`.")]
    [InlineData("metrics?name=x", "There is no such parameter: `name`.")]
    [InlineData("openapi/v1.json?pretty", "There is no such parameter: `pretty`.")]
    public async Task A_parameter_that_is_not_right_is_refused_by_its_name(string address, string said) =>
        Assert.StartsWith(
            said,
            await (
                await Http.GetAsync(
                    new Uri(
                        $"http://console.test/console/{address}",
                        new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
                    )
                )
            ).Problem(HttpStatusCode.BadRequest),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("""{"app":"shop","code":true}""", "The field `database` is missing: it must be true or false.")]
    [InlineData("""{"database":true,"code":true}""", "The field `app` is missing: it must be 1 to 32 small letters")]
    [InlineData(
        """{"app":"shop","database":"yes","code":true}""",
        "The field `database` is not right: it must be true or false."
    )]
    [InlineData(
        """{"app":"shop","database":null,"code":true}""",
        "The field `database` is null: it must be true or false."
    )]
    [InlineData(
        """{"app":"Shop!","database":true,"code":true}""",
        "The field `app` is not right: it must be 1 to 32 small letters"
    )]
    [InlineData("""{"app":7,"database":true,"code":true}""", "The field `app` is not right")]
    [InlineData(
        """{"app":"shop","database":true,"code":true,"colour":"red"}""",
        "There is no such field: `colour`. This call knows `app`, `database`, `code`"
    )]
    [InlineData("""{"App":"shop","database":true,"code":true}""", "There is no such field: `App`.")]
    [InlineData("""{"app":"shop","app":"shop","database":true,"code":true}""", "The body is no right JSON")]
    [InlineData("""{"app":"\ud800","database":true,"code":true}""", "The field `app` is not right")]
    [InlineData("""{"\ud800":"x"}""", "The body")]
    [InlineData("""{"app":"shop",""", "The body is no right JSON (line 1)")]
    [InlineData("[]", "The body must be a JSON object. This call knows `app`")]
    [InlineData("null", "The body must be a JSON object.")]
    [InlineData("", "The body is missing: it is a JSON object. This call knows `app`")]
    public async Task A_field_that_is_missing_or_not_right_is_told_by_its_name(string body, string said) =>
        Assert.StartsWith(
            said,
            await (await Post("api/servers/qa01/builds", body)).Problem(HttpStatusCode.BadRequest),
            StringComparison.Ordinal
        );

    [Theory]
    [
        InlineData("2026-11-25T17:00:00"),
        InlineData("2026-11-25"),
        InlineData("17:00"),
        InlineData("tomorrow"),
        InlineData(""),
        InlineData("2026-11-25 17:00:00Z"),
        InlineData("2026-02-30T17:00:00Z")
    ]
    [
        InlineData("2026-11-25T17:00:00+25:00"),
        InlineData("9999-12-31T23:59:59-14:00"),
        InlineData("2026-11-25T17:00:00+0100"),
        InlineData("2026-11-25T17:00:00Z\u0000")
    ]
    public async Task A_time_without_its_zone_is_refused_with_the_form_that_is_wanted(string until)
    {
        using var answer = await Http.Put("api/servers/qa01/reservation", new { purpose = "x", until });
        Assert.Equal(
            "The field `until` is not right: it must be a time with its zone, such as "
                + "2026-11-25T17:00:00Z or 2026-11-25T18:00:00+01:00.",
            await answer.Problem(HttpStatusCode.BadRequest)
        );
    }

    [Theory]
    [
        InlineData("""{"purpose":"x","hours":"4"}"""),
        InlineData("""{"purpose":"x","hours":1e999}"""),
        InlineData("""{"purpose":"x","hours":-1e999}"""),
        InlineData("""{"purpose":"x","hours":NaN}""")
    ]
    public async Task Only_a_finite_number_is_a_number(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "api/servers/qa01/reservation")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        await (await Http.SendAsync(request)).Problem(HttpStatusCode.BadRequest);
    }

    [Theory]
    [
        InlineData("application/json; charset=klingon"),
        InlineData("application/json; charset=utf-16"),
        InlineData("application/json; charset=\"latin1\""),
        InlineData("text/plain")
    ]
    public async Task A_body_in_another_character_set_or_type_is_415(string type)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        await (await Http.PostAsync("api/builds/1/cancel", content)).Problem(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task A_body_that_is_not_UTF8_or_too_deep_or_not_wanted_is_400()
    {
        using var latin = new ByteArrayContent([.. "{\"app\":\"caf"u8, 0xE9, .. "\"}"u8]);
        latin.Headers.ContentType = new("application/json");
        Assert.Equal(
            "The body is not UTF-8.",
            await (await Http.PostAsync("api/servers/qa01/builds", latin)).Problem(HttpStatusCode.BadRequest)
        );
        await (await Post("api/servers/qa01/builds", new string('[', 500) + new string(']', 500))).Problem(
            HttpStatusCode.BadRequest
        );
        Assert.Equal(
            "This call takes no body. Send none, or {}.",
            await (await Post("api/builds/1/cancel", """{"reason":"x"}""")).Problem(HttpStatusCode.BadRequest)
        );
        await (await Post("api/builds/1/cancel", "{}")).Problem(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Null_is_taken_for_exactly_those_fields_for_which_the_document_says_so()
    {
        var document = await Http.Json("openapi/v1.json");
        var shape = new JsonShape(document);
        var fields = 0;
        foreach (
            var (method, address, call) in Writes(document).Where(w => w.Call.TryGetProperty("requestBody", out _))
        )
        {
            var content = call.GetProperty("requestBody").GetProperty("content").GetProperty("application/json");
            var schema = content.GetProperty("schema");
            var example = content.GetProperty("example").GetRawText();
            var name = schema.Text("$ref")!.Split('/')[^1];
            var properties = document.GetProperty("components").GetProperty("schemas").GetProperty(name);
            foreach (var field in properties.GetProperty("properties").EnumerateObject())
            {
                var body = System.Text.Json.Nodes.JsonNode.Parse(example)!;
                body[field.Name] = null;
                var fits = !shape.Faults(System.Text.Json.JsonSerializer.SerializeToElement(body), schema).Any();
                using var answer = await Send(method, address, body.ToJsonString());
                var said = await answer.Content.ReadAsStringAsync();
                Assert.True(
                    fits != said.Contains($"The field `{field.Name}` is null", StringComparison.Ordinal),
                    $"{method} {address} {body.ToJsonString()} {(fits ? "fits" : "does not fit")}: {said}"
                );
                fields++;
            }
            await (await Send(method, address, "null")).Problem(HttpStatusCode.BadRequest);
        }
        Assert.InRange(fields, 20, 200);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("a, b")]
    [InlineData("more than 100 characters")]
    public async Task Every_write_refuses_a_key_that_is_no_right_one(string key)
    {
        key = key.StartsWith("more", StringComparison.Ordinal) ? new('k', 101) : key;
        var writes = Writes(await Http.Json("openapi/v1.json")).ToList();
        Assert.InRange(writes.Count, 10, 100);
        foreach (var (method, address, call) in writes)
        {
            var body = call.TryGetProperty("requestBody", out var described)
                ? described.GetProperty("content").GetProperty("application/json").GetProperty("example").GetRawText()
                : "";
            Assert.Equal(
                "Idempotency-Key has 1 to 100 printable characters without blanks.",
                await (await Send(method, address, body, key)).Problem(HttpStatusCode.BadRequest)
            );
        }
    }

    private static IEnumerable<(string Method, string Address, System.Text.Json.JsonElement Call)> Writes(
        System.Text.Json.JsonElement document
    ) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from call in path.Value.EnumerateObject()
        where call.Name != "get"
        let address = System
            .Text.RegularExpressions.Regex.Replace(path.Name[1..], @"\{(id|place)}", "999")
            .Replace("{database}", "copy_shop_qa01", StringComparison.Ordinal)
        select (
            call.Name.ToUpperInvariant(),
            System.Text.RegularExpressions.Regex.Replace(address, @"\{[a-z]+}", "nowhere"),
            call.Value
        );

    private async Task<HttpResponseMessage> Send(string method, string address, string body, string? key = null)
    {
        using var request = new HttpRequestMessage(new(method), address);
        if (body.Length > 0)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        // Who may make each call.
        using var carla = running.Console.ClientFor("carla");
        return await carla.SendAsync(request);
    }

    [Fact]
    public async Task A_refusal_is_a_problem_whatever_the_client_would_accept()
    {
        foreach (var address in new[] { "api/nothing", "api/servers/nowhere", "api/builds?limit=0" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address)
            {
                Headers = { Accept = { new("text/html") } },
            };
            var answer = await Http.SendAsync(request);
            await answer.Problem(answer.StatusCode);
        }
    }

    private Task<HttpResponseMessage> Post(string address, string body) =>
        Http.PostAsync(address, new StringContent(body, Encoding.UTF8, "application/json"));
}
