namespace TestServers.Tests.Stories.Api;

/// <summary>A console whose servers are those of a project of OpenStack, beside a host of libvirt.</summary>
public sealed class OpenStackApiTest : IAsyncLifetime, IAsyncDisposable
{
    private readonly ConsoleProcess _console = new();
    private CloudStandIn _cloud = null!;

    public async Task InitializeAsync()
    {
        _cloud = await CloudStandIn.Start();
        Clouds("sesame");
        _cloud.Add(new("cl01", "ACTIVE"));
        _cloud.Add(new("cl02", "SHELVED_OFFLOADED"));
        _cloud.Add(new("cl03", "BUILD"));
        _cloud.Add(
            new("cl04", "ACTIVE")
            {
                Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["role"] = "web" },
            }
        );
        _cloud.Add(new("web 1", "ACTIVE"));
        _console.WriteSettings(
            extraHosts: """
            { "name": "cloud", "servers": "^cl", "address": "127.71.9.1{number}", "power": [ "start", "reset" ],
              "openStack": { "cloudsFile": "clouds.yaml", "cloud": "qa", "pollSeconds": 0.5 } }
            """,
            more: """, "roles": [ { "role": "administrator", "users": ["carla"] } ] """
        );
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _console.DisposeAsync();
        await _cloud.DisposeAsync();
    }

    [Fact]
    public async Task Its_servers_are_on_the_board_held_and_switched_as_others_are()
    {
        await _console.StartWithServers();
        using var anna = _console.ClientFor("anna");
        await Becomes("cl01", "running");
        var running = await anna.Json("api/servers/cl01");
        Assert.Equal(
            ("cloud", "127.71.9.11", "ACTIVE"),
            (running.Text("host"), running.Text("address"), running.Text("status"))
        );
        Assert.False((await anna.Json("api/servers/qa01")).TryGetProperty("status", out _));
        var made = await anna.Json("api/servers/cl03");
        Assert.Equal(("no state", "BUILD"), (made.Text("state"), made.Text("status")));
        Assert.Equal("cl03 is in the state BUILD. Wait for its end, or take another server.", made.Text("unusable"));
        var shelved = await anna.Json("api/servers/cl02");
        Assert.Equal("cl02 is shut off (SHELVED_OFFLOADED). Who holds it can start it here.", shelved.Text("unusable"));

        Assert.Equal(
            HttpStatusCode.Created,
            (await anna.Put("api/servers/cl02/reservation", new { purpose = "x" })).StatusCode
        );
        var started = await anna.Post("api/servers/cl02/power", new { action = "start" });
        Assert.Equal(HttpStatusCode.OK, started.StatusCode);
        Assert.Equal(["""cl02 {"unshelve":null}"""], _cloud.Actions);
        _cloud.Change("cl02", s => s with { Status = "ACTIVE" });
        await Becomes("cl02", "running");
        _cloud.Change("cl01", s => s with { Status = "DELETED" });
        await Wait.Until(
            "cl01 is gone",
            async () => (await anna.GetAsync("api/servers/cl01")).StatusCode == HttpStatusCode.NotFound
        );
        var check = await _console.Command("check");
        Assert.Contains("cloud", check.Output, StringComparison.Ordinal);
        Assert.Contains("3 of its 4 servers, 2 running.", check.Output, StringComparison.Ordinal);
        Assert.Matches("ok +power cloud +`cloud` shows 4 servers, too", check.Output);
    }

    [Fact]
    public async Task One_that_is_down_keeps_its_servers_as_of_then_and_other_settings_hold_at_once()
    {
        await _console.StartWithServers();
        using var anna = _console.ClientFor("anna");
        await Becomes("cl01", "running");
        _cloud.Trouble = async context =>
        {
            await CloudStandIn.Say(context, 500, """{ "computeFault": { "message": "Out of order." } }""");
            return true;
        };
        await Wait.Until(
            "it is told",
            async () =>
                (await anna.Json("api/servers/cl01")).Text("problem")
                == $"Nova at {_cloud.Url}/compute answers HTTP 500: Out of order."
        );
        Assert.Null((await anna.Json("api/servers/qa01")).Text("problem"));
        _cloud.Trouble = null;
        await _console.Reload(s => s["hosts"]![1]!["openStack"]!["metadata"] = JsonNode.Parse("""{ "role": "web" }"""));
        await Wait.Until(
            "only one is meant",
            async () =>
                (await anna.Json("api/servers"))
                    .GetProperty("servers")
                    .EnumerateArray()
                    .Where(s => s.Text("host") == "cloud")
                    .Select(s => s.Text("name"))
                    .SequenceEqual(["cl04"])
        );
        // A secret that is no more is told without it.
        Clouds("sesame-of-before");
        _cloud.EndTokens();
        await Wait.Until(
            "it is refused",
            async () =>
                (await anna.Json("api/servers/cl04"))
                    .Text("problem")
                    ?.StartsWith(
                        $"Keystone at {_cloud.Url}/v3 refuses the application credential",
                        StringComparison.Ordinal
                    ) == true
        );
        Assert.DoesNotContain("sesame", _console.Log, StringComparison.Ordinal);
    }

    private void Clouds(string secret) =>
        File.WriteAllText(
            Path.Combine(_console.Folder, "clouds.yaml"),
            $$"""
            clouds:
              qa:
                auth_type: v3applicationcredential
                auth:
                  auth_url: {{_cloud.Url}}
                  application_credential_id: a1
                  application_credential_secret: {{secret}}
            """
        );

    private Task Becomes(string server, string state) =>
        Wait.Until(
            $"{server} is {state}",
            async () =>
            {
                var answer = await _console.Http.GetAsync($"api/servers/{server}");
                return answer.IsSuccessStatusCode && (await answer.Json()).Text("state") == state;
            }
        );
}
