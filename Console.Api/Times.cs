namespace TestServers;

/// <summary>How times are said in messages: UTC, to the minute, because reader and console may stand in different zones.</summary>
public static class Times
{
    /// <summary>What a time in a request looks like, as the end of a sentence.</summary>
    public const string Rule = "a time with its zone, such as 2026-11-25T17:00:00Z or 2026-11-25T18:00:00+01:00";

    public static string Say(DateTimeOffset time) => $"{time.UtcDateTime:yyyy-MM-dd HH:mm} UTC";

    /// <summary>Seconds between two instants, to the millisecond; null when one of them is not there yet.</summary>
    public static double? Between(DateTimeOffset? from, DateTimeOffset? to) => from is { } start && to is { } end ? Math.Round((end - start).TotalSeconds, 3) : null;
}
