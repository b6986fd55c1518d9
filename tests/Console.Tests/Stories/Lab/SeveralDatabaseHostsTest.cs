using System.Text;

namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// A base on two database hosts, each with a PostgreSQL of its own: it is restored on both, a build takes its copy
/// where a spare is, and the copy before goes when the site has come to use the new one.
/// </summary>
[Collection("lab"), Trait("lab", "second")]
public sealed class SeveralDatabaseHostsTest(LabFixture lab) : IClassFixture<LabFixture>, IAsyncLifetime
{
    private const string Server = "own6";
    private SecondDatabaseHost _second = null!;
    private LabConsole _own = null!;
    private string _url = "";

    private HttpClient Http => _own.Process.Http;

    public async Task InitializeAsync()
    {
        _second = await SecondDatabaseHost.Raise(lab);
        _own = OwnConsole();
        _own.PutPage(
            """
            import psycopg2

            def application(environ, start_response):
                start_response('200 OK', [('Content-Type', 'text/plain')])
                with psycopg2.connect(
                    host='{{database.host}}', port='{{database.port}}', dbname='{{database.name}}',
                    user='{{database.user}}', password='{{database.password}}'
                ) as database, database.cursor() as rows:
                    rows.execute('SELECT count(*) > 0 FROM shop_order')
                    return [b'{{database.port}} %s' % str(rows.fetchone()[0]).encode()]
            """
        );
        await _own.Process.StartWithServers();
        _url = (await Http.Json($"api/servers/{Server}")).Text("url")!;
    }

    private LabConsole OwnConsole() =>
        new(
            lab,
            settings =>
            {
                var labs = JsonNode.Parse(File.ReadAllText(Path.Combine(lab.Folder, "console.json")))!;
                settings["databaseHosts"] = _second.Settings("db9");
                var ledger = labs["bases"]![0]!.DeepClone();
                (ledger["name"], ledger["alsoOn"], ledger["spares"]) = ("ledger", new JsonArray("db9"), 1);
                settings["bases"] = new JsonArray(ledger);
                var plain = settings["apps"]![0]!;
                (plain["base"], plain["database"]) = ("ledger", labs["apps"]![0]!["database"]!.DeepClone());
            }
        );

    public async Task DisposeAsync()
    {
        await _own.DisposeAsync();
        await _second.DisposeAsync();
        foreach (var name in await lab.Sql("SELECT datname FROM pg_database WHERE datname ~ '_ledger'"))
        {
            await lab.Sql($"ALTER DATABASE \"{name}\" IS_TEMPLATE false");
            await lab.Sql($"DROP DATABASE \"{name}\" WITH (FORCE)");
        }
    }

