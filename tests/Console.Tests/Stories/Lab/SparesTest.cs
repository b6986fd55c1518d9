namespace TestServers.Tests.Stories.Lab;

[Collection("lab"), StandingLab, Trait("on", "every PostgreSQL")]
public sealed class SparesTest(LabFixture lab) : IClassFixture<LabFixture>
{
    [Fact]
    public async Task A_load_takes_the_spare_the_next_ones_copy_the_base_at_once_and_a_new_spare_is_made_behind_them()
    {
        using var anna = lab.As("anna");
        await SpareIsReady(anna, "shop");
        string[] servers = ["qa01", "qa02", "qa03"];
        var builds = await Task.WhenAll(
            servers.Select(s => anna.BuildWell(s, "shop", "trunk", database: true, code: true))
        );
        var methods = builds.Select(b => b.GetProperty("result").Text("method")).ToList();
        Assert.Contains("spare", methods);
        Assert.Contains(lab.PlainCopy, methods);
        foreach (var build in builds.Where(b => b.GetProperty("result").Text("method") == lab.PlainCopy))
        {
            Assert.Contains(
                "No spare of shop is ready",
                await anna.GetStringAsync($"api/builds/{build.Text("id")}/log"),
                StringComparison.Ordinal
            );
        }
        await SpareIsReady(anna, "shop");
        Assert.True((await anna.Json("api/bases/shop")).GetProperty("methodSeconds").GetDouble() > 0);
        await Wait.Until("the old copies are dropped", async () => (await lab.Leftovers()).Length == 0, 30);
    }

    [Fact]
    public async Task The_next_spare_is_begun_when_the_build_has_ended_that_took_one()
    {
        using var anna = lab.As("anna");
        await SpareIsReady(anna, "shop");
        var build = await anna.BuildWell("qa02", "shop", "trunk", database: true, code: true);
        Assert.Equal("spare", build.GetProperty("result").Text("method"));
        await SpareIsReady(anna, "shop");
        var spare = Assert.Single(await lab.Sql("SELECT oid FROM pg_database WHERE datname LIKE 'spare_shop_%'"));
        var begun = File.GetLastWriteTimeUtc(
            Path.Combine(lab.Folder, "database-host", "cluster", "base", spare, "PG_VERSION")
        );
        Assert.True(
            begun > build.GetProperty("endedAt").GetDateTimeOffset().UtcDateTime,
            $"The spare was begun at {begun:O}, the build ended at {build.Text("endedAt")}."
        );
    }

    [Fact]
    public async Task A_console_that_is_killed_before_it_has_made_the_next_spare_makes_it_after_its_start()
    {
        using var anna = lab.As("anna");
        await SpareIsReady(anna, "shop");
        var build = await (
            await anna.Post("api/servers/qa02/builds", Body.ForBuild("shop", "trunk", database: true, code: true))
        ).Json();
        await Wait.Until(
            "the spare is taken",
            async () =>
                (await anna.Json($"api/builds/{build.Text("id")}")).Step("database").Text("state") == "succeeded"
        );
        await lab.Kill("console");
        await lab.Mend();
        await Wait.Until(
            "a spare is there",
            async () => (await lab.Sql("SELECT 1 FROM pg_database WHERE datname LIKE 'spare_shop_%'")).Length == 1,
            40
        );
        await anna.BuildWell("qa02", "shop", "trunk", database: true, code: true);
    }

