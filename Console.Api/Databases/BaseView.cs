using System.Text.Json.Serialization;

namespace TestServers.Databases;

/// <summary>A base as it is shown.</summary>
/// <param name="DataTime">When its dump was made, as the dump says.</param>
/// <param name="DataDoubt">Why it is not known how old its data are: the dump says a time in the future. Null: it
/// is.</param>
/// <param name="Stale">Its data are older than its limit; also when it was never restored, or their age is not
/// known.</param>
/// <param name="Problem">Why its host does not answer, or that it is another console's; or null.</param>
/// <param name="LeftOut">What its dump has and it has not, a sentence each.</param>
public sealed record BaseView(
    BaseName Name,
    string Host,
    bool Exists,
    long? Size,
    DateTimeOffset? DataTime,
    string? DataDoubt,
    bool Stale,
    double StaleAfterHours,
    string? Method,
    double? MethodSeconds,
    SparesView Spares,
    string? Problem,
    RestoreView? Restore,
    RestoreView? LastRestore,
    IReadOnlyList<AppName> Apps,
    IReadOnlyList<string> LeftOut
)
{
    /// <summary>
    /// It on each of its database hosts, where it is on several; all else is then what can be had of them together: the
    /// newest data, and its spares. Left out: it has one.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<BasePlaceView>? Places { get; init; }
}

/// <summary>A base as it is on one of its database hosts.</summary>
/// <param name="Problem">Why that does not answer, or what else is in the way; or null.</param>
public sealed record BasePlaceView(
    string Host,
    bool Exists,
    long? Size,
    DateTimeOffset? DataTime,
    bool Stale,
    string? Method,
    double? MethodSeconds,
    SparesView Spares,
    string? Problem
);

public sealed record SparesView(int Wanted, int Ready);
