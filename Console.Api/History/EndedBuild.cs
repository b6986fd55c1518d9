using System.Collections.Immutable;

namespace TestServers.History;

/// <summary>A build that has ended, as a history is told of it.</summary>
public sealed record EndedBuild(
    JobId Id,
    ServerName Server,
    AppName App,
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

    /// <summary>What its app's databases come from on the server now, the usual one first.</summary>
    public ImmutableArray<ChosenBase> Bases { get; init; } = [];

    /// <summary>The databases that it has loaded.</summary>
    public ImmutableArray<LoadedDatabase> Loaded { get; init; } = [];

    /// <summary>Whether its app has several databases, or several bases of one.</summary>
    public bool HasSeveralBases { get; init; }

    /// <summary>Bases whose copy no site on the server uses behind it.</summary>
    public ImmutableArray<BaseName> Unused { get; init; } = [];

    /// <summary>Whether it was to take its app off the server.</summary>
    public bool IsOff { get; init; }

    public AppHealth? Health { get; init; }

    /// <summary>The settings as they were rendered, with the password hidden.</summary>
    public ImmutableArray<SiteFile> Settings { get; init; } = [];

    /// <summary>Whether any of its steps has begun: one that ended before has changed nothing.</summary>
    public required bool HasBegun { get; init; }

    /// <summary>Whether its server's site is its app's: what runs there changes with the site.</summary>
    public required bool IsOnSite { get; init; }

    /// <summary>
    /// Whether a database that it has loaded is used on the server: one on another database host is not before the site
    /// says so.
    /// </summary>
    public bool IsUsed(LoadedDatabase loaded) => IsOnSite || loaded.Left is null;

    /// <summary>Whether what the server uses has other data by it.</summary>
    public bool IsLoadedHere => Result.Database is not null && Loaded.Any(IsUsed);
}
