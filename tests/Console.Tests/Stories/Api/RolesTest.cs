using System.Net.Http.Headers;
using System.Text;

namespace TestServers.Tests.Stories.Api;

/// <summary>Who is a viewer, a user or an administrator, and how the console knows a person's groups.</summary>
public sealed class RolesTest : IAsyncLifetime, IAsyncDisposable
{
    private const string Admins = "cn=admins,ou=groups,dc=example";
    private static readonly object Hold = new { purpose = "basket test", hours = 1 };
    private readonly ConsoleProcess _console = new();

    public Task InitializeAsync()
    {
        _console.WriteSettings(
            more: $$"""
            , "groups": [ { "name": "release", "users": ["anna", "cron"] } ],
              "roles": [ { "role": "administrator", "groups": ["{{Admins}}"] },
                { "role": "viewer", "users": ["vera"], "groups": ["guests"] },
                { "role": "user", "groups": ["release"] } ]
            """
        );
        return _console.StartWithServers();
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task The_highest_role_holds_that_a_name_or_a_group_gives()
    {
        foreach (
            var (name, groups, role, known) in new (string, string?, string, string)[]
            {
                ("anna", null, "user", "release"),
                ("anna", "guests", "user", "guests release"),
                ("anna", $"guests; {Admins};cn=others,dc=example", "administrator", $"{Admins} guests release"),
                ("vera", null, "viewer", ""),
                ("vera", "release", "user", "release"),
                ("ben", null, "user", ""),
                ("ben", "guests", "viewer", "guests"),
                ("ben", "CN=admins,ou=groups,dc=example;admins;administrator; ;;", "user", ""),
            }
        )
        {
            using var client = ClientFor(name, groups);
            Assert.Equal((role, known), await Standing(client));
            var may = (await client.Json("api/me")).GetProperty("may").GetArrayLength();
            Assert.Equal(
                role switch
                {
                    "viewer" => 0,
                    "user" => 3,
                    _ => 4,
                },
                may
            );
            var reserved = await client.Put("api/servers/qa01/reservation", Hold);
            if (role == "viewer")
                Assert.Contains(
                    "a viewer may only read",
                    await reserved.Problem(HttpStatusCode.Forbidden),
                    StringComparison.Ordinal
                );
            else
            {
                Assert.Equal(HttpStatusCode.Created, reserved.StatusCode);
                await client.DeleteAsync("api/servers/qa01/reservation");
            }
        }
    }

    [Fact]
    public async Task A_session_has_the_groups_of_the_last_sign_in_also_after_a_restart()
    {
        using var signsIn = ClientFor("ben", Admins);
        var cookie = (await signsIn.GetAsync("api/me")).Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        using var session = ClientFor("ben", null);
        session.DefaultRequestHeaders.Remove("X-Remote-User");
        session.DefaultRequestHeaders.Add("Cookie", cookie);
        Assert.Equal(("administrator", Admins), await Standing(session));
        await _console.Kill();
        await _console.Start();
        Assert.Equal(("administrator", Admins), await Standing(session));
        using var again = ClientFor("ben", "guests");
        Assert.Equal(("viewer", "guests"), await Standing(again));
        Assert.Equal(("viewer", "guests"), await Standing(session));
        using var inNone = ClientFor("ben", null);
        Assert.Equal(("user", ""), await Standing(inNone));
        Assert.Equal(("user", ""), await Standing(session));
        await _console.Kill();
        await _console.Start();
        Assert.Equal(("user", ""), await Standing(session));
    }

    [Fact]
    public async Task A_right_that_is_taken_away_is_gone_though_the_disk_is_full()
    {
        using var admin = ClientFor("ben", Admins);
        Assert.Equal(("administrator", Admins), await Standing(admin));
        var draft = Path.Combine(_console.Folder, "state", "people.json.draft");
        Directory.CreateDirectory(draft);
        using var guest = ClientFor("ben", "guests");
        Assert.Equal(("viewer", "guests"), await Standing(guest));
        await (await guest.Put("api/servers/qa01/reservation", Hold)).Problem(HttpStatusCode.Forbidden);
        // The next sign-in has it kept, as soon as the disk takes it.
        Directory.Delete(draft);
        Assert.Equal(("viewer", "guests"), await Standing(guest));
        await _console.Kill();
        await _console.Start();
        Assert.Contains(
            "guests",
            await File.ReadAllTextAsync(Path.Combine(_console.Folder, "state", "people.json")),
            StringComparison.Ordinal
        );
        Assert.Equal(("administrator", Admins), await Standing(admin));
    }

    [Fact]
    public async Task A_viewer_is_given_nothing_shares_nothing_and_has_no_turn_any_more()
    {
        using HttpClient anna = ClientFor("anna", null),
            ben = ClientFor("ben", null),
            guest = ClientFor("ben", "guests");
        await anna.Put("api/servers/qa01/reservation", Hold);
        foreach (
            var (call, body) in new (string, object)[]
            {
                ("give", new { to = "vera" }),
                ("share", new { with = new[] { "dora", "vera" } }),
            }
        )
            Assert.StartsWith(
                "vera may only read",
                await (await anna.Post($"api/servers/qa01/reservation/{call}", body)).Problem(HttpStatusCode.Forbidden),
                StringComparison.Ordinal
            );
        await ben.Post("api/servers/qa01/line", new { purpose = "mine" });
        await ben.Post("api/line", new { purpose = "mine" });
        using var dora = ClientFor("dora", null);
        await dora.Post("api/servers/qa01/line", new { purpose = "mine" });
        // He is a viewer from this sign-in on.
        await guest.GetAsync("api/me");
        await anna.DeleteAsync("api/servers/qa01/reservation");
        Assert.Equal(
            "dora",
            (await dora.Json("api/servers/qa01")).GetProperty("line").GetProperty("turn").Text("person")
        );
        Assert.Empty((await guest.Json("api/line")).GetProperty("own").EnumerateArray());
        await Wait.Until(
            "he is told why",
            async () =>
                (await guest.Json("api/messages"))
                    .GetProperty("messages")
                    .EnumerateArray()
                    .Any(m => m.Text("text")!.Contains("ben may only read", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Settings_that_are_read_anew_hold_for_who_is_there_already()
    {
        using var ben = ClientFor("ben", "guests");
        Assert.Equal(("viewer", "guests"), await Standing(ben));
        var file = Path.Combine(_console.Folder, "console.json");
        var settings = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        settings["roles"] = new JsonArray(
            new JsonObject { ["role"] = "administrator", ["users"] = new JsonArray("ben") }
        );
        settings["people"] = new JsonObject { ["role"] = "viewer" };
        await File.WriteAllTextAsync(file, settings.ToJsonString());
        Shell.Run($"kill -HUP {_console.Id}");
        await Wait.Until("ben is an administrator", async () => (await Standing(ben)).Role == "administrator");
        using var anna = ClientFor("anna", null);
        Assert.Equal(("viewer", "release"), await Standing(anna));
    }

    [Fact]
    public async Task A_token_of_the_settings_is_in_the_groups_that_they_say()
    {
        using var token = WithToken();
        var me = await token.Json("api/me");
        Assert.Null(me.Text("role"));
        Assert.Equal("release", Joined(me, "groups"));
        Assert.Equal("restore", Joined(me, "may"));
    }

    [Theory]
    [InlineData("X-Remote-User", "ben")]
    [InlineData("X-Remote-Groups", Admins)]
    [InlineData("X-Remote-Address", "ben@qa.example")]
    public async Task A_token_beside_what_a_web_server_says_of_a_person_is_refused(string header, string value)
    {
        using var token = WithToken();
        token.DefaultRequestHeaders.Add(header, value);
        Assert.Contains(
            "not both",
            await (await token.GetAsync("api/me")).Problem(HttpStatusCode.Unauthorized),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task On_a_port_nobody_is_believed_to_be_in_a_group()
    {
        await using var open = new ConsoleProcess();
        var port = LocalTools.FreePort();
        open.WriteSettings(
            listen: $"\"loopback\": {port}",
            more: $$""", "roles": [ { "role": "administrator", "groups": ["{{Admins}}"] } ] """
        );
        open.Launch();
        using var http = new HttpClient { BaseAddress = new($"http://localhost:{port}/console/") };
        http.DefaultRequestHeaders.Add("X-Remote-User", "ben");
        http.DefaultRequestHeaders.Add("X-Remote-Groups", Admins);
        await Wait.Until(
            "the console answers",
            async () =>
            {
                try
                {
                    return (await http.GetAsync("healthz")).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            }
        );
        Assert.Equal(("user", ""), await Standing(await http.Put("api/me", new { name = "ben" })));
        Assert.Equal(("user", ""), await Standing(http));
    }

    [Theory]
    [InlineData("")]
    [InlineData($"X-Remote-Groups: {Admins}\r\n")]
    [InlineData($"X-Remote-Groups: {Admins}\r\nX-Remote-Groups: {Admins}\r\n")]
    [InlineData($"x-ReMoTe-gRoUpS: {Admins}\r\n")]
    [InlineData($"X_Remote_Groups: {Admins}\r\n")]
    [InlineData($"X-Remote-Groups:\r\n {Admins}\r\n")]
    [InlineData($"X-Remote-Groups : {Admins}\r\n")]
    [InlineData($"Connection: X-Remote-Groups\r\nX-Remote-Groups: {Admins}\r\n")]
    [InlineData($"Connection: close, X-Remote-Groups\r\nX-Remote-Groups: {Admins}\r\n")]
    public async Task No_header_of_a_client_puts_anybody_into_a_group(string header)
    {
        await using var apache = await ApacheProcess.Before(_console, "ben");
        var password = Convert.ToBase64String(Encoding.UTF8.GetBytes($"ben:{ApacheProcess.PasswordOf("ben")}"));
        var answer = await apache.Raw(
            $"GET /console/api/me HTTP/1.0\r\nHost: 127.0.0.1:{apache.Port}\r\n"
                + $"Authorization: Basic {password}\r\n{header}\r\n"
        );
        Assert.DoesNotContain("administrator", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(Admins, answer, StringComparison.Ordinal);
        Assert.True(
            answer.Contains("\"role\":\"user\"", StringComparison.Ordinal)
                || answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal),
            answer
        );
    }

    [Theory]
    [InlineData("X-Remote-Address: eve@qa.example\r\n")]
    [InlineData("x-ReMoTe-aDdReSs: eve@qa.example\r\n")]
    [InlineData("Connection: X-Remote-Address\r\nX-Remote-Address: eve@qa.example\r\n")]
    public async Task No_header_of_a_client_says_where_anybody_is_sent_e_mail(string header)
    {
        await using var apache = await ApacheProcess.Before(_console, "ben");
        var password = Convert.ToBase64String(Encoding.UTF8.GetBytes($"ben:{ApacheProcess.PasswordOf("ben")}"));
        var answer = await apache.Raw(
            $"GET /console/api/me/wants HTTP/1.0\r\nHost: 127.0.0.1:{apache.Port}\r\n"
                + $"Authorization: Basic {password}\r\n{header}\r\n"
        );
        Assert.Contains("\"address\":null", answer, StringComparison.Ordinal);
        // What the web server itself says counts.
        using var ben = _console.ClientFor("ben");
        ben.DefaultRequestHeaders.Add("X-Remote-Address", "ben@qa.example; second@qa.example");
        Assert.Equal("ben@qa.example", (await ben.Json("api/me/wants")).Text("address"));
        using var none = _console.ClientFor("ben");
        none.DefaultRequestHeaders.Add("X-Remote-Address", "ben@qa.example> SIZE=1");
        Assert.Null((await none.Json("api/me/wants")).Text("address"));
    }

    private HttpClient WithToken()
    {
        var client = _console.ClientFor("ben");
        client.DefaultRequestHeaders.Remove("X-Remote-User");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secret");
        return client;
    }

    private HttpClient ClientFor(string name, string? groups)
    {
        var client = _console.ClientFor(name);
        if (groups is not null)
            client.DefaultRequestHeaders.Add("X-Remote-Groups", groups);
        return client;
    }

    private static async Task<(string? Role, string Groups)> Standing(HttpClient client)
    {
        var me = await client.Json("api/me");
        return (me.Text("role"), Joined(me, "groups"));
    }

    private static async Task<(string? Role, string Groups)> Standing(HttpResponseMessage answer)
    {
        var me = await answer.Json();
        return (me.Text("role"), Joined(me, "groups"));
    }

    private static string Joined(System.Text.Json.JsonElement me, string name) =>
        string.Join(' ', me.GetProperty(name).EnumerateArray().Select(e => e.GetString()));
}
