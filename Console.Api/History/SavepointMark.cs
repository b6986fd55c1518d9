using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TestServers.History;

/// <summary>The savepoint that a server's data are of.</summary>
/// <param name="Of">The server whose savepoint it is.</param>
/// <param name="By">Who went back to it.</param>
/// <param name="At">When.</param>
public sealed record SavepointMark(JobId Id, string Name, ServerName Of, string By, DateTimeOffset At)
{
    /// <summary>The app whose data these are; null: an older console has noted it, of the only one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AppName? App { get; init; }

    /// <summary>Whether it may say something of an app's data.</summary>
    public bool IsOf(AppName app) => (App ?? app) == app;

    /// <summary>Whether it is of one of the apps beside the other, which share no copy with it.</summary>
    public bool IsOfAny(ImmutableSortedDictionary<AppName, Configuration>? beside) =>
        App is not null && beside?.ContainsKey(App) == true;
}
