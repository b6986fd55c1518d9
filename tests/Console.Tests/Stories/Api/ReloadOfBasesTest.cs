namespace TestServers.Tests.Stories.Api;

/// <summary>Bases and their hosts come and go with the settings, while restores run and wait.</summary>
public sealed class ReloadOfBasesTest : IAsyncLifetime, IAsyncDisposable
{
    private const string Read = "was read again and is in force";
    private readonly ConsoleProcess _console = new();
    private int _reads;

    private string File_ => Path.Combine(_console.Folder, "console.json");

    // A host program that answers, and whose restores last until a file is there.
    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_console.Folder, "program"),
            $"""
            #!/bin/bash
            echo '@program database-host 1'
            while read -r line && [[ $line ]]; do [[ $line == base=* ]] && base=$line; done
            if [[ $2 == restore ]]; then
              echo "$base" >> {_console.Folder}/restores
              until [[ -e {_console.Folder}/go ]]; do sleep 0.05; done
              echo '@result data_time=2026-01-01T00:00:00Z'
            fi
            echo '@exit 0'
            """
        );
        Shell.Run("chmod +x program; touch conf", _console.Folder);
        _console.WriteSettings(
            more: $$"""
            , "databaseHosts": [ { "name": "db1", "address": "127.0.0.1", "copies": 1,
              "local": { "program": "program", "config": "conf" } } ],
              "bases": [ {{Base("shop")}}, {{Base("other")}} ]
            """
        );
        await _console.StartWithServers();
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task A_restore_that_runs_ends_as_it_began_and_one_that_waits_for_a_base_that_is_gone_says_so()
    {
        var (running, waiting) = (await Ask("shop"), await Ask("other"));
        await Wait.Until("the first runs", () => File.Exists(Path.Combine(_console.Folder, "restores")));
        await Reload(s =>
        {
            s["bases"] = new JsonArray();
            s["databaseHosts"] = new JsonArray();
        });
        Assert.Equal(HttpStatusCode.NotFound, (await _console.Http.GetAsync("api/bases/shop")).StatusCode);
        Go();
        Assert.Equal("succeeded", await EndOf(running));
        Assert.Equal("failed", await EndOf(waiting));
        Assert.Equal(
            "The settings no longer name the base other.",
            (await _console.Http.Json($"api/restores/{waiting}")).Text("message")
        );
        Assert.Equal(["base=shop"], await File.ReadAllLinesAsync(Path.Combine(_console.Folder, "restores")));
        // Also a start finds it so.
        Assert.False(_console.HasExited);
    }

    [Fact]
    public async Task One_that_waits_takes_its_turn_under_the_new_settings_and_new_bases_and_hosts_are_asked()
    {
        var (running, waiting) = (await Ask("shop"), await Ask("other"));
        await Wait.Until("the first runs", () => File.Exists(Path.Combine(_console.Folder, "restores")));
        await Reload(s =>
        {
            s["bases"]![1]!["staleAfterHours"] = 50;
            s["databaseHosts"]!.AsArray().Add(s["databaseHosts"]![0]!.DeepClone());
            s["databaseHosts"]![1]!["name"] = "db2";
            s["bases"]!.AsArray().Add(JsonNode.Parse(Base("third").Replace("db1", "db2", StringComparison.Ordinal)));
        });
        Assert.Equal(50, (await _console.Http.Json("api/bases/other")).GetProperty("staleAfterHours").GetDouble());
        var third = await Ask("third");
        await Wait.Until(
            "the new host restores beside it",
            () => File.ReadAllLines(Path.Combine(_console.Folder, "restores")).Contains("base=third")
        );
        Go();
        foreach (var id in new[] { running, waiting, third })
            Assert.Equal("succeeded", await EndOf(id));
    }

    [Fact]
    public async Task A_restore_that_was_accepted_for_a_base_that_a_start_does_not_find_fails_and_the_console_serves()
    {
        await Ask("shop");
        var waiting = await Ask("other");
        await _console.Kill();
        Go();
        var settings = Json();
        settings["bases"]!.AsArray().RemoveAt(1);
        await File.WriteAllTextAsync(File_, settings.ToJsonString());
        await _console.StartWithServers();
        Assert.Equal("failed", await EndOf(waiting));
        Assert.False(_console.HasExited);
    }

    private static string Base(string name) =>
        $$"""{ "name": "{{name}}", "host": "db1", "dump": "x", "owner": "x", "spares": 0 }""";

    private void Go() => File.WriteAllText(Path.Combine(_console.Folder, "go"), "");

    private async Task<string?> Ask(string name)
    {
        using var cron = _console.ClientFor(null);
        return (await (await cron.Post($"api/bases/{name}/restore", new { })).Json()).Text("id");
    }

    private async Task<string?> EndOf(string? id)
    {
        await Wait.Until(
            "it has ended",
            async () => (await _console.Http.Json($"api/restores/{id}?wait=5")).Text("endedAt") is not null,
            30
        );
        return (await _console.Http.Json($"api/restores/{id}")).Text("state");
    }

    private JsonObject Json() => JsonNode.Parse(File.ReadAllText(File_))!.AsObject();

    private async Task Reload(Action<JsonObject> change)
    {
        var settings = Json();
        change(settings);
        await File.WriteAllTextAsync(File_, settings.ToJsonString());
        Shell.Run($"kill -HUP {_console.Id}");
        _reads++;
        await Wait.Until(
            "it is read",
            () => Task.FromResult(_console.Log.Split(Read).Length > _reads),
            10,
            () => Task.FromResult<string?>(_console.Log)
        );
    }
}
