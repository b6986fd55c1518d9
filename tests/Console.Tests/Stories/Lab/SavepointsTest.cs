namespace TestServers.Tests.Stories.Lab;

/// <summary>What a tester has built up is kept, broken, and had again; also on another server.</summary>
[Collection("lab"), StandingLab, Trait("lab", "second")]
public sealed class SavepointsTest(LabFixture lab) : IClassFixture<LabFixture>
{
    private const string Copy = "copy_shop_qa05",
        Kept = "SELECT datname FROM pg_database WHERE datname ~ '^(keep|twin)_shop_' ORDER BY 1";

    [Fact]
    public async Task A_state_is_kept_and_gone_back_to_on_its_own_server_and_on_another_whatever_is_built_meanwhile()
    {
        using var anna = lab.As("anna");
        using var ben = lab.As("ben");
        try
        {
            await anna.BuildWell("qa05", "shop", "trunk", database: true, code: true);
            await Say(7);
            var kept = await Keep(anna, "seven");
            var id = kept.GetProperty("savepoint").Text("id")!;
            Assert.Equal(lab.PlainCopy, kept.Text("method"));
            Assert.Contains("Nobody could connect to its database for", kept.Text("message"), StringComparison.Ordinal);
            await Say(9);

            await Refused(ben, $"api/servers/qa05/savepoints/{id}/back", new { }, "qa05 is reserved by anna");
            await Refused(ben, "api/servers/qa05/savepoints", new { name = "mine" }, "qa05 is reserved by anna");
            Assert.Equal(
                HttpStatusCode.Forbidden,
                (await ben.DeleteAsync($"api/servers/qa05/savepoints/{id}")).StatusCode
            );
            Assert.Equal("9", await Said(Copy));

            await Quick(anna, "qa05", id);
            var back = await Back(anna, "qa05", id);
            Assert.Equal("twin", back.Text("method"));
            Assert.InRange(back.GetProperty("seconds").GetDouble(), 0, 0.5);
            Assert.Equal("7", await Said(Copy));
            var mark = (await anna.Json("api/servers/qa05")).GetProperty("configuration").GetProperty("savepoint");
            Assert.Equal(("seven", "anna", "qa05"), (mark.Text("name"), mark.Text("by"), mark.Text("of")));

            await anna.BuildWell("qa06", "shop", "trunk", database: true, code: true);
            Assert.Equal(id, (await List(anna, "qa06")).GetProperty("others")[0].Text("id"));
            await Back(anna, "qa06", id);
            Assert.Equal("7", await Said("copy_shop_qa06"));

            var build = await (
                await anna.Post("api/servers/qa05/builds", Body.ForBuild("shop", null, database: true, code: false))
            ).Json();
            await Refused(anna, "api/servers/qa05/savepoints", new { name = "none" }, $"Build {build.Text("id")}");
            await Refused(anna, $"api/servers/qa05/savepoints/{id}/back", new { }, $"Build {build.Text("id")}");
            await anna.EndOf(build.Text("id"));
            var fresh = (await anna.Json("api/servers/qa05")).GetProperty("configuration");
            Assert.False(fresh.TryGetProperty("savepoint", out _));
            await Back(anna, "qa05", id);
            Assert.Equal("7", await Said(Copy));

            await Keep(anna, "second");
            await Keep(anna, "third");
            var full = await Refused(anna, "api/servers/qa05/savepoints", new { name = "fourth" }, "may have 3");
            Assert.Contains($"the oldest is {id}, seven, of anna", full, StringComparison.Ordinal);
            Assert.True((await List(anna, "qa05")).GetProperty("full").GetBoolean());
            await Say(5);
            var unknown = await anna.Post("api/servers/qa05/savepoints", new { name = "fourth", instead = "999999" });
            await unknown.Problem(HttpStatusCode.NotFound);
            var fourth = await Well(
                await anna.Post("api/servers/qa05/savepoints", new { name = "fourth", instead = id })
            );
            Assert.Equal(
                ["fourth", "third", "second"],
                (await List(anna, "qa05")).GetProperty("savepoints").EnumerateArray().Select(s => s.Text("name"))
            );
            await Say(6);
            await Back(anna, "qa05", fourth.GetProperty("savepoint").Text("id")!);
            Assert.Equal("5", await Said(Copy));
            Assert.Contains(
                (await anna.Json("api/audit?limit=50")).GetProperty("facts").EnumerateArray(),
                f => f.Text("action") == "go back" && f.Text("target") == "qa06"
            );
        }
        finally
        {
            await DropAll(anna);
        }
    }

    [Fact]
    public async Task A_console_that_is_killed_while_it_keeps_or_goes_back_leaves_an_open_copy_and_nothing_half_made()
    {
        using var anna = lab.As("anna");
        try
        {
            await anna.BuildWell("qa05", "shop", "trunk", database: true, code: true);
            await Say(7);
            var id = (await Keep(anna, "seven")).GetProperty("savepoint").Text("id")!;
            await Say(9);
            var keeping = anna.Post("api/servers/qa05/savepoints", new { name = "half" });
            await Task.WhenAny(keeping, Task.Delay(Random.Shared.Next(250)));
            await lab.Kill("console");
            await lab.Mend();
            await keeping.ContinueWith(_ => { }, TaskScheduler.Default);
            await Settled(anna, id);
            Assert.Equal("9", await Said(Copy));

            await Quick(anna, "qa05", id);
            var going = anna.Post($"api/servers/qa05/savepoints/{id}/back", new { });
            await Task.WhenAny(going, Task.Delay(Random.Shared.Next(150)));
            await lab.Kill("console");
            await lab.Mend();
            await going.ContinueWith(_ => { }, TaskScheduler.Default);
            await Settled(anna, id);
            var said = await Said(Copy);
            Assert.Contains(said, (string[])["7", "9"]);
            await Wait.Until(
                "the console knows",
                async () =>
                    said
                    == "9"
                    == !(await anna.Json("api/servers/qa05"))
                        .GetProperty("configuration")
                        .TryGetProperty("savepoint", out _)
            );
        }
        finally
        {
            await DropAll(anna);
        }
    }

