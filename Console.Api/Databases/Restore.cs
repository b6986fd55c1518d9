using System.Text.Json.Serialization;

namespace TestServers.Databases;

/// <summary>How a restore ended on one of the base's database hosts.</summary>
/// <param name="DataTime">When the dump was made, from the dump itself; null: it failed.</param>
/// <param name="Size">Bytes of the new base; null: it failed.</param>
public sealed record RestoredPlace(
    string Host,
    StepState State,
    string Message,
    DateTimeOffset? DataTime = null,
    long? Size = null
);

/// <summary>The refresh of a base from its dump.</summary>
/// <param name="Size">Bytes of the new base.</param>
/// <param name="DataTime">When the dump was made, from the dump itself.</param>
public sealed record Restore(BaseName Base, DateTimeOffset? DataTime = null, long? Size = null) : Job
{
    /// <summary>How it ended on each database host, where the base is on several; left out: on its only one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RestoredPlace>? Places { get; init; }
}
