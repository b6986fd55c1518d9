using System.Text.RegularExpressions;

namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// The lab's live databases have an extension, a role and settings that its database host may not have: the restore,
/// the base, the plan and the build say so, and the copies have everything else.
/// </summary>
[Collection("lab"), Trait("on", "every PostgreSQL")]
public sealed class LeftOutOfBaseTest(LabFixture lab) : IClassFixture<LabFixture>
{
    private static readonly string[] Expected =
    [
        "the extension pg_stat_statements: permission denied",
        "the view public.slow_statements, which needs the extension pg_stat_statements",
        "grants to the role bookkeeping, which this host does not have, on table public.shop_",
        "the setting log_min_duration_statement of the database: permission denied",
        "reporting (of 1 thing): the role shop owns everything here",
    ];

    [Fact]
    public async Task What_the_dump_has_and_the_base_has_not_is_said_wherever_the_base_is_shown_or_used()
    {
        using var cron = lab.Cron();
        var restore = await (await cron.PostAsync("api/bases/shop/restore?wait=true", null)).Json();
        var left = Told(restore);
        Assert.All(Expected, text => Assert.Contains(left, line => line.Contains(text, StringComparison.Ordinal)));
        var log = await cron.GetStringAsync($"api/restores/{restore.Text("id")}/log");
        Assert.All(left, text => Assert.Contains($"left out: {text}", log, StringComparison.Ordinal));
        Assert.Equal(left, Told(await cron.Json("api/bases/shop")));

        using var anna = lab.As("anna");
        var build = await anna.BuildWell("qa02", "shop", "trunk", database: true, code: true);
        var plan = await anna.Json("api/servers/qa02/plan?app=shop&path=trunk&database=true&code=true");
        var said = left.Select(text => $"in the base shop: {text}").ToList();
        Assert.Empty(said.Except(Told(plan)));
        Assert.Empty(said.Except(Told(build)));
        Assert.Empty(Told(await anna.Json("api/servers/qa02/plan?app=shop&path=trunk&database=false&code=true")));
    }

    [Fact]
    public async Task A_base_with_a_list_of_what_it_skips_is_refused_with_the_line_to_add_and_that_line_is_enough()
    {
        await using var console = new CopyConsole(lab);
        async Task<HttpResponseMessage> RestoreWith(string skip)
        {
            console.Change(s =>
                s["bases"] = JsonNode.Parse(
                    $$"""
                    [ { "name": "grace", "host": "db1", "dump": "shop.dump", "owner": "shop", "spares": 0, {{skip}} } ]
                    """
                )
            );
            await console.Process.Start();
            using var anna = console.Process.ClientFor("anna");
            return await anna.PostAsync("api/bases/grace/restore?wait=true", null);
        }
        var answer = await RestoreWith("\"skip\": []");
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        var detail = (await answer.Json()).Text("detail")!;
        Assert.Contains(
            "shop.dump needs a superuser of PostgreSQL for the extension pg_stat_statements",
            detail,
            StringComparison.Ordinal
        );
        Assert.Empty(await console.Databases());
        await console.Process.Kill();

        answer = await RestoreWith(Regex.Match(detail, "\"skip\": \\[[^]]*\\]").Value);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var left = Told(await answer.Json());
        Assert.Contains("the extension pg_stat_statements: the settings of the base skip it", left);
        Assert.Contains("the view public.slow_statements, which needs the extension pg_stat_statements", left);
        Assert.Equal(left, Told(await console.Http.Json("api/bases/grace")));
    }

    [Fact]
    public async Task A_database_without_code_and_code_of_another_path_without_a_database_say_what_is_not_done()
    {
        using var anna = lab.As("anna");
        await anna.BuildWell("qa03", "tickets", "main", database: true, code: true);
        var plan = await anna.Json("api/servers/qa03/plan?app=tickets&database=true&code=false");
        Assert.Contains(Told(plan), t => t.StartsWith("the commands after the code (1): ", StringComparison.Ordinal));
        var data = await anna.BuildWell("qa03", "tickets", null, database: true, code: false);
        Assert.Equal(Told(plan), Told(data));
        Assert.Contains(
            "left out: the commands after the code (1): ",
            await anna.GetStringAsync($"api/builds/{data.Text("id")}/log"),
            StringComparison.Ordinal
        );
        var other = await anna.BuildWell("qa03", "tickets", "faster-list", database: false, code: true);
        Assert.Contains(
            Told(other),
            t =>
                t.StartsWith(
                    "a fresh database: it stays as the commands after the code of main",
                    StringComparison.Ordinal
                )
        );
        Assert.DoesNotContain(
            Told(await anna.BuildWell("qa03", "tickets", "faster-list", database: false, code: true)),
            t => t.StartsWith("a fresh database", StringComparison.Ordinal)
        );
    }

    private static List<string> Told(JsonElement thing) =>
        [.. thing.GetProperty("leftOut").EnumerateArray().Select(t => t.GetString()!)];
}
