using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using TestServers.Http;

namespace TestServers.Tests.Stories.Api;

/// <summary>
/// Who may do what: the table below beside the program's own calls, and every call by every kind of caller.
/// </summary>
public sealed partial class RightsTest : IAsyncLifetime, IAsyncDisposable
{
    private const string Table = """
        DELETE /api/copies/{database}                             build
        DELETE /api/line/{place}                                  reserve
        DELETE /api/me/session                                    view
        DELETE /api/servers/{server}/apps/{app}                   build
        DELETE /api/servers/{server}/follow                       build
        DELETE /api/servers/{server}/line                         reserve
        DELETE /api/servers/{server}/reservation                  reserve
        DELETE /api/servers/{server}/savepoints/{id}              build
        DELETE /api/tokens/{id}                                   person
        GET    /api/apps                                          view
        GET    /api/apps/{app}/paths                              view
        GET    /api/audit                                         view
        GET    /api/bases                                         view
        GET    /api/bases/{name}                                  view
        GET    /api/builds                                        view
        GET    /api/builds/{id}                                   view
        GET    /api/builds/{id}/log                               view
        GET    /api/copies                                        view
        GET    /api/deliveries                                    administer
        GET    /api/events                                        view
        GET    /api/line                                          view
        GET    /api/me                                            view
        GET    /api/me/wants                                      view
        GET    /api/messages                                      view
        GET    /api/people/tokens                                 administer
        GET    /api/restores/{id}                                 view
        GET    /api/restores/{id}/log                             view
        GET    /api/room                                          view
        GET    /api/servers                                       view
        GET    /api/servers/{server}                              view
        GET    /api/servers/{server}/apps                         view
        GET    /api/servers/{server}/history                      view
        GET    /api/servers/{server}/history/{build}              view
        GET    /api/servers/{server}/history/{build}/changes      build
        GET    /api/servers/{server}/plan                         build
        GET    /api/servers/{server}/reservations                 view
        GET    /api/servers/{server}/savepoints                   view
        GET    /api/tokens                                        person
        GET    /healthz                                           anybody
        GET    /metrics                                           anybody
        GET    /openapi/v1.json                                   view
        POST   /api/bases/{name}/restore                          restore
        POST   /api/builds/{id}/cancel                            build
        POST   /api/builds/{id}/retry                             build
        POST   /api/hooks/{app}                                   signature
        POST   /api/line                                          reserve
        POST   /api/messages/seen                                 view
        POST   /api/messages/{id}/seen                            view
        POST   /api/reservations                                  reserve
        POST   /api/room/drop                                     administer
        POST   /api/servers/{server}/builds                       build
        POST   /api/servers/{server}/line                         reserve
        POST   /api/servers/{server}/power                        reserve
        POST   /api/servers/{server}/reservation/answer           reserve
        POST   /api/servers/{server}/reservation/ask              reserve
        POST   /api/servers/{server}/reservation/give             reserve
        POST   /api/servers/{server}/reservation/share            reserve
        POST   /api/servers/{server}/reservation/takeover         reserve
        POST   /api/servers/{server}/reservation/undo             reserve
        POST   /api/servers/{server}/savepoints                   build
        POST   /api/servers/{server}/savepoints/{id}/back         build
        POST   /api/tokens                                        person
        PUT    /api/me                                            view
        PUT    /api/me/wants                                      person
        PUT    /api/servers/{server}/follow                       build
        PUT    /api/servers/{server}/reservation                  reserve
        PUT    /api/servers/{server}/service                      administer
        """;

    /// <summary>
    /// What becomes of a deed on a server that anna holds and shares with dora: who may, and with which answer. An
    /// administrator has no more of it than anybody else.
    /// </summary>
    private const string OfHeld = """
                   holder  shared  user  administrator  own of the holder  own of the shared  own build
        extend     200     409     409   409            200                409                403
        release    204     409     409   409            204                409                403
        take over  409     200     200   200            409                200                403
        undo       409     409     409   409            409                409                403
        ask        409     200     200   200            409                200                403
        answer     200     409     409   409            200                409                403
        give       200     409     409   409            200                409                403
        share      200     409     409   409            200                409                403
        wait       409     201     201   201            409                201                403
        leave      204     204     204   204            204                204                403
        build      202     202     409   409            202                202                409
        """;

