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
);

public sealed record SparesView(int Wanted, int Ready);