    [Fact]
    public async Task A_build_takes_its_copy_where_a_spare_is_and_the_one_before_goes_behind_it()
    {
        await RestoreWell();
        await SparesAre(1, 1);
        var first = await BuildWell();
        Assert.Equal("db1", first.GetProperty("result").Text("host"));
        Assert.EndsWith("on db1, as the settings name db1 before db9", first.Step("database").Text("message"));
        Assert.Equal($"{DatabasePort} True", await Page());
        await SparesAre(1, 1);

        // None is left on db1, which the console has not heard yet: the build finds out, and goes on.
        using var held = _second.HoldAtLab("spares.ledger");
        await DropSpareAtLab();
        Assert.Equal("db1", (await Plan()).GetProperty("database").Text("host"));
        var moved = await BuildWell();
        Assert.Equal(
            ("db9", "spare"),
            (moved.GetProperty("result").Text("host"), moved.GetProperty("result").Text("method"))
        );
        Assert.EndsWith("on db9, as db9 has a spare ready and db1 has none", moved.Step("database").Text("message"));
        var log = await Http.GetStringAsync($"api/builds/{moved.Text("id")}/log");
        Assert.Contains(
            "The copy is made on db9, as db9 has a spare ready and db1 has none.",
            log,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "copy_ledger_own6 on db1 is not used here any more, as db9 has it: it is dropped behind this build.",
            log,
            StringComparison.Ordinal
        );
        Assert.Equal($"{_second.Port} True", await Page());
        await CopiesAre(atLab: 0, there: 1);
        Assert.Equal("db9", (await Here()).GetProperty("copies")[0].Text("host"));
        Assert.Contains(
            "\"what\":\"drop copy\",\"on\":\"copy_ledger_own6\",\"more\":\"the copy of ledger for own6 on db1",
            File.ReadAllText(Path.Combine(_own.Process.Folder, "state/audit.log")),
            StringComparison.Ordinal
        );

        // What is built without a database stays where it is, and so does its address.
        await Http.BuildWell(Server, "plain", "trunk", database: false, code: true);
        Assert.Equal($"{_second.Port} True", await Page());
        Assert.Empty((await Http.Json($"api/servers/{Server}")).GetProperty("otherwise").EnumerateArray());

        // A savepoint is where the copy is, and going back goes there.
        var kept = await Http.Post($"api/servers/{Server}/savepoints", new { name = "here" });
        Assert.True(kept.IsSuccessStatusCode, await kept.Content.ReadAsStringAsync());
        Assert.Equal("db9", (await Savepoint()).GetProperty("copies")[0].Text("host"));
        var back = await Http.Post($"api/servers/{Server}/savepoints/{(await Savepoint()).Text("id")}/back", new { });
        Assert.True(back.IsSuccessStatusCode, await back.Content.ReadAsStringAsync());
        held.Dispose();
        Assert.Equal(
            "The copy is made on db9, as db9 has savepoints of own6.",
            (await Plan()).GetProperty("database").Text("why")
        );

        var off = await (await Http.DeleteAsync($"api/servers/{Server}/apps/plain")).Json();
        Assert.Equal("succeeded", (await Http.EndOf(off.Text("id"))).Text("state"));
        await CopiesAre(atLab: 0, there: 0);
    }

    [Fact]
    public async Task A_restore_that_fails_on_one_host_is_told_by_host_and_leaves_the_other_usable()
    {
        await RestoreWell();
        await BuildWell();
        await _second.End();
        var restored = await Restore();
        var problem = await restored.Problem(HttpStatusCode.BadGateway);
        Assert.Contains(
            "db9: The base ledger cannot be restored: connection to server",
            problem,
            StringComparison.Ordinal
        );
        Assert.Contains("db1: ledger holds the data of ", problem, StringComparison.Ordinal);
        var ledger = await Http.Json("api/bases/ledger");
        Assert.Equal(
            ["db1 succeeded", "db9 failed"],
            ledger
                .GetProperty("lastRestore")
                .GetProperty("places")
                .EnumerateArray()
                .Select(p => $"{p.Text("host")} {p.Text("state")}")
        );
        Assert.True(ledger.GetProperty("exists").GetBoolean());
        await Wait.Until(
            "its host is known to be away",
            async () => (await Http.Json("api/bases/ledger")).GetProperty("places")[1].Text("problem") is not null,
            40
        );
        Assert.Contains("as db9 does not answer (", (await Plan()).GetProperty("database").Text("why"));
        Assert.Equal("db1", (await BuildWell()).GetProperty("result").Text("host"));
        await _second.Start();
        await RestoreWell();
        await Wait.Until(
            "its host is known to be back",
            async () => (await Http.Json("api/bases/ledger")).GetProperty("places")[1].Text("problem") is null,
            40
        );
    }

    [Fact]
    public async Task A_host_that_ends_unseen_is_passed_over_as_it_has_done_nothing()
    {
        await RestoreWell();
        await SparesAre(1, 1);
        using var held = _second.HoldAtLab("spares.ledger");
        await DropSpareAtLab();
        await _second.End();
        var built = await BuildWell();
        Assert.Equal("db1", built.GetProperty("result").Text("host"));
        Assert.Contains("on db1, as db9 does not answer (", built.Step("database").Text("message"));
        Assert.Equal($"{DatabasePort} True", await Page());
    }

