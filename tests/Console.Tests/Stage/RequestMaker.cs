using System.Net.Http.Headers;
using System.Text;

namespace TestServers.Tests.Stage;

/// <summary>
/// A request, and what the document says of the call; no call: its address or method is none that the document has.
/// </summary>
internal sealed record MadeRequest(HttpRequestMessage Request, JsonElement? Call, string Told);

/// <summary>Makes requests from the API document: right ones, and ones with something broken anywhere.</summary>
internal sealed class RequestMaker(JsonElement document, Random random)
{
    private static readonly string[] Odd =
    [
        "",
        " ",
        "%",
        "%zz",
        "%FF",
        "%F0%9F%9B%92",
        "%E2%80%AE",
        "NaN",
        "Infinity",
        "-1",
        "0",
        "1e999",
        "99999999999999999999",
        "true",
        "null",
        "..",
        "../../etc/passwd",
        "--all",
        "-x",
        "$(id)",
        "' OR 1=1",
        "%3Cscript%3E",
        "{}",
        "[]",
        "a,b",
        "queued,,running",
        "1;2",
        "x%0d%0aSet-Cookie:y",
        "0x10",
        "1_000",
        "%2e%2e",
        "shop",
        "qa01",
        "qa99",
        "1",
        "trunk",
        "2026-11-25T17:00:00",
        "%C3%A4",
        "%ED%A0%80",
        "%C0%AF",
        "+",
        "a+b",
        "%252e",
    ];
    private static readonly string[] OddHeaders =
    [
        "",
        " ",
        "*",
        "\"",
        "W/\"x\"",
        "W/\"",
        "\"a\", \"b\"",
        ",,,",
        "0",
        "-1",
        "1-1",
        "999999999999999999999-1",
        "a b",
        "{}",
        new('k', 101),
        new('k', 4000),
    ];
    private static readonly string[] Types =
    [
        "application/json",
        "application/json; charset=klingon",
        "application/json; charset=utf-16",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json;",
        "json",
        "",
        "*/*",
        "application/json; charset",
    ];
    private static readonly string[] Methods =
    [
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "DELETE",
        "PATCH",
        "OPTIONS",
        "TRACE",
        "PROPFIND",
        "get",
        "X",
    ];
    private static readonly string[] Paths =
    [
        "api",
        "api/",
        "api//servers",
        "api/servers/",
        "API/servers",
        "api/servers/../me",
        "api/%2e%2e/me",
        "api/servers/qa01/",
        "api/servers;x=1",
        "%",
        "%zz/x",
        "..%2f..%2fetc",
        "openapi/v2.json",
        "healthz/",
        "*",
        "api/%C3%A4",
        "~root",
        "api/servers/qa01/reservation/takeover/again",
    ];
    private static readonly byte[][] OddBodies =
    [
        [],
        [0],
        [0xFF, 0xFE, 0x7B, 0x00],
        [0xEF, 0xBB, 0xBF, (byte)'{', (byte)'}'],
        "{"u8.ToArray(),
        "{\"a\":"u8.ToArray(),
        "[]"u8.ToArray(),
        "null"u8.ToArray(),
        "7"u8.ToArray(),
        "\"x\""u8.ToArray(),
        "{}{}"u8.ToArray(),
        "{\"purpose\":\"\xC3\"}"u8.ToArray(),
        Encoding.UTF8.GetBytes(new string('[', 5000)),
        Encoding.UTF8.GetBytes(new string('x', 70_000)),
        "{\"purpose\":\"\\ud800\"}"u8.ToArray(),
        "{\"purpose\":\"a\",\"purpose\":\"b\"}"u8.ToArray(),
        "{'a':1}"u8.ToArray(),
        "{\"a\":1,}"u8.ToArray(),
        "// c\n{}"u8.ToArray(),
        [(byte)'{', (byte)'"', 0xC3, (byte)'"', (byte)':', (byte)'1', (byte)'}'],
    ];

