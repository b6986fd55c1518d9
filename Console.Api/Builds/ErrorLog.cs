using System.Collections.Immutable;
using System.Globalization;
using TestServers.HostPrograms;

namespace TestServers.Builds;

/// <summary>Where the error log of a server's Apache ended when a build began.</summary>
public sealed record ErrorLogMark(string Inode, string Size)
{
    /// <summary>
    /// As the guest's program has told it; null: it cannot read the log, or does not know where it is.
    /// </summary>
    public static ErrorLogMark? Of(HostResult end) =>
        end.Results.GetValueOrDefault("log.inode") is { } inode && end.Results.GetValueOrDefault("log.size") is { } size
            ? new(inode, size)
            : null;
}

/// <summary>What has come into the error log of a server's Apache since a build began.</summary>
/// <param name="Problem">Why it cannot be read, and what to do; null when it can.</param>
public sealed record ErrorLog(ImmutableArray<string> Lines, string? Problem)
{
    // A guest cuts a line later than this, so that no half of a secret is at the end.
    private const int Most = 100,
        Longest = 400;

    /// <param name="hide">Hides secrets.</param>
    public static ErrorLog Of(HostResult end, Func<string, string> hide)
    {
        if (!end.Done)
            return new([], end.Message);
        var lines = Enumerable
            .Range(0, Most)
            .Select(n => end.Results.GetValueOrDefault(string.Create(CultureInfo.InvariantCulture, $"line.{n}")))
            .TakeWhile(line => line is not null)
            .Select(line => hide(line!) is { Length: > Longest } text ? text[..Longest] + "…" : hide(line!));
        return new([.. lines], end.Results.GetValueOrDefault("problem"));
    }
}
