using System.Globalization;
using System.Text.RegularExpressions;

namespace TestServers.Foundation;

/// <summary>
/// How times are said in messages: UTC, to the minute, because reader and console may stand in different zones. And how
/// they are read: with their zone, or not at all.
/// </summary>
public static partial class Times
{
    private const int Longest = 40;

    /// <summary>What a time in a request looks like, as the end of a sentence.</summary>
    public const string Rule = "a time with its zone, such as 2026-11-25T17:00:00Z or 2026-11-25T18:00:00+01:00";

    /// <summary>
    /// The instant that a text names; null when it names none, or says no zone: it would be another instant on another
    /// machine, and in autumn one of two.
    /// </summary>
    public static DateTimeOffset? Read(string? text) =>
        text is { Length: <= Longest }
        && HasZone().IsMatch(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time)
            ? time
            : null;

    /// <summary>
    /// When something was that was written down a while ago, by the clock as it is set now: it may have been set since.
    /// </summary>
    /// <param name="written">The instant that was written down; it stays within ten seconds.</param>
    /// <param name="passed">How long ago that was, measured by a clock that nobody sets.</param>
    public static DateTimeOffset AsSetNow(DateTimeOffset written, TimeSpan passed, DateTimeOffset now)
    {
        if ((now - written - passed).Duration() < TimeSpan.FromSeconds(10))
            return written;
        // In steps, so that it is not another one at every look.
        var step = TimeSpan.FromSeconds(10).Ticks;
        return new((now - passed).UtcTicks / step * step, TimeSpan.Zero);
    }

    public static string Say(DateTimeOffset time) => $"{time.UtcDateTime:yyyy-MM-dd HH:mm} UTC";

    /// <summary>Seconds between two instants, to the millisecond; null when one of them is not there yet.</summary>
    public static double? Between(DateTimeOffset? from, DateTimeOffset? to) =>
        from is { } start && to is { } end ? Math.Round((end - start).TotalSeconds, 3) : null;

    [GeneratedRegex(@"T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex HasZone();
}