    [Fact]
    public async Task A_base_beside_the_console_is_copied_without_ssh_by_the_same_program()
    {
        using var anna = lab.As("anna");
        Assert.Equal("db2", (await anna.Json("api/bases/tickets")).Text("host"));
        var build = await anna.BuildWell("qa04", "tickets", "main", database: true, code: true);
        Assert.Equal("copy_tickets_qa04", build.GetProperty("result").Text("database"));
        Assert.Contains("copy_tickets_qa04", await anna.PageOf("qa04"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_on_the_old_copy_are_ended_and_the_new_one_belongs_to_the_apps_own_role()
    {
        using var anna = lab.As("anna");
        await anna.BuildWell("qa01", "shop", "trunk", database: true, code: true);
        var busy = lab.SqlIn("copy_shop_qa01", "SELECT pg_sleep(60)");
        await Wait.Until(
            "a session is busy on the old copy",
            async () =>
                (
                    await lab.Sql(
                        "SELECT 1 FROM pg_stat_activity WHERE datname = 'copy_shop_qa01' AND "
                            + "query LIKE '%pg_sleep(60)%' AND usename = 'shop'"
                    )
                ).Length == 1
        );
        await anna.BuildWell("qa01", "shop", null, database: true, code: false);
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => busy);
        Assert.Equal(
            ["shop"],
            await lab.Sql("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'copy_shop_qa01'")
        );
    }

    [Fact]
    public async Task A_copy_whose_server_was_never_seen_is_told_and_stays_and_what_is_not_the_consoles_is_left_alone()
    {
        const string Named =
            "SELECT datname FROM pg_database WHERE datname IN ('copy_shop_qa98', "
            + "'copy_shop_qa99', 'draft_shop_17000000000000001234') ORDER BY 1";
        const string Note = "test server console: copy of shop; data time 2026-01-01T00:00:00Z";
        using var anna = lab.As("anna");
        try
        {
            foreach (var name in new[] { "copy_shop_qa98", "copy_shop_qa99", "draft_shop_17000000000000001234" })
                await lab.Sql($"CREATE DATABASE {name} OWNER shop");
            await lab.Sql($"COMMENT ON DATABASE copy_shop_qa99 IS '{Note}'");
            await lab.Kill("console", "TERM");
            await lab.Mend();
            await Wait.Until(
                "the sweep has been",
                async () => !(await lab.Sql(Named)).Contains("draft_shop_17000000000000001234"),
                40
            );
            await Wait.Until("the copy of qa99 is told", async () => (await Unseen(anna)).Contains("qa99"), 40);
            Assert.Equal(["copy_shop_qa98", "copy_shop_qa99"], await lab.Sql(Named));
            Assert.DoesNotContain("qa98", await Unseen(anna));
        }
        finally
        {
            foreach (var name in await lab.Sql(Named))
                await lab.Sql($"DROP DATABASE {name}");
        }
    }

    [Fact]
    public async Task The_apps_password_and_the_tokens_stand_in_no_log_no_state_file_and_no_answer()
    {
        using var anna = lab.As("anna");
        var build = await anna.BuildWell("qa03", "shop", "trunk", database: true, code: true);
        var entry = await anna.GetStringAsync($"api/servers/qa03/history/{build.Text("id")}");
        Assert.Contains("********", entry, StringComparison.Ordinal);
        var secrets = new[]
        {
            File.ReadAllText(Path.Combine(lab.Folder, "secrets", "shop.password")).Trim(),
            File.ReadAllText(Path.Combine(lab.Folder, "secrets", "django")).Trim(),
            lab.Token,
        };
        var told = new List<string>
        {
            entry,
            await anna.GetStringAsync("api/builds"),
            await anna.GetStringAsync($"api/builds/{build.Text("id")}/log"),
            await anna.GetStringAsync("api/apps"),
            await anna.GetStringAsync("metrics"),
        };
        told.AddRange(
            new[] { "state", "log" }
                .SelectMany(f =>
                    Directory.EnumerateFiles(Path.Combine(lab.Folder, f), "*", SearchOption.AllDirectories)
                )
                .Select(ReadShared)
        );
        told.AddRange(
            Directory
                .EnumerateDirectories("/proc")
                .Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0]))
                .Select(d => ReadShared(d + "/cmdline"))
        );
        Assert.All(
            secrets,
            secret =>
                Assert.True(
                    secret.Length > 16 && told.TrueForAll(t => !t.Contains(secret, StringComparison.Ordinal)),
                    "A secret is told."
                )
        );
    }

    private static async Task<List<string?>> Unseen(HttpClient http) =>
        [.. (await http.Json("api/copies")).GetProperty("copies").EnumerateArray().Select(c => c.Text("server"))];

    private static Task SpareIsReady(HttpClient http, string name) =>
        Wait.Until(
            "a spare is ready",
            async () =>
                (await http.Json($"api/bases/{name}")).GetProperty("spares").GetProperty("ready").GetInt32() >= 1,
            40
        );

    private static string ReadShared(string path)
    {
        try
        {
            using var reader = new StreamReader(
                new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)
            );
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
