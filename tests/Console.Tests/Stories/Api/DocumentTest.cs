using System.Text.RegularExpressions;

namespace TestServers.Tests.Stories.Api;

/// <summary>The API document, as the running program serves it, beside the program's own calls.</summary>
public sealed partial class DocumentTest(RunningConsole running) : IClassFixture<RunningConsole>
{
    private Task<JsonElement> Document => running.Console.Http.Json("openapi/v1.json");

    private static IEnumerable<(string Address, JsonElement Call)> CallsOf(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from call in path.Value.EnumerateObject()
        select ($"{call.Name.ToUpperInvariant()} {path.Name}", call.Value);

    [Fact]
    public async Task The_document_has_every_call_of_the_program_and_no_other()
    {
        using var program = new ProgramCalls();
        Assert.Equal(program.Addresses, CallsOf(await Document).Select(c => c.Address).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_call_has_a_name_of_its_own_and_tells_the_right_that_it_needs()
    {
        using var program = new ProgramCalls();
        var calls = CallsOf(await Document).ToList();
        Assert.All(calls, c => Assert.Matches("^[a-z]+([A-Z][a-z]+)*$", c.Call.Text("operationId")));
        Assert.Equal(calls.Count, calls.Select(c => c.Call.Text("operationId")).Distinct().Count());
        Assert.Equal(
            program.All.Select(c => (ProgramCalls.AddressOf(c), ProgramCalls.RightOf(c))).Order(),
            calls.Select(c => (c.Address, c.Call.Text("x-right"))).Order()
        );
    }

    [Fact]
    public async Task Every_problem_has_the_schema_of_problems()
    {
        foreach (var (address, call) in CallsOf(await Document))
        {
            foreach (
                var answer in call.GetProperty("responses")
                    .EnumerateObject()
                    .Where(a => a.Name is not "503" && a.Name[0] is '4' or '5')
            )
            {
                Assert.True(
                    answer.Value.GetProperty("content").TryGetProperty("application/problem+json", out var problem),
                    $"{address} {answer.Name}"
                );
                Assert.Equal("#/components/schemas/Problem", problem.GetProperty("schema").Text("$ref"));
            }
        }
    }

    [Fact]
    public async Task Every_field_that_a_problem_can_carry_is_in_its_schema()
    {
        var sources = Directory
            .EnumerateFiles(Sources.Root(), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
            .Select(File.ReadAllText);
        var carried = sources.SelectMany(s => Carried().Matches(s)).Select(m => m.Groups[1].Value).Distinct();
        var known = (await Document)
            .GetProperty("components")
            .GetProperty("schemas")
            .GetProperty("Problem")
            .GetProperty("properties")
            .EnumerateObject()
            .Select(p => p.Name);
        Assert.Empty(carried.Except(known));
    }

    [Fact]
    public async Task Every_schema_says_what_it_is()
    {
        var document = await Document;
        var schemas = Within(document.GetProperty("components").GetProperty("schemas"));
        Assert.All(
            schemas,
            s =>
            {
                Assert.True(
                    s.TryGetProperty("type", out var type)
                        || s.TryGetProperty("$ref", out _)
                        || s.TryGetProperty("oneOf", out _),
                    $"nothing is said of {s}"
                );
                if (type.ValueKind == JsonValueKind.Array)
                    Assert.Equal(
                        2,
                        type.EnumerateArray()
                            .Count(t =>
                                t.GetString()
                                    is "null"
                                        or "string"
                                        or "integer"
                                        or "number"
                                        or "boolean"
                                        or "array"
                                        or "object"
                            )
                    );
                if (type.ValueKind == JsonValueKind.Array && type.EnumerateArray().Any(t => t.GetString() == "object"))
                    Assert.True(s.TryGetProperty("additionalProperties", out _), $"an object of nothing: {s}");
                if (type.ValueKind == JsonValueKind.Array)
                    Assert.Contains("null", type.EnumerateArray().Select(t => t.GetString()));
                if (type.ValueKind == JsonValueKind.String && s.TryGetProperty("enum", out var words))
                    Assert.All(words.EnumerateArray(), word => Assert.Equal(JsonValueKind.String, word.ValueKind));
                if (
                    type.ValueKind == JsonValueKind.String && type.GetString() == "array"
                    || type.ValueKind == JsonValueKind.Array && type.EnumerateArray().Any(t => t.GetString() == "array")
                )
                    Assert.True(s.TryGetProperty("items", out _), $"an array of nothing: {s}");
            }
        );
    }

    [Fact]
    public async Task Parameters_are_written_as_one_sends_them_and_headers_are_named()
    {
        foreach (var (address, call) in CallsOf(await Document))
        {
            var parameters = call.TryGetProperty("parameters", out var list) ? list.EnumerateArray().ToList() : [];
            Assert.All(
                parameters.Where(p => p.Text("in") != "header"),
                p => Assert.Matches("^[a-z][a-zA-Z]*$", p.Text("name"))
            );
            Assert.All(
                parameters,
                p =>
                    Assert.False(
                        string.IsNullOrEmpty(p.Text("description")),
                        $"{address} {p.Text("name")} has no description"
                    )
            );
            var headers = parameters.Where(p => p.Text("in") == "header").Select(p => p.Text("name")).ToList();
            Assert.Equal(!address.StartsWith("GET", StringComparison.Ordinal), headers.Contains("Idempotency-Key"));
            Assert.Equal(call.GetProperty("responses").TryGetProperty("304", out _), headers.Contains("If-None-Match"));
        }
    }

    [Fact]
    public async Task Every_answer_with_an_ETag_is_one_that_the_document_lists_with_304_and_the_reverse()
    {
        await using var own = new ConsoleWithApp();
        await own.Console.StartWithServers();
        var build = Body.ForBuild("shop", null, database: false, code: true);
        await own.Console.Http.Post("api/servers/qa01/builds", build);
        var asked = 0;
        foreach (
            var (address, call) in CallsOf(await own.Console.Http.Json("openapi/v1.json"))
                .Where(c => c.Address.StartsWith("GET", StringComparison.Ordinal))
                .Where(c => !c.Address.EndsWith("/events", StringComparison.Ordinal))
        )
        {
            var at = Regex.Replace(address[5..], @"\{(\w+)}", m => Values.GetValueOrDefault(m.Groups[1].Value, "1"));
            using var answer = await own.Console.Http.GetAsync(
                at + (at.EndsWith("plan", StringComparison.Ordinal) ? "?app=shop&database=false&code=false" : "")
            );
            if (!answer.IsSuccessStatusCode)
                continue;
            asked++;
            var responses = call.GetProperty("responses");
            Assert.Empty(JsonShape.HeaderFaults(answer, responses.GetProperty("200")).Select(f => $"{address}: {f}"));
            Assert.Equal(answer.Headers.ETag is not null, responses.TryGetProperty("304", out _));
        }
        Assert.InRange(asked, 12, 100);
        await own.Console.Http.PostAsync("api/builds/1/cancel", null);
    }

    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        ["server"] = "qa01",
        ["app"] = "shop",
    };

    [Theory]
    [InlineData("reserveAnyServer", "409")]
    [InlineData("showBuild", "200")]
    [InlineData("showRestore", "200")]
    public async Task A_wait_in_vain_says_when_to_ask_again(string name, string status)
    {
        var call = CallsOf(await Document).Single(c => c.Call.Text("operationId") == name).Call;
        var headers = call.GetProperty("responses").GetProperty(status).GetProperty("headers");
        Assert.Equal("integer", headers.GetProperty("Retry-After").GetProperty("schema").Text("type"));
    }

    [Theory]
    [InlineData("spare", true)]
    [InlineData("copy", true)]
    [InlineData(null, true)]
    [InlineData("", false)]
    [InlineData("clone", false)]
    public async Task A_database_is_copied_in_one_of_two_ways_or_not_at_all(string? method, bool fits)
    {
        var document = await Document;
        var schema = document.GetProperty("components").GetProperty("schemas").GetProperty("DatabasePlan");
        var plan = new TestServers.Plans.DatabasePlan(BaseName.From("shop")!, method, null, null);
        var sent = JsonSerializer.SerializeToElement(plan, TestServers.Storage.Json.Web);
        Assert.Equal(fits, !new JsonShape(document).Faults(sent, schema).Any());
    }

    [Fact]
    public async Task The_examples_are_right_ones()
    {
        var document = await Document;
        var shape = new JsonShape(document);
        foreach (var (address, call) in CallsOf(document))
        {
            var contents = call.GetProperty("responses")
                .EnumerateObject()
                .Select(r => r.Value)
                .Where(r => r.TryGetProperty("content", out _))
                .ToList();
            if (call.TryGetProperty("requestBody", out var body))
            {
                Assert.True(
                    body.GetProperty("content").GetProperty("application/json").TryGetProperty("example", out _),
                    $"{address} has no example"
                );
                contents.Add(body);
            }
            foreach (
                var content in contents.SelectMany(c => c.GetProperty("content").EnumerateObject()).Select(c => c.Value)
            )
            {
                if (content.TryGetProperty("example", out var example))
                    Assert.Empty(shape.Faults(example, content.GetProperty("schema")));
            }
        }
    }

    [Fact]
    public async Task The_document_is_right_behind_every_proxy_and_asks_for_a_name()
    {
        var document = await Document;
        Assert.Equal("..", document.GetProperty("servers")[0].Text("url"));
        Assert.Equal("/elsewhere/", new Uri(new Uri("https://vmhost/elsewhere/openapi/v1.json"), "..").AbsolutePath);
        Assert.Equal(
            ["name", "password", "session", "token"],
            document
                .GetProperty("components")
                .GetProperty("securitySchemes")
                .EnumerateObject()
                .Select(s => s.Name)
                .Order()
        );
        Assert.True(document.GetProperty("security").GetArrayLength() > 0);
    }

    [Fact]
    public void The_file_of_requests_has_each_call_once_and_no_other()
    {
        using var program = new ProgramCalls();
        var patterns = program.Addresses.ToDictionary(
            a => a,
            a => new Regex($"^{Regex.Replace(Regex.Escape(a), @"\\\{[a-z]+}", "[^/]+")}$"),
            StringComparer.Ordinal
        );
        var requests = File.ReadLines(Path.Combine(Sources.Root(), "console.http"))
            .Select(l => Request().Match(l))
            .Where(m => m.Success)
            .Select(m => $"{m.Groups[1].Value} {m.Groups[2].Value}")
            .ToList();
        Assert.All(requests, r => Assert.True(patterns.Values.Any(p => p.IsMatch(r)), $"{r} is no call"));
        Assert.All(
            patterns,
            p => Assert.Equal(1, requests.Count(r => patterns.First(q => q.Value.IsMatch(r)).Key == p.Key))
        );
    }

    private static IEnumerable<JsonElement> Within(JsonElement schemas)
    {
        foreach (var schema in schemas.EnumerateObject().Select(s => s.Value))
        {
            yield return schema;
            if (schema.TryGetProperty("properties", out var inner))
                foreach (var found in Within(inner))
                    yield return found;
        }
    }

    [GeneratedRegex(@"\.With\(""(\w+)""")]
    private static partial Regex Carried();

    [GeneratedRegex(@"^(GET|PUT|POST|DELETE) \{\{console}}([^?\s]*)")]
    private static partial Regex Request();
}
