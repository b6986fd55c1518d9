namespace TestServers;

/// <summary>How times are said in messages: UTC, to the minute, because reader and console may stand in different zones.</summary>
public static class Times
{
    public static string Say(DateTimeOffset time) => $"{time.UtcDateTime:yyyy-MM-dd HH:mm} UTC";

    /// <summary>Seconds between two instants, to the millisecond; null when one of them is not there yet.</summary>
    public static double? Between(DateTimeOffset? from, DateTimeOffset? to) => from is { } start && to is { } end ? Math.Round((end - start).TotalSeconds, 3) : null;
}
