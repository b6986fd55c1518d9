using TestServers.Live;

namespace TestServers.Tests.Unit.Live;

/// <summary>What is kept for those who were cut off is bounded, however long the events are.</summary>
public sealed class EventStreamTest
{
    [Fact]
    public void Events_are_kept_for_whoever_resumes_as_many_as_a_million_letters_hold()
    {
        var stream = new EventStream();
        using var first = stream.Listen(null, "anna");
        var hello = All(first).Single();
        foreach (var number in Enumerable.Range(1, 12))
            stream.Tell("build", $"{number} {new string('x', 100_000)}");
        var told = All(first);
        Assert.Equal(12, told.Count);

        using var late = stream.Listen(hello.Id, "anna");
        Assert.Equal("reset", All(late).Single().Name);
        using var inTime = stream.Listen(told[5].Id, "anna");
        Assert.Equal(told[6..], All(inTime));
    }

    [Fact]
    public void A_thousand_short_events_are_kept()
    {
        var stream = new EventStream();
        using var first = stream.Listen(null, "anna");
        var hello = All(first).Single();
        foreach (var number in Enumerable.Range(1, 1000))
            stream.Tell("server", number);
        using var late = stream.Listen(hello.Id, "anna");
        Assert.Equal(1000, All(late).Count);
    }

    private static List<Event> All(EventStream.Listener listener)
    {
        var all = new List<Event>();
        while (listener.Reader.TryRead(out var told))
            all.Add(told);
        return all;
    }
}
