using TestServers.Databases;
using TestServers.Http;

namespace TestServers.Tests.Unit.Clocks;

public sealed class TimesTest
{
    [Theory]
    [InlineData("2026-11-25T17:00:00Z", true)]
    [InlineData("2026-11-25T17:00Z", true)]
    [InlineData("2026-10-25T02:30:00+02:00", true)]
    [InlineData("2026-10-25T02:30:00+01:00", true)]
    [InlineData("2026-11-25T17:00:00.123456Z", true)]
    [InlineData("2026-10-25T02:30:00", false)]
    [InlineData("2026-10-25T02:30", false)]
    [InlineData("2026-11-25", false)]
    [InlineData("2026-11-25 17:00:00Z", false)]
    [InlineData("2026-11-25T17:00:00 01:00", false)]
    [InlineData("2026-11-25T17:00:00+0100", false)]
    [InlineData("2026-11-25T17:00:00 CET", false)]
    [InlineData("2026-13-25T17:00:00Z", false)]
    [InlineData("17:00", false)]
    [InlineData("tomorrow", false)]
    [InlineData("", false)]
    public void A_time_without_its_zone_is_read_nowhere(string text, bool isRead)
    {
        Assert.Equal(isRead, Times.Read(text) is not null);
        Assert.Equal(isRead, ValueRule.For(typeof(DateTimeOffset))(text));
        Assert.Equal(isRead, ValueRule.For(typeof(DateTimeOffset?))(text));
        var told = new Dictionary<string, string>(StringComparer.Ordinal) { ["data_time"] = text };
        Assert.Equal(isRead, DatabaseHost.Instant(told, "data_time") is not null);
        var json = JsonSerializer.Serialize(text);
        // JSON asks for seconds, too.
        if (isRead && text.Length > "2026-11-25T17:00Z".Length)
            Assert.Equal(Times.Read(text), JsonSerializer.Deserialize<DateTimeOffset>(json, Json.Web));
        else if (!isRead)
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<DateTimeOffset>(json, Json.Web));
    }

    [Fact]
    public void Of_the_hour_that_comes_twice_each_is_another_instant()
    {
        var (first, second) = (Times.Read("2026-10-25T02:30:00+02:00"), Times.Read("2026-10-25T02:30:00+01:00"));
        Assert.Equal(TimeSpan.FromHours(1), second - first);
        Assert.NotEqual(Times.Say(first!.Value), Times.Say(second!.Value));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 60)]
    [InlineData(-1, -60)]
    [InlineData(-10, -600)]
    public void What_was_long_ago_is_told_by_the_clock_as_it_is_set_now(double hours, double moved)
    {
        var written = DateTimeOffset.UnixEpoch.AddDays(20_000);
        var now = written.AddMinutes(5).AddHours(hours);
        var told = Times.AsSetNow(written, TimeSpan.FromMinutes(5), now);
        Assert.InRange((told - written).TotalMinutes, moved - 0.2, moved + 0.2);
        Assert.True(told <= now);
    }
}
