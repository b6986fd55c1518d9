using System.Net.Http.Headers;

namespace TestServers.Tests.Stories.Api;

/// <summary>
/// SIGHUP has the settings read again: what is right holds from then on, what runs goes on as it began, what is wrong
/// changes nothing.
/// </summary>
public sealed class ReloadTest : IAsyncLifetime, IAsyncDisposable
{
    private const string Read = "was read again and is in force";
    private readonly ConsoleWithApp _with = new();
    private int _reads;

    private ConsoleProcess Console => _with.Console;
    private string File_ => Path.Combine(Console.Folder, "console.json");

    public Task InitializeAsync() => Console.StartWithServers();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _with.DisposeAsync();

    [Fact]
    public async Task New_apps_tokens_hosts_patterns_and_limits_hold_from_then_on()
    {
        await Reload(s =>
        {
            var apps = s["apps"]!.AsArray();
            apps.Add(apps[0]!.DeepClone());
            apps[1]!["name"] = "tickets";
            s["tokens"]!.AsArray().Add(Token("nightly", "sesame", "reserve"));
            s["hosts"]![0]!["servers"] = "^(qa0[12]|build-agent)$";
            s["hosts"]![0]!["address"] = "127.71.9.9";
            s["hosts"]!
                .AsArray()
                .Add(
                    new JsonObject
                    {
                        ["name"] = "kvm2",
                        ["uri"] = "test:///default",
                        ["servers"] = "^test$",
                    }
                );
            s["reservations"] = new JsonObject { ["defaultHours"] = 2, ["maxHours"] = 3 };
            s["builds"]!["perPerson"] = 1;
        });
        Assert.Equal(
            ["shop", "tickets"],
            (await Console.Http.Json("api/apps")).GetProperty("apps").EnumerateArray().Select(a => a.Text("name"))
        );
        // At once, without another answer of virsh.
        Assert.Equal(
            ["build-agent", "qa01", "qa02"],
            (await Servers()).Where(n => n != "test").Order(StringComparer.Ordinal)
        );
        Assert.Equal("127.71.9.9", (await Console.Http.Json("api/servers/qa01")).Text("address"));
        await Wait.Until("the new host is asked", async () => (await Servers()).Contains("test"));
        Assert.Equal(
            3,
            (await Console.Http.Json("api/me")).GetProperty("reservations").GetProperty("maxHours").GetDouble()
        );
        Assert.Contains(
            "at most 3",
            await (await Console.Http.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 4 })).Problem(
                HttpStatusCode.BadRequest
            ),
            StringComparison.Ordinal
        );
        using var nightly = Bearer("sesame");
        Assert.Equal(
            HttpStatusCode.Created,
            (await nightly.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 })).StatusCode
        );
    }

    [Fact]
    public async Task A_wrong_file_changes_nothing_and_is_told_until_a_right_one_is_read()
    {
        var right = await File.ReadAllTextAsync(File_);
        foreach (
            var (wrong, said) in new[]
            {
                (
                    right.Replace("\"hosts\"", "\"hots\"", StringComparison.Ordinal),
                    "`hots` is not known: did you mean `hosts`?"
                ),
                (
                    right.Replace("\"servers\": \"^qa", "\"servers\": \"(", StringComparison.Ordinal),
                    "`hosts[0].servers` is wrong (in `vmhost`)"
                ),
                (
                    right.Replace("\"templates\": \"templates\"", "\"templates\": \"none\"", StringComparison.Ordinal),
                    "`apps[0].templates` is wrong"
                ),
                (right[..(right.Length / 2)], "it ends too early"),
                ("", "it is empty"),
            }
        )
        {
            await File.WriteAllTextAsync(File_, wrong);
            await HangUp(said);
            Assert.Contains(
                (await Problems()),
                p => p.StartsWith("settings: ", StringComparison.Ordinal) && p.Contains(said, StringComparison.Ordinal)
            );
            Assert.Equal(HttpStatusCode.OK, (await Console.Http.GetAsync("healthz")).StatusCode);
            Assert.Equal(4, (await Servers()).Count);
            Assert.Single((await Console.Http.Json("api/apps")).GetProperty("apps").EnumerateArray());
        }
        File.Delete(File_);
        await HangUp("there is no such file");
        Assert.DoesNotContain("   at ", Console.Log, StringComparison.Ordinal);
        await File.WriteAllTextAsync(File_, right);
        await Reload(_ => { });
        Assert.DoesNotContain(await Problems(), p => p.StartsWith("settings: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_holds_from_a_start_on_is_told_and_all_else_holds_at_once()
    {
        await Reload(s =>
        {
            s["listen"] = new JsonObject { ["loopback"] = 25499 };
            s["pathBase"] = "/other";
            s["state"] = "elsewhere";
            s["reservations"] = new JsonObject { ["maxHours"] = 5 };
        });
        var problems = (await Problems()).Where(p => p.StartsWith("settings: ", StringComparison.Ordinal)).ToList();
        Assert.Equal(["listen", "pathBase", "state"], problems.Select(p => p.Split('`')[1]));
        Assert.All(
            problems,
            p => Assert.Contains("from the next start of the console on", p, StringComparison.Ordinal)
        );
        Assert.Contains("`state` is another now", Console.Log, StringComparison.Ordinal);
        Assert.Equal(
            5,
            (await Console.Http.Json("api/me")).GetProperty("reservations").GetProperty("maxHours").GetDouble()
        );
        Assert.False(Directory.Exists(Path.Combine(Console.Folder, "elsewhere")));
    }

    [Fact]
    public async Task A_build_that_runs_goes_on_as_it_began_and_one_that_waits_says_that_its_app_is_gone()
    {
        var running = await Launch("shop");
        await Wait.Until(
            "it runs",
            async () => (await Console.Http.Json($"api/builds/{running}")).Text("state") == "running"
        );
        var waiting = await Launch("shop");
        await Reload(s =>
        {
            s["apps"] = new JsonArray();
            s.Remove("guests");
        });
        var ended = await Console.Http.EndOf(running);
        Assert.Equal("failed", ended.Text("state"));
        Assert.Contains("qa01 cannot be reached", ended.Text("message"), StringComparison.Ordinal);
        ended = await Console.Http.EndOf(waiting);
        Assert.Equal("The settings no longer name the app shop.", ended.Text("message"));
        Assert.Equal(
            HttpStatusCode.NotFound,
            (
                await Console.Http.Post(
                    "api/servers/qa02/builds",
                    new
                    {
                        app = "shop",
                        code = true,
                        database = false,
                    }
                )
            ).StatusCode
        );
        // Nothing was touched, hence the server is given back.
        await Wait.Until(
            "qa01 is free",
            async () => (await Console.Http.Json("api/servers/qa01")).Text("reservation") is null
        );
        Assert.False(Console.HasExited);
    }

    [Fact]
    public async Task A_host_that_is_removed_takes_its_servers_along_and_they_are_held_still_when_it_is_back()
    {
        await Console.Http.Put("api/servers/qa01/reservation", new { purpose = "basket", hours = 4 });
        var host = Json()["hosts"]!.ToJsonString();
        await Reload(s => s["hosts"] = new JsonArray());
        Assert.Empty(await Servers());
        Assert.Equal(HttpStatusCode.NotFound, (await Console.Http.GetAsync("api/servers/qa01")).StatusCode);
        await Reload(s => s["hosts"] = JsonNode.Parse(host));
        await Wait.Until("the host has answered", async () => (await Servers()).Count == 4);
        Assert.Equal(
            "basket",
            (await Console.Http.Json("api/servers/qa01")).GetProperty("reservation").Text("purpose")
        );
    }

    [Fact]
    public async Task A_token_that_is_removed_is_not_known_any_more_and_its_event_stream_ends()
    {
        using var cron = Bearer("secret");
        await using var stream = await cron.GetStreamAsync("api/events");
        using var reader = new StreamReader(stream);
        await Reload(s => s["tokens"] = new JsonArray());
        Assert.Equal(HttpStatusCode.Unauthorized, (await cron.GetAsync("api/servers")).StatusCode);
        await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_new_rule_for_names_holds_for_those_who_hold_a_server_already()
    {
        using var anna = Console.ClientFor("Anna");
        await anna.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 });
        await Reload(s => s["people"] = new JsonObject { ["names"] = "folded" });
        Assert.Equal("anna", (await anna.Json("api/servers/qa01")).GetProperty("reservation").Text("holder"));
        using var capital = Console.ClientFor("ANNA");
        Assert.True((await capital.DeleteAsync("api/servers/qa01/reservation")).IsSuccessStatusCode);
    }

    [Fact]
    public async Task Fifty_times_read_anew_with_people_at_work_all_reservations_are_kept()
    {
        string[] servers = ["qa01", "qa02"];
        var (refused, stop) = (0, false);
        var work = servers
            .Select(async server =>
            {
                using var http = Console.ClientFor(server + "-tester");
                for (var i = 0; !stop; i++)
                {
                    if (
                        !(
                            await http.Put($"api/servers/{server}/reservation", new { purpose = $"p{i}", hours = 1 })
                        ).IsSuccessStatusCode
                    )
                        refused++;
                    if (
                        (await http.Json($"api/servers/{server}")).GetProperty("reservation").Text("purpose") != $"p{i}"
                    )
                        refused++;
                }
            })
            .ToList();
        for (var i = 0; i < 50; i++)
        {
            var folded = i % 2 == 0;
            await Reload(s =>
            {
                s["people"] = new JsonObject { ["names"] = folded ? "folded" : "asIs" };
                s["hosts"]![0]!["servers"] = folded ? "^qa0[0-9]$" : "^qa[0-9]+$";
                s["builds"]!["history"] = 10 + i;
            });
        }
        stop = true;
        await Task.WhenAll(work);
        Assert.Equal(0, refused);
        await Console.Kill();
        await Console.StartWithServers();
        foreach (var server in servers)
            Assert.Equal(
                server + "-tester",
                (await Console.Http.Json($"api/servers/{server}")).GetProperty("reservation").Text("holder")
            );
    }

    [Fact]
    public async Task A_build_that_waits_for_a_base_that_is_none_of_its_app_any_more_says_what_there_is()
    {
        foreach (var file in new[] { "program", "password" })
            await File.WriteAllTextAsync(Path.Combine(Console.Folder, file), "#!/bin/false\n");
        Shell.Run("chmod +x program", Console.Folder);
        static string Base(string name) =>
            $$"""{ "name": "{{name}}", "host": "db1", "dump": "x", "owner": "x", "spares": 0 }""";
        await Reload(s =>
        {
            s["databaseHosts"] = JsonNode.Parse(
                """[{ "name": "db1", "address": "::1", "local": { "program": "program", "config": "password" } }]"""
            );
            s["bases"] = JsonNode.Parse($"[{Base("full")}, {Base("small")}]");
            var desk = s["apps"]![0]!.DeepClone();
            desk["name"] = "desk";
            desk["databases"] = JsonNode.Parse("""{ "default": ["full", "small"] }""");
            desk["database"] = JsonNode.Parse("""{ "user": "x", "passwordFile": "password" }""");
            s["apps"]!.AsArray().Add(desk);
        });
        var running = await Launch("shop");
        var waiting = await (
            await Console.Http.Post(
                "api/servers/qa01/builds",
                new
                {
                    app = "desk",
                    code = true,
                    database = true,
                    bases = new { @default = "small" },
                }
            )
        ).Json();
        Assert.Equal("small", waiting.GetProperty("bases").Text("default"));
        await Reload(s =>
        {
            s["bases"]!.AsArray().RemoveAt(1);
            s["apps"]![1]!["databases"]!["default"]!.AsArray().RemoveAt(1);
        });
        const string Says = "The database default of desk is not made from small. It can be made from full.";
        await Console.Http.EndOf(running);
        var ended = await Console.Http.EndOf(waiting.Text("id"));
        Assert.Equal(
            $"The settings are others since this build was launched. {Says} Nothing was touched.",
            ended.Text("message")
        );
        var again = await Console.Http.Post($"api/builds/{waiting.Text("id")}/retry", new { });
        Assert.Contains(Says, await again.Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    private async Task<string?> Launch(string app) =>
        (
            await (
                await Console.Http.Post(
                    "api/servers/qa01/builds",
                    new
                    {
                        app,
                        path = "trunk",
                        code = true,
                        database = false,
                    }
                )
            ).Json()
        ).Text("id");

    private async Task<List<string>> Servers() =>
        [
            .. (await Console.Http.Json("api/servers"))
                .GetProperty("servers")
                .EnumerateArray()
                .Select(s => s.Text("name")!),
        ];

    private async Task<List<string>> Problems() =>
        [
            .. (await Console.Http.Json("healthz"))
                .GetProperty("problems")
                .EnumerateArray()
                .Select(p => $"{p.Text("part")}: {p.Text("message")}"),
        ];

    private HttpClient Bearer(string token)
    {
        var client = Console.ClientFor(null);
        client.DefaultRequestHeaders.Remove("X-Remote-User");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private static JsonObject Token(string name, string token, string may) =>
        new()
        {
            ["name"] = name,
            ["sha256"] = Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(token))
            ),
            ["may"] = new JsonArray(may),
        };

    private JsonObject Json() => JsonNode.Parse(File.ReadAllText(File_))!.AsObject();

    private async Task Reload(Action<JsonObject> change)
    {
        var settings = Json();
        change(settings);
        await File.WriteAllTextAsync(File_, settings.ToJsonString());
        Shell.Run($"kill -HUP {Console.Id}");
        _reads++;
        await Wait.Until(
            "it is read",
            () => Task.FromResult(Console.Log.Split(Read).Length > _reads),
            10,
            () => Task.FromResult<string?>(Console.Log)
        );
    }

    private async Task HangUp(string said)
    {
        var before = Console.Log.Length;
        Shell.Run($"kill -HUP {Console.Id}");
        await Wait.Until($"the log says: {said}", () => Console.Log[before..].Contains(said, StringComparison.Ordinal));
    }
}
