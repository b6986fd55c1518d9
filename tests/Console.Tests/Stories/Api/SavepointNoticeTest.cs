namespace TestServers.Tests.Stories.Api;

/// <summary>A savepoint is not dropped by its age before those whom it concerns were told.</summary>
public sealed class SavepointNoticeTest
{
    [Fact]
    public async Task Who_made_it_and_who_has_its_server_are_told_once_that_it_is_dropped_and_when()
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(more: "\"savepoints\": { \"keptDays\": 1 }");
        await console.StartWithServers();
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "basket", hours = 4 });
        await console.Kill();
        var made = DateTimeOffset.UtcNow.AddHours(-13);
        // As an older console has written it.
        await File.WriteAllTextAsync(
            Path.Combine(console.Folder, "state", "savepoints.json"),
            $$"""
            { "version": 1, "back": {}, "shown": [], "savepoints": {
              {{Savepoint("12", "qa01", made)}},
              {{Savepoint("13", "qa02", DateTimeOffset.UtcNow)}} } }
            """
        );
        await CountFrom14(console);

        await console.StartWithServers();
        using var ben = console.ClientFor("ben");
        foreach (var http in new[] { console.Http, ben })
            await Wait.Until("it is told", async () => (await ToldTo(http)).Count > 0);
        foreach (var http in new[] { console.Http, ben })
        {
            var told = Assert.Single(await ToldTo(http));
            Assert.Equal("qa01", told.Text("server"));
            Assert.Matches(
                @"\ASavepoint 12, before the import, of qa01 is dropped at [-0-9]+ [0-9:]+ UTC, as it is old then\.",
                told.Text("text")
            );
        }

        await console.Kill();
        var file = Path.Combine(console.Folder, "state", "savepoints.json");
        var state = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        Assert.NotNull(state["savepoints"]!["12"]!["told"]);
        Assert.Null(state["savepoints"]!["13"]!["told"]);
        Assert.Null(state["shown"]);
        await console.StartWithServers();
        Assert.Single(await ToldTo(ben));
    }

    [Fact]
    public async Task The_oldest_of_more_than_a_server_may_have_by_now_is_told_and_stays_when_there_is_room_again()
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(more: "\"savepoints\": { \"perServer\": 1 }");
        await console.StartWithServers();
        await console.Kill();
        var file = Path.Combine(console.Folder, "state", "savepoints.json");
        var now = DateTimeOffset.UtcNow;
        await File.WriteAllTextAsync(
            file,
            $$"""
            { "version": 1, "back": {}, "savepoints": {
              {{Savepoint("12", "qa01", now.AddHours(-3))}}, {{Savepoint("13", "qa01", now.AddHours(-2))}} } }
            """
        );
        await CountFrom14(console);
        await console.StartWithServers();
        using var ben = console.ClientFor("ben");
        await Wait.Until("it is told", async () => (await ToldTo(ben)).Count > 0);
        Assert.Matches(
            @"\ASavepoint 12, before the import, of qa01 is dropped at .* as qa01 has more of them than",
            Assert.Single(await ToldTo(ben)).Text("text")
        );
        var list = (await ben.Json("api/servers/qa01/savepoints")).GetProperty("savepoints");
        Assert.Equal(["13", "12"], list.EnumerateArray().Select(s => s.Text("id")));
        Assert.InRange(list[1].GetProperty("droppedAt").GetDateTimeOffset(), now.AddHours(23), now.AddHours(25));

        await console.Kill();
        console.WriteSettings();
        await console.StartWithServers();
        await Wait.Until(
            "it may stay",
            async () =>
                JsonNode.Parse(await File.ReadAllTextAsync(file))!["savepoints"]!["12"]!["told"] is null
                && (await ben.Json("api/servers/qa01/savepoints"))
                    .GetProperty("savepoints")[1]
                    .GetProperty("droppedAt")
                    .GetDateTimeOffset() > now.AddDays(13)
        );
    }

    [Fact]
    public async Task What_has_failed_is_told_to_who_asks_again_and_on_the_page_and_is_never_called_done()
    {
        await using var console = new ConsoleProcess();
        console.Build().WithTemplates().WithFile("password", "x").WithFile("program", "").With(App).Write();
        File.SetUnixFileMode(Path.Combine(console.Folder, "program"), (UnixFileMode)0b111_101_101);
        await console.StartWithServers();
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "basket", hours = 4 });
        await console.Kill();
        var state = Path.Combine(console.Folder, "state");
        await File.WriteAllTextAsync(
            Path.Combine(state, "savepoints.json"),
            $$"""
            { "version": 1, "back": {}, "savepoints": { {{Savepoint("12", "qa01", DateTimeOffset.UtcNow)}} } }
            """
        );
        await File.WriteAllTextAsync(Path.Combine(state, "history", "qa01.json"), History);
        await CountFrom14(console);
        await console.StartWithServers();
        foreach (var (path, body, back) in Asked)
        {
            var details = new List<string>();
            for (var times = 0; times < 2; times++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, $"api/servers/qa01/savepoints{path}")
                {
                    Content = JsonContent.Create(body),
                };
                request.Headers.Add("Idempotency-Key", $"once-{back}");
                details.Add(await (await console.Http.SendAsync(request)).Problem(HttpStatusCode.BadGateway));
            }
            Assert.Equal(details[0], details[1]);
            var last = (await console.Http.Json("api/servers/qa01/savepoints")).GetProperty("last");
            Assert.Equal(back, last.GetProperty("back").GetBoolean());
            Assert.Equal(details[0], last.Text("problem"));
        }
        Assert.Equal(
            ["12"],
            (await console.Http.Json("api/servers/qa01/savepoints"))
                .GetProperty("savepoints")
                .EnumerateArray()
                .Select(s => s.Text("id"))
        );
    }

    [Fact]
    public async Task What_an_end_of_the_console_has_cut_off_is_told_at_the_next_start_though_no_host_answers()
    {
        await using var console = new ConsoleProcess();
        console.Build().WithTemplates().WithFile("password", "x").WithFile("program", Silent).With(App).Write();
        File.SetUnixFileMode(Path.Combine(console.Folder, "program"), (UnixFileMode)0b111_101_101);
        await console.StartWithServers();
        await console.Kill();
        var (now, state) = (DateTimeOffset.UtcNow, Path.Combine(console.Folder, "state"));
        await File.WriteAllTextAsync(
            Path.Combine(state, "savepoints.json"),
            $$"""
            { "version": 1,
              "back": { "qa01": { "server": "qa01", "savepoint": "12", "by": "ben", "at": "{{now:O}}" } },
              "savepoints": {
                {{Savepoint("12", "qa01", now)}},
                {{Savepoint("13", "qa02", now).Replace("kept", "making", StringComparison.Ordinal)}} } }
            """
        );
        await CountFrom14(console);
        await console.StartWithServers();
        foreach (var (server, back) in new[] { ("qa01", true), ("qa02", false) })
        {
            await Wait.Until("it is told", async () => await LastOn(console, server) is { Length: > 0 }, 10);
            Assert.StartsWith(
                "It was interrupted by an end of the console",
                await LastOn(console, server),
                StringComparison.Ordinal
            );
            var last = (await console.Http.Json($"api/servers/{server}/savepoints")).GetProperty("last");
            Assert.Equal(
                ("ben", back, "before the import"),
                (last.Text("by"), last.GetProperty("back").GetBoolean(), last.Text("name"))
            );
        }
    }

    [Fact]
    public async Task What_a_stop_cuts_off_is_written_down_before_the_end()
    {
        await using var console = new ConsoleProcess();
        console.Build().WithTemplates().WithFile("password", "x").WithFile("program", Silent).With(App).Write();
        File.SetUnixFileMode(Path.Combine(console.Folder, "program"), (UnixFileMode)0b111_101_101);
        await console.StartWithServers();
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "basket", hours = 4 });
        await console.Kill();
        var state = Path.Combine(console.Folder, "state");
        await File.WriteAllTextAsync(Path.Combine(state, "history", "qa01.json"), History);
        await console.StartWithServers();
        var keeping = console.Http.Post("api/servers/qa01/savepoints", new { name = "half" });
        await Wait.Until(
            "it is under way",
            async () =>
                (await console.Http.Json("api/servers/qa01/savepoints")).GetProperty("work").ValueKind
                == JsonValueKind.Object
        );
        Shell.Run($"kill -TERM {console.Id}");
        await Wait.Until("it has ended", () => console.HasExited, 40);
        await keeping.ContinueWith(_ => { }, TaskScheduler.Default);
        var left = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(state, "savepoints.json")))!;
        Assert.StartsWith(
            "It was interrupted by an end of the console",
            left["last"]!["qa01"]!["problem"]!.GetValue<string>(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_drain_waits_for_what_runs_and_what_is_asked_for_meanwhile_begins_with_the_next_start()
    {
        await using var console = new ConsoleProcess();
        var sign = Path.Combine(console.Folder, "go");
        console
            .Build()
            .WithTemplates()
            .WithFile("password", "x")
            .WithFile("program", $"#!/bin/sh\nuntil [ -e '{sign}' ]; do sleep 0.1; done\nexit 1\n")
            .With(App)
            .Write();
        File.SetUnixFileMode(Path.Combine(console.Folder, "program"), (UnixFileMode)0b111_101_101);
        await console.StartWithServers();
        foreach (var server in (string[])["qa01", "qa02"])
            await console.Http.Put($"api/servers/{server}/reservation", new { purpose = "basket", hours = 4 });
        await console.Kill();
        foreach (var server in (string[])["qa01", "qa02"])
            await File.WriteAllTextAsync(
                Path.Combine(console.Folder, "state", "history", $"{server}.json"),
                History.Replace("qa01", server, StringComparison.Ordinal)
            );
        await console.StartWithServers();

        var first = console.Http.Post("api/servers/qa01/savepoints", new { name = "first" });
        await Wait.Until("it runs", async () => await WorkOn(console, "qa01") is not null);
        var drain = console.Command("drain", "--minutes", "1");
        await Wait.Until(
            "nothing begins",
            async () =>
                (await console.Http.GetStringAsync("healthz")).Contains("console drain", StringComparison.Ordinal)
        );
        var second = console.Http.Post("api/servers/qa02/savepoints", new { name = "second" });
        await Wait.Until(
            "it waits",
            async () =>
                await WorkOn(console, "qa02") is { } work && work.Contains("console drain", StringComparison.Ordinal)
        );
        Assert.Null(await LastOn(console, "qa01"));
        Assert.False(drain.IsCompleted);
        await File.WriteAllTextAsync(sign, "");
        var end = await drain;
        Assert.True(end.Exit == 0, end.Output + end.Errors);
        Assert.Contains("Builds, restores and savepoints that run: 1", end.Output, StringComparison.Ordinal);
        Assert.NotNull(await LastOn(console, "qa01"));
        Assert.NotNull(await WorkOn(console, "qa02"));
        Assert.Null(await LastOn(console, "qa02"));

        Shell.Run($"kill -TERM {console.Id}");
        await Wait.Until("it has ended", () => console.HasExited, 40);
        await Task.WhenAll(first, second).ContinueWith(_ => { }, TaskScheduler.Default);
        await console.StartWithServers();
        // The program has failed with its own words, so it was called.
        await Wait.Until("it has begun, and ended", async () => await LastOn(console, "qa02") is { Length: > 0 }, 20);
        Assert.DoesNotContain("interrupted", await LastOn(console, "qa02"), StringComparison.Ordinal);
        Assert.Equal(await LastOn(console, "qa01"), await LastOn(console, "qa02"));
    }

    [Fact]
    public async Task What_has_waited_for_a_drain_is_not_done_on_a_server_that_its_holder_has_released()
    {
        await using var console = new ConsoleProcess();
        console.Build().WithTemplates().WithFile("password", "x").WithFile("program", Silent).With(App).Write();
        File.SetUnixFileMode(Path.Combine(console.Folder, "program"), (UnixFileMode)0b111_101_101);
        await console.StartWithServers();
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "basket", hours = 4 });
        await console.Kill();
        await File.WriteAllTextAsync(Path.Combine(console.Folder, "state", "history", "qa01.json"), History);
        await console.StartWithServers();
        await console.Command("drain", "--minutes", "1");
        var asked = console.Http.Post("api/servers/qa01/savepoints", new { name = "late" });
        await Wait.Until("it waits", async () => await WorkOn(console, "qa01") is not null);
        await console.Http.DeleteAsync("api/servers/qa01/reservation");
        Assert.Equal(0, (await console.Command("drain", "--end")).Exit);
        await Wait.Until("it is refused", async () => await LastOn(console, "qa01") is { Length: > 0 }, 10);
        Assert.Contains("anna does not hold qa01 any more", await LastOn(console, "qa01"), StringComparison.Ordinal);
        await asked.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private static async Task<string?> WorkOn(ConsoleProcess console, string server) =>
        (await console.Http.Json($"api/servers/{server}/savepoints")).GetProperty("work")
            is { ValueKind: JsonValueKind.Object } work
            ? work.GetRawText()
            : null;

    // It is there, and never says a word.
    private const string Silent = "#!/bin/sh\nexec sleep 100\n";

    private static async Task<string?> LastOn(ConsoleProcess console, string server) =>
        (await console.Http.Json($"api/servers/{server}/savepoints")).GetProperty("last")
            is { ValueKind: JsonValueKind.Object } last
            ? last.Text("problem")
            : null;

    // The numbers up to it are taken.
    private static async Task CountFrom14(ConsoleProcess console)
    {
        var numbers = Path.Combine(console.Folder, "state", "numbers.json");
        var next = JsonNode.Parse(await File.ReadAllTextAsync(numbers))!;
        next["next"] = 14;
        await File.WriteAllTextAsync(numbers, next.ToJsonString());
    }

    private static readonly (string, object, bool)[] Asked =
    [
        ("/12/back", new { }, true),
        ("", new { name = "half" }, false),
    ];

    private const string App =
            """
                "guests": { "ssh": { "user": "nobody", "port": 9, "key": "/dev/null", "knownHosts": "/dev/null" } },
                "databaseHosts": [ { "name": "db1", "address": "127.71.9.1", "port": 9,
                  "local": { "program": "program", "config": "password" } } ],
                "bases": [ { "name": "shop", "host": "db1", "dump": "shop.dump", "owner": "shop" } ],
                "apps": [ { "name": "shop", "repository": { "kind": "svn", "url": "svn://127.71.9.1/shop" },
                  "templates": "templates", "base": "shop",
                  "database": { "user": "shop", "passwordFile": "password" } } ]
                """,
        History =
            """
                { "version": 1, "server": "qa01", "entries": [], "code": {},
                  "copies": { "shop": "2026-11-25T01:00:00Z" },
                  "configuration": { "app": "shop", "path": "trunk", "revision": "12", "dataTime": null, "by": "anna",
                    "database": "copy_shop_qa01", "at": "2026-11-25T08:00:00Z", "build": "1", "result": "succeeded",
                    "message": null } }
                """;

    private static string Savepoint(string id, string server, DateTimeOffset at) =>
        $$"""
            "{{id}}": { "id": "{{id}}", "server": "{{server}}", "app": "shop", "name": "before the import", "note": "",
              "by": "ben", "at": "{{at:yyyy-MM-ddTHH:mm:ssZ}}", "state": "kept",
              "copies": [ { "base": "shop", "host": "db1", "size": 7 } ] }
            """;

    private static async Task<List<JsonElement>> ToldTo(HttpClient http) =>
        [
            .. (await http.Json("api/messages"))
                .GetProperty("messages")
                .EnumerateArray()
                .Where(m => m.Text("kind") == "savepointEnds"),
        ];
}
