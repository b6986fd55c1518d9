using System.Text.Json.Serialization;
using TestServers.Databases;
using TestServers.History;

namespace TestServers.Builds;

/// <summary>An app of which anything is on a server.</summary>
/// <param name="Site">Whether its site is there; else only what was left when another app took its place.</param>
/// <param name="Address">Where its site is asked; null: it has none there.</param>
/// <param name="Path">What is checked out; null: it has no code there.</param>
/// <param name="Incomplete">A checkout ended half-way.</param>
/// <param name="DataTime">How old the data of its usual database are; null: it has none there, or it is not
/// known.</param>
/// <param name="Since">When its site was built last; null: it has none there.</param>
/// <param name="Build">The build that did that; null: another console's.</param>
/// <param name="Copies">The server's copies that it comes from.</param>
/// <param name="Folders">The folders that stay on the server.</param>
public sealed record AppOnServer(
    AppName App,
    bool Site,
    string? Address,
    RepositoryPath? Path,
    Revision? Revision,
    bool Incomplete,
    DateTimeOffset? DataTime,
    DateTimeOffset? Since,
    string? By,
    JobId? Build,
    IReadOnlyList<CopyOnServer> Copies,
    IReadOnlyList<string> Folders
)
{
    /// <summary>Whether the settings do not name it any more: it can be taken off, and not be built. Left out: they
    /// do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Former { get; init; }
}

/// <summary>A server's copy of a base.</summary>
/// <param name="Host">The database host; null: it has not told of the copy yet, and the settings do not name the base
/// any more.</param>
/// <param name="DataTime">How old its data are; null: not known.</param>
/// <param name="Size">Bytes; null: not known.</param>
public sealed record CopyOnServer(BaseName Base, CopyName Database, string? Host, DateTimeOffset? DataTime, long? Size)
{
    /// <summary>Other apps on the server that come from it: it stays when this one is taken off. Left out:
    /// none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AppName>? AlsoOf { get; init; }
}

/// <summary>What is on a server.</summary>
/// <param name="Several">Whether it may have several apps, each with its site.</param>
/// <param name="Apps">Those with a site first, the last built one before the others.</param>
public sealed record AppsOnServer(ServerName Server, bool Several, IReadOnlyList<AppOnServer> Apps);

/// <summary>Shows what is on a server: the apps with a site, and what is left of others.</summary>
public sealed class ServerApps(
    CurrentSettings settings,
    HistoryStore history,
    Copies found,
    KeptFolders folders,
    BuildRules rules
)
{
    /// <summary>The apps of which anything is there, also those that the settings do not name any more.</summary>
    public AppsOnServer Of(Server server)
    {
        var kept = history.Of(server.Name);
        return new(
            server.Name,
            settings.Now.MayHaveSeveral(server.Name),
            [
                .. settings
                    .Now.Apps.Concat(rules.FormerAppsOn(server.Name, kept))
                    .Where(app => rules.HasAnything(kept, app))
                    .Select(app => Of(app, server, kept))
                    .OrderByDescending(a => a.Since)
                    .ThenBy(a => a.App.Text, StringComparer.Ordinal),
            ]
        );
    }

    private AppOnServer Of(AppSettings app, Server server, ServerHistory kept)
    {
        // What another console has put there is the one site, as far as is known.
        var other = kept.Other?.App == app.Name ? kept.Other : null;
        var now = other is null ? kept.ConfigurationOf(app.Name) : null;
        var here = kept.Code.GetValueOrDefault(app.Name);
        var isOnSite = now is not null || other is not null;
        var copies = CopiesOf(app, server.Name, kept);
        return new(
            app.Name,
            isOnSite,
            isOnSite ? BuildRules.PageOf(app, server) : null,
            now?.Path ?? other?.Path ?? here?.Path,
            now?.Revision ?? other?.Revision ?? here?.Revision,
            here?.Incomplete == true,
            now?.DataTime ?? other?.DataTime ?? copies.FirstOrDefault()?.DataTime,
            now?.At ?? other?.At,
            now?.By ?? other?.By,
            now?.Build,
            copies,
            [.. folders.Of(server.Name, app.Name).Union(app.Folders?.Keys ?? [])]
        )
        {
            Former = app.IsFormer,
        };
    }

    private List<CopyOnServer> CopiesOf(AppSettings app, ServerName server, ServerHistory kept)
    {
        var others = kept.AppsBeside(settings.Now.Apps, app.Name).ToList();
        return
        [
            .. from name in app.AllDatabases.SelectMany(d => d.Bases).Distinct()
            where kept.Copies.ContainsKey(name)
            let place = settings.Now.Base(name) is { } @base ? kept.PlaceOf(@base, settings.Now).Host : null
            let copy = found
                .All.Where(c => c.Found.Kind == DatabaseKind.Copy && c.Found.Base == name && c.Server == server)
                .OrderByDescending(c => c.Host.Settings.Name == place)
                .FirstOrDefault()
            let host = place ?? copy?.Host.Settings.Name
            let also = others.Where(a => kept.BasesOf(a).Any(b => b.Base == name)).Select(a => a.Name).ToList()
            select new CopyOnServer(name, CopyName.Of(name, server), host, kept.Copies[name], copy?.Found.Size)
            {
                AlsoOf = also.Count > 0 ? also : null,
            },
        ];
    }
}
