using System.Net.Sockets;
using System.Text;

namespace TestServers.Tests.Stories.Api;

/// <summary>
/// On a loopback port the console answers to this machine's own names alone: other names that lead there are somebody
/// else's.
/// </summary>
public sealed class ThisMachineTest(OpenConsole open) : IClassFixture<OpenConsole>
{
    private async Task<string> Send(string method, string target, string headers, string body = "")
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, open.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.UTF8.GetBytes(
                $"{method} {target} HTTP/1.1\r\n{headers}Connection: close\r\nContent-Type: "
                    + $"application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"
            )
        );
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    public static TheoryData<string> OtherHosts() =>
        [
            "Host: evil.test\r\n",
            "Host: evil.test:PORT\r\n",
            "Host: localhost.evil.test:PORT\r\n",
            "Host: 127.0.0.1.nip.io:PORT\r\n",
            "Host: 127.0.0.1.evil.test\r\n",
            "Host: evil-localhost\r\n",
            "Host: xlocalhost:PORT\r\n",
            "Host: localhost..:PORT\r\n",
            "Host: 2130706433:PORT\r\n",
            "Host: 0177.0.0.1:PORT\r\n",
            "Host: 0x7f.0.0.1:PORT\r\n",
            "Host: 0x7f000001:PORT\r\n",
            "Host: 127.1:PORT\r\n",
            "Host: 127.0.0.2:PORT\r\n",
            "Host: 0.0.0.0:PORT\r\n",
            "Host: [::]:PORT\r\n",
            "Host: [::ffff:127.0.0.1]:PORT\r\n",
            "Host: [0:0:0:0:0:0:0:1]:PORT\r\n",
            "Host: ::1\r\n",
            "Host: localhost@evil.test\r\n",
            "Host: evil.test@localhost\r\n",
            "Host: localhost,evil.test\r\n",
            "Host: localhost evil.test\r\n",
            "Host: localhost/evil.test\r\n",
            "Host: localhost:PORT:80\r\n",
            "Host: localhost:\r\n",
            "Host: localhost:-1\r\n",
            "Host: localhost%00.evil.test\r\n",
            "Host: lоcalhost\r\n",
            "Host: ｌocalhost\r\n",
            "Host:\r\n",
            "",
            "Host: localhost:PORT\r\nHost: evil.test\r\n",
            "Host: evil.test\r\nHost: localhost:PORT\r\n",
            "X-Forwarded-Host: localhost\r\nHost: evil.test\r\n",
            "Host: localhost:PORT\r\nOrigin: http://evil.test\r\n",
            "Host: localhost:PORT\r\nOrigin: null\r\n",
            "Host: localhost:PORT\r\nOrigin: http://localhost:PORT@evil.test\r\n",
            "Host: localhost:PORT\r\nOrigin: http://localhost.evil.test:PORT\r\n",
            "Host: localhost:PORT\r\nOrigin: http://2130706433:PORT\r\n",
            "Host: localhost:PORT\r\nOrigin: http://0x7f.1:PORT\r\n",
            "Host: localhost:PORT\r\nOrigin: file://localhost\r\n",
            "Host: localhost:PORT\r\nOrigin: http://localhost:PORT\r\nOrigin: http://evil.test\r\n",
            "Host: localhost:PORT\r\nOrigin: \r\n",
        ];

    [Theory, MemberData(nameof(OtherHosts))]
    public async Task To_another_name_it_neither_shows_nor_changes_anything(string headers)
    {
        var sent = headers.Replace("PORT", $"{open.Port}", StringComparison.Ordinal) + "Cookie: console-name=anna\r\n";
        foreach (
            var path in new[]
            {
                "/console/api/servers",
                "/console/",
                "/console/assets/0/js/start.js",
                "/console/healthz",
                "/console/nowhere",
            }
        )
        {
            var answer = await Send("GET", path, sent);
            Assert.Matches(@"\AHTTP/1\.1 (400|403|421) ", answer);
            Assert.DoesNotContain("qa01", answer, StringComparison.Ordinal);
        }
        Assert.Matches(
            @"\AHTTP/1\.1 (400|403|421) ",
            await Send("PUT", "/console/api/servers/qa02/reservation", sent, """{"purpose":"x","hours":1}""")
        );
        Assert.Null((await open.Http.Json("api/servers/qa02")).Text("reservation"));
    }

    [Fact]
    public async Task The_refusal_says_under_which_name_it_answers()
    {
        var answer = await Send("GET", "/console/api/servers", "Host: evil.test\r\n");
        Assert.StartsWith("HTTP/1.1 421", answer, StringComparison.Ordinal);
        Assert.Contains("urn:test-server-console:not-here", answer, StringComparison.Ordinal);
        Assert.Contains("Open it as http://localhost, with its port.", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_call_of_the_document_lists_both_refusals_where_the_console_is_open()
    {
        var paths = (await open.Http.Json("openapi/v1.json")).GetProperty("paths").EnumerateObject();
        foreach (var call in paths.SelectMany(p => p.Value.EnumerateObject()))
        {
            Assert.True(call.Value.GetProperty("responses").TryGetProperty("421", out _), $"{call.Value}");
            Assert.True(call.Value.GetProperty("responses").TryGetProperty("403", out _), $"{call.Value}");
        }
    }

    [Theory]
    [InlineData("http://evil.test/console/api/servers", "evil.test")]
    [InlineData("http://evil.test/console/api/servers", "localhost")]
    [InlineData("http://localhost/console/api/servers", "evil.test")]
    [InlineData("http://localhost@evil.test/console/api/servers", "localhost")]
    public async Task The_name_in_an_absolute_address_counts_too(string target, string host) =>
        Assert.Matches(@"\AHTTP/1\.1 (400|403|421) ", await Send("GET", target, $"Host: {host}\r\n"));

    [Theory]
    [InlineData("Host: localhost:PORT\r\n")]
    [InlineData("Host: localhost\r\n")]
    [InlineData("Host: LocalHost:PORT\r\n")]
    [InlineData("Host: localhost.:PORT\r\n")]
    [InlineData("Host: 127.0.0.1:PORT\r\n")]
    [InlineData("Host: [::1]:PORT\r\n")]
    [InlineData("Host: [::1]\r\nOrigin: http://[::1]:3000\r\n")]
    [InlineData("Host: localhost:PORT\r\nOrigin: http://localhost:PORT\r\n")]
    public async Task To_its_own_names_it_answers(string headers) =>
        Assert.StartsWith(
            "HTTP/1.1 200",
            await Send(
                "GET",
                "/console/api/servers",
                headers.Replace("PORT", $"{open.Port}", StringComparison.Ordinal)
            ),
            StringComparison.Ordinal
        );
}

/// <summary>A console on a loopback port, open to everybody on this machine.</summary>
public sealed class OpenConsole : IAsyncLifetime
{
    private ConsoleProcess Console { get; } = new();

    internal int Port { get; private set; }
    internal HttpClient Http { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Port = LocalTools.FreePort();
        var settings = Path.Combine(Console.Folder, "console.json");
        File.WriteAllText(
            settings,
            File.ReadAllText(settings)
                .Replace($"\"socket\": \"{Console.Socket}\"", $"\"loopback\": {Port}", StringComparison.Ordinal)
        );
        Http = new() { BaseAddress = new($"http://localhost:{Port}/console/") };
        Console.Launch();
        await Wait.Until(
            "it knows its servers",
            async () =>
            {
                try
                {
                    return (await Http.Json("api/servers")).GetProperty("servers").GetArrayLength() > 0;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            }
        );
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await Console.DisposeAsync();
    }
}
