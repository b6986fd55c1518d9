using TestServers.HostPrograms;

namespace TestServers.History;

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

    /// <summary>The number of that build; null: it was not told.</summary>
    public JobId? Build { get; init; }

    /// <summary>Of the site that its Apache shows; null: it was not told, or nobody has noted it.</summary>
    public static BuiltMark? OfSite(HostResult end) => Of(end, "site");

    /// <summary>Of an app's working copy; null: it was not told, or nobody has noted it.</summary>
    public static BuiltMark? OfCode(HostResult end, AppName app) => Of(end, "code." + app);

    // From another machine.
    private static string? Plain(string? text) =>
        text is null ? null : string.Concat(text.EnumerateRunes().Where(PlainText.IsVisible).Take(LongestName));

    private static BuiltMark? Of(HostResult end, string what)
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
                Revision.From(Text("revision") ?? ""),
                Times.Read(Text("data_time"))
            )
            {
                Build = JobId.From(Text("build") ?? ""),
            };
    }
}
