using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TestServers.Requests;

namespace TestServers.Builds;

/// <summary>One build in a server's history.</summary>
public sealed record HistoryEntry(RequestId Build, AppName App, RepositoryPath Path, Revision? Revision, DateTimeOffset? DataTime, bool Database, bool Code,
    string By, DateTimeOffset At, DateTimeOffset EndedAt, double? Seconds, RequestState Result, string? Message, AppHealth? Health)
{
    /// <summary>The settings as they were rendered, with the password hidden. A list of entries leaves them out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<SettingsFile> Settings { get; init; } = [];
}
