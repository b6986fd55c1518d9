namespace TestServers.Tests.Stories.Api;

public sealed class StartTest
{
    private const string Some = """{ "listen": { "loopback": 1 }, "state": "state", """;

    private const string Digest = """
        "sha256": "0000000000000000000000000000000000000000000000000000000000000000",
        "may": [] } ] }
        """;

    [Theory]
    [InlineData("""{ "listen": {}, "state": "state" }""", "listen")]
    [InlineData(Some + """ "hosts": [ { "name": "a", "uri": "test:///x", "servers": "(" } ] }""", "hosts[0].servers")]
    [InlineData(
        Some + """ "bases": [ { "name": "shop", "host": "db9", "dump": "x", "owner": "y" } ] }""",
        "bases[0].host"
    )]
    [InlineData(Some + """ "tokens": [ { "name": "cron", "sha256": "x", "may": [] } ] }""", "tokens[0].sha256")]
    [InlineData(Some + """ "tokens": [ { "name": "console", """ + Digest, "tokens[0].name")]
    [InlineData(Some + """ "tokens": [ { "name": "Console", """ + Digest, "tokens[0].name")]
    [InlineData(Some + """ "colour": "red" }""", "colour")]
    [InlineData("""{ "listen": """, "line 1")]
    public async Task A_wrong_setting_stops_the_start_and_names_its_key(string settings, string key)
    {
        await using var console = new ConsoleProcess();
        File.WriteAllText(Path.Combine(console.Folder, "console.json"), settings);
        Assert.Contains(key, await console.StartInVain(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("`--settings` is wrong: behind it stands one name of a file, and nothing else.", "--settings")]
    [InlineData(
        "`--settings` is wrong: behind it stands one name of a file, and nothing else.",
        "--settings",
        "a",
        "b"
    )]
    [InlineData("`--settings` is wrong: behind it stands one name of a file, and nothing else.", "--settings=")]
    [InlineData(
        "The argument `--setings` is not known: there is `--settings FILE`, or a command, which `console --help` "
            + "lists.",
        "--setings",
        "console.json"
    )]
    [InlineData(
        "The argument `console.json` is not known: there is `--settings FILE`, or a command, which `console --help` "
            + "lists.",
        "console.json"
    )]
    public void A_misspelt_argument_brings_up_no_other_console(string said, params string[] arguments)
    {
        Assert.Equal(said, Assert.Throws<WrongSetting>(() => Startup.SettingsFile(arguments)).Message);
        Assert.Equal("a.json", Startup.SettingsFile(["--settings=a.json"]));
        Assert.Equal("a.json", Startup.SettingsFile(["--settings", "a.json"]));
    }

    [Theory]
    [InlineData("\"variables\": { \"dbPass\": \"x\" }", "apps[0].variables.dbPass` may be a secret")]
    [InlineData("\"variables\": { \"PWD\": \"x\" }", "Move it to `apps[0].secrets`")]
    [InlineData("\"variables\": { \"sentryDsn\": \"x\" }", "name it in `apps[0].notSecret`")]
    [InlineData("\"variables\": { \"cache\": \"redis://:pw@cache/0\" }", "apps[0].variables.cache")]
    [InlineData("\"variables\": { \"keyboard\": \"de\" }, \"notSecret\": []", "apps[0].variables.keyboard")]
    [InlineData("\"variables\": { \"colour\": \"de\" }, \"notSecret\": [\"keyboard\"]", "apps[0].notSecret")]
    [InlineData(
        "\"variables\": { \"colour\": \"de\" }, \"secrets\": { \"colour\": \"x\" }",
        "apps[0].variables.colour"
    )]
    [InlineData(
        "\"variables\": { \"keyboard\": \"de\" }, \"notSecret\": [\"keyboard\"], \"secrets\": { \"x\": \"y\" }",
        "`guests`"
    )]
    public async Task A_variable_that_may_be_a_secret_stops_the_start_until_it_is_said_to_be_one_or_none(
        string values,
        string sentence
    )
    {
        await using var console = new ConsoleProcess();
        var app = $$"""
            { "name": "shop", "repository": { "kind": "git", "url": "https://git/shop" }, "templates": ".", {{values}} }
            """;
        var settings = Some + $$""" "apps": [ {{app}} ] }""";
        File.WriteAllText(Path.Combine(console.Folder, "console.json"), settings);
        Assert.Contains(sentence, await console.StartInVain(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-7")]
    [InlineData("1e-9")]
    [InlineData("null")]
    [InlineData("1e308")]
    public async Task No_days_at_all_are_refused_where_a_copy_is_to_be_kept_for_some(string days)
    {
        var copies = Some + $$""" "copies": { "keptDays": {{days}} } }""";
        await using var console = new ConsoleProcess();
        File.WriteAllText(Path.Combine(console.Folder, "console.json"), copies);
        Assert.Contains("copies.keptDays", await console.StartInVain(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreadable_state_file_stops_the_start_and_names_the_last_good_copy()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 });
        await console.Kill();
        var file = Path.Combine(console.Folder, "state", "reservations.json");
        File.WriteAllText(file, "");
        var said = await console.StartInVain();
        Assert.Contains(file, said, StringComparison.Ordinal);
        Assert.Contains("reservations.json.last", said, StringComparison.Ordinal);
        Assert.Equal(0, new FileInfo(file).Length);
    }

    [Fact]
    public async Task A_lost_state_file_stops_the_start()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        await console.Kill();
        File.Delete(Path.Combine(console.Folder, "state", "reservations.json"));
        Assert.Contains("reservations.json", await console.StartInVain(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kill_9_under_load_loses_nothing_that_was_acknowledged()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        string[] servers = ["qa01", "qa02"];
        for (var round = 0; round < 6; round++)
        {
            var acknowledged = new int[servers.Length];
            var writers = servers
                .Select((server, at) => Write(console, server, round, i => acknowledged[at] = i))
                .ToList();
            await Wait.Until("there was some writing", () => acknowledged.All(i => i > 0));
            await Task.Delay(Random.Shared.Next(200));
            await console.Kill();
            await Task.WhenAll(writers);
            await console.StartWithServers();
            for (var at = 0; at < servers.Length; at++)
            {
                var kept = (await console.Http.Json($"api/servers/{servers[at]}"))
                    .GetProperty("reservation")
                    .Text("purpose")!
                    .Split('.');
                Assert.Equal(round, int.Parse(kept[0]));
                // The write under way when it was killed may have been carried out; no acknowledged one may be missing.
                Assert.InRange(int.Parse(kept[1]), acknowledged[at], acknowledged[at] + 1);
            }
        }
        Assert.Empty(Directory.GetFiles(Path.Combine(console.Folder, "state"), "*.draft", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_reservation_number_is_never_used_twice_also_not_after_kill_9()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var last = 0L;
        for (var round = 0; round < 4; round++)
        {
            var number = (
                await (await console.Http.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 })).Json()
            )
                .GetProperty("number")
                .GetInt64();
            Assert.True(number > last, $"Number {number} came after {last}.");
            last = number;
            await console.Http.DeleteAsync("api/servers/qa01/reservation");
            if (round == 1)
                await console.Kill();
            if (round == 1)
                await console.StartWithServers();
        }
    }

    private static async Task Write(ConsoleProcess console, string server, int round, Action<int> acknowledge)
    {
        using var http = console.ClientFor(server + "-tester");
        for (var i = 1; ; i++)
        {
            try
            {
                if (
                    (
                        await http.Put($"api/servers/{server}/reservation", new { purpose = $"{round}.{i}", hours = 1 })
                    ).IsSuccessStatusCode
                )
                    acknowledge(i);
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }

    [Fact]
    public async Task A_change_is_written_synced_renamed_and_its_folder_synced_before_it_is_answered()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        // The first change of all makes the journal.
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "first", hours = 1 });
        var trace = Path.Combine(console.Folder, "trace");
        using var strace = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(
                "strace",
                ["-f", "-qq", "-y", "-e", "trace=write,fsync,rename,sendmsg,sendto", "-o", trace, "-p", $"{console.Id}"]
            )
            {
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        await Wait.Until("strace is attached", () => File.Exists(trace));
        for (var i = 0; i < 20; i++)
            Assert.True(
                (
                    await console.Http.Put("api/servers/qa01/reservation", new { purpose = $"p{i}", hours = 1 })
                ).IsSuccessStatusCode
            );
        await Wait.Until("all changes are in the trace", () => Steps(trace).Count(s => s == "answer") >= 20);
        strace.Kill();
        await strace.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        var steps = string.Join(' ', Steps(trace));
        Assert.Equal(
            20,
            System.Text.RegularExpressions.Regex.Count(steps, "write fsync rename (fsync-folder )+answer")
        );
    }

    private static IEnumerable<string> Steps(string trace)
    {
        foreach (var line in File.ReadAllLines(trace))
        {
            if (line.Contains("reservations.json.draft>", StringComparison.Ordinal))
                yield return line.Contains("fsync(", StringComparison.Ordinal) ? "fsync" : "write";
            else if (
                line.Contains("rename(", StringComparison.Ordinal)
                && line.Contains("reservations.json.draft\"", StringComparison.Ordinal)
            )
                yield return "rename";
            else if (
                line.Contains("fsync(", StringComparison.Ordinal) && line.Contains("/state>", StringComparison.Ordinal)
            )
                yield return "fsync-folder";
            else if (line.Contains("HTTP/1.1 20", StringComparison.Ordinal))
                yield return "answer";
        }
    }

    [Fact]
    public async Task A_disk_that_refuses_is_told_and_nothing_is_acknowledged()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var draft = Path.Combine(console.Folder, "state", "reservations.json.draft");
        Directory.CreateDirectory(draft);
        Assert.Contains(
            "disk refused",
            await (await console.Http.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 })).Problem(
                HttpStatusCode.ServiceUnavailable
            ),
            StringComparison.Ordinal
        );
        Assert.Null((await console.Http.Json("api/servers/qa01")).Text("reservation"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await console.Http.GetAsync("healthz")).StatusCode);
        Directory.Delete(draft);
        Assert.True(
            (
                await console.Http.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 })
            ).IsSuccessStatusCode
        );
        Assert.Equal(HttpStatusCode.OK, (await console.Http.GetAsync("healthz")).StatusCode);
    }

    [Fact]
    public async Task Without_a_web_server_a_person_names_himself_and_cannot_write_before()
    {
        await using var console = new ConsoleProcess();
        var port = LocalTools.FreePort();
        console.WriteSettings();
        var settings = Path.Combine(console.Folder, "console.json");
        File.WriteAllText(
            settings,
            File.ReadAllText(settings)
                .Replace($"\"socket\": \"{console.Socket}\"", $"\"loopback\": {port}", StringComparison.Ordinal)
        );
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}/console/") };
        http.DefaultRequestHeaders.Add("X-Remote-User", "root");
        _ = console.StartInVain().ContinueWith(_ => { }, TaskScheduler.Default);
        await Wait.Until(
            "it answers",
            async () =>
            {
                try
                {
                    return (await http.Json("api/servers")).GetProperty("servers").GetArrayLength() > 0;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            }
        );
        var me = await http.Json("api/me");
        Assert.True(me.GetProperty("open").GetBoolean());
        Assert.Equal("nobody", me.Text("kind"));
        await (await http.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 })).Problem(
            HttpStatusCode.Unauthorized
        );
        Assert.Equal("Jörg", (await (await http.Put("api/me", new { name = "Jörg" })).Json()).Text("name"));
        Assert.Equal(
            "Jörg",
            (await (await http.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 })).Json()).Text(
                "holder"
            )
        );
    }

    [Fact]
    public async Task A_start_compiles_no_handler()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var parts = File.ReadLines($"/proc/{console.Id}/maps").Select(Path.GetFileName).ToHashSet();
        Assert.Contains("System.Text.Json.dll", parts);
        // That is for those who ask for a command.
        Assert.DoesNotContain("System.CommandLine.dll", parts);
        Assert.DoesNotContain("System.Linq.Expressions.dll", parts);
    }
}
