using System.Collections.Immutable;
using TestServers.Savepoints;

namespace TestServers.Tests.Unit.Savepoints;

/// <summary>When savepoints are dropped by themselves, and that each is told before.</summary>
public sealed class SavepointEndsTest
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    // By age: 14 days, told a day before.
    [InlineData(12.9, null, 3, "stays 1.1")]
    [InlineData(13.1, null, 3, "to tell 1")]
    [InlineData(13.9, 0.8, 3, "told 0.2")]
    [InlineData(14.1, 1.1, 3, "over")]
    // A console that was stopped, or a clock that leaps: first it is told.
    [InlineData(20, null, 3, "to tell 1")]
    [InlineData(20, 0.5, 3, "told 0.5")]
    // One too many: told, and over a day later, however young it is.
    [InlineData(2, null, 1, "to tell 1")]
    [InlineData(2, 0.5, 1, "told 0.5")]
    [InlineData(2, 1.0, 1, "over")]
    [InlineData(2, null, 0, "to tell 1")]
    // Told, and then the settings let it stay.
    [InlineData(2, 0.9, 3, "forget 12")]
    public void Each_is_told_before_it_goes(double days, double? toldDays, int perServer, string expected)
    {
        var one = Kept(7, "qa04", Now.AddDays(-days)) with { Told = toldDays is { } d ? Now.AddDays(-d) : null };
        var ends = new SavepointEnds(
            new(perServer, 14),
            StateOf(one, Kept(8, "qa04", Now), Kept(9, "qa05", Now.AddDays(-3))),
            Now
        );
        Assert.Equal(expected, Say(ends, one));
    }

    [Fact]
    public void The_oldest_of_a_server_are_too_many_and_one_that_is_made_counts_when_it_is_whole()
    {
        Savepoint[] all = [.. Enumerable.Range(1, 4).Select(n => Kept(n, "qa04", Now.AddDays(n - 8)))];
        Assert.Equal([1, 2], TooMany(new(2, 14), all));
        all[3] = all[3] with { State = SavepointState.Making };
        Assert.Equal([1], TooMany(new(2, 14), all));
        all[0] = all[0] with { State = SavepointState.Dropping };
        Assert.Equal([], TooMany(new(2, 14), all));
    }

    private static IEnumerable<long> TooMany(TestServers.Settings.SavepointSettings settings, Savepoint[] all)
    {
        var ends = new SavepointEnds(settings, StateOf(all), Now);
        return all.Where(ends.IsTooMany).Select(s => s.Id.Number);
    }

    private static string Say(SavepointEnds ends, Savepoint one)
    {
        var left = Math.Round((ends.EndOf(one) - Now).TotalDays, 3);
        return ends.IsOver(one) ? "over"
            : ends.Stays(one) ? $"forget {left}"
            : ends.IsToTell(one) ? $"to tell {left}"
            : one.Told is null ? $"stays {left}"
            : $"told {left}";
    }

    private static SavepointsState StateOf(params Savepoint[] all) =>
        all.Aggregate(SavepointsState.Empty, (state, one) => state.With(one));

    private static Savepoint Kept(long id, string server, DateTimeOffset at)
    {
        ImmutableArray<SavedCopy> copies = [new(BaseName.From("shop")!, "db1", 7)];
        return new(
            JobId.Of(id),
            ServerName.From(server)!,
            AppName.From("shop")!,
            "before",
            "",
            "anna",
            at,
            SavepointState.Kept,
            copies
        );
    }
}
