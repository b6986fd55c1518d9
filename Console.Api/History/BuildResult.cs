using System.Text.Json.Serialization;

namespace TestServers.History;

/// <summary>What a build has put on its server so far.</summary>
/// <param name="Revision">The revision that was checked out.</param>
/// <param name="DataTime">When the dump behind the copy was made.</param>
/// <param name="Database">The copy's name.</param>
/// <param name="Method">How the copy was made: spare, clone, file_copy or wal_log.</param>
public sealed record BuildResult(
    Revision? Revision = null,
    DateTimeOffset? DataTime = null,
    CopyName? Database = null,
    string? Method = null
)
{
    /// <summary>
    /// Every database that was loaded, where an app has several or several bases; the others here are then of its usual
    /// one.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LoadedDatabase>? Databases { get; init; }

    /// <summary>The database host of the usual database, where its base is on several; left out: its only
    /// one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>
    /// The database host that had the server's copy before, where that is another; left out: the same, or none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Left { get; init; }

    /// <summary>Of Subversion, in which revision the path last changed; null: that is not known.</summary>
    public Revision? LastChanged { get; init; }

    /// <summary>The apps whose sites the server has now, where it may have several; null: it has one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AppName>? Sites { get; init; }

    /// <summary>What is gone, of an app that was taken off; null: none was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TakenOff? Off { get; init; }
}
