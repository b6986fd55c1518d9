using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TestServers.History;

/// <summary>One build in a server's history.</summary>
public sealed record HistoryEntry(
    JobId Build,
    AppName App,
    RepositoryPath Path,
    Revision? Revision,
    DateTimeOffset? DataTime,
    bool Database,
    bool Code,
    string By,
    DateTimeOffset At,
    DateTimeOffset EndedAt,
    double? Seconds,
    JobState Result,
    string? Message,
    AppHealth? Health
)
{
    /// <summary>Of Subversion, in which revision the path last changed; null: that is not known.</summary>
    public Revision? LastChanged { get; init; }

    /// <summary>It has taken the app off the server, or was to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Off { get; init; }

    /// <summary>
    /// Every database of the app that was there then, where it has several or several bases.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LoadedDatabase>? Databases { get; init; }

    /// <summary>The database host that had its usual database then, where its base is on several; left out: its only
    /// one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>
    /// The settings as they were rendered, with the password hidden. A list of entries leaves them out.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<SiteFile> Settings { get; init; } = [];
}
