using System.Collections.Immutable;
using TestServers.Jobs;

namespace TestServers.History;

/// <summary>A build that has ended, as a history is told of it.</summary>
/// <param name="Base">The base of its app; null: the app has none.</param>
public sealed record EndedBuild(
    JobId Id,
    ServerName Server,
    AppName App,
    BaseName? Base,
    RepositoryPath Path,
    bool Database,
    bool Code,
    string By,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    JobState State,
    string? Message
)
{
    /// <summary>From its start to its end, in seconds, as measured.</summary>
    public double? Seconds { get; init; }

    /// <summary>What it has put on its server.</summary>
    public BuildResult Result { get; init; } = new();

    public AppHealth? Health { get; init; }

    /// <summary>The settings as they were rendered, with the password hidden.</summary>
    public ImmutableArray<SiteFile> Settings { get; init; } = [];

    /// <summary>Whether any of its steps has begun: one that ended before has changed nothing.</summary>
    public required bool HasBegun { get; init; }

    /// <summary>Whether its server's site is its app's: what runs there changes with the site.</summary>
    public required bool IsOnSite { get; init; }
}