    [Fact]
    public async Task Of_two_builds_that_want_one_spare_one_has_it_and_both_say_where_their_copy_is()
    {
        await RestoreWell();
        await SparesAre(1, 1);
        using var held = _second.HoldAtLab("spares.ledger");
        using var heldThere = _second.HoldHere("spares.ledger");
        await DropSpareAtLab();
        string[] servers = [Server, "own7"];
        var asked = await Task.WhenAll(
            servers.Select(s => Http.Post($"api/servers/{s}/builds", Body.ForBuild("plain", "trunk", true, true, null)))
        );
        var ends = new List<JsonElement>();
        foreach (var answer in asked)
            ends.Add(await Http.EndOf((await answer.Json()).Text("id")!));
        Assert.All(ends, end => Assert.Equal("succeeded", end.Text("state")));
        var spared = Assert.Single(ends, end => end.GetProperty("result").Text("method") == "spare");
        Assert.Equal("db9", spared.GetProperty("result").Text("host"));
        Assert.All(
            ends,
            end =>
                Assert.Matches(
                    $", on {end.GetProperty("result").Text("host")}, as .*(db1|db9)",
                    end.Step("database").Text("message")
                )
        );
    }

    [Fact]
    public async Task A_host_that_is_taken_out_of_the_base_keeps_what_is_used_and_the_rest_is_named_as_unneeded()
    {
        await RestoreWell();
        await SparesAre(1, 1);
        var held = _second.HoldAtLab("spares.ledger");
        await DropSpareAtLab();
        Assert.Equal("db9", (await BuildWell()).GetProperty("result").Text("host"));
        held.Dispose();
        await _own.Process.Reload(settings => settings["bases"]![0]!.AsObject().Remove("alsoOn"));

        // Its site goes on, and so does a build of the code; what nobody needs there is named.
        await Http.BuildWell(Server, "plain", "trunk", database: false, code: true);
        Assert.Equal($"{_second.Port} True", await Page());
        Assert.Equal("db9", (await Here()).GetProperty("copies")[0].Text("host"));
        await Wait.Until("the base there is unneeded", async () => (await Unneeded()).Contains("db9 base_ledger"), 40);
        Assert.DoesNotContain("db9 copy_ledger_own6", await Unneeded());

        // The next database brings it home.
        var home = await BuildWell();
        Assert.Equal("db1", home.GetProperty("result").Text("host"));
        Assert.EndsWith(
            "on db1, as the settings name ledger there and not on db9",
            home.Step("database").Text("message")
        );
        Assert.Equal($"{DatabasePort} True", await Page());
        await CopiesAre(atLab: 1, there: 0);
        using var carla = _own.Process.ClientFor("carla");
        var named = (await Unneeded()).Select(d => d.Split(' ')).Select(d => new { host = d[0], name = d[1] });
        var dropped = await (await carla.Post("api/room/drop", new { databases = named })).Json();
        Assert.Empty(dropped.GetProperty("failed").EnumerateArray());
        Assert.Empty(await _second.Sql("SELECT datname FROM pg_database WHERE datname ~ '_ledger'"));
        Assert.Single(await lab.Sql(Copies));
    }

    private async Task<string[]> Unneeded() =>
        [
            .. (await Http.Json("api/room"))
                .GetProperty("unneeded")
                .EnumerateArray()
                .Select(d => $"{d.Text("host")} {d.Text("name")}"),
        ];

