namespace TestServers.Tests.Stories.Api;

/// <summary>The lines of docs/web-server.md, as they stand there, with other names and ports.</summary>
public sealed class FrontDocsTest
{
    private static readonly object Reservation = new { purpose = "basket test", hours = 1 };

    private static string Here(Httpd apache, string lines) =>
        lines
            .Replace("*:80>", $"127.0.0.1:{apache.Port}>", StringComparison.Ordinal)
            .Replace("*:443>", $"127.0.0.1:{apache.TlsPort}>", StringComparison.Ordinal)
            .Replace("/etc/ssl/certs/qa.example.pem", apache["cert.pem"], StringComparison.Ordinal)
            .Replace("/etc/ssl/private/qa.example.key", apache["key.pem"], StringComparison.Ordinal)
            .Replace("/etc/console/apache-proxy.conf", ApacheProcess.ConfFile(), StringComparison.Ordinal)
            .Replace("/etc/console/", apache["x"][..^1], StringComparison.Ordinal);

    [Fact]
    public async Task A_virtual_host_serves_by_TLS_and_HTTP_2()
    {
        await using var console = new ConsoleProcess();
        var settings = Path.Combine(console.Folder, "console.json");
        await File.WriteAllTextAsync(
            settings,
            (await File.ReadAllTextAsync(settings)).Replace("\"/console\"", "\"\"", StringComparison.Ordinal)
        );
        await console.Start("/healthz");
        await using var apache = new Httpd(console, "anna");
        await apache.Start(apache.Limits + Here(apache, Documented("A virtual host of its own")), "ssl", "http2");
        using var plain = apache.Client("http://qa.example/", "anna");
        Assert.Equal("https://qa.example/api/me", (await plain.GetAsync("api/me")).Headers.Location!.OriginalString);
        foreach (var version in new[] { HttpVersion.Version20, HttpVersion.Version11 })
        {
            using var anna = apache.Client("https://qa.example/", "anna", version);
            await Wait.Until(
                "virsh has answered",
                async () => (await anna.Json("api/servers")).GetProperty("servers").GetArrayLength() > 0
            );
            using var me = await anna.GetAsync("api/me");
            Assert.Equal(version, me.Version);
            var cookie = me.Headers.GetValues("Set-Cookie").Single();
            Assert.Contains("; path=/;", cookie, StringComparison.Ordinal);
            Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Equal(
                HttpStatusCode.Created,
                (await anna.Put("api/servers/qa01/reservation", Reservation)).StatusCode
            );
            for (var stream = 0; stream < 20; stream++)
            {
                using var answer = await anna.GetAsync("api/events", HttpCompletionOption.ResponseHeadersRead);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
                Assert.StartsWith(
                    "event: ",
                    await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)),
                    StringComparison.Ordinal
                );
            }
            Assert.Equal(HttpStatusCode.NoContent, (await anna.DeleteAsync("api/servers/qa01/reservation")).StatusCode);
            using var session = apache.Client("https://qa.example/", version: version);
            session.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
            Assert.Contains("\"anna\"", await session.GetStringAsync("api/me"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Names_come_from_a_directory_in_one_spelling_and_from_one_group_alone()
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(
            more: """, "roles": [ { "role": "administrator", "groups": ["cn=qa,ou=groups,dc=example"] } ] """
        );
        await console.StartWithServers();
        await using var apache = new Httpd(console);
        await using var directory = await Slapd.Start(apache["cert.pem"], apache["key.pem"]);
        async Task Begin(string attribute)
        {
            File.Copy(apache["cert.pem"], apache["ldap.pem"], overwrite: true);
            await File.WriteAllTextAsync(apache["ldap.password"], Slapd.Password);
            await File.WriteAllTextAsync(
                apache["sign-in.conf"],
                Here(apache, Documented("Names and passwords from LDAP", 2))
                    .Replace("ldap.example", $"127.0.0.1:{directory.Port}", StringComparison.Ordinal)
                    .Replace("?uid,memberOf,", $"?{attribute},memberOf,", StringComparison.Ordinal)
            );
        }
        var lines =
            Here(apache, Documented("Names and passwords from LDAP", 1))
            + apache.Limits
            + Here(apache, Documented("Names and passwords from LDAP", 3))
            + Httpd.Proxy
            + apache.Tls();
        await Begin("uid");
        await apache.Start(lines, "ssl", "ldap", "authnz_ldap");
        async Task<string> Me(string user, string password)
        {
            using var http = apache.Client("https://qa.example/console/", user, password: password);
            using var answer = await http.GetAsync("api/me");
            if (answer.StatusCode != HttpStatusCode.OK)
                return $"{(int)answer.StatusCode}";
            var me = await answer.Json();
            // Who is let in is in that group, and the console knows it.
            Assert.Equal("administrator", me.Text("role"));
            return me.Text("name")!;
        }
        foreach (
            var (user, password, expected) in new[]
            {
                ("anna", "a", "anna"),
                ("ANNA", "a", "anna"),
                ("Anna", "x", "401"),
                ("petra", "p", "petra"),
                ("jörg", "j", "jörg"),
                ("otto", "o", "401"),
                ("nobody", "x", "401"),
                ("*", "a", "401"),
                ("anna)(uid=*", "a", "401"),
                ("anna", "", "401"),
            }
        )
        {
            Assert.Equal((user, expected), (user, await Me(user, password)));
        }
        var known = await File.ReadAllTextAsync(Path.Combine(console.Folder, "state", "people.json"));
        Assert.Contains("\"anna\": \"a@qa.example\"", known, StringComparison.Ordinal);
        Assert.Contains("\"petra\": \"p@qa.example\"", known, StringComparison.Ordinal);
        // The full name is typed; the person is the same.
        await Begin("cn,uid");
        await apache.Reload();
        foreach (
            var (user, password, expected) in new[]
            {
                ("Weiss, Petra", "p", "petra"),
                ("weiss, petra", "p", "petra"),
                ("Anna Berg", "a", "anna"),
                ("Jörg \"J\" Müller", "j", "jörg"),
            }
        )
            Assert.Equal((user, expected), (user, await Me(user, password)));
        await File.WriteAllTextAsync(
            apache["sign-in.conf"],
            (await File.ReadAllTextAsync(apache["sign-in.conf"])).Replace(
                "RemoteUserAttribute uid",
                "RemoteUserAttribute cn",
                StringComparison.Ordinal
            )
        );
        await apache.Reload();
        foreach (
            var (user, password, expected) in new[]
            {
                ("weiss,  petra", "p", "Weiss, Petra"),
                ("jörg \"j\" müller", "j", "Jörg \"J\" Müller"),
            }
        )
            Assert.Equal((user, expected), (user, await Me(user, password)));
    }

    [Fact]
    public async Task Another_server_in_front_has_another_name_and_path()
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(more: ", \"publicUrl\": \"https://qa.example/qa\"");
        await console.StartWithServers();
        await using var inner = new Httpd(console, "anna");
        await inner.Start($"{inner.Limits}Define CONSOLE_CLEARTEXT\n{Httpd.Proxy}");
        await using var outer = new Httpd();
        await outer.Start(
            outer.Tls(
                Documented("Another server in front")
                    .Replace("vmhost", $"127.0.0.1:{inner.Port}", StringComparison.Ordinal)
            ),
            "ssl"
        );
        using var anna = outer.Client("https://qa.example/qa/", "anna", cookies: true);
        Assert.Contains("<html", await anna.GetStringAsync(""), StringComparison.Ordinal);
        Assert.Equal("/qa/", (await anna.GetAsync("../qa")).Headers.Location!.AbsolutePath);
        using var write = new HttpRequestMessage(HttpMethod.Put, "api/servers/qa01/reservation")
        {
            Content = JsonContent.Create(Reservation),
        };
        write.Headers.Add("Origin", "https://qa.example");
        using var made = await anna.SendAsync(write);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await anna.GetAsync(made.Headers.Location)).StatusCode);
        Assert.Equal(
            "https://qa.example/qa",
            (await anna.Json("openapi/v1.json")).GetProperty("servers")[0].Text("url")
        );
        // The session is kept for the outer path, and passes without a password.
        anna.DefaultRequestHeaders.Authorization = null;
        Assert.Equal("anna", (await anna.Json("api/me")).Text("name"));
        for (var i = 0; i < 12; i++)
        {
            using var answer = await anna.GetAsync("api/events", HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    // The n-th block of Apache's lines below a heading.
    private static string Documented(string heading, int block = 1)
    {
        var text = File.ReadAllText(ApacheProcess.ConfFile(Path.Combine("docs", "web-server.md")));
        var below = text[text.IndexOf($"\n## {heading}\n", StringComparison.Ordinal)..];
        return below.Split("```apache\n")[block].Split("```")[0];
    }
}
