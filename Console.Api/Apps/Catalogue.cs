using System.Text.Json.Serialization;

namespace TestServers.Apps;

/// <summary>A database of an app, as it is shown.</summary>
/// <param name="Bases">What it may be made from, the usual one first.</param>
public sealed record AppDatabaseView(DatabaseName Name, IReadOnlyList<BaseName> Bases);

/// <summary>A command after a build's code or database, as it is shown.</summary>
/// <param name="When">After what it runs.</param>
/// <param name="Minutes">Its own limit; null: it has none.</param>
public sealed record ShownCommand(string Run, AfterWhat When, double? Minutes)
{
    /// <summary>The site's files from which it has variables; left out: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Files { get; init; }
}

/// <summary>An app as it is shown.</summary>
/// <param name="Base">The usual base of its usual database; null: it has no database.</param>
/// <param name="After">The commands that run after a checkout, after a fresh database, or after either.</param>
/// <param name="Folders">The names of the folders that stay on a server.</param>
public sealed record AppView(
    AppName Name,
    RepositoryKind Kind,
    string Repository,
    BaseName? Base,
    string DefaultPath,
    IReadOnlyList<ShownCommand> After,
    IReadOnlyList<string> Folders
)
{
    /// <summary>The kind of its sites: whose checks and logs they have.</summary>
    public required SiteKind SiteKind { get; init; }

    /// <summary>The names of the commands that run as long as a site does.</summary>
    public required IReadOnlyList<string> Workers { get; init; }

    /// <summary>Its databases, the usual one first; left out where there is one, of one base.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AppDatabaseView>? Databases { get; init; }
}

/// <summary>The apps that can be put on a server.</summary>
public sealed class Catalogue(CurrentSettings settings, Secrets secrets)
{
    /// <summary>All of them, without the secrets that their commands may name.</summary>
    public IEnumerable<AppView> All =>
        settings.Now.Apps.Select(a => new AppView(
            a.Name,
            a.Repository.Kind,
            a.Repository.Url,
            a.AllDatabases is [var usual, ..] ? usual.Usual : null,
            a.DefaultPath,
            [
                .. (a.After ?? []).Select(c => new ShownCommand(secrets.Hide(c.Run), c.When, c.Minutes)
                {
                    Files = c.Files,
                }),
            ],
            [.. a.Folders?.Keys ?? []]
        )
        {
            SiteKind = a.SiteKind,
            Workers = [.. a.Workers?.Keys ?? []],
            Databases = a.HasSeveralBases
                ? [.. a.AllDatabases.Select(d => new AppDatabaseView(d.Name, d.Bases))]
                : null,
        });

    /// <exception cref="Problem">404: there is no such app.</exception>
    public AppSettings Find(AppName name) =>
        settings.Now.App(name)
        ?? throw Problem.NotFound(
            "app",
            $"The catalogue has no app {name}. It has: {string.Join(", ", settings.Now.Apps.Select(a => a.Name))}."
        );
}
