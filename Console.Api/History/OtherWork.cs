using TestServers.Databases;

namespace TestServers.History;

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
