using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TestServers.Tests.Stories.Api;

/// <summary>What else stands between people and the console: mod_security, IPv6, and scripts that resume.</summary>
public sealed class FrontGuardsTest
{
    private static readonly object Reservation = new { purpose = "basket test", hours = 1 };

    [Fact]
    public async Task The_core_rules_let_the_consoles_calls_pass()
    {
        await using var own = new ConsoleWithApp(connectSeconds: 8);
        await own.Console.StartWithServers();
        await using var apache = new Httpd(own.Console, "anna");
        var rules = await File.ReadAllTextAsync("/etc/modsecurity/modsecurity.conf-recommended");
        await File.WriteAllTextAsync(
            apache["rules.conf"],
            Regex
                .Replace(rules, "(?m)^SecAuditEngine .*$|^SecUnicodeMapFile .*$", "")
                .Replace("DetectionOnly", "On", StringComparison.Ordinal)
        );
        await apache.Start(
            $"SecDataDir {apache["x"][..^2]}\nInclude {apache["rules.conf"]}\n"
                + "IncludeOptional /usr/share/modsecurity-crs/*.load\n"
                + $"{apache.Limits}Define CONSOLE_CLEARTEXT\n{Httpd.Proxy}",
            "unique_id",
            "security2"
        );
        using var anna = apache.Client("http://qa.example/console/", "anna");
        Assert.Equal(HttpStatusCode.Created, (await anna.Put("api/servers/qa01/reservation", Reservation)).StatusCode);
        for (var i = 0; i < 3; i++)
            Assert.Equal(
                HttpStatusCode.Accepted,
                (
                    await anna.Post(
                        "api/servers/qa01/builds",
                        Body.ForBuild("shop", "branches/basket", database: false, code: true)
                    )
                ).StatusCode
            );
        using var log = await anna.GetAsync("api/builds/3/log?follow=true", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, log.StatusCode);
        using var reader = new StreamReader(await log.Content.ReadAsStreamAsync());
        Assert.NotEqual(-1, await reader.ReadAsync(new char[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(
            HttpStatusCode.Accepted,
            (await anna.DeleteAsync("api/servers/qa01/reservation?builds=finish")).StatusCode
        );
        for (var i = 0; i < 200; i++)
        {
            var cookie = (await anna.GetAsync("api/me")).Headers.GetValues("Set-Cookie").Single().Split(';')[0];
            using var session = new HttpRequestMessage(HttpMethod.Get, "api/servers");
            session.Headers.Add("Cookie", cookie);
            Assert.True((await anna.SendAsync(session)).IsSuccessStatusCode, $"{cookie}\n{apache.Errors}");
        }
        using var elsewhere = apache.Client("http://qa.example/", "anna");
        Assert.Equal(HttpStatusCode.Forbidden, (await elsewhere.Put("other", Reservation)).StatusCode);
    }

    [Fact]
    public async Task By_IPv6_everything_is_as_by_IPv4()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        await using var apache = new Httpd(console, "anna");
        await apache.Start($"{apache.Limits}Define CONSOLE_CLEARTEXT\n{Httpd.Proxy}");
        using var anna = apache.Client($"http://[::1]:{apache.Port}/console/", "anna", cookies: true);
        using var write = new HttpRequestMessage(HttpMethod.Put, "api/servers/qa01/reservation")
        {
            Content = JsonContent.Create(Reservation),
        };
        write.Headers.Add("Origin", $"http://[::1]:{apache.Port}");
        using var made = await anna.SendAsync(write);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await anna.GetAsync(made.Headers.Location)).StatusCode);
        anna.DefaultRequestHeaders.Authorization = null;
        Assert.Equal("anna", (await anna.Json("api/me")).Text("name"));
    }

    [Fact]
    public async Task A_script_resumes_its_stream_without_loss_or_doubling()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        await using var apache = new Httpd(console, "anna");
        await apache.Start($"{apache.Limits}Define CONSOLE_CLEARTEXT\n{Httpd.Proxy}");
        var text = await File.ReadAllTextAsync(ApacheProcess.ConfFile(Path.Combine("docs", "web-server.md")));
        var lines = text.Split("```sh\n")[1]
            .Split("```")[0]
            .Replace("https://vmhost", $"http://127.0.0.1:{apache.Port}", StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            apache["resume"],
            lines.Replace("curl ", "curl --max-time 2 ", StringComparison.Ordinal)
        );
        using var script = Process.Start(
            new ProcessStartInfo(
                "bash",
                ["-euc", $"set +e; TOKEN=secret; cd {apache["x"][..^2]}; timeout 20 bash {apache["resume"]}"]
            )
            {
                Environment = { ["TOKEN"] = "secret" },
            }
        )!;
        string Heard() => File.Exists(apache["events"]) ? File.ReadAllText(apache["events"]) : "";
        await Wait.Until("the script listens", () => Heard().Contains("event: hello", StringComparison.Ordinal));
        for (var i = 0; i < 12; i++)
        {
            await console.Http.Put("api/servers/qa01/reservation", new { purpose = $"purpose {i}.", hours = 1 });
            await Task.Delay(500);
        }
        await Wait.Until("all were heard", () => Heard().Contains("purpose 11.", StringComparison.Ordinal));
        LocalTools.Run("kill", $"{script.Id}");
        await script.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        var ids = Heard().Split('\n').Where(l => l.StartsWith("id: ", StringComparison.Ordinal)).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        for (var i = 0; i < 12; i++)
            Assert.Contains($"purpose {i}.", Heard(), StringComparison.Ordinal);
        Assert.DoesNotContain("event: reset", Heard(), StringComparison.Ordinal);
    }
}
