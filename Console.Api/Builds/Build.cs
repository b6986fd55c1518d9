using System.Collections.Immutable;
using TestServers.Builds.Steps;
using TestServers.History;
using TestServers.Jobs;

namespace TestServers.Builds;

/// <summary>
/// One request to put an app on a server: a database, code, or both; it always renders the settings it touches.
/// </summary>
/// <param name="Revision">The wanted revision; null: the newest on the path.</param>
public sealed record Build(
    ServerName Server,
    AppName App,
    RepositoryPath Path,
    Revision? Revision,
    bool Database,
    bool Code
) : Job
{
    /// <summary>
    /// The number of the reservation it was accepted under: it begins only while that one holds. Null: an older console
    /// accepted it.
    /// </summary>
    public long? Reservation { get; init; }
    public BuildResult? Result { get; init; }
    public AppHealth? Health { get; init; }

    /// <summary>The build that this one repeats.</summary>
    public JobId? RetryOf { get; init; }

    /// <summary>The build that this one goes on with: what succeeded there is kept.</summary>
    public JobId? Resumes { get; init; }

    /// <summary>Who cancelled it, or took its right to run while it ran; null: nobody did.</summary>
    public string? CancelledBy { get; init; }

    /// <summary>
    /// It ended without a last word from its server, which is to be cleaned before anything else is done there.
    /// </summary>
    public bool Unclean { get; init; }

    /// <summary>The settings as they were rendered, with the password hidden.</summary>
    public ImmutableArray<SiteFile> Settings { get; init; } = [];

    /// <summary>Whether anything on a host may have changed by it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool HasTouched => Steps.Any(s => s.StartedAt is not null && !s.Untouched);

    /// <summary>The build with more in its result.</summary>
    public Build WithResult(Func<BuildResult, BuildResult> add) => this with { Result = add(Result ?? new()) };

    /// <summary>What a history is told of it, when it has ended; null: it ended before it began.</summary>
    /// <param name="base">The base of its app.</param>
    public EndedBuild? ForHistory(BaseName? @base) =>
        StartedAt is not { } started || EndedAt is not { } ended
            ? null
            : new(Id, Server, App, @base, Path, Database, Code, By, started, ended, State, Message)
            {
                Seconds = Seconds,
                Result = Result ?? new(),
                Health = Health,
                Settings = Settings,
                HasBegun = Steps.Any(s => s.StartedAt is not null),
                IsOnSite = Steps.Any(s => s is { Name: SettingsStep.Called, State: StepState.Succeeded }),
            };
}
