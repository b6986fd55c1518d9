using System.Collections.Immutable;
using System.Globalization;
using TestServers.HostPrograms;

namespace TestServers.History;

/// <summary>
/// A folder on a server that could not be removed, and was set aside so that nobody waits for it. The next build tries
/// to remove it again.
/// </summary>
/// <param name="Since">When it was set aside, by the server's clock.</param>
/// <param name="Owner">The user on the server to whom belongs what stands in the way; null: nothing does any
/// more.</param>
/// <param name="Reason">What stands in the way.</param>
/// <param name="Remedy">What an administrator does about it on the server: a command, most often.</param>
public sealed record SetAside(string Path, DateTimeOffset? Since, string? Owner, string? Reason, string? Remedy)
{
    private const int Most = 20;

    /// <summary>What a call of the guest's program has told of its server; null when it told nothing.</summary>
    public static ImmutableArray<SetAside>? Of(HostResult end)
    {
        if (!int.TryParse(end.Results.GetValueOrDefault("aside"), CultureInfo.InvariantCulture, out var count))
            return null;
        return
        [
            .. Enumerable
                .Range(0, Math.Clamp(count, 0, Most))
                .Where(n => end.Results.ContainsKey($"aside.{n}.path"))
                .Select(n => new SetAside(
                    Text(end, n, "path")!,
                    Time(Text(end, n, "since")),
                    Text(end, n, "owner"),
                    Text(end, n, "reason"),
                    Text(end, n, "remedy")
                )),
        ];
    }

    private static string? Text(HostResult end, int number, string name) =>
        end.Results.GetValueOrDefault($"aside.{number}.{name}") is { Length: > 0 } text
            ? string.Concat(text.EnumerateRunes().Where(PlainText.IsVisible))
            : null;

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParseExact(
            text,
            "yyyy-MM-dd'T'HH:mm:ss'Z'",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time
        )
            ? time
            : null;
}
