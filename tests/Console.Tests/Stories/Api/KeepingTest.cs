namespace TestServers.Tests.Stories.Api;

/// <summary>Logs are kept by number and by age.</summary>
public sealed class KeepingTest
{
    private static readonly object Ask = Body.ForBuild("shop", "trunk", database: false, code: true);

    [Fact]
    public async Task Logs_that_are_too_old_are_removed_at_the_start_and_what_the_history_names_can_still_be_repeated()
    {
        await using var own = new ConsoleWithApp("""{ "keptDays": 30 }""");
        await own.Console.StartWithServers();
        var http = own.Console.Http;
        foreach (var _ in new[] { 1, 2, 3 })
            Assert.Equal("failed", await End(http, await Post(http)));
        await own.Console.Kill();
        foreach (var id in new[] { 1, 2 })
            Age(own, id, days: 31);
        Age(own, 3, days: 29);
        Forget(own, build: 1);
        File.WriteAllText(
            Path.ChangeExtension(Log(own, 4), ".json"),
            Waiting(File.ReadAllText(Path.ChangeExtension(Log(own, 3), ".json")))
        );
        Change(Path.Combine(own.Console.Folder, "state/numbers.json"), numbers => numbers["next"] = 5);
        await own.Console.StartWithServers();

        await Wait.Until("the old logs are gone", () => !File.Exists(Log(own, 1)) && !File.Exists(Log(own, 2)));
        await (await http.GetAsync("api/builds/1")).Problem(HttpStatusCode.NotFound);
        Assert.False(File.Exists(Path.ChangeExtension(Log(own, 1), ".json")));
        Assert.Contains(
            "builds.keptDays",
            await (await http.GetAsync("api/builds/2/log")).Problem(HttpStatusCode.NotFound),
            StringComparison.Ordinal
        );
        Assert.Equal("failed", (await http.Json("api/builds/2")).Text("state"));
        Assert.NotEqual("", await http.GetStringAsync("api/builds/3/log"));
        Assert.Equal(
            ["3", "2"],
            (await http.Json("api/servers/qa01/history"))
                .GetProperty("history")
                .EnumerateArray()
                .Where(e => e.Text("build") is "2" or "3")
                .Select(e => e.Text("build"))
        );
        // What waited, however long, is still there and ran.
        Assert.Equal("failed", await End(http, "4"));
        Assert.NotEqual("", await http.GetStringAsync("api/builds/4/log"));
        Assert.Equal(HttpStatusCode.Accepted, (await http.Post("api/builds/2/retry", new { })).StatusCode);
    }

    [Fact]
    public async Task By_number_too_only_logs_go_of_what_the_history_names_and_a_server_that_is_to_be_cleaned_stays_so()
    {
        await using var own = new ConsoleWithApp("""{ "kept": 2, "keptDays": 0 }""");
        await own.Console.StartWithServers();
        var http = own.Console.Http;
        foreach (var _ in new[] { 1, 2, 3, 4 })
            Assert.Equal("failed", await End(http, await Post(http, "qa02")));
        await Wait.Until("the older logs are gone", () => !File.Exists(Log(own, 1)) && !File.Exists(Log(own, 2)));
        Assert.Contains(
            "builds.kept",
            await (await http.GetAsync("api/builds/1/log")).Problem(HttpStatusCode.NotFound),
            StringComparison.Ordinal
        );
        Assert.NotEqual("", await http.GetStringAsync("api/builds/3/log"));
        Assert.Equal("failed", (await http.Json("api/builds/1")).Text("state"));
        await own.Console.Kill();

        foreach (var id in new[] { 1, 2 })
            Forget(own, id, "qa02");
        Change(Path.ChangeExtension(Log(own, 2), ".json"), build => build["unclean"] = true);
        await own.Console.StartWithServers();
        await Wait.Until("what nobody needs is gone", () => !File.Exists(Path.ChangeExtension(Log(own, 1), ".json")));
        Assert.Equal("2", (await http.Json("api/servers/qa02")).GetProperty("cleaning").Text("build"));
        Assert.True(File.Exists(Path.ChangeExtension(Log(own, 2), ".json")));
    }

