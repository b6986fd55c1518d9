namespace TestServers.Tests.Stories.Lab;

/// <summary>Databases that nobody is seen to use are somebody's all the same: told, and left to a person.</summary>
[Collection("lab"), Trait("lab", "second")]
public sealed class UnusedDatabasesTest(LabFixture lab) : IClassFixture<LabFixture>
{
    [Fact]
    public async Task A_second_console_by_mistake_drops_nothing_and_tells_whose_each_copy_is()
    {
        await using var console = new CopyConsole(lab);
        console.AddHost("vmhost", "^qa[0-9]$");
        console.WriteDomains("vmhost", "qa1", "qa2");
        await console.Found();
        await console.MakeCopies("qa1", "qa2");
        await console.MakeCopiesOf(null, "qa3");
        await console.SeeAll(["qa1", "qa2"]);
        await using var second = new CopyConsole(lab);
        second.AddHost("vmhost", "^qa2$", console.UriOf("vmhost"));
        await second.Process.Start();
        Assert.NotEqual(console.Id, second.Id);
        await second.Kept("qa1", $"it is the console {console.Id}'s");
        await second.Kept("qa3", "it carries no console's id");
        Assert.Contains(
            console.Id,
            await (await second.Http.DeleteAsync("api/copies/copy_grace_qa1")).Problem(HttpStatusCode.Conflict),
            StringComparison.Ordinal
        );
        await Wait.Until(
            "its time would be over",
            () =>
                DateTime.Now - System.Diagnostics.Process.GetProcessById(second.Process.Id).StartTime
                > TimeSpan.FromSeconds(15),
            30
        );
        Assert.Equal(["copy_grace_qa1", "copy_grace_qa2", "copy_grace_qa3"], await console.Databases());
    }

