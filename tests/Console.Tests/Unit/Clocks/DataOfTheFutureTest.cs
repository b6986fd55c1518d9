using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using TestServers.Databases;
using TestServers.History;
using TestServers.Plans;

namespace TestServers.Tests.Unit.Clocks;

/// <summary>Data that say that they are of a time to come have an unknown age, and are never fresh.</summary>
public sealed class DataOfTheFutureTest
{
    private const string Apps = """
        "guests": {
          "ssh": { "user": "nobody", "port": 9, "key": "/dev/null", "knownHosts": "/dev/null", "connectSeconds": 1 } },
        "databaseHosts": [
          { "name": "db1", "address": "127.71.9.1", "port": 9, "local": { "program": "program",
            "config": "password" } } ],
        "bases": [ { "name": "shop", "host": "db1", "dump": "shop.dump", "owner": "shop", "staleAfterHours": 26 } ],
        "apps": [
          { "name": "shop", "repository": { "kind": "svn", "url": "svn://127.71.9.1/shop" }, "templates": "templates",
            "base": "shop", "database": { "user": "shop", "passwordFile": "password" } } ]
        """;

    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, string> Built = new(StringComparer.Ordinal)
    {
        ["qa01"] = """
            "copies": {"shop": "2026-11-25T15:00:00Z"}, "code": {"shop": {"path": "trunk", "revision": "12"}}
            """,
    };

    // Hours that the dump is older than now, and whether its age is known and it counts as stale.
    public static TheoryData<double, bool, bool> Times =>
        new()
        {
            { 11, true, false },
            { 26.5, true, true },
            { 0, true, false },
            // Clocks are never quite the same.
            { -1.0 / 60, true, false },
            { -3.0 / 60, false, true },
            { -1, false, true },
            { -5.5, false, true },
            { -24 * 1500, false, true },
        };

    [Theory]
    [MemberData(nameof(Times))]
    public async Task A_base_says_it_in_its_view_its_age_and_its_alarm(double hours, bool isKnown, bool isStale)
    {
        await using var parts = new PartsInPlace([("qa01", 1)], Built, Apps, new FakeTimeProvider(Noon));
        var (@base, views) = (parts.Settings.Bases[0], parts.The<BasePresenter>());
        var time = Noon.AddHours(-hours);
        parts.The<BaseFacts>().Note(@base.Name, facts => facts with { Exists = true, DataTime = time });
        var view = views.Of(@base);
        Assert.Equal(isStale, view.Stale);
        Assert.Equal(isKnown, view.DataDoubt is null);
        Assert.Equal(isKnown, views.AgeOf(@base, view.DataTime) is not null);
        Assert.True(views.AgeOf(@base, view.DataTime) is null or { Ticks: >= 0 });
        if (isKnown)
            return;
        Assert.Contains("is to come: how old these data are is not known", view.DataDoubt, StringComparison.Ordinal);
        Assert.Contains("dump_zone", view.DataDoubt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Their_age_stays_unknown_when_that_time_has_come_until_there_are_other_data()
    {
        var clock = new FakeTimeProvider(Noon);
        await using var parts = new PartsInPlace([("qa01", 1)], Built, Apps, clock);
        var (@base, views) = (parts.Settings.Bases[0], parts.The<BasePresenter>());
        var ahead = Noon.AddHours(3);
        void Restore(DateTimeOffset time) =>
            parts
                .The<BaseFacts>()
                .Note(
                    @base.Name,
                    facts =>
                        (DataTimes.IsAhead(time, clock.GetUtcNow()) ? facts.WithAhead(time) : facts) with
                        {
                            Exists = true,
                            DataTime = time,
                        }
                );
        Restore(ahead);
        clock.Advance(TimeSpan.FromHours(4));
        Assert.Contains("was to come when it was restored", views.Of(@base).DataDoubt, StringComparison.Ordinal);
        Assert.True(views.Of(@base).Stale);
        Restore(clock.GetUtcNow().AddMinutes(-90));
        Assert.Null(views.Of(@base).DataDoubt);
        Assert.False(views.Of(@base).Stale);
        // A copy of those data is there for longer.
        var doubt = parts.The<DataTimes>().DoubtOf(AppName.From("shop")!, ahead);
        Assert.Contains(Ahead(ahead), doubt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_s_configuration_and_its_plan_say_it_of_the_data_that_are_there_and_of_those_that_come()
    {
        var clock = new FakeTimeProvider(Noon);
        await using var parts = new PartsInPlace([("qa01", 5)], Built, Apps, clock);
        await parts.Begin();
        var name = parts.Settings.Bases[0].Name;
        parts.The<BaseFacts>().Note(name, facts => facts with { Exists = true, DataTime = Noon.AddDays(1) });
        var wanted = new Wanted(AppName.From("shop")!, null, null, Database: true, Code: false);
        var plan = await parts
            .The<Planner>()
            .Of(ServerName.From("qa01")!, wanted, null, PartsInPlace.DeedOf("anna").Caller, CancellationToken.None);
        Assert.Contains(Ahead(Noon.AddHours(3)), plan.Database?.NowDoubt, StringComparison.Ordinal);
        Assert.Contains(Ahead(Noon.AddDays(1)), plan.Database?.ThenDoubt, StringComparison.Ordinal);
        var shown = new Configuration(
            AppName.From("shop")!,
            null,
            null,
            Noon.AddHours(3),
            CopyName.From("copy_shop_qa01"),
            "anna",
            Noon,
            JobId.Of(1),
            TestServers.Jobs.JobState.Succeeded,
            null
        );
        Assert.NotNull(parts.The<DataTimes>().Shown(shown)!.DataDoubt);
        Assert.Null(parts.The<DataTimes>().Shown(shown with { DataTime = Noon.AddHours(-3) })!.DataDoubt);
    }

    private static string Ahead(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";
}
