using TestServers.Commands;
using TestServers.Databases;

namespace TestServers.Builds;

/// <summary>What a server's own notes say of who has put something there.</summary>
/// <param name="Console">The id of that console; null: one that does not say it.</param>
/// <param name="At">When, by the server's clock.</param>
public sealed record BuiltMark(
    string? Console,
    string? By,
    DateTimeOffset? At,
    AppName App,
    RepositoryPath? Path,
    Revision? Revision,
    DateTimeOffset? DataTime
)
{
    private const int LongestName = 64;

    /// <summary>Of the site that its Apache shows; null: it was not told, or nobody has noted it.</summary>
    public static BuiltMark? OfSite(HostEnd end) => Of(end, "site");

    /// <summary>Of an app's working copy; null: it was not told, or nobody has noted it.</summary>
    public static BuiltMark? OfCode(HostEnd end, AppName app) => Of(end, "code." + app);

    // From another machine.
    private static string? Plain(string? text) =>
        text is null ? null : string.Concat(text.EnumerateRunes().Where(PlainText.IsVisible).Take(LongestName));

    private static BuiltMark? Of(HostEnd end, string what)
    {
        string? Text(string field) => end.Results.GetValueOrDefault($"built.{what}.{field}");
        return AppName.From(Text("app") ?? "") is not { } app
            ? null
            : new(
                Text("console") is { Length: 12 } id && id.All(char.IsAsciiHexDigitLower) ? id : null,
                Plain(Text("by")),
                Times.Read(Text("at")),
                app,
                RepositoryPath.From(Text("path") ?? ""),
                TestServers.Revision.From(Text("revision") ?? ""),
                Times.Read(Text("data_time"))
            );
    }
}

/// <summary>What another console has put on a server since this one did.</summary>
/// <param name="Console">That console's id, as its state.json has it; null: one that does not say it.</param>
/// <param name="By">Who has built it there.</param>
/// <param name="At">When, by the server's clock; null: not known.</param>
/// <param name="Message">All of it in a sentence.</param>
public sealed record OtherWork(
    string? Console,
    AppName App,
    RepositoryPath? Path,
    Revision? Revision,
    DateTimeOffset? DataTime,
    string? By,
    DateTimeOffset? At,
    string Message
)
{
    /// <summary>Null when a mark is this console's.</summary>
    public static OtherWork? Of(ServerName server, BuiltMark mark, string console, DateTimeOffset now)
    {
        if (mark.Console == console)
            return null;
        // A server whose clock is ahead says nothing of when.
        var at = mark.At is { } time && !DataTimes.IsAhead(time, now) ? mark.At : null;
        var (path, revision) = (mark.Path is { } p ? $" {p}" : "", mark.Revision is { } r ? $" at {r.Brief}" : "");
        var since = at is { } begin ? $" since {Times.Say(begin)}" : "";
        var id = mark.Console is null ? "" : $", the console {mark.Console}";
        var by = mark.By is { Length: > 0 } ? $", for {mark.By}" : "";
        return new(
            mark.Console,
            mark.App,
            mark.Path,
            mark.Revision,
            mark.DataTime,
            mark.By,
            at,
            $"Another console has built {mark.App}{path}{revision} here{since}{id}{by}. "
                + $"{server} may be reserved to somebody there, too: ask before you build over it."
        );
    }
}
