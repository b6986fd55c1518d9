using System.Globalization;
using System.Text;

namespace TestServers.Tests.Stories.Api;

/// <summary>One password check a session, through the real Apache; and what a cookie cannot do.</summary>
public sealed class SessionTest(BehindApache front) : IClassFixture<BehindApache>
{
    private ApacheProcess Apache => front.Apache;

    private static string Basic(string user, string? password = null) =>
        "Authorization: Basic "
        + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password ?? ApacheProcess.PasswordOf(user)}"))
        + "\r\n";

    private Task<string> Ask(string headers, string path = "api/me", string method = "GET") =>
        Apache.Raw($"{method} /console/{path} HTTP/1.0\r\nHost: 127.0.0.1:{Apache.Port}\r\n{headers}\r\n");

    private async Task<string> CookieOf(string user)
    {
        var line = (await Ask(Basic(user)))
            .Split("\r\n")
            .Single(l => l.StartsWith("Set-Cookie: console-session=", StringComparison.Ordinal));
        foreach (var word in new[] { "; path=/console", "; httponly", "; samesite=strict", "; max-age=55" })
            Assert.Contains(word, line, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("secure", line, StringComparison.OrdinalIgnoreCase);
        return line.Split(": ", 2)[1].Split(';')[0];
    }

    [Fact]
    public async Task A_session_passes_without_a_password_check_and_is_its_user()
    {
        var cookie = await CookieOf("anna");
        Assert.Contains("\"name\":\"anna\"", await Ask($"Cookie: {cookie}\r\n"), StringComparison.Ordinal);
        Assert.Contains("\"name\":\"anna\"", await Ask($"Cookie: a=b; {cookie}; c=d\r\n"), StringComparison.Ordinal);
        // As a browser sends it: with the password, too.
        var answer = await Ask($"{Basic("anna")}Cookie: {cookie}\r\n");
        Assert.Contains("\"name\":\"anna\"", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Set-Cookie", answer, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("HTTP/1.1 200", await Ask($"Cookie: {cookie}\r\n", ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_password_beside_a_session_is_not_computed()
    {
        await using var apache = await ApacheProcess.Before(front.Console, "fred");
        using var fred = apache.As("fred", new CookieContainer());
        using var bare = apache.As("fred");
        Assert.Equal(HttpStatusCode.OK, (await fred.GetAsync("api/me")).StatusCode);
        apache.SetPasswords(new(StringComparer.Ordinal) { ["fred"] = "another" });
        Assert.Equal(HttpStatusCode.OK, (await fred.GetAsync("api/me")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await bare.GetAsync("api/me")).StatusCode);
    }

    public static TheoryData<string> OtherCredentials() =>
        [
            Basic("ben"),
            Basic("ben", "wrong"),
            Basic("anna", "wrong"),
            Basic("anna", ""),
            Basic("nobody", "x"),
            Basic("anna") + Basic("ben"),
            Basic("anna").Replace("Basic", "basic", StringComparison.Ordinal),
            "Authorization: bearer secret\r\n",
            "Authorization: Bearer  secret\r\n",
            "Authorization: Digest x\r\n",
            "Authorization: x\r\n",
        ];

    [Theory, MemberData(nameof(OtherCredentials))]
    public async Task With_other_credentials_beside_it_a_session_is_not_believed(string others)
    {
        var cookie = await CookieOf("anna");
        // The SHA-1 of the Authorization that anna sends.
        const string digest = "96921f38cc2f5d2fd167b2279751174d8a0a0db6";
        foreach (
            var said in new[]
            {
                "",
                $"X-Remote-Credentials: {digest}\r\n",
                "X-Remote-Credentials:\r\n",
                "Connection: X-Remote-Credentials\r\n",
            }
        )
        {
            var answer = await Ask($"{others}Cookie: {cookie}\r\n{said}");
            Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("\"name\"", answer, StringComparison.Ordinal);
        }
        // And what a client says of its credentials does not bind the session it gets.
        var begun = (await Ask($"{Basic("ben")}X-Remote-Credentials: {digest}\r\n"))
            .Split("\r\n")
            .Single(l => l.StartsWith("Set-Cookie: ", StringComparison.Ordinal));
        Assert.StartsWith(
            "HTTP/1.1 401",
            await Ask($"{Basic("anna")}Cookie: {begun.Split(": ")[1].Split(';')[0]}\r\n"),
            StringComparison.Ordinal
        );
    }

    public static TheoryData<string> WrongCookies()
    {
        var forged = Convert.ToBase64String(Encoding.UTF8.GetBytes("anna")).TrimEnd('=');
        var signature = new string('A', 43);
        var both = $"{signature}.{signature}";
        return
        [
            "",
            "x",
            $"{forged}",
            $"{forged}.1.",
            $"{forged}.1.{signature}",
            $"{forged}.1.{both}",
            $"{forged}.999999999999.{both}",
            $"{forged}.99999999999999999999999.{both}",
            $"{forged}.-1.{both}",
            $"anna.1.{both}",
            $".1.{both}",
            $"\"{forged}.1.{both}\"",
            $"{forged}.1.{both}; console-session={forged}.1.{both}",
            $"{forged}.1.{both}\r\nCookie: console-session={forged}.1.{both}",
            $"{forged}.1.{both}.{signature}",
            $"{new string('A', 3000)}.1.{both}",
        ];
    }

    [Theory, MemberData(nameof(WrongCookies))]
    public async Task A_forged_cookie_is_nobody(string value)
    {
        foreach (var path in new[] { "api/me", "api/servers", "", "assets/0/js/start.js", "healthz", "metrics" })
        {
            var answer = await Ask($"Cookie: console-session={value}\r\nX-Remote-User: anna\r\n", path);
            Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal);
            Assert.Contains("WWW-Authenticate: Basic", answer, StringComparison.OrdinalIgnoreCase);
        }
        // With the password beside it, Apache or the next request after the removal lets in who it is.
        Assert.DoesNotContain(
            "\"name\":\"ben\"",
            await Ask($"{Basic("anna")}Cookie: console-session={value}\r\nX-Remote-User: ben\r\n"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task No_changed_letter_of_a_cookie_is_taken()
    {
        var cookie = await CookieOf("anna");
        for (var at = "console-session=".Length; at < cookie.Length - 1; at += 3)
        {
            var changed =
                cookie[..at]
                + (
                    cookie[at] == 'B' ? 'C'
                    : cookie[at] == '.' ? ' '
                    : char.IsAsciiDigit(cookie[at]) ? (char)('0' + ((cookie[at] - '0' + 1) % 10))
                    : 'B'
                )
                + cookie[(at + 1)..];
            Assert.StartsWith("HTTP/1.1 401", await Ask($"Cookie: {changed}\r\n"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_refused_cookie_is_removed_and_a_browser_asks_again_without_its_user_noticing()
    {
        var wrong = (await CookieOf("anna"))[..^3] + "xyz";
        var answer = await Ask($"{Basic("anna")}Cookie: {wrong}\r\n");
        Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal);
        Assert.Contains(
            "Set-Cookie: console-session=; max-age=0; path=/console",
            answer,
            StringComparison.OrdinalIgnoreCase
        );

        // What calls itself Mozilla may be anything, and need not follow.
        answer = await Ask($"{Basic("anna")}Cookie: {wrong}\r\nUser-Agent: Mozilla/5.0\r\n");
        Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal);

        answer = await Ask($"{Basic("anna")}Cookie: {wrong}\r\nSec-Fetch-Mode: cors\r\n", "api/builds?state=queued");
        Assert.StartsWith("HTTP/1.1 307", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nLocation: ./builds?state=queued\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Set-Cookie: console-session=renew", answer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("WWW-Authenticate", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(
            "\"name\":\"anna\"",
            await Ask($"{Basic("anna")}Cookie: console-session=renew\r\nSec-Fetch-Mode: cors\r\n"),
            StringComparison.Ordinal
        );
        // A cookie of the same name that another site has set for the whole domain makes no circle.
        Assert.Contains(
            "\"name\":\"anna\"",
            await Ask($"{Basic("anna")}Cookie: {wrong}; console-session=renew\r\nSec-Fetch-Mode: cors\r\n"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_password_check_outweighs_a_cookie_and_a_token_any_cookie()
    {
        var (anna, ben) = (await CookieOf("anna"), await CookieOf("ben"));
        // Two cookies are none: the password is checked, and its user gets a new one.
        var answer = await Ask($"{Basic("ben")}Cookie: {anna}; {ben}\r\n");
        Assert.Contains("\"name\":\"ben\"", answer, StringComparison.Ordinal);
        Assert.Contains("Set-Cookie: console-session=", answer, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("HTTP/1.1 401", await Ask($"Cookie: {anna}; {ben}\r\n"), StringComparison.Ordinal);
        answer = await Ask($"Authorization: Bearer secret\r\nCookie: {anna}\r\n");
        Assert.Contains("\"name\":\"cron\"", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Set-Cookie", answer, StringComparison.OrdinalIgnoreCase);

        using var direct = front.Console.ClientFor("ben");
        direct.DefaultRequestHeaders.Add("Cookie", anna);
        var both = await direct.GetAsync("api/me");
        Assert.Equal("ben", (await both.Json()).Text("name"));
        Assert.Contains(
            both.Headers.GetValues("Set-Cookie"),
            c => c.StartsWith("console-session=", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("Sec-Fetch-Site: cross-site\r\n")]
    [InlineData("Sec-Fetch-Site: same-site\r\n")]
    [InlineData("Origin: http://evil.test\r\n")]
    [InlineData("Origin: null\r\n")]
    public async Task A_cookie_alone_changes_nothing_from_another_site(string headers)
    {
        var sent =
            $"Cookie: {await CookieOf("anna")}\r\nContent-Type: application/json\r\nContent-Length: 26\r\n{headers}";
        var answer = await Apache.Raw(
            "PUT /console/api/servers/qa02/reservation HTTP/1.0\r\nHost: "
                + $"127.0.0.1:{Apache.Port}\r\n{sent}\r\n{{\"purpose\":\"x\",\"hours\":1}} "
        );
        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.Null((await front.Console.Http.Json("api/servers/qa02")).Text("reservation"));
    }

    [Fact]
    public async Task An_ended_session_is_over_at_once_and_only_its_users()
    {
        var (anna, ben) = (await CookieOf("anna"), await CookieOf("ben"));
        var answer = await Ask($"Cookie: {anna}\r\n", "api/me/session", "DELETE");
        Assert.StartsWith("HTTP/1.1 204", answer, StringComparison.Ordinal);
        Assert.Contains("Set-Cookie: console-session=; max-age=0", answer, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("HTTP/1.1 401", await Ask($"Cookie: {anna}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await Ask($"Cookie: {ben}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await Ask($"Cookie: {await CookieOf("anna")}\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ended_session_stays_over_after_a_restart_and_others_do_not()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var cookies = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in new[] { "anna", "ben", "anna, root" })
        {
            using var begins = console.ClientFor(name);
            cookies[name] = (await begins.GetAsync("api/me")).Headers.GetValues("Set-Cookie").Single().Split(';')[0];
            if (name != "ben")
                Assert.Equal(HttpStatusCode.NoContent, (await begins.DeleteAsync("api/me/session")).StatusCode);
        }
        await console.Kill();
        await console.Start();
        foreach (var (name, cookie) in cookies)
        {
            using var alone = console.ClientFor(name);
            alone.DefaultRequestHeaders.Remove("X-Remote-User");
            alone.DefaultRequestHeaders.Add("Cookie", cookie);
            var expected = name == "ben" ? HttpStatusCode.OK : HttpStatusCode.Unauthorized;
            Assert.Equal((name, expected), (name, (await alone.GetAsync("api/me")).StatusCode));
        }
    }

    [Fact]
    public async Task An_ended_session_ends_its_persons_event_streams_and_no_other()
    {
        using var hugo = front.Console.ClientFor("hugo");
        using var ida = front.Console.ClientFor("ida");
        using var first = await hugo.GetAsync("api/events", HttpCompletionOption.ResponseHeadersRead);
        using var second = await hugo.GetAsync("api/events", HttpCompletionOption.ResponseHeadersRead);
        using var others = await ida.GetAsync("api/events", HttpCompletionOption.ResponseHeadersRead);
        var goesOn = (await others.Content.ReadAsStreamAsync()).ReadToEndAsync(TimeSpan.FromSeconds(60));
        await hugo.DeleteAsync("api/me/session");
        foreach (var stream in new[] { first, second })
        {
            var told = await (await stream.Content.ReadAsStreamAsync()).ReadToEndAsync(TimeSpan.FromSeconds(10));
            Assert.EndsWith("retry: 250", told.Trim(), StringComparison.Ordinal);
        }
        Assert.False(goesOn.IsCompleted);
        await ida.DeleteAsync("api/me/session");
        await goesOn;
    }

    [Fact]
    public async Task A_changed_password_and_a_removed_user_count_within_a_minute_also_for_an_open_stream()
    {
        await using var apache = await ApacheProcess.Before(front.Console, "dora", "emil");
        using var dora = apache.As("dora", new CookieContainer());
        using var emil = apache.As("emil", new CookieContainer());
        using var stream = await dora.GetAsync("api/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, (await emil.GetAsync("api/me")).StatusCode);
        apache.SetPasswords(new(StringComparer.Ordinal) { ["emil"] = "another" });
        var began = System.Diagnostics.Stopwatch.StartNew();

        var told = await (await stream.Content.ReadAsStreamAsync()).ReadToEndAsync(TimeSpan.FromSeconds(70));
        Assert.InRange(began.Elapsed.TotalSeconds, 30, 61);
        Assert.EndsWith("retry: 250", told.Trim(), StringComparison.Ordinal);
        await Wait.Until(
            "neither is let in",
            async () =>
                (await dora.GetAsync("api/me")).StatusCode == HttpStatusCode.Unauthorized
                && (await emil.GetAsync("api/me")).StatusCode == HttpStatusCode.Unauthorized,
            61 - began.Elapsed.TotalSeconds
        );
        using var again = apache.As("emil", new CookieContainer(), "another");
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync("api/me")).StatusCode);
    }

    [Theory]
    [InlineData("X-Remote-User: ben\r\n")]
    [InlineData("X-Remote-User: ben\r\nX-Remote-User: ben\r\n")]
    [InlineData("x-ReMoTe-uSeR: ben\r\n")]
    [InlineData("X_Remote_User: ben\r\n")]
    [InlineData("X-Remote-User:\r\n ben\r\n")]
    [InlineData("X-Remote-User : ben\r\n")]
    [InlineData("X-Remote-User: b\0en\r\n")]
    [InlineData("Connection: X-Remote-User\r\n")]
    [InlineData("Connection: close, X-Remote-User\r\nX-Remote-User: ben\r\n")]
    [InlineData("Connection: Cookie\r\n")]
    [InlineData("Connection: X-Forwarded-Proto\r\nX-Forwarded-Proto: https\r\n")]
    public async Task No_header_of_a_client_makes_another_person_of_a_session_or_a_password(string header)
    {
        var cookie = $"Cookie: {await CookieOf("anna")}\r\n";
        foreach (var who in new[] { cookie, Basic("anna"), cookie + Basic("anna") })
        {
            var answer = await Ask(who + header);
            Assert.DoesNotContain("\"name\":\"ben\"", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("; secure", answer, StringComparison.OrdinalIgnoreCase);
            Assert.True(
                answer.Contains("\"name\":\"anna\"", StringComparison.Ordinal)
                    || answer.StartsWith("HTTP/1.1 40", StringComparison.Ordinal),
                answer
            );
        }
    }

    [Fact]
    public async Task By_https_the_cookie_goes_by_https_alone()
    {
        using var direct = front.Console.ClientFor("anna");
        direct.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        Assert.Contains(
            "; secure",
            (await direct.GetAsync("api/me")).Headers.GetValues("Set-Cookie").Single(),
            StringComparison.Ordinal
        );
    }

    private static async Task<string> PageFile(HttpClient anna, string name)
    {
        using var plain = new HttpRequestMessage(HttpMethod.Get, "")
        {
            Headers = { AcceptEncoding = { new("identity") } },
        };
        using var frame = await anna.SendAsync(plain);
        return PageFilesTest.Address(await frame.Content.ReadAsStringAsync(), name);
    }

    [Fact]
    public async Task An_ETag_is_known_again_through_Apache_and_gzip()
    {
        using var anna = Apache.As("anna");
        anna.DefaultRequestHeaders.AcceptEncoding.Add(new("gzip"));
        foreach (
            var path in new[]
            {
                "api/servers",
                await PageFile(anna, "js/start.js"),
                await PageFile(anna, "css/page.css"),
                "",
            }
        )
        {
            using var first = await anna.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
            Assert.Equal("gzip", first.Content.Headers.ContentEncoding.Single());
            using var again = new HttpRequestMessage(HttpMethod.Get, path);
            again.Headers.TryAddWithoutValidation("If-None-Match", first.Headers.ETag!.ToString());
            Assert.Equal((path, HttpStatusCode.NotModified), (path, (await anna.SendAsync(again)).StatusCode));
        }
    }

    [Theory]
    [InlineData("{0}", 304)]
    [InlineData("W/{0}", 304)]
    [InlineData("*", 304)]
    [InlineData("\"other\", W/{0}", 304)]
    [InlineData("W/{1}-gzip\"", 304)]
    [InlineData("{1}-gzip\"", 304)]
    [InlineData("W/{1};gzip\"", 304)]
    [InlineData("W/{1}-br\"", 304)]
    [InlineData("W/{1}-gzip-gzip\"", 200)]
    [InlineData("W/{1}", 200)]
    [InlineData("{1}0\"", 200)]
    [InlineData("\"other\"", 200)]
    [InlineData("-gzip", 200)]
    public async Task A_tag_that_another_web_server_has_rewritten_is_known(string form, int expected)
    {
        var tag = (await front.Console.Http.GetAsync("api/servers")).Headers.ETag!.Tag;
        using var again = new HttpRequestMessage(HttpMethod.Get, "api/servers");
        again.Headers.TryAddWithoutValidation(
            "If-None-Match",
            string.Format(CultureInfo.InvariantCulture, form, tag, tag.TrimEnd('"'))
        );
        Assert.Equal(expected, (int)(await front.Console.Http.SendAsync(again)).StatusCode);
    }

    [Theory]
    [InlineData("GET /console/api/me HTTP/1.1\r\nHost: c\r\nX-Slow:", 1)]
    [InlineData("GET /console/api/me HTTP/1.1\r\nHost: c\r\nX-Slow:", 600)]
    [InlineData(
        "PUT /console/api/servers/qa01/reservation HTTP/1.1\r\nHost: c\r\nContent-Type: "
            + "application/json\r\nContent-Length: 60000\r\n{0}\r\n{{",
        1
    )]
    [InlineData(
        "PUT /console/api/servers/qa01/reservation HTTP/1.1\r\nHost: c\r\nContent-Type: "
            + "application/json\r\nContent-Length: 60000\r\n{0}\r\n{{",
        600
    )]
    public async Task Who_sends_slowly_is_cut_off(string request, int bytesPerSecond)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Apache.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(string.Format(CultureInfo.InvariantCulture, request, Basic("anna")))
        );
        var began = System.Diagnostics.Stopwatch.StartNew();
        // For as long as the other side takes it.
        var part = Encoding.ASCII.GetBytes(new string('x', bytesPerSecond));
        var answer = new byte[4096];
        var read = stream.ReadAsync(answer).AsTask();
        while (await Task.WhenAny(read, Task.Delay(1000)) != read && began.Elapsed.TotalSeconds < 60)
            await stream.WriteAsync(part);
        Assert.InRange(began.Elapsed.TotalSeconds, 2, 10);
        Assert.StartsWith(
            "HTTP/1.1 4",
            Encoding.ASCII.GetString(answer, 0, await read.WaitAsync(TimeSpan.FromSeconds(20))),
            StringComparison.Ordinal
        );
    }
}

/// <summary>One console behind one Apache for the tests that only talk to them.</summary>
public sealed class BehindApache : IAsyncLifetime
{
    internal ConsoleProcess Console { get; } = new();
    internal ApacheProcess Apache { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Console.StartWithServers();
        Apache = await ApacheProcess.Before(Console, "anna", "ben");
    }

    public async Task DisposeAsync()
    {
        await Apache.DisposeAsync();
        await Console.DisposeAsync();
    }
}

internal static class Streams
{
    public static async Task<string> ReadToEndAsync(this Stream stream, TimeSpan limit)
    {
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().WaitAsync(limit);
    }
}
