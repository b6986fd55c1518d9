using System.Text.Json.Serialization;

namespace TestServers.Databases;

/// <summary>A restore as it is shown.</summary>
/// <param name="LeftOut">What of the dump was left out, a sentence each.</param>
public sealed record RestoreView(
    JobId Id,
    BaseName Base,
    string By,
    DateTimeOffset At,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    double? Seconds,
    JobState State,
    string? Message,
    IReadOnlyList<Step> Steps,
    DateTimeOffset? DataTime,
    long? Size,
    DateTimeOffset? EstimatedEnd,
    IReadOnlyList<string> LeftOut
)
{
    /// <summary>How it ended on each database host, where the base is on several; left out: on its only one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RestoredPlace>? Places { get; init; }

    public static RestoreView Of(Restore r, DateTimeOffset? estimatedEnd) =>
        new(
            r.Id,
            r.Base,
            r.By,
            r.At,
            r.StartedAt,
            r.EndedAt,
            r.Seconds,
            r.State,
            r.Message,
            r.Steps,
            r.DataTime,
            r.Size,
            estimatedEnd,
            r.LeftOut
        )
        {
            Places = r.Places,
        };
}