    [Fact]
    public async Task What_had_not_begun_on_the_database_host_when_the_console_was_killed_was_never_done()
    {
        using HttpClient anna = lab.As("anna"),
            carla = lab.As("carla");
        try
        {
            await anna.BuildWell("qa05", "shop", "trunk", database: true, code: true);
            await Say(7);
            var id = (await Keep(anna, "seven")).GetProperty("savepoint").Text("id")!;
            await Say(9);
            foreach (
                var (path, body, told) in new (string, object, string)[]
                {
                    ("", new { name = "half" }, "keep state failed"),
                    ($"/{id}/back", new { }, "go back"),
                }
            )
            {
                using var held = await lab.Hold("database-host", "work", "locks", Copy);
                var asked = anna.Post($"api/servers/qa05/savepoints{path}", body);
                await Wait.Until(
                    "it is under way",
                    async () => (await List(anna, "qa05")).GetProperty("work").ValueKind == JsonValueKind.Object
                );
                await lab.Kill("console");
                await lab.Mend();
                await asked.ContinueWith(_ => { }, TaskScheduler.Default);
                held.Dispose();
                await Settled(anna, id);
                await Wait.Until(
                    "it is told",
                    async () =>
                        (await carla.Json("api/audit?limit=50"))
                            .GetProperty("facts")
                            .EnumerateArray()
                            .Any(f =>
                                f.Text("action") == told
                                && f.GetRawText().Contains("interrupted", StringComparison.Ordinal)
                            ),
                    40
                );
                var failed = (await List(anna, "qa05")).GetProperty("last");
                Assert.Equal(
                    (path.Length == 0 ? "half" : "seven", "anna", path.Length > 0),
                    (failed.Text("name"), failed.Text("by"), failed.GetProperty("back").GetBoolean())
                );
                Assert.StartsWith(
                    "It was interrupted by an end of the console",
                    failed.Text("problem"),
                    StringComparison.Ordinal
                );
                Assert.Equal(
                    [id],
                    (await List(anna, "qa05")).GetProperty("savepoints").EnumerateArray().Select(s => s.Text("id")!)
                );
                Assert.Equal("9", await Said(Copy));
                Assert.False(
                    (await anna.Json("api/servers/qa05"))
                        .GetProperty("configuration")
                        .TryGetProperty("savepoint", out _)
                );
            }
        }
        finally
        {
            await DropAll(anna);
        }
    }

    private const string Closed = "SELECT 1 FROM pg_database WHERE datname LIKE 'copy_shop_qa05' AND NOT datallowconn";

    // What was being kept is a savepoint, or nothing is left of it; the one before is there in any case.
    private async Task Settled(HttpClient anna, string id) =>
        await Wait.Until(
            "nothing is half made",
            async () =>
            {
                var listed = (await List(anna, "qa05"))
                    .GetProperty("savepoints")
                    .EnumerateArray()
                    .Select(s => $"keep_shop_{s.Text("id")}")
                    .Order(StringComparer.Ordinal)
                    .ToList();
                var kept = (await lab.Sql(Kept)).Where(k => k.StartsWith("keep", StringComparison.Ordinal));
                return (await lab.Sql(Closed)).Length == 0
                    && listed.Contains($"keep_shop_{id}")
                    && listed.SequenceEqual(kept.Order(StringComparer.Ordinal));
            },
            60
        );

    private async Task Say(int number) =>
        await lab.SqlIn(
            Copy,
            $"CREATE TABLE IF NOT EXISTS said (number int); DELETE FROM said; INSERT INTO said VALUES ({number})"
        );

    private async Task<string> Said(string copy) => (await lab.SqlIn(copy, "SELECT number FROM said")).Trim();

    private static Task<JsonElement> List(HttpClient http, string server) =>
        http.Json($"api/servers/{server}/savepoints");

    private static async Task Quick(HttpClient http, string server, string id) =>
        await Wait.Until(
            "its twin is ready",
            async () =>
                (await List(http, server))
                    .GetProperty("savepoints")
                    .EnumerateArray()
                    .Any(s => s.Text("id") == id && s.GetProperty("quick").GetBoolean()),
            60
        );

    private static async Task<JsonElement> Keep(HttpClient http, string name) =>
        await Well(await http.Post("api/servers/qa05/savepoints", new { name, note = "a note" }));

    private static async Task<JsonElement> Back(HttpClient http, string server, string id) =>
        await Well(await http.Post($"api/servers/{server}/savepoints/{id}/back", new { }));

    private static async Task<JsonElement> Well(HttpResponseMessage answer)
    {
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.Json();
    }

    private static async Task<string> Refused(HttpClient http, string path, object body, string why)
    {
        var detail = await (await http.Post(path, body)).Problem(HttpStatusCode.Conflict);
        Assert.Contains(why, detail, StringComparison.Ordinal);
        return detail;
    }

    private async Task DropAll(HttpClient anna)
    {
        foreach (var one in (await List(anna, "qa05")).GetProperty("savepoints").EnumerateArray())
            await anna.DeleteAsync($"api/servers/qa05/savepoints/{one.Text("id")}");
        await lab.Release("qa05", "qa06");
        await Wait.Until("all of them are dropped", async () => (await lab.Sql(Kept)).Length == 0, 180);
    }
}
