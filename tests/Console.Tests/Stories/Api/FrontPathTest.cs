using System.Net.Sockets;
using System.Text;

namespace TestServers.Tests.Stories.Api;

/// <summary>
/// apache-proxy.conf at the root and below a path, in a virtual host and at the server's level, by TLS.
/// </summary>
public sealed class FrontPathTest(RunningConsole running) : IClassFixture<RunningConsole>
{
    private static readonly string[] Odd =
    [
        "",
        "/",
        "//",
        "/x/../",
        "/%63onsole/",
        "//console//",
        "/console;x/",
        "/./console/",
    ];

    private Httpd Front() => new(running.Console, "anna");

    private static async Task<string> Raw(int port, string path, string headers = "")
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"GET {path} HTTP/1.0\r\nHost: qa.example\r\n{headers}\r\n"));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    public static TheoryData<string, string> Paths() =>
        new()
        {
            { "/console", "/console/" },
            { "/console/", "/console/" },
            { "console", "/console/" },
            { "/", "/" },
            { "", "/" },
            { "/a.b/qa", "/a.b/qa/" },
            { "/qa.2~x/y-z", "/qa.2~x/y-z/" },
        };

    [Theory, MemberData(nameof(Paths))]
    public async Task However_the_path_is_written_the_console_is_there_and_nowhere_without_a_password(
        string written,
        string below
    )
    {
        await using var console = new ConsoleProcess();
        var settings = Path.Combine(console.Folder, "console.json");
        await File.WriteAllTextAsync(
            settings,
            (await File.ReadAllTextAsync(settings)).Replace(
                "\"/console\"",
                $"\"{below.TrimEnd('/')}\"",
                StringComparison.Ordinal
            )
        );
        await console.Start($"{below}healthz");
        await using var apache = new Httpd(console, "anna");
        await apache.Start(
            $"{apache.Limits}Define CONSOLE_CLEARTEXT\nDefine CONSOLE_PATH \"{written}\"\n{Httpd.Proxy}"
        );
        using var anna = apache.Client($"http://qa.example{below}", "anna");
        HttpResponseMessage? last = null;
        await Wait.Until(
            "the console answers",
            async () => (last = await anna.GetAsync("api/me")).StatusCode == HttpStatusCode.OK,
            60,
            async () => $"{last!.StatusCode}: {await last.Content.ReadAsStringAsync()}\n{apache.Errors}{console.Log}"
        );
        Assert.Contains("<html", await anna.GetStringAsync(""), StringComparison.Ordinal);
        Assert.Contains("\"name\":\"anna\"", await anna.GetStringAsync("api/me"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await anna.GetAsync("x")).StatusCode);
        // A client that names a user itself, at every address that could slip past one of the two.
        foreach (
            var path in Odd.Append(below)
                .Append(below.TrimEnd('/'))
                .SelectMany(p => new[] { p, $"{p.TrimEnd('/')}/api/me" })
                .Where(p => p.StartsWith('/'))
        )
        {
            var answer = await Raw(apache.Port, path, "X-Remote-User: ben\r\n");
            Assert.True(
                answer.StartsWith("HTTP/1.1 40", StringComparison.Ordinal)
                    || answer.StartsWith("HTTP/1.1 30", StringComparison.Ordinal),
                $"{path}: {answer}"
            );
        }
        if (written is "/console" or "console" or "/a.b/qa")
            Assert.Contains(
                $"\nLocation: {below}\r\n",
                await Raw(apache.Port, below.TrimEnd('/')),
                StringComparison.Ordinal
            );
    }

    [Fact]
    public async Task At_the_servers_level_a_virtual_host_that_redirects_does_so_and_nothing_answers_in_clear_text()
    {
        await using var apache = Front();
        await apache.Start(
            $"{apache.Limits}{Httpd.Proxy}<VirtualHost 127.0.0.1:{apache.Port}>\n"
                + $"Redirect permanent / https://qa.example/\n</VirtualHost>\n{apache.Tls()}",
            "ssl"
        );
        foreach (
            var path in Odd.Select(o => $"{o.TrimEnd('/')}/console/api/me")
                .Append("/console/")
                .Append("/console/api/events")
        )
        {
            var answer = await Raw(apache.Port, path, Basic("anna"));
            Assert.True(
                answer.StartsWith("HTTP/1.1 301", StringComparison.Ordinal)
                    && answer.Contains("Location: https://qa.example/", StringComparison.Ordinal)
                    || answer.StartsWith("HTTP/1.1 403", StringComparison.Ordinal)
                    || answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal),
                $"{path}: {answer}"
            );
            Assert.DoesNotContain("WWW-Authenticate", answer, StringComparison.OrdinalIgnoreCase);
        }
        using var anna = apache.Client("https://qa.example/console/", "anna");
        Assert.Equal(HttpStatusCode.OK, (await anna.GetAsync("api/me")).StatusCode);
        using var nobody = apache.Client("https://qa.example/console/");
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("api/me")).StatusCode);
    }

    [Fact]
    public async Task Without_a_redirect_clear_text_is_refused_before_a_password_is_asked_for()
    {
        await using var apache = Front();
        await apache.Start($"{apache.Limits}{Httpd.Proxy}{apache.Tls()}", "ssl");
        foreach (
            var headers in new[]
            {
                "",
                Basic("anna"),
                "Authorization: Bearer secret\r\n",
                "X-Forwarded-Proto: https\r\n",
                "HTTPS: on\r\n",
            }
        )
        {
            var answer = await Raw(apache.Port, "/console/api/me", headers);
            Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("WWW-Authenticate", answer, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task In_one_virtual_host_no_other_shows_the_console()
    {
        await using var apache = Front();
        await apache.Start($"{apache.Limits}{apache.Tls(Httpd.Proxy)}", "ssl");
        Assert.StartsWith(
            "HTTP/1.1 404",
            await Raw(apache.Port, "/console/api/me", Basic("anna")),
            StringComparison.Ordinal
        );
        using var anna = apache.Client("https://qa.example/console/", "anna");
        Assert.Equal(HttpStatusCode.OK, (await anna.GetAsync("api/me")).StatusCode);
    }

    [Fact]
    public async Task What_is_missing_is_said_by_Apache_itself()
    {
        await using var apache = Front();
        var (code, output) = apache.Check($"{apache.Places}{apache.Tls(Httpd.Proxy)}", "ssl");
        Assert.Equal(1, code);
        Assert.Contains("include apache-limits.conf at the server's own level", output, StringComparison.Ordinal);
        (code, output) = apache.Check($"{apache.Limits}{Httpd.Proxy}");
        Assert.Equal(1, code);
        Assert.Contains("The console is served by TLS only", output, StringComparison.Ordinal);
    }

    private static string Basic(string user) =>
        "Authorization: Basic "
        + $"{Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{ApacheProcess.PasswordOf(user)}"))}\r\n";
}