    [Theory]
    // Between the copy on the other host and the settings; when they are in place and nobody has heard it; behind them.
    [InlineData("before")]
    [InlineData("unheard")]
    [InlineData("behind")]
    public async Task Kill_9_at_the_moments_of_a_move_leaves_one_copy_and_the_site_that_it_has(string moment)
    {
        await RestoreWell();
        await SparesAre(1, 1);
        await BuildWell();
        await SparesAre(1, 1);
        var (before, there) = ($"{DatabasePort} True", $"{_second.Port} True");
        Assert.Equal(before, await Page());
        using var held = _second.HoldAtLab("spares.ledger");
        await DropSpareAtLab();
        using var locked = moment == "behind" ? null : _second.Hold(GuestLock);
        var answer = await Http.Post($"api/servers/{Server}/builds", Body.ForBuild("plain", null, true, false, null));
        var id = (await answer.Json()).Text("id")!;
        var awaited = moment == "behind" ? "settings succeeded" : "settings running";
        await Wait.Until(
            awaited,
            async () =>
                (await Http.Json($"api/builds/{id}"))
                    .GetProperty("steps")
                    .EnumerateArray()
                    .Any(s => $"{s.Text("name")} {s.Text("state")}" == awaited),
            40
        );
        if (moment == "unheard")
        {
            await Wait.Until(
                "the guest's program waits for its lock",
                () => lab.Scripts().Any(c => c.StartsWith("flock ", StringComparison.Ordinal)),
                20
            );
            Shell.Run($"kill -STOP {_own.Process.Id}");
            locked!.Dispose();
            await Wait.Until("the site has its new settings", () => Shows(there), 20);
        }
        await _own.Process.Kill();
        if (moment == "before")
            await lab.ScriptsHaveEnded("no script is left on the server", 20);
        locked?.Dispose();
        held.Dispose();
        var isMoved = moment != "before";
        Assert.Equal(isMoved ? there : before, await Page());

        await _own.Process.StartWithServers();
        await Http.EndOf(id);
        await CopiesAre(atLab: isMoved ? 0 : 1, there: isMoved ? 1 : 0);
        Assert.Equal(isMoved ? there : before, await Page());
        await Http.BuildWell(Server, "plain", "trunk", database: false, code: true);
        Assert.Equal(isMoved ? there : before, await Page());
    }

    private int DatabasePort => lab.Status.GetProperty("database").GetProperty("port").GetInt32();

    private string GuestLock => Path.Combine(lab.Folder, "guests/qa06/srv/.lock");

    private async Task<HttpResponseMessage> Restore() =>
        await Http.PostAsync(
            "api/bases/ledger/restore?wait=true",
            new StringContent("{}", Encoding.UTF8, "application/json")
        );

    private async Task RestoreWell()
    {
        var restored = await Restore();
        Assert.True(restored.IsSuccessStatusCode, await restored.Content.ReadAsStringAsync());
        var restore = await restored.Json();
        Assert.Matches("^db1 and db9: ledger holds the data of .*\\.$", restore.Text("message"));
    }

    private Task SparesAre(int atLab, int there) =>
        Wait.Until(
            $"there are {atLab} and {there} spares",
            async () =>
                (await Http.Json("api/bases/ledger"))
                    .GetProperty("places")
                    .EnumerateArray()
                    .Select(p => p.GetProperty("spares").GetProperty("ready").GetInt32())
                    .SequenceEqual([atLab, there]),
            60,
            () => Task.FromResult<string?>(_own.Process.Log)
        );

    private const string Spares = "SELECT datname FROM pg_database WHERE datname ~ '^spare_ledger_'",
        Copies = "SELECT datname FROM pg_database WHERE datname ~ '^copy_ledger_'";

    private async Task DropSpareAtLab()
    {
        foreach (var spare in await lab.Sql(Spares))
            await lab.Sql($"DROP DATABASE \"{spare}\"");
    }

    private Task CopiesAre(int atLab, int there) =>
        Wait.Until(
            $"db1 has {atLab} copies and db9 {there}",
            async () => ((await lab.Sql(Copies)).Length, (await _second.Sql(Copies)).Length) == (atLab, there),
            60,
            () => Task.FromResult<string?>(_own.Process.Log)
        );

    private Task<JsonElement> BuildWell() => Http.BuildWell(Server, "plain", "trunk", database: true, code: true);

    private Task<JsonElement> Plan() => Http.Json($"api/servers/{Server}/plan?app=plain&database=true&code=false");

    private async Task<JsonElement> Here() => (await Http.Json($"api/servers/{Server}/apps")).GetProperty("apps")[0];

    private async Task<JsonElement> Savepoint() =>
        (await Http.Json($"api/servers/{Server}/savepoints")).GetProperty("savepoints")[0];

    // Whoever asks while Apache reads its files anew may be told that a process of before has gone.
    private async Task<bool> Shows(string page)
    {
        try
        {
            return await Page() == page;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<string> Page()
    {
        using var plain = new HttpClient();
        return await plain.GetStringAsync(_url);
    }
}
