using System.Text.Json.Serialization;

namespace TestServers.History;

/// <summary>What is on a server now.</summary>
/// <param name="Build">The build that last touched it; null: another console's.</param>
/// <param name="Result">How the build that last touched it ended; a failed one may have changed a part.</param>
public sealed record Configuration(
    AppName App,
    RepositoryPath? Path,
    Revision? Revision,
    DateTimeOffset? DataTime,
    CopyName? Database,
    string By,
    DateTimeOffset At,
    JobId? Build,
    JobState Result,
    string? Message
)
{
    /// <summary>A checkout ended half-way: files of what was there before are among those of the path.</summary>
    public bool Incomplete { get; init; }

    /// <summary>Of Subversion, in which revision the path last changed; null: that is not known.</summary>
    public Revision? LastChanged { get; init; }

    /// <summary>
    /// Every database of the app that is there, where it has several or several bases; the others here are then of its
    /// usual one.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LoadedDatabase>? Databases { get; init; }

    /// <summary>The database host of that database, where its base is on several; left out: its only one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>The savepoint that its data are of; null: none. Told when somebody asks, never written down.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SavepointMark? Savepoint { get; init; }

    /// <summary>
    /// Why it is not known how old the data are; null: it is. Told when somebody asks, never written down.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DataDoubt { get; init; }
}
