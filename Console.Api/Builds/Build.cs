using System.Collections.Immutable;
using TestServers.Requests;

namespace TestServers.Builds;

/// <summary>One request to put an app on a server: a database, code, or both; it always renders the settings it touches.</summary>
/// <param name="Revision">The wanted revision; null: the newest on the path.</param>
public sealed record Build(ServerName Server, AppName App, RepositoryPath Path, Revision? Revision, bool Database, bool Code) : Request
{
    public const string DatabaseStep = "database", CodeStep = "code", AfterStep = "after", SettingsStep = "settings", HealthStep = "health";

    /// <summary>The number of the reservation it was accepted under: it begins only while that one holds. Null: an older console accepted it.</summary>
    public long? Reservation { get; init; }
    public BuildResult? Result { get; init; }
    public AppHealth? Health { get; init; }
    /// <summary>The build that this one repeats.</summary>
    public RequestId? RetryOf { get; init; }
    /// <summary>The build that this one goes on with: what succeeded there is kept.</summary>
    public RequestId? Resumes { get; init; }
    /// <summary>It ended without a last word from its server, which is to be cleaned before anything else is done there.</summary>
    public bool Unclean { get; init; }
    /// <summary>The settings as they were rendered, with the password hidden.</summary>
    public ImmutableArray<SettingsFile> Settings { get; init; } = [];

    /// <summary>Whether anything on a host may have changed by it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool HasTouched => Steps.Any(s => s.StartedAt is not null && !s.Untouched);

    /// <summary>The steps that such a build has, in their order.</summary>
    public static IEnumerable<string> StepNames(bool database, bool code, bool after)
    {
        if (database) yield return DatabaseStep;
        if (code) yield return CodeStep;
        if (code && after) yield return AfterStep;
        yield return SettingsStep;
        yield return HealthStep;
    }
}

/// <summary>A rendered settings file.</summary>
public sealed record SettingsFile(string File, string Text);

/// <summary>What a build has put on its server so far.</summary>
/// <param name="Revision">The revision that was checked out.</param>
/// <param name="DataTime">When the dump behind the copy was made.</param>
/// <param name="Database">The copy's name.</param>
/// <param name="Method">How the copy was made: spare, clone, file_copy or wal_log.</param>
public sealed record BuildResult(Revision? Revision = null, DateTimeOffset? DataTime = null, string? Database = null, string? Method = null);

/// <summary>What the server's own page answered at the end of a build.</summary>
/// <param name="Status">The HTTP status; null: it did not answer.</param>
/// <param name="Text">The first lines of an answer that is no success.</param>
public sealed record AppHealth(string Url, int? Status, double Seconds, string? Text)
{
    /// <summary>
    /// After an answer that is no success: what the server's Apache has written into its error log since the build
    /// began, or why that cannot be read.
    /// </summary>
    public string? ErrorLog { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public bool Ready => Status is >= 200 and < 400;
}
