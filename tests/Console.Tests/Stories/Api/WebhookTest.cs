namespace TestServers.Tests.Stories.Api;

public sealed class WebhookTest
{
    private const string Base = """
        , "databaseHosts": [ { "name": "db1", "address": "127.0.0.1",
          "ssh": { "host": "127.0.0.1", "port": 1, "user": "x", "key": "/dev/null", "knownHosts": "/dev/null" } } ],
        "bases": [ { "name": "shop", "host": "db1", "dump": "shop.dump", "owner": "shop" } ]
        """;

    [Fact]
    public async Task The_team_is_told_once_that_a_base_is_stale_and_again_only_for_other_data()
    {
        using var room = new Receiver();
        await using var console = await Telling(room);
        var state = await StartOn(
            console,
            """
            { "version": 1, "bases": { "shop": { "exists": true, "size": 1000, "dataTime": "2020-02-02T02:02:02Z",
              "spares": 0, "method": null, "lastRestore": null, "methodSeconds": null, "staleTold": null } } }
            """
        );
        await Wait.Until("a message has come", () => !room.Got.IsEmpty);
        Assert.Contains("shop is stale", Told(room), StringComparison.Ordinal);
        Assert.Contains("2020-02-02 02:02 UTC", Told(room), StringComparison.Ordinal);
        Assert.True((await console.Http.Json("api/bases/shop")).GetProperty("stale").GetBoolean());
        await Wait.Until(
            "it is written down",
            () => File.ReadAllText(state).Contains("\"staleTold\": \"2020", StringComparison.Ordinal)
        );
        // Killed before it knows that the room has it, it would send it once more, under the same id.
        await Wait.Until(
            "the room's answer is written down",
            () =>
                File.ReadAllText(Path.Combine(Path.GetDirectoryName(state)!, "deliveries.json"))
                    .Contains("\"delivered\"", StringComparison.Ordinal)
        );

        await console.Kill();
        await console.StartWithServers();
        await Wait.Until(
            "the host was asked again",
            async () => (await console.Http.Json("api/bases/shop")).Text("problem") is not null
        );
        Told(room);
    }

    [Fact]
    public async Task Of_data_from_the_future_alarm_base_metrics_and_health_say_that_the_age_is_unknown()
    {
        using var room = new Receiver();
        await using var console = await Telling(room);
        await StartOn(
            console,
            """
            { "version": 1, "bases": { "shop": { "exists": true, "size": 1000, "dataTime": "2130-02-02T02:02:02Z",
              "spares": 0, "method": null, "lastRestore": null } } }
            """
        );
        await Wait.Until("a message has come", () => !room.Got.IsEmpty);
        Assert.StartsWith(
            "The base shop has data of an unknown age. The dump of shop says that it was made at "
                + "2130-02-02 02:02 UTC, which is to come",
            Told(room),
            StringComparison.Ordinal
        );
        var shop = await console.Http.Json("api/bases/shop");
        Assert.True(shop.GetProperty("stale").GetBoolean());
        Assert.Contains(shop.Text("dataDoubt")!, Told(room), StringComparison.Ordinal);
        var metrics = await console.Http.GetStringAsync("metrics");
        Assert.Contains("console_base_data_doubtful{base=\"shop\"} 1", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("console_base_data_age_seconds{", metrics, StringComparison.Ordinal);
        Assert.Contains(
            (await console.Http.Json("healthz")).GetProperty("problems").EnumerateArray(),
            p => p.Text("message")!.Contains(shop.Text("dataDoubt")!, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_failed_restore_is_told_and_a_database_host_that_is_down_stops_only_its_own()
    {
        using var room = new Receiver();
        await using var console = await Telling(room);
        using var cron = new HttpRequestMessage(HttpMethod.Post, "api/bases/shop/restore?wait=true");
        var answer = await console.Http.SendAsync(cron);
        Assert.Contains("cannot be reached", await answer.Problem(HttpStatusCode.BadGateway), StringComparison.Ordinal);
        await Wait.Until("a message has come", () => !room.Got.IsEmpty);
        Assert.Contains(
            "restore of the base shop has failed",
            room.Got.First().Json.Text("text")!,
            StringComparison.Ordinal
        );
        Assert.Equal(HttpStatusCode.OK, (await console.Http.GetAsync("healthz")).StatusCode);
        Assert.True(
            (
                await console.Http.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 })
            ).IsSuccessStatusCode
        );
    }

    [Fact]
    public async Task Cron_s_curl_tells_why_a_restore_failed()
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(more: Base);
        await console.StartWithServers();
        await using var apache = await ApacheProcess.Before(console, "anna");
        var line = File.ReadAllLines(ApacheProcess.ConfFile(Path.Combine("docs", "install.md")))
            .Single(l => l.StartsWith("30 2 * * *  ", StringComparison.Ordinal));
        var command = line["30 2 * * *  ".Length..]
            .Replace("https://vmhost", $"http://127.0.0.1:{apache.Port}", StringComparison.Ordinal)
            .Replace("\\%", "%", StringComparison.Ordinal);
        using var shell = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("sh", ["-c", "TOKEN=secret; " + command])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var mail = await shell.StandardOutput.ReadToEndAsync() + await shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.NotEqual(0, shell.ExitCode);
        Assert.Contains("502", mail, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", mail, StringComparison.Ordinal);
    }

    private static async Task<ConsoleProcess> Telling(Receiver room)
    {
        var console = new ConsoleProcess();
        console.WriteSettings(more: Base + $$""", "webhook": { "url": "{{room.Url}}" }""");
        await console.StartWithServers();
        return console;
    }

    /// <summary>Starts it once more on what it would have left of its bases, and says where that is.</summary>
    private static async Task<string> StartOn(ConsoleProcess console, string bases)
    {
        await console.Kill();
        var state = Path.Combine(console.Folder, "state", "bases.json");
        await File.WriteAllTextAsync(state, bases);
        await console.StartWithServers();
        return state;
    }

    private static string Told(Receiver room) => Assert.Single(room.Got).Json.Text("text")!;
}