    private readonly List<(string Method, string Path, JsonElement Call)> _calls =
    [
        .. from path in document.GetProperty("paths").EnumerateObject()
        from call in path.Value.EnumerateObject()
        select (call.Name.ToUpperInvariant(), path.Name, call.Value),
    ];

    public MadeRequest Next()
    {
        var (method, path, call) = Of(_calls);
        var known = true;
        if (Chance(8))
            (method, known) = (Of(Methods), false);
        var address = Chance(5) ? Lost(out known) : Fill(path, call);
        var query = QueryOf(call);
        var uri = new Uri(
            $"http://console.test/console/{address.TrimStart('/')}{query}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        var request = new HttpRequestMessage(new(method), uri);
        var body =
            call.TryGetProperty("requestBody", out var described) ? BodyFor(described)
            : Chance(15) ? Of(OddBodies)
            : null;
        if (method is not ("GET" or "HEAD" or "TRACE" or "get") && body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.Remove("Content-Type");
            request.Content.Headers.TryAddWithoutValidation(
                "Content-Type",
                Chance(10) ? Of(Types) : "application/json"
            );
        }
        // Asks before it sends: a refusal may end the connection in the middle of a body.
        if (body is { Length: > 60_000 })
            request.Headers.ExpectContinue = true;
        AddHeaders(request.Headers, call);
        return new(
            request,
            known ? call : null,
            $"{method} {uri.OriginalString} "
                + (request.Content is null ? "" : Encoding.UTF8.GetString(body!.AsSpan(0, Math.Min(body!.Length, 300))))
        );
    }

    private string Lost(out bool known)
    {
        known = false;
        return Of(Paths);
    }

    private string Fill(string path, JsonElement call)
    {
        foreach (var parameter in Parameters(call, "path"))
        {
            var name = parameter.GetProperty("name").GetString()!;
            // An empty or dotted part would be another address.
            var odd = Of(Odd);
            var text =
                Chance(25)
                && odd.Trim() is not ("" or "..")
                && !odd.Contains('/', StringComparison.Ordinal)
                && odd is not "%2e%2e"
                    ? odd
                : name == "server" ? Of(["qa01", "qa02", "qa03", "qa99"])
                : Of([ExampleOf(parameter), "1", "2", "999"]);
            path = path.Replace($"{{{name}}}", text.Replace(' ', '_'), StringComparison.Ordinal);
        }
        return path;
    }

    private string QueryOf(JsonElement call)
    {
        var parts = new List<string>();
        foreach (var parameter in Parameters(call, "query"))
        {
            var needed = parameter.TryGetProperty("required", out var required) && required.GetBoolean();
            if (!Chance(needed ? 90 : 35))
                continue;
            var part =
                parameter.GetProperty("name").GetString()
                + "="
                + (Chance(45) ? Of(Odd).Replace(' ', '+') : ExampleOf(parameter));
            parts.Add(part);
            if (Chance(8))
                parts.Add(part);
        }
        if (Chance(8))
            parts.Add(Of(["limit=1", "=", "x", "&&", "a[]=1", "%00=1", "state%5B%5D=x"]));
        return parts.Count == 0 ? Of(["", "", "", "?"]) : "?" + string.Join('&', parts);
    }

    private void AddHeaders(HttpRequestHeaders headers, JsonElement call)
    {
        foreach (var parameter in Parameters(call, "header"))
        {
            if (Chance(30))
                headers.TryAddWithoutValidation(
                    parameter.GetProperty("name").GetString()!,
                    Chance(60) ? Of(OddHeaders) : $"k-{random.Next(5)}"
                );
        }
        if (Chance(10))
            headers.TryAddWithoutValidation("Accept", Of(["text/html", "image/png", "x", "application/json;q=0"]));
        if (Chance(5))
            headers.TryAddWithoutValidation("Content-Encoding", "gzip");
        if (Chance(3))
            headers.TryAddWithoutValidation("Origin", Of(["null", "https://evil.test", "http://console.test", "x"]));
        if (Chance(3))
            headers.TryAddWithoutValidation(
                "Authorization",
                Of(["Bearer secret", "Bearer ", "Bearer x", "Basic eDp5", "x"])
            );
    }

    private byte[] BodyFor(JsonElement described)
    {
        if (Chance(15))
            return Of(OddBodies);
        var body = new JsonObject();
        foreach (
            var field in Plain(described.GetProperty("content").GetProperty("application/json").GetProperty("schema"))
                .GetProperty("properties")
                .EnumerateObject()
        )
        {
            if (Chance(15))
                continue;
            body[field.Name] = Chance(20) ? OddValue() : Value(field.Value);
        }
        if (Chance(8))
            body[Of(["colour", "", "__proto__", "Purpose", "$type"])] = OddValue();
        var text = body.ToJsonString();
        if (Chance(5))
            text = text.Replace("\"}", "\\ud800\"}", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(Chance(4) ? text[..random.Next(text.Length)] : text);
    }

    private JsonNode? OddValue() =>
        Of<Func<JsonNode?>>([
            () => null,
            () => "",
            () => "\u202e",
            () => "\u3164",
            () => new string('x', 300),
            () => -1,
            () => 1e300,
            () => 0.1,
            () => true,
            () => new JsonArray(1, 2),
            () => new JsonObject { ["a"] = 1 },
            () => "2026-11-25T17:00:00",
            () => "0001-01-01T00:00:00Z",
            () => "9999-12-31T23:59:59Z",
            () => "--all",
            () => "NaN",
        ])();

    private JsonNode? Value(JsonElement schema)
    {
        var found = Plain(schema);
        if (found.TryGetProperty("examples", out var examples))
            return JsonNode.Parse(examples[0].GetRawText());
        if (found.TryGetProperty("enum", out var words))
            return JsonNode.Parse(words[0].GetRawText());
        var type = found.GetProperty("type").ToString();
        if (found.TryGetProperty("format", out var format) && format.GetString() == "date-time")
            return Chance(70) ? null : DateTimeOffset.UtcNow.AddHours(1).ToString("O");
        return type.Contains("number", StringComparison.Ordinal) || type.Contains("integer", StringComparison.Ordinal)
            ? Chance(50)
                ? null
                : random.Next(1, 5)
            : type.Contains("boolean", StringComparison.Ordinal)
                ? Chance(50)
                : type.Contains("array", StringComparison.Ordinal)
                    ? new JsonArray()
                    : type.Contains("object", StringComparison.Ordinal)
                        ? new JsonObject()
                        : "a text";
    }

    private string ExampleOf(JsonElement parameter)
    {
        var schema = Resolve(parameter.GetProperty("schema"));
        if (schema.TryGetProperty("examples", out var examples))
            return examples[0].ToString();
        if (schema.TryGetProperty("enum", out var words))
            return Of(words.EnumerateArray().ToArray()).ToString();
        return schema.GetProperty("type").ToString() switch
        {
            "boolean" => Chance(50) ? "true" : "false",
            "number" => "0.1",
            "integer" => $"{random.Next(3)}",
            _ => Of(["x", "queued", "queued,running", "qa01", "shop"]),
        };
    }

    private static IEnumerable<JsonElement> Parameters(JsonElement call, string place) =>
        call.TryGetProperty("parameters", out var all)
            ? all.EnumerateArray().Where(p => p.GetProperty("in").GetString() == place)
            : [];

    private JsonElement Plain(JsonElement schema) =>
        Resolve(schema.TryGetProperty("oneOf", out var choices) ? choices.EnumerateArray().Last() : schema);

    private JsonElement Resolve(JsonElement schema) =>
        schema.TryGetProperty("$ref", out var reference)
            ? reference.GetString()!.Split('/').Skip(1).Aggregate(document, (here, name) => here.GetProperty(name))
            : schema;

    private bool Chance(int percent) => random.Next(100) < percent;

    private T Of<T>(IReadOnlyList<T> all) => all[random.Next(all.Count)];
}
