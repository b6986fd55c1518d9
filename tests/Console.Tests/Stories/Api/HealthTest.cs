namespace TestServers.Tests.Stories.Api;

/// <summary>What /healthz says: well, a warning, or failing, and of which part.</summary>
public sealed class HealthTest
{
    internal const string UnreachableBase = """
        , "databaseHosts": [ { "name": "db1", "address": "127.0.0.1",
            "ssh": { "host": "127.0.0.1", "port": 1, "user": "x", "key": "/dev/null", "knownHosts": "/dev/null" } } ],
          "bases": [ { "name": "shop", "host": "db1", "dump": "shop.dump", "owner": "shop" } ]
        """;

    [Fact]
    public async Task A_console_on_which_all_is_well_says_so()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var health = await console.Http.Json("healthz");
        Assert.Equal("well", health.Text("status"));
        Assert.Empty(health.GetProperty("problems").EnumerateArray());
    }

    [Fact]
    public async Task Hosts_that_are_down_are_a_warning_and_named()
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(
            more: UnreachableBase,
            extraHosts: """, { "name": "kvm2", "uri": "test:///nowhere.xml", "servers": "^q$" }"""
        );
        await console.StartWithServers();
        await Wait.Until(
            "the hosts were asked",
            async () => Parts(await console.Http.Json("healthz")).Contains("databaseHost db1")
        );
        var health = await console.Http.Json("healthz");
        Assert.Equal("warning", health.Text("status"));
        Assert.Contains("host kvm2", Parts(health));
        Assert.Contains("base shop", Parts(health));
        Assert.All(Problems(health), p => Assert.Equal("warning", p.Text("state")));
        Assert.StartsWith("kvm2: virsh failed: ", Message(health, "host kvm2"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("^QA"), InlineData("qa*x"), InlineData("^[[:alpha:]]+[0-9]+$")]
    [InlineData("/^qa/"), InlineData("qa01,qa02")]
    public async Task A_pattern_that_names_none_of_a_hosts_domains_is_told(string pattern)
    {
        await using var console = new ConsoleProcess();
        console.WriteDomains(("qa01", 1), ("qa02", 5));
        console.WriteSettings(servers: pattern);
        await console.Start();
        var said =
            $"None of its 2 domains is a test server: `servers` in the settings, `{pattern}`, names none of them.";
        // At first it says that virsh has not answered yet.
        await Wait.Until(
            "it is told",
            async () =>
                await console.Http.Json("healthz") is var health
                && Parts(health).Contains("host vmhost")
                && Message(health, "host vmhost") == $"vmhost: {said}"
        );
        var host = (await console.Http.Json("api/servers")).GetProperty("hosts")[0];
        Assert.Equal(said, host.GetProperty("notices")[0].GetString());
        await Wait.Until("the log says it", () => console.Log.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_restore_that_failed_and_a_server_that_is_not_reached_are_warnings()
    {
        await using var own = new ConsoleWithApp(connectSeconds: 1);
        var settings = File.ReadAllText(Path.Combine(own.Console.Folder, "console.json")).TrimEnd();
        File.WriteAllText(Path.Combine(own.Console.Folder, "console.json"), settings[..^1] + UnreachableBase + "}");
        await own.Console.StartWithServers();
        var http = own.Console.Http;
        await http.Post("api/bases/shop/restore?wait=true", new { });
        var asked = await http.Post(
            "api/servers/qa01/builds",
            Body.ForBuild("shop", null, database: false, code: true)
        );
        await http.EndOf((await asked.Json()).Text("id"));
        var health = await http.Json("healthz");
        Assert.Contains("Restore 1 of shop failed at ", Message(health, "restore shop"), StringComparison.Ordinal);
        Assert.Contains("qa01, since ", Message(health, "server qa01"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("healthz")).StatusCode);
    }

    [Fact]
    public async Task A_disk_that_refuses_is_found_without_anybody_writing_and_so_is_its_end()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var probe = Path.Combine(console.Folder, "state", "space.probe");
        Directory.CreateDirectory(probe);
        await Wait.Until(
            "the console fails",
            async () => (await console.Http.GetAsync("healthz")).StatusCode == HttpStatusCode.ServiceUnavailable
        );
        using (var answer = await console.Http.GetAsync("healthz"))
        {
            var health = await answer.Json();
            Assert.Equal("failing", health.Text("status"));
            Assert.Contains($"The disk refused to open {probe}", Message(health, "disk "), StringComparison.Ordinal);
        }
        Assert.Contains("console_disk_ok 0\n", await console.Http.GetStringAsync("metrics"), StringComparison.Ordinal);
        Directory.Delete(probe);
        await Wait.Until("it is well again", async () => (await console.Http.Json("healthz")).Text("status") == "well");
        await Wait.Until(
            "begin and end are in the log",
            () =>
                console.Log.Contains($"The disk refused to open {probe}", StringComparison.Ordinal)
                && console.Log.Contains("The disk takes ", StringComparison.Ordinal)
        );
    }

    private static JsonElement[] Problems(JsonElement health) => [.. health.GetProperty("problems").EnumerateArray()];

    private static string[] Parts(JsonElement health) =>
        [.. Problems(health).Select(p => $"{p.Text("part")} {p.Text("name")}")];

    private static string Message(JsonElement health, string part) =>
        Problems(health).First(p => $"{p.Text("part")} {p.Text("name")}" == part).Text("message")!;
}
