namespace TestServers.Tests.Stories.Lab;

[Collection("lab"), Trait("on", "every PostgreSQL")]
public sealed class RestoreTest(LabFixture lab) : IClassFixture<LabFixture>
{
    [Fact]
    public async Task Cron_restores_a_base_with_its_token_through_Apache_and_hears_how_it_ended()
    {
        using var cron = lab.Cron();
        var answer = await cron.PostAsync("api/bases/shop/restore?wait=true", null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var restore = await answer.Json();
        Assert.Equal("succeeded", restore.Text("state"));
        Assert.Equal(
            ["fetch", "read", "restore", "check", "exchange"],
            restore.GetProperty("steps").EnumerateArray().Select(s => s.Text("name"))
        );
        Assert.All(restore.GetProperty("steps").EnumerateArray(), s => Assert.Equal("succeeded", s.Text("state")));
        Assert.Equal(restore.Text("id"), (await cron.Json("api/bases/shop")).GetProperty("lastRestore").Text("id"));
        Assert.Contains(
            "shop",
            await cron.GetStringAsync($"api/restores/{restore.Text("id")}/log"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Many_calls_at_once_are_one_restore_and_all_get_its_answer()
    {
        using var cron = lab.Cron();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => cron.PostAsync("api/bases/tickets/restore?wait=true", null))
        );
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        Assert.Single((await Task.WhenAll(answers.Select(a => a.Json()))).Select(r => r.Text("id")).Distinct());
    }

    [Fact]
    public async Task The_same_key_gets_the_same_restore_also_after_its_end()
    {
        using var cron = lab.Cron();
        cron.DefaultRequestHeaders.Add("Idempotency-Key", $"night-{Guid.NewGuid():n}");
        var first = await (await cron.PostAsync("api/bases/tickets/restore?wait=true", null)).Json();
        var second = await (await cron.PostAsync("api/bases/tickets/restore?wait=true", null)).Json();
        Assert.Equal(first.Text("id"), second.Text("id"));
    }

    [Fact]
    public async Task A_night_that_failed_is_tried_again_with_its_key_and_one_that_succeeded_is_not()
    {
        using var cron = lab.Cron();
        cron.DefaultRequestHeaders.Add("Idempotency-Key", $"night-{Guid.NewGuid():n}");
        var dump = Path.Combine(lab.Folder, "backups/dumps/tickets.dump");
        File.Move(dump, dump + ".away");
        string? failed;
        try
        {
            var answer = await cron.PostAsync("api/bases/tickets/restore?wait=true", null);
            Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
            var problem = await answer.Json();
            Assert.Contains("tickets", problem.Text("detail"), StringComparison.Ordinal);
            failed = problem.Text("restore");
        }
        finally
        {
            File.Move(dump + ".away", dump);
        }
        var second = await (await cron.PostAsync("api/bases/tickets/restore?wait=true", null)).Json();
        Assert.Equal("succeeded", second.Text("state"));
        Assert.NotEqual(failed, second.Text("id"));
        Assert.Equal(
            second.Text("id"),
            (await (await cron.PostAsync("api/bases/tickets/restore?wait=true", null)).Json()).Text("id")
        );
    }

    [Fact]
    public async Task Without_the_token_nothing_happens()
    {
        using var nobody = lab.Anonymous();
        var before = (await lab.Cron().Json("api/bases/shop")).GetProperty("lastRestore").Text("id");
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.PostAsync("api/bases/shop/restore", null)).StatusCode);
        nobody.DefaultRequestHeaders.Authorization = new("Bearer", "wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.PostAsync("api/bases/shop/restore", null)).StatusCode);
        Assert.Equal(before, (await lab.Cron().Json("api/bases/shop")).GetProperty("lastRestore").Text("id"));
    }

    [Fact]
    public async Task A_server_keeps_working_while_its_base_is_restored_and_the_next_build_has_the_new_data()
    {
        using var anna = lab.As("anna");
        await anna.BuildWell("qa01", "shop", "trunk", database: true, code: true);
        using var cron = lab.Cron();
        var restoring = cron.PostAsync("api/bases/shop/restore?wait=true", null);
        while (!restoring.IsCompleted)
            Assert.Contains("orders", await anna.PageOf("qa01"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await restoring).StatusCode);
        var rebuilt = await anna.BuildWell("qa01", "shop", null, database: true, code: false);
        Assert.Equal(
            (await cron.Json("api/bases/shop")).GetProperty("dataTime").GetDateTimeOffset(),
            rebuilt.GetProperty("result").GetProperty("dataTime").GetDateTimeOffset()
        );
    }
}