    [Fact]
    public async Task What_is_left_of_a_base_that_the_settings_no_longer_name_is_listed_and_stays()
    {
        await using var console = new CopyConsole(lab);
        console.AddHost("vmhost", "^qa[0-9]$");
        console.WriteDomains("vmhost", "qa1", "qa2");
        await console.Found();
        await console.MakeCopies("qa1", "qa2");
        await console.SeeAll(["qa1", "qa2"]);
        await console.Make("base_grace", "base of grace", "data time 2026-01-01T00:00:00Z; tables 1; raw size 1");
        await console.Make("spare_grace_1", "spare of grace", "data time 2026-01-01T00:00:00Z; ready of 1");
        await console.Make("draft_grace_1", "draft of grace", "");
        console.Change(s => s["bases"] = new JsonArray());
        console.WriteDomains("vmhost", "qa2");
        await console.Process.Start();
        await console.Kept("qa1", "the settings no longer name its base grace");
        await Wait.Until("the sweep has been", async () => !(await console.Databases()).Contains("draft_grace_1"), 30);
        var left = Assert.Single((await console.Http.Json("api/copies")).GetProperty("leftovers").EnumerateArray());
        Assert.StartsWith(
            "db1 has 1 base, 2 copies, 1 spare of grace, ",
            left.Text("message"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "but the settings no longer name the base grace.",
            left.Text("message"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            left.Text("message")!,
            (await console.Http.Json("healthz")).GetProperty("problems").ToString(),
            StringComparison.Ordinal
        );
        Assert.Equal(["base_grace", "copy_grace_qa1", "copy_grace_qa2", "spare_grace_1"], await console.Databases());
        foreach (var statement in left.GetProperty("statements").EnumerateArray())
            await lab.Sql(statement.GetString()!);
        Assert.Empty(await console.Databases());
    }

    [Fact]
    public async Task What_nobody_needs_is_dropped_by_the_list_that_was_shown_and_nothing_else()
    {
        await using var console = new CopyConsole(lab, keptDays: 7);
        console.AddHost("vmhost", "^qa[0-9]$");
        console.WriteDomains("vmhost", "qa1", "qa2");
        await console.Found();
        await console.MakeCopies("qa1", "qa2");
        await console.MakeCopiesOf("0123456789ab", "qa5");
        await console.SeeAll(["qa1", "qa2"]);
        const string Time = "data time 2026-01-01T00:00:00Z";
        await console.Make("base_grace", "base of grace", $"{Time}; tables 1; raw size 1");
        await console.Make("spare_grace_1", "spare of grace", $"{Time}; ready of 1");
        await console.Make("night_grace_1", "night of grace", Time);
        await console.Make("keep_grace_7", "keep of grace", $"{Time}; server qa2; kept 2026-01-01T00:00:00Z; name x");
        await console.Make("twin_grace_7", "twin of grace", Time);
        console.Change(s =>
        {
            s["bases"] = new JsonArray();
            s["roles"] = JsonNode.Parse("""[ { "role": "administrator", "users": ["carla"] } ]""");
        });
        console.WriteDomains("vmhost", "qa2");
        await console.Process.Start();
        using HttpClient anna = console.Process.ClientFor("anna"),
            carla = console.Process.ClientFor("carla");
        string[] expected = ["base_grace", "copy_grace_qa1", "keep_grace_7"];
        await Wait.Until("it is shown", async () => (await Unneeded(anna)).SequenceEqual(expected), 40);
        var host = (await anna.Json("api/room"))
            .GetProperty("hosts")
            .EnumerateArray()
            .Single(h => h.Text("name") == "db1");
        var all = host.GetProperty("databases").EnumerateArray().Select(d => d.Text("name")).ToList();
        Assert.All(await console.Databases(), name => Assert.Contains(name, all));

        await (await anna.Post("api/room/drop", Named("base_grace"))).Problem(HttpStatusCode.Forbidden);
        var refused = await carla.Post("api/room/drop", Named("base_grace", "copy_grace_qa2"));
        Assert.StartsWith(
            "copy_grace_qa2 on db1 is not among what nobody needs now. Nothing was dropped.",
            await refused.Problem(HttpStatusCode.Conflict),
            StringComparison.Ordinal
        );
        Assert.Equal(8, (await console.Databases()).Length);

        var answer = await (await carla.Post("api/room/drop", Named(expected))).Json();
        Assert.Equal("3 databases were dropped.", answer.Text("message"));
        Assert.Equal(["copy_grace_qa2", "copy_grace_qa5"], await console.Databases());
        Assert.Empty(await Unneeded(anna));
    }

    [Fact]
    public async Task What_is_dropped_is_gone_by_the_other_name_of_its_database_host_too()
    {
        await using var console = new CopyConsole(lab, keptDays: 7);
        console.AddHost("vmhost", "^qa[0-9]$");
        console.WriteDomains("vmhost", "qa1");
        await console.Found();
        await console.Make("base_grace", "base of grace", "data time 2026-01-01T00:00:00Z; tables 1; raw size 1");
        console.Change(s =>
        {
            var other = s["databaseHosts"]![0]!.DeepClone();
            other["name"] = "again";
            s["databaseHosts"]!.AsArray().Add(other);
            s["bases"] = new JsonArray();
            s["roles"] = JsonNode.Parse("""[ { "role": "administrator", "users": ["carla"] } ]""");
        });
        await console.Process.Start();
        using var carla = console.Process.ClientFor("carla");
        await Wait.Until("both are heard", async () => await Hosts(carla) == 2, 40);
        Assert.Equal(["base_grace"], await Unneeded(carla));
        await (await carla.Post("api/room/drop", Named("base_grace"))).Json();
        Assert.Empty(await Unneeded(carla));
    }

    // Those that have told of their disks.
    private static async Task<int> Hosts(HttpClient http) =>
        (await http.Json("api/room"))
            .GetProperty("hosts")
            .EnumerateArray()
            .Count(h => h.GetProperty("diskFree").ValueKind == JsonValueKind.Number);

    [Fact]
    public async Task A_copy_of_a_base_of_before_is_needed_while_the_site_of_its_server_uses_it_and_no_longer()
    {
        await using var console = new CopyConsole(lab, keptDays: 7);
        console.AddHost("vmhost", "^qa[0-9]$");
        console.WriteDomains("vmhost", "qa1", "qa2", "qa3", "qa4");
        await console.Found();
        string[] all = ["qa1", "qa2", "qa3", "qa4"];
        await console.MakeCopies(all);
        await console.SeeAll(all);
        console.Change(s =>
        {
            s["bases"] = new JsonArray();
            s["roles"] = JsonNode.Parse("""[ { "role": "administrator", "users": ["carla"] } ]""");
        });
        // Of qa1 it is the site's; qa2 has another app; what qa3 has shall come from it; of qa4 nothing is known.
        Tell("qa1", "shop", "\"copy_grace_qa1\"", "");
        Tell("qa2", "page", "null", "");
        Tell("qa3", "page", "null", """, "bases": { "shop": { "default": "grace" } }""");
        await console.Process.Start();
        using var carla = console.Process.ClientFor("carla");
        await Wait.Until("it is shown", async () => (await Unneeded(carla)).SequenceEqual(["copy_grace_qa2"]), 40);
        var why = (await carla.Json("api/room"))
            .GetProperty("unneeded")
            .EnumerateArray()
            .Single(u => u.Text("name") == "copy_grace_qa2")
            .Text("why");
        Assert.Equal("The settings no longer name the base grace, and nothing on qa2 uses it.", why);
        await (await carla.Post("api/room/drop", Named("copy_grace_qa2", "copy_grace_qa1"))).Problem(
            HttpStatusCode.Conflict
        );
        var answer = await (await carla.Post("api/room/drop", Named("copy_grace_qa2"))).Json();
        Assert.Equal("1 database was dropped.", answer.Text("message"));
        Assert.Equal(["copy_grace_qa1", "copy_grace_qa3", "copy_grace_qa4"], await console.Databases());
        Assert.DoesNotContain("grace", File.ReadAllText(HistoryOf("qa2")), StringComparison.Ordinal);

        string HistoryOf(string server) => Path.Combine(console.StateFolder, "history", $"{server}.json");
        void Tell(string server, string app, string database, string more) =>
            File.WriteAllText(
                HistoryOf(server),
                $$"""
                { "version": 1, "server": "{{server}}", "entries": [], "copies": { "grace": "2026-01-01T00:00:00Z" },
                  "code": {}, "configuration": { "app": "{{app}}", "path": "trunk", "revision": "12", "by": "anna",
                  "dataTime": null, "database": {{database}}, "at": "2026-01-01T08:00:00Z", "build": "1",
                  "result": "succeeded", "message": null }{{more}} }
                """
            );
    }

    private static object Named(params string[] names) =>
        new { databases = names.Select(name => new { host = "db1", name }).ToArray() };

    private static async Task<List<string>> Unneeded(HttpClient http) =>
        [
            .. (await http.Json("api/room"))
                .GetProperty("unneeded")
                .EnumerateArray()
                .Select(u => u.Text("name")!)
                .Where(name => name.Contains("_grace", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

    [Fact]
    public async Task A_person_drops_one_at_once_by_name_and_is_refused_what_somebody_may_use()
    {
        await using var console = new CopyConsole(lab, keptDays: 7);
        console.AddHost("vmhost", "^qa[0-9]$");
        console.WriteDomains("vmhost", "qa1", "qa2", "qa3");
        await console.Found();
        await console.MakeCopies("qa1", "qa2", "qa3");
        await console.MakeCopiesOf(null, "qa4");
        await console.MakeCopiesOf("0123456789ab", "qa5");
        await console.SeeAll(["qa1", "qa2", "qa3"], held: "qa2");
        console.WriteDomains("vmhost", "qa3");
        await console.Process.Start();
        await console.Going("qa1");
        using var anna = console.Process.ClientFor("anna");
        Assert.Contains(
            "Its server qa3 is on vmhost",
            await (await anna.DeleteAsync("api/copies/copy_grace_qa3")).Problem(HttpStatusCode.Conflict),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "qa2 is reserved by anna",
            await (await anna.DeleteAsync("api/copies/copy_grace_qa2")).Problem(HttpStatusCode.Conflict),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "It is the console 0123456789ab's",
            await (await anna.DeleteAsync("api/copies/copy_grace_qa5")).Problem(HttpStatusCode.Conflict),
            StringComparison.Ordinal
        );
        foreach (var none in new[] { "copy_grace_qa9", "copy_grace_qa1?host=db9" })
            await (await anna.DeleteAsync($"api/copies/{none}")).Problem(HttpStatusCode.NotFound);
        foreach (var other in new[] { "postgres", "base_grace", "copy_grace_qa1?hots=db1" })
            await (await anna.DeleteAsync($"api/copies/{other}")).Problem(HttpStatusCode.BadRequest);
        using var cron = console.Process.ClientFor("nobody");
        cron.DefaultRequestHeaders.Remove("X-Remote-User");
        cron.DefaultRequestHeaders.Authorization = new("Bearer", lab.Token);
        await (await cron.DeleteAsync("api/copies/copy_grace_qa1")).Problem(HttpStatusCode.Forbidden);
        Assert.Equal(5, (await console.Databases()).Length);

        foreach (var server in new[] { "qa1", "qa4" })
        {
            Task<HttpResponseMessage> Drop()
            {
                var ask = new HttpRequestMessage(HttpMethod.Delete, $"api/copies/copy_grace_{server}");
                ask.Headers.Add("Idempotency-Key", $"drop-{server}");
                return anna.SendAsync(ask);
            }
            var answer = await Drop();
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(await answer.Content.ReadAsStringAsync(), await (await Drop()).Content.ReadAsStringAsync());
            var message = (await answer.Json()).Text("message");
            Assert.StartsWith(
                $"Dropped copy_grace_{server}: the copy of grace for {server} on db1, ",
                message,
                StringComparison.Ordinal
            );
            Assert.Contains(" MB, with data of 2026-01-01 00:00 UTC", message, StringComparison.Ordinal);
            await (await anna.DeleteAsync($"api/copies/copy_grace_{server}")).Problem(HttpStatusCode.NotFound);
            Assert.Contains(
                $"\"who\":\"anna\",\"kind\":\"user\",\"what\":\"drop copy\",\"on\":\"copy_grace_{server}\"",
                File.ReadAllText(Path.Combine(console.StateFolder, "audit.log")),
                StringComparison.Ordinal
            );
        }
        Assert.Equal(["copy_grace_qa2", "copy_grace_qa3", "copy_grace_qa5"], await console.Databases());
    }
}
