using System.Text;

namespace TestServers.Tests.Stories.Api;

/// <summary>Whatever people are called; one person is one person.</summary>
public sealed class PeopleTest(RunningConsole running) : IClassFixture<RunningConsole>
{
    // HttpClient would not send what it holds for no right header.
    private static async Task<string> MeAs(ConsoleProcess console, string name)
    {
        using var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix,
            System.Net.Sockets.SocketType.Stream,
            System.Net.Sockets.ProtocolType.Unspecified
        );
        await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(console.Socket));
        await socket.SendAsync(
            Encoding.UTF8.GetBytes(
                $"GET /console/api/me HTTP/1.1\r\nHost: c\r\nConnection: close\r\nX-Remote-User: {name}\r\n\r\n"
            )
        );
        using var reader = new StreamReader(new System.Net.Sockets.NetworkStream(socket));
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }

    public static TheoryData<string> GoodNames() =>
        [
            "anna",
            "Weiss, Petra",
            "anna, root",
            "O'Brien",
            "\"Annie\" Müller",
            "anna@EXAMPLE.COM",
            @"CORP\anna",
            "uid=anna,ou=People,dc=example",
            "<b>",
            "a;b",
            "日本 太郎",
            "😀",
            "a=b",
            new('x', 256),
            "J\u006f\u0308rg",
        ];

    [Theory, MemberData(nameof(GoodNames))]
    public async Task A_person_may_be_called_so(string name)
    {
        var answer = await MeAs(running.Console, name);
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        using var me = System.Text.Json.JsonDocument.Parse(
            answer[answer.IndexOf('{', StringComparison.Ordinal)..(answer.LastIndexOf('}') + 1)]
        );
        Assert.Equal(name, me.RootElement.Text("name"));
        // And the session that began knows the same name.
        var cookie = answer.Split("Set-Cookie: ")[1].Split(';')[0];
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/me");
        request.Headers.Add("Cookie", cookie);
        using var without = running.Console.ClientFor("anna");
        without.DefaultRequestHeaders.Remove("X-Remote-User");
        Assert.Equal(name, (await (await without.SendAsync(request)).Json()).Text("name"));
    }

    [Theory]
    [InlineData("an\u202ena", "invisible")]
    [InlineData("an\u200bna", "invisible")]
    [InlineData("\ufeffanna", "invisible")]
    [InlineData("an\u2028na", "invisible")]
    [InlineData("an\u2029na", "invisible")]
    [InlineData("an\u0085na", "invisible")]
    [InlineData("an\u0007na", "invisible")]
    [InlineData("an\u00adna", "invisible")]
    [InlineData("an\U000e0041na", "invisible")]
    [InlineData("anna\u3164", "invisible")]
    [InlineData("an\u2065na", "invisible")]
    [InlineData("anna\ue000", "invisible")]
    [InlineData("anna\U0001d159", "invisible")]
    [InlineData("anna\u00a0", "begins or ends with a blank")]
    [InlineData("\u3000anna", "begins or ends with a blank")]
    [InlineData("cron", "is that of a token")]
    [InlineData("console", "is the console's own")]
    [InlineData("Console", "is the console's own")]
    [InlineData("CONSOLE", "is the console's own")]
    [InlineData("", "passed no user")]
    public async Task Another_name_is_refused_with_what_is_wrong_with_it(string name, string fault)
    {
        var answer = await MeAs(running.Console, name);
        Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal);
        Assert.Contains(fault, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_too_long_is_refused_with_its_length() =>
        Assert.Contains(
            "257 characters; 256 are allowed",
            await MeAs(running.Console, new string('x', 257)),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task Folded_names_are_one_person_in_reservations_sessions_and_audit()
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(more: """, "people": { "names": "folded" } """);
        await console.StartWithServers();
        using var capitals = console.ClientFor("ANNA");
        using var small = console.ClientFor("anna");
        Assert.Equal(
            "anna",
            (await (await capitals.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 })).Json()).Text(
                "holder"
            )
        );
        Assert.Equal(
            HttpStatusCode.OK,
            (await small.Put("api/servers/qa01/reservation", new { purpose = "y", hours = 2 })).StatusCode
        );
        Assert.Equal("anna", (await capitals.Json("api/me")).Text("name"));
        Assert.StartsWith("HTTP/1.1 401", await MeAs(console, "CRON"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await capitals.DeleteAsync("api/servers/qa01/reservation")).StatusCode);
        Assert.DoesNotContain(
            "ANNA",
            await File.ReadAllTextAsync(Path.Combine(console.Folder, "state", "audit.log")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task As_they_are_two_spellings_are_two_people()
    {
        using var capitals = running.Console.ClientFor("ANNA");
        using var small = running.Console.ClientFor("anna");
        await capitals.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 });
        await (await small.Put("api/servers/qa01/reservation", new { purpose = "y", hours = 2 })).Problem(
            HttpStatusCode.Conflict
        );
        await capitals.DeleteAsync("api/servers/qa01/reservation");
    }

    [Fact]
    public async Task Who_names_himself_keeps_the_same_rules()
    {
        var open = new OpenConsole();
        await open.InitializeAsync();
        try
        {
            foreach (var name in new[] { "an\u202ena", "cron", " ", new string('x', 257) })
                await (await open.Http.Put("api/me", new { name })).Problem(HttpStatusCode.BadRequest);
            foreach (var name in new[] { "Weiss, Petra", "100%41", "\"Annie\"; path=/", new string('ü', 256) })
            {
                Assert.Equal(name, (await (await open.Http.Put("api/me", new { name })).Json()).Text("name"));
                Assert.Equal(name, (await open.Http.Json("api/me")).Text("name"));
            }
        }
        finally
        {
            await open.DisposeAsync();
        }
    }

    [Fact]
    public async Task Who_held_a_server_before_names_were_folded_holds_it_afterwards()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        using HttpClient before = console.ClientFor("ANNA"),
            after = console.ClientFor("Anna");
        await before.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 });
        await console.Kill();
        console.WriteSettings(more: """, "people": { "names": "folded" }""");
        await console.StartWithServers();
        Assert.Equal("anna", (await after.Json("api/servers/qa01")).GetProperty("reservation").Text("holder"));
        Assert.Equal(HttpStatusCode.NoContent, (await after.DeleteAsync("api/servers/qa01/reservation")).StatusCode);
    }
}
