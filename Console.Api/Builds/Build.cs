using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TestServers.Builds.Steps;
using TestServers.History;

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

    /// <summary>
    /// The bases that are asked for, and from its begin on those of all its databases, where its app has several bases;
    /// null: none are asked for.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<DatabaseName, BaseName>? Bases { get; init; }
    public BuildResult? Result { get; init; }
    public AppHealth? Health { get; init; }

    /// <summary>
    /// The data time that it wants again, as the build had that it repeats; null: the newest. Those of a night that is
    /// not kept any more are the newest, which it says.
    /// </summary>
    public DateTimeOffset? Night { get; init; }

    /// <summary>The same of each database, where its app has several bases; null: none is wanted again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<DatabaseName, DateTimeOffset>? Nights { get; init; }

    /// <summary>The build that this one repeats.</summary>
    public JobId? RetryOf { get; init; }

    /// <summary>The build that this one goes on with: what succeeded there is kept.</summary>
    public JobId? Resumes { get; init; }

    /// <summary>It was launched because its server follows its path; null: somebody asked for it.</summary>
    public BuildByItself? Follows { get; init; }

    /// <summary>It takes its app off the server; null: it puts it there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TakeOff? Off { get; init; }

    /// <summary>Who cancelled it, or took its right to run while it ran; null: nobody did.</summary>
    public string? CancelledBy { get; init; }

    /// <summary>
    /// It ended without a last word from its server, which is to be cleaned before anything else is done there.
    /// </summary>
    public bool Unclean { get; init; }

    /// <summary>The settings as they were rendered, with the password hidden.</summary>
    public ImmutableArray<SiteFile> Settings { get; init; } = [];

    /// <summary>Whether anything on a host may have changed by it.</summary>
    [JsonIgnore]
    public bool HasTouched => Steps.Any(s => s.StartedAt is not null && !s.Untouched);

    /// <summary>What to do when it was interrupted, as a sentence.</summary>
    [JsonIgnore]
    public string Again => Off is null ? "Build again." : $"Take {App} off again.";

    /// <summary>The build with more in its result.</summary>
    public Build WithResult(Func<BuildResult, BuildResult> add) => this with { Result = add(Result ?? new()) };

    /// <summary>What the databases of its app are made from: as it says, the others as the server has them.</summary>
    public ImmutableArray<ChosenBase> BasesOf(AppSettings app, ServerHistory kept) =>
        kept.BasesOf(app).With(Bases, app);

    /// <summary>The databases that it has loaded.</summary>
    public ImmutableArray<LoadedDatabase> LoadedOf(AppSettings app, ServerHistory kept) =>
        Result is not { } result ? []
        : result.Databases is { } all ? [.. all]
        : result.Database is { } only && BasesOf(app, kept) is [var usual, ..]
            ?
            [
                new(usual.Name, only.BaseOf(Server) ?? usual.Base, only, result.DataTime, result.Method)
                {
                    Host = result.Host,
                    Left = result.Left,
                },
            ]
        : [];

    /// <summary>What a history is told of it, when it has ended; null: it ended before it began.</summary>
    /// <param name="app">Null: the settings do not name it any more.</param>
    /// <param name="kept">What its server had before.</param>
    public EndedBuild? ForHistory(AppSettings? app, ServerHistory kept)
    {
        if (StartedAt is not { } started || EndedAt is not { } ended)
            return null;
        // What is loaded is used when the site says so: until then it is the databases that were there.
        var isOnSite = Steps.Any(s => s is { Name: SettingsStep.Called, State: StepState.Succeeded });
        return new(Id, Server, App, Path, Database, Code, By, started, ended, State, Message)
        {
            Seconds = Seconds,
            Result = Result ?? new(),
            Bases =
                app is null ? []
                : isOnSite || !app.HasSeveralBases ? BasesOf(app, kept)
                : kept.BasesOf(app),
            Loaded = app is null ? [] : LoadedOf(app, kept),
            HasSeveralBases = app?.HasSeveralBases == true,
            IsOff = Off is not null,
            Health = Health,
            Settings = Settings,
            HasBegun = Steps.Any(s => s.StartedAt is not null),
            IsOnSite = isOnSite,
        };
    }
}

/// <summary>A build that nobody has asked for by itself: its server follows a path on which something is new.</summary>
/// <param name="AfterFailure">The one before it has failed, which was told: another failure is not told again.</param>
public sealed record BuildByItself(bool AfterFailure);
