using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TestServers.Tests.Stage;

/// <summary>A server of the stand-in for a cloud.</summary>
internal sealed record CloudServer(string Name, string Status)
{
    public string Id { get; init; } = Guid.NewGuid().ToString();
    public string? Task { get; init; }

    /// <summary>When it changed last, as Nova keeps it.</summary>
    public DateTimeOffset Updated { get; init; } = DateTimeOffset.UtcNow;
    public IReadOnlyDictionary<string, string> Metadata { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Its addresses, as NETWORK ADDRESS or NETWORK ADDRESS floating.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Why it is in the status ERROR.</summary>
    public string? Fault { get; init; }

    /// <summary>That its cell is down: neither name nor status are told.</summary>
    public bool IsOutOfSight { get; init; }
}

/// <summary>
/// Speaks as Keystone and Nova do at the edge of the program, so that it can do what a real cloud does seldom: be slow,
/// refuse, lie.
/// </summary>
internal sealed class CloudStandIn : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, bool> _tokens = new(StringComparer.Ordinal);
    private int _given;

    private CloudStandIn(bool tls)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (tls)
            Certificate = SelfSigned();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen =>
                {
                    if (Certificate is not null)
                        listen.UseHttps(Certificate);
                }
            );
        });
        _app = builder.Build();
        _app.Run(Answer);
    }

    /// <summary>What TLS is spoken with.</summary>
    public X509Certificate2? Certificate { get; }

    public string Url => _app.Urls.First();

    public ConcurrentDictionary<string, CloudServer> Servers { get; } = new(StringComparer.Ordinal);

    /// <summary>Those that are not deleted.</summary>
    public IEnumerable<CloudServer> Standing => Servers.Values.Where(s => s.Status != "DELETED");

    /// <summary>The calls it has had: METHOD PATH?QUERY.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>What it was asked to do with servers: ID BODY.</summary>
    public ConcurrentQueue<string> Actions { get; } = new();

    /// <summary>The servers it was asked for: the bodies.</summary>
    public ConcurrentQueue<JsonObject> Asked { get; } = new();

    /// <summary>The servers it was asked to delete: their names.</summary>
    public ConcurrentQueue<string> Deleted { get; } = new();

    /// <summary>What it refuses new servers with; null: it makes them, at first as BUILD.</summary>
    public (int Status, string Text)? Refusal { get; set; }

    /// <summary>Runs when it has made a server, before it answers.</summary>
    public Func<HttpContext, Task>? HasMade { get; set; }

    public string Secret { get; set; } = "sesame";
    public TimeSpan TokenLife { get; set; } = TimeSpan.FromHours(1);
    public int PageSize { get; set; } = 1000;

    /// <summary>Its time.</summary>
    public Func<DateTimeOffset> Now { get; set; } = () => DateTimeOffset.UtcNow;

    /// <summary>The catalog's endpoints of Nova; null: the usual one.</summary>
    public JsonArray? Endpoints { get; set; }

    /// <summary>Answers in its place; false: it answers as usual.</summary>
    public Func<HttpContext, Task<bool>>? Trouble { get; set; }

    public static async Task<CloudStandIn> Start(bool tls = false)
    {
        var cloud = new CloudStandIn(tls);
        await cloud._app.StartAsync();
        return cloud;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    public CloudServer Add(CloudServer server) => Servers[server.Id] = server;

    /// <summary>Changes a server, as of now.</summary>
    public void Change(string name, Func<CloudServer, CloudServer> change)
    {
        var server = Servers.Values.Single(s => s.Name == name);
        Servers[server.Id] = change(server) with { Updated = Now() };
    }

    /// <summary>Has no token hold any more that it has given.</summary>
    public void EndTokens() => _tokens.Clear();

    /// <summary>How often somebody signed in, and servers were listed: whole, or by what has changed.</summary>
    public (int SignedIn, int Whole, int Changes) Count =>
        (
            Calls.Count(c => c.StartsWith("POST /v3/auth", StringComparison.Ordinal)),
            Calls.Count(c => IsList(c) && !c.Contains("changes-since", StringComparison.Ordinal)),
            Calls.Count(c => IsList(c) && c.Contains("changes-since", StringComparison.Ordinal))
        );

    private static bool IsList(string call) => call.StartsWith("GET /compute/servers/detail", StringComparison.Ordinal);

    private async Task Answer(HttpContext context)
    {
        var request = context.Request;
        Calls.Enqueue($"{request.Method} {request.Path}{request.QueryString}");
        context.Response.Headers.Date = Now().ToString("R");
        if (Trouble is { } trouble && await trouble(context))
            return;
        // As Apache's mod_wsgi does, by which most clouds are served.
        if (request.Method == "POST" && request.ContentLength is null)
        {
            await Say(context, 411, "");
            return;
        }
        if (request.Path == "/v3/auth/tokens" && request.Method == "POST")
            await SignIn(context);
        else if (!_tokens.ContainsKey(request.Headers["X-Auth-Token"].ToString()))
            await Say(
                context,
                401,
                """{ "error": { "code": 401, "message": "The request you have made requires authentication." } }"""
            );
        else if (request.Headers["OpenStack-API-Version"] != "compute 2.69")
            await Say(context, 406, """{ "computeFault": { "code": 406, "message": "Version is not supported." } }""");
        else if (request.Path == "/compute/servers/detail")
            await List(context);
        else if (request.Path == "/compute/servers" && request.Method == "POST")
            await Make(context);
        else if (request.Method == "DELETE" && Servers.TryGetValue(request.Path.Value!.Split('/')[^1], out var deleted))
        {
            Deleted.Enqueue(deleted.Name);
            Servers[deleted.Id] = deleted with { Status = "DELETED", Updated = Now() };
            context.Response.StatusCode = 204;
        }
        else if (request.Path.Value!.EndsWith("/action", StringComparison.Ordinal))
            await Act(context, request.Path.Value.Split('/')[^2]);
        else if (Servers.TryGetValue(request.Path.Value.Split('/')[^1], out var server))
            await Say(context, 200, new JsonObject { ["server"] = Shown(server, isAlone: true) }.ToJsonString());
        else
            await Say(
                context,
                404,
                """{ "itemNotFound": { "code": 404, "message": "Instance could not be found." } }"""
            );
    }

    /// <summary>Answers with a text.</summary>
    public static async Task Say(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(text);
    }

    private async Task SignIn(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var identity = body.RootElement.GetProperty("auth").GetProperty("identity");
        var given =
            identity.GetProperty("methods")[0].GetString() == "password"
                ? identity.GetProperty("password").GetProperty("user").GetProperty("password").GetString()
                : identity.GetProperty("application_credential").GetProperty("secret").GetString();
        if (given != Secret)
        {
            await Say(
                context,
                401,
                """{ "error": { "code": 401, "message": "The request requires authentication." } }"""
            );
            return;
        }
        var token = $"gAAAA-{Interlocked.Increment(ref _given)}";
        _tokens[token] = true;
        context.Response.Headers["X-Subject-Token"] = token;
        var answer = new JsonObject
        {
            ["token"] = new JsonObject
            {
                ["issued_at"] = Now(),
                ["expires_at"] = Now() + TokenLife,
                ["catalog"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "compute",
                        ["endpoints"] = Endpoints?.DeepClone() ?? new JsonArray(Endpoint("public", "RegionOne")),
                    }
                ),
            },
        };
        await Say(context, 201, answer.ToJsonString());
    }

    public JsonObject Endpoint(string kind, string region, string? url = null) =>
        new()
        {
            ["interface"] = kind,
            ["region_id"] = region,
            ["url"] = url ?? $"{Url}/compute",
        };

    private async Task List(HttpContext context)
    {
        var query = context.Request.Query;
        var all = Servers.Values.OrderBy(s => s.Id, StringComparer.Ordinal).AsEnumerable();
        all = query["changes-since"].FirstOrDefault() is { } since
            ? all.Where(s =>
                s.Updated >= DateTimeOffset.Parse(since, System.Globalization.CultureInfo.InvariantCulture)
            )
            : all.Where(s => s.Status != "DELETED");
        if (query["name"].FirstOrDefault() is { } name)
            all = all.Where(s => System.Text.RegularExpressions.Regex.IsMatch(s.Name, name));
        if (query["marker"].FirstOrDefault() is { } marker)
            all = all.Where(s => string.CompareOrdinal(s.Id, marker) > 0);
        // As Nova does: those of a cell that is down are left out of whatever is asked by pages or filters.
        if (query.Count > 0)
            all = all.Where(s => !s.IsOutOfSight);
        var limit = query["limit"].FirstOrDefault() is { } most
            ? Math.Min(int.Parse(most, System.Globalization.CultureInfo.InvariantCulture), PageSize)
            : PageSize;
        var page = all.Take(limit).ToList();
        var answer = new JsonObject { ["servers"] = new JsonArray([.. page.Select(s => Shown(s))]) };
        if (page.Count == limit)
            // Where it leads is not followed.
            answer["servers_links"] = new JsonArray(
                new JsonObject { ["rel"] = "next", ["href"] = "http://192.0.2.1/elsewhere" }
            );
        await Say(context, 200, answer.ToJsonString());
    }

    private async Task Make(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        Asked.Enqueue(body);
        if (Refusal is var (status, text))
        {
            await Say(context, status, text);
            return;
        }
        var asked = body["server"]!;
        var server = Add(
            new(asked["name"]!.GetValue<string>(), "BUILD")
            {
                Updated = Now(),
                Metadata = asked["metadata"]!
                    .AsObject()
                    .ToDictionary(m => m.Key, m => m.Value!.GetValue<string>(), StringComparer.Ordinal),
            }
        );
        if (HasMade is { } then)
            await then(context);
        await Say(context, 202, new JsonObject { ["server"] = new JsonObject { ["id"] = server.Id } }.ToJsonString());
    }

    private async Task Act(HttpContext context, string id)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        Actions.Enqueue($"{Servers[id].Name} {body}");
        context.Response.StatusCode = 202;
    }

    private static JsonObject Shown(CloudServer server, bool isAlone = false)
    {
        if (server.IsOutOfSight)
            return new() { ["id"] = server.Id, ["status"] = "UNKNOWN" };
        var metadata = new JsonObject();
        foreach (var (key, value) in server.Metadata)
            metadata[key] = value;
        var addresses = new JsonObject();
        foreach (var network in server.Addresses.Select(a => a.Split(' ')).GroupBy(a => a[0]))
            addresses[network.Key] = new JsonArray([
                .. network.Select(a => new JsonObject
                {
                    ["addr"] = a[1],
                    ["OS-EXT-IPS:type"] = a.Length > 2 ? a[2] : "fixed",
                }),
            ]);
        var shown = new JsonObject
        {
            ["id"] = server.Id,
            ["name"] = server.Name,
            ["status"] = server.Status,
            ["OS-EXT-STS:task_state"] = server.Task,
            ["metadata"] = metadata,
            ["addresses"] = addresses,
        };
        // In a list, a real one was seen to have the status without its reason.
        if (isAlone && server.Fault is { } fault)
            shown["fault"] = new JsonObject { ["code"] = 500, ["message"] = fault };
        return shown;
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=cloud", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
