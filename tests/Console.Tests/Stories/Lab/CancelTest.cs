using System.Diagnostics;

namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// A cancel is told when it is true: looked at on both hosts in the moment of the answer. The build stands in the
/// middle of both of its steps then.
/// </summary>
public abstract class CancelStories(LabFixture lab, Xunit.Abstractions.ITestOutputHelper output)
{
    [Fact]
    public async Task When_cancelled_is_answered_nothing_is_left_on_either_host_and_then_the_next_one_starts()
    {
        using var anna = lab.As("anna");
        await using var qa06 = await Built(anna);
        using var spares = await NoSpares();
        var others = lab.Runs().Select(r => r.Mark).ToHashSet();
        var (build, held) = await HalfWay(anna, qa06);
        var next = await (
            await anna.Post("api/servers/qa06/builds", Body.ForBuild("shop", "tags/1.0", database: true, code: true))
        ).Json();
        var (runs, drafts) = (lab.Runs().Where(r => !others.Contains(r.Mark)).ToList(), await Drafts());
        Assert.Contains(runs, r => r.Command.Contains("sleep 600", StringComparison.Ordinal));
        Assert.Contains(runs, r => r.Command.Contains("psql", StringComparison.Ordinal));

        var watch = Stopwatch.StartNew();
        var cancelled = await (await anna.PostAsync($"api/builds/{build}/cancel", null)).Json();
        output.WriteLine(
            $"{watch.Elapsed.TotalSeconds:0.00} s: {cancelled.Text("message")} {drafts.Length} "
                + $"half-made database, {runs.Count} processes"
        );
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
        Assert.Equal("cancelled", cancelled.Text("state"));
        Assert.DoesNotContain(lab.Runs(), now => runs.Any(before => before.Mark == now.Mark));
        Assert.Empty((await lab.Sql("SELECT datname FROM pg_database")).Intersect(drafts));

        await LetGo(held);
        var after = await anna.EndOf(next.Text("id"));
        Assert.Equal("ready", after.Text("message"));
        var (ended, began) = (
            cancelled.GetProperty("endedAt").GetDateTimeOffset(),
            after.GetProperty("startedAt").GetDateTimeOffset()
        );
        Assert.True(began >= ended, $"The next build began at {began:O}, the cancelled one ended at {ended:O}.");
        Assert.Contains("<dd id=\"path\">tags/1.0</dd>", await anna.PageOf("qa06"), StringComparison.Ordinal);
        // Who makes spares tidies up, too.
        spares.Dispose();
        await Wait.Until("nothing is left over", async () => (await lab.Leftovers()).Length == 0, 40);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_named_also_when_the_database_host_has_cleaned_up()
    {
        using var anna = lab.As("anna");
        await using var qa06 = await Built(anna);
        using var spares = await NoSpares();
        var (build, held) = await HalfWay(anna, qa06);
        await qa06.Pause();
        var drafts = await Drafts();
        var watch = Stopwatch.StartNew();
        var cancelled = await (await anna.PostAsync($"api/builds/{build}/cancel", null)).Json();
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
        Assert.StartsWith(
            "Cancelled, but qa06 could not be reached: ",
            cancelled.Text("message"),
            StringComparison.Ordinal
        );
        Assert.Empty((await lab.Sql("SELECT datname FROM pg_database")).Intersect(drafts));
        await LetGo(held);
        await qa06.Resume();
        await qa06.Recover();
        await anna.BuildWell("qa06", "shop", "trunk", database: true, code: true);
    }

    private async Task<SickGuest> Built(HttpClient anna)
    {
        await anna.BuildWell("qa06", "shop", "trunk", database: true, code: true);
        return await SickGuest.Of(lab, "qa06");
    }

    /// <summary>
    /// Drops the spares and keeps who makes new ones waiting until this is disposed: a build that finds one makes no
    /// database of its own.
    /// </summary>
    private async Task<IDisposable> NoSpares()
    {
        var held = await lab.Hold("database-host", "work", "locks", "spares.shop");
        foreach (var spare in await lab.Sql("SELECT datname FROM pg_database WHERE datname LIKE 'spare_shop_%'"))
        {
            await lab.Sql($"ALTER DATABASE {spare} IS_TEMPLATE false");
            await lab.Sql($"DROP DATABASE {spare}");
        }
        return held;
    }

    /// <summary>
    /// Begins a build that stands in the middle of its checkout and before the exchange of the databases, which
    /// somebody holds.
    /// </summary>
    private async Task<(string Build, Task Held)> HalfWay(HttpClient anna, SickGuest qa06)
    {
        await qa06.ServeWithSvnThatStandsStill();
        var held = lab.Sql("BEGIN; COMMENT ON DATABASE copy_shop_qa06 IS 'held'; SELECT pg_sleep(60)");
        await Wait.Until(
            "the old copy is held",
            async () =>
                (
                    await lab.Sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%held%'")
                ).Length == 1
        );
        var build = await (
            await anna.Post(
                "api/servers/qa06/builds",
                Body.ForBuild("shop", "branches/new-checkout", database: true, code: true)
            )
        ).Json();
        await qa06.IsReached();
        qa06.GiveBackSvn();
        await Wait.Until(
            "the exchange of the databases waits",
            async () =>
                (
                    await lab.Sql(
                        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'postgres'"
                    )
                ).Length > 0
        );
        return (build.Text("id")!, held);
    }

    // The build's own: the copy that an earlier one has replaced may not have been dropped yet.
    private async Task<string[]> Drafts()
    {
        string[] drafts =
        [
            .. (await lab.Leftovers()).Where(name => name.StartsWith("draft_shop_", StringComparison.Ordinal)),
        ];
        Assert.Single(drafts);
        return drafts;
    }

    private async Task LetGo(Task held)
    {
        await lab.Sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' "
                + "AND query LIKE '%held%'"
        );
        await Assert.ThrowsAnyAsync<Exception>(() => held);
    }
}

/// <summary>The stories as the console is shipped: it speaks ssh itself.</summary>
[Collection("lab"), StandingLab]
public sealed class CancelTest(LabFixture lab, Xunit.Abstractions.ITestOutputHelper output)
    : CancelStories(lab, output),
        IClassFixture<LabFixture>;

/// <summary>What matters most, with the program ssh.</summary>
[Collection("lab"), Trait("lab", "second")]
public sealed class CancelByOpenSshTest(OpenSshLab lab, Xunit.Abstractions.ITestOutputHelper output)
    : CancelStories(lab, output),
        IClassFixture<OpenSshLab>;