    [Fact]
    public async Task A_number_is_not_given_again_when_all_builds_are_too_old()
    {
        await using var own = new ConsoleWithApp("""{ "keptDays": 30 }""");
        await own.Console.StartWithServers();
        foreach (var _ in new[] { 1, 2 })
            await End(own.Console.Http, await Post(own.Console.Http, "qa02"));
        await own.Console.Kill();
        foreach (var id in new[] { 1, 2 })
        {
            Age(own, id, days: 31);
            Forget(own, id, "qa02");
        }
        await own.Console.StartWithServers();
        await Wait.Until("the old logs are gone", () => !File.Exists(Log(own, 1)) && !File.Exists(Log(own, 2)));
        await own.Console.Kill();
        await own.Console.StartWithServers();
        Assert.Equal("3", await Post(own.Console.Http, "qa02"));
    }

    [Fact]
    public async Task Without_a_limit_nothing_is_too_old()
    {
        await using var own = new ConsoleWithApp("""{ "keptDays": 0 }""");
        await own.Console.StartWithServers();
        Assert.Equal("failed", await End(own.Console.Http, await Post(own.Console.Http)));
        await own.Console.Kill();
        Age(own, 1, days: 3000);
        await own.Console.StartWithServers();
        Assert.NotEqual("", await own.Console.Http.GetStringAsync("api/builds/1/log"));
    }

    [Fact]
    public async Task An_age_that_is_no_number_of_days_stops_the_start()
    {
        await using var own = new ConsoleWithApp("""{ "keptDays": -1 }""");
        Assert.Contains("builds.keptDays", await own.Console.StartInVain(), StringComparison.Ordinal);
    }

    // On qa01 a build takes 5 s; on qa02 nothing listens.
    private static async Task<string> Post(HttpClient http, string server = "qa01")
    {
        // Held, as a server that was not reached is given to nobody.
        await http.Put($"api/servers/{server}/reservation", new { purpose = "old logs", hours = 9 });
        return (await (await http.Post($"api/servers/{server}/builds", Ask)).Json()).Text("id")!;
    }

    private static async Task<string?> End(HttpClient http, string id) =>
        (await http.Json($"api/builds/{id}?wait=25")).Text("state");

    private static string Log(ConsoleWithApp own, int id) =>
        Path.Combine(own.Console.Folder, "state/builds", $"{id}.log");

    private static void Change(string file, Action<JsonObject> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        change(json);
        File.WriteAllText(file, json.ToJsonString());
    }

    // A build that was accepted long ago and has not begun.
    private static string Waiting(string ended)
    {
        var json = JsonNode.Parse(ended)!.AsObject();
        (json["id"], json["state"], json["at"]) = (
            json["id"]!.GetValueKind() == System.Text.Json.JsonValueKind.String ? "4" : 4,
            "queued",
            DateTimeOffset.UtcNow.AddDays(-40)
        );
        foreach (var key in new[] { "startedAt", "endedAt", "message", "seconds" })
            json[key] = null;
        foreach (var step in json["steps"]!.AsArray())
        {
            step!["state"] = "waiting";
            foreach (var key in new[] { "startedAt", "endedAt", "message", "seconds" })
                step[key] = null;
        }
        return json.ToJsonString();
    }

    private static void Age(ConsoleWithApp own, int id, int days) =>
        Change(
            Path.ChangeExtension(Log(own, id), ".json"),
            build => build["endedAt"] = DateTimeOffset.UtcNow.AddDays(-days)
        );

    // As if so many builds had followed that the history no longer names this one.
    private static void Forget(ConsoleWithApp own, int build, string server = "qa01") =>
        Change(
            Path.Combine(own.Console.Folder, $"state/history/{server}.json"),
            history =>
            {
                var entries = history["entries"]!.AsArray();
                entries.Remove(entries.First(e => e!["build"]!.ToString() == $"{build}"));
            }
        );
}
