using System.Text.Json;
using System.Text.Json.Nodes;
using TestServers.Tests.Stage;

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
        var numbers = Path.Combine(console.Folder, "state", "numbers.json");
        var next = JsonNode.Parse(await File.ReadAllTextAsync(numbers))!;
        next["next"] = 14;
        await File.WriteAllTextAsync(numbers, next.ToJsonString());

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