    private static readonly string[] Tokens = ["reserve", "build", "restore"];

    private static readonly Dictionary<string, string> People = new(StringComparer.Ordinal)
    {
        ["viewer"] = "vera",
        ["user"] = "ben",
        ["holder"] = "anna",
        ["shared"] = "dora",
        ["administrator"] = "carla",
    };

    // Of the last, nothing can be bound or read: the right is asked before.
    private static readonly (string Type, string Text)[] Bodies =
    [
        ("application/json", "{}"),
        ("application/json", ""),
        ("text/plain", "{{{"),
    ];
    private readonly ConsoleWithApp _running = new();

    private static IEnumerable<(string Method, string Path, string Right)> Rows =>
        Table
            .Split('\n')
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(w => (w[0], w[1], w[2]));

    public Task InitializeAsync()
    {
        var tokens = Tokens
            .Append("none")
            .Select(t =>
            {
                var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(t)));
                var may = t == "none" ? "" : $"\"{t}\"";
                return $$"""{ "name": "{{t}}", "sha256": "{{digest}}", "may": [{{may}}] }""";
            });
        var settings = Path.Combine(_running.Console.Folder, "console.json");
        var text = File.ReadAllText(settings);
        var at = text.IndexOf("\"tokens\": [", StringComparison.Ordinal) + "\"tokens\": [".Length;
        File.WriteAllText(
            settings,
            text[..at]
                + string.Join(", ", tokens)
                + ","
                + text[at..].TrimEnd()[..^1]
                + """
                , "roles": [ { "role": "viewer", "users": ["vera"], "groups": ["guests"] },
                    { "role": "administrator", "users": ["carla"] } ] }
                """
        );
        return _running.Console.StartWithServers();
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _running.DisposeAsync();

    [Fact]
    public void Every_call_of_the_program_has_its_line_and_its_right()
    {
        using var program = new ProgramCalls();
        Assert.Equal(
            Rows.Select(r => $"{r.Method} {r.Path} {r.Right}").Order(StringComparer.Ordinal),
            program
                .All.Select(c => $"{ProgramCalls.AddressOf(c)} {ProgramCalls.RightOf(c)}")
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Every_call_that_changes_something_has_its_words_for_the_audit()
    {
        using var program = new ProgramCalls();
        Assert.Equal(
            [
                "DELETE /api/me/session",
                "POST /api/hooks/{app}",
                "POST /api/messages/seen",
                "POST /api/messages/{id}/seen",
                "PUT /api/me",
                "PUT /api/me/wants",
            ],
            program
                .All.Where(c => c.Metadata.GetMetadata<DeedWords>() is null)
                .Select(ProgramCalls.AddressOf)
                .Where(address => !address.StartsWith("GET", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [
        InlineData("nobody"),
        InlineData("viewer"),
        InlineData("user"),
        InlineData("holder"),
        InlineData("shared"),
        InlineData("administrator"),
        InlineData("token none"),
        InlineData("token reserve"),
        InlineData("token build"),
        InlineData("token restore"),
        InlineData("own read"),
        InlineData("own reserve"),
        InlineData("own build"),
        InlineData("own restore"),
        InlineData("own of an administrator"),
        InlineData("own of a viewer by now"),
        InlineData("own for qa01"),
        InlineData("own that is over"),
        InlineData("own that was ended")
    ]
    public async Task Every_caller_may_do_what_the_table_says_and_nothing_else(string caller)
    {
        using var client = await ClientOf(caller);
        // Of qa02, which the calls below are about.
        using var holder = _running.Console.ClientFor(People["holder"]);
        var held = await holder.Put("api/servers/qa02/reservation", new { purpose = "basket test", hours = 1 });
        Assert.Equal(HttpStatusCode.Created, held.StatusCode);
        await holder.Post("api/servers/qa02/reservation/share", new { with = new[] { People["shared"] } });
        var differences = new List<string>();
        foreach (var (method, path, right) in Rows)
        {
            foreach (var (type, body) in method == "GET" ? [("", "")] : Bodies)
            {
                var status = await StatusOf(client, method, path, type, body);
                var expected = ExpectedFor(caller, right, path);
                var seen = status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                    ? status
                    : HttpStatusCode.OK;
                if (seen != expected)
                    differences.Add($"{caller}: {method} {path} with '{body}' gave {(int)status}, not {(int)expected}");
            }
        }
        Assert.Empty(differences);
    }

    [Fact]
    public async Task Who_asked_for_a_build_or_holds_its_server_cancels_it_and_a_holder_gives_back_the_hold()
    {
        var (anna, ben) = (_running.Console.ClientFor("anna"), _running.Console.ClientFor("ben"));
        var build = (
            await (
                await anna.Post("api/servers/qa01/builds", Body.ForBuild("shop", "trunk", database: false, code: true))
            ).Json()
        ).Text("id");
        await (await ben.Post($"api/builds/{build}/cancel", new { })).Problem(HttpStatusCode.Forbidden);
        await (await ben.DeleteAsync("api/servers/qa01/reservation")).Problem(HttpStatusCode.Conflict);
        Assert.Equal(HttpStatusCode.OK, (await anna.Post($"api/builds/{build}/cancel", new { })).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await anna.DeleteAsync("api/servers/qa01/reservation")).StatusCode);
    }

    [Fact]
    public async Task Of_a_server_that_is_held_its_holder_has_all_and_with_whom_it_is_shared_a_build_alone()
    {
        var rows = OfHeld.Split('\n').Select(l => Columns().Split(l.Trim())).ToList();
        using var holder = _running.Console.ClientFor(People["holder"]);
        using var user = _running.Console.ClientFor(People["user"]);
        var clients = new Dictionary<string, HttpClient>(StringComparer.Ordinal);
        foreach (var caller in rows[0])
            clients[caller] = await ClientOf(caller);
        var differences = new List<string>();
        foreach (var row in rows.Skip(1))
        {
            foreach (var (caller, expected) in rows[0].Zip(row.Skip(1)))
            {
                await holder.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 2 });
                await holder.Post("api/servers/qa01/reservation/share", new { with = new[] { People["shared"] } });
                await user.Post("api/servers/qa01/reservation/ask", new { });
                using var answer = await OnHeld(clients[caller], row[0]);
                if ($"{(int)answer.StatusCode}" != expected)
                    differences.Add(
                        $"{row[0]} by {caller}: {(int)answer.StatusCode} and not {expected}: "
                            + await answer.Content.ReadAsStringAsync()
                    );
                await FreeAgain();
            }
        }
        Assert.True(differences.Count == 0, string.Join("\n", differences));
        foreach (var client in clients.Values)
            client.Dispose();
    }

    private static Task<HttpResponseMessage> OnHeld(HttpClient client, string deed)
    {
        const string held = "api/servers/qa01/reservation";
        return deed switch
        {
            "extend" => client.Put(held, new { hours = 3 }),
            "release" => client.DeleteAsync(held),
            "take over" => client.Post($"{held}/takeover", new { reason = "x" }),
            "undo" => client.Post($"{held}/undo", new { }),
            "ask" => client.Post($"{held}/ask", new { }),
            "answer" => client.Post($"{held}/answer", new { answer = "keep" }),
            "give" => client.Post($"{held}/give", new { to = "emil" }),
            "share" => client.Post($"{held}/share", new { with = new[] { "emil" } }),
            "wait" => client.Post("api/servers/qa01/line", new { purpose = "x" }),
            "leave" => client.DeleteAsync("api/servers/qa01/line"),
            _ => client.Post("api/servers/qa01/builds", Body.ForBuild("shop", "trunk", database: false, code: true)),
        };
    }

    // Whoever holds it or waits for it gives it back; a build that runs is cancelled by that.
    private async Task FreeAgain()
    {
        foreach (var name in People.Values.Append("emil"))
        {
            using var client = _running.Console.ClientFor(name);
            await client.DeleteAsync("api/servers/qa01/line");
        }
        foreach (var name in People.Values.Append("emil"))
        {
            using var client = _running.Console.ClientFor(name);
            await client.DeleteAsync("api/servers/qa01/reservation");
        }
        await Wait.Until(
            "nobody has it, and nothing runs on it",
            async () =>
                await _running.Console.Http.Json("api/servers/qa01") is var server
                && new[] { "reservation", "build" }.All(w =>
                    server.GetProperty(w).ValueKind == System.Text.Json.JsonValueKind.Null
                )
        );
    }

    [GeneratedRegex("  +")]
    private static partial Regex Columns();

    private async Task<HttpClient> ClientOf(string caller)
    {
        var client = _running.Console.ClientFor(People.GetValueOrDefault(caller));
        if (People.ContainsKey(caller))
            return client;
        client.DefaultRequestHeaders.Remove("X-Remote-User");
        var secret =
            caller == "nobody" ? null
            : caller.StartsWith("own ", StringComparison.Ordinal) ? await OwnToken(caller["own ".Length..])
            : caller["token ".Length..];
        if (secret is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return client;
    }

    // A token of a person's own: of one scope, or of all that they may.
    private async Task<string> OwnToken(string which)
    {
        using var person = _running.Console.ClientFor(
            which switch
            {
                "of an administrator" => People["administrator"],
                "of the holder" => People["holder"],
                "of the shared" => People["shared"],
                _ => People["user"],
            }
        );
        string[] scope =
            which == "read" || Tokens.Contains(which, StringComparer.Ordinal) ? [which]
            : which == "for qa01" ? ["reserve", "build"]
            : Tokens;
        var made = await person.Post(
            "api/tokens",
            new
            {
                name = which,
                scope,
                servers = which == "for qa01" ? new[] { "qa01" } : [],
                days = which == "that is over" ? 1e-6 : 1,
            }
        );
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var token = await made.Json();
        if (which == "that was ended")
            await person.DeleteAsync($"api/tokens/{token.GetProperty("token").Text("id")}");
        if (which == "that is over")
            await Wait.Until(
                "it is over",
                async () =>
                    (await person.Json("api/tokens")).GetProperty("tokens")[0].GetProperty("isOver").GetBoolean()
            );
        if (which == "of a viewer by now")
        {
            person.DefaultRequestHeaders.Add("X-Remote-Groups", "guests");
            Assert.Equal("viewer", (await person.Json("api/me")).Text("role"));
        }
        return token.Text("secret")!;
    }

    private static async Task<HttpStatusCode> StatusOf(
        HttpClient client,
        string method,
        string path,
        string type,
        string body
    )
    {
        var address = path.Replace("{server}", "qa02", StringComparison.Ordinal)
            .Replace("{app}", "shop", StringComparison.Ordinal)
            .Replace("{name}", "shop", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(
            new(method),
            address
                .Replace("{id}", "999", StringComparison.Ordinal)
                .Replace("{build}", "999", StringComparison.Ordinal)
                .TrimStart('/')
        );
        if (type.Length > 0)
            request.Content = new StringContent(body, Encoding.UTF8, type);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode;
    }

    // A token that is refused is refused also where anybody may ask.
    private static HttpStatusCode ExpectedFor(string caller, string right, string path) =>
        caller switch
        {
            "own that is over" or "own that was ended" => HttpStatusCode.Unauthorized,
            _ when right == "anybody" => HttpStatusCode.OK,
            // None is signed.
            _ when right == "signature" => HttpStatusCode.Unauthorized,
            "nobody" => HttpStatusCode.Unauthorized,
            _ when right == "view" => HttpStatusCode.OK,
            _ => MayDo(caller, right, path) ? HttpStatusCode.OK : HttpStatusCode.Forbidden,
        };

    private static bool MayDo(string caller, string right, string path) =>
        caller switch
        {
            "viewer" => right == "person",
            "user" or "holder" or "shared" => right != "administer",
            "administrator" => true,
            "own of an administrator" => Tokens.Contains(right, StringComparer.Ordinal),
            "own for qa01" => right is "reserve" or "build" && !path.Contains("{server}", StringComparison.Ordinal),
            _ => caller == $"token {right}" || caller == $"own {right}",
        };
}
