using System.Text.Json.Serialization;

namespace TestServers.History;

/// <summary>A server's own database for an app.</summary>
/// <param name="Name">What the app calls it.</param>
/// <param name="Base">What it is a copy of.</param>
/// <param name="Database">What it is called on its database host.</param>
/// <param name="DataTime">When the dump behind it was made.</param>
/// <param name="Method">How a build has made it: spare, clone, file_copy or wal_log.</param>
public sealed record LoadedDatabase(
    DatabaseName Name,
    BaseName Base,
    CopyName Database,
    DateTimeOffset? DataTime,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Method = null
)
{
    /// <summary>The database host that has it, where its base is on several; left out: the base's only one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>
    /// The database host that had the server's copy when this one was loaded, where that is another; left out: the
    /// same, or none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Left { get; init; }

    /// <summary>A server's copy of a base, for a database of an app.</summary>
    /// <param name="host">The database host that has it; null: the base's only one.</param>
    public static LoadedDatabase Of(
        ChosenBase chosen,
        ServerName server,
        DateTimeOffset? dataTime,
        string? host = null
    ) => new(chosen.Name, chosen.Base, CopyName.Of(chosen.Base, server), dataTime) { Host = host };
}
