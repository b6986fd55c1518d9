using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TestServers.Settings;
using TestServers.Storage;

namespace TestServers.History;

/// <summary>What stands in history/SERVER.json.</summary>
/// <param name="Entries">Newest first, bounded.</param>
/// <param name="Copies">The data time of each base's copy that the server has; the key is the base.</param>
/// <param name="Code">The working copies that the server has; the key is the app.</param>
public sealed record ServerHistory(
    int Version,
    ServerName Server,
    Configuration? Configuration,
    ImmutableArray<HistoryEntry> Entries,
    ImmutableSortedDictionary<BaseName, DateTimeOffset?> Copies,
    ImmutableSortedDictionary<AppName, KeptCode> Code
) : IVersioned
{
    /// <summary>What could not be removed on the server, as it was told last.</summary>
    public ImmutableArray<SetAside> SetAside { get; init; } = [];

    /// <summary>What another console has put there since; null: nothing.</summary>
    public OtherWork? Other { get; init; }

    /// <summary>What was found to be other than this console had left it.</summary>
    public ImmutableArray<FoundOtherwise> Otherwise { get; init; } = [];

    /// <summary>The savepoint that its data are of; null: none.</summary>
    public SavepointMark? Savepoint { get; init; }

    /// <summary>
    /// From which base each database of an app was made that its site uses. Null: of none. An older console knew it of
    /// apps alone that have several bases.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<AppName, ImmutableSortedDictionary<DatabaseName, BaseName>>? Bases { get; init; }

    /// <summary>Bases whose copy no site uses here any more, and that is to be dropped. Null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedSet<BaseName>? Unused { get; init; }

    /// <summary>
    /// What else has its site on the server, where that may have several: the configuration of each other app. Null:
    /// nothing has.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<AppName, Configuration>? Beside { get; init; }

    /// <summary>The configuration of an app whose site is here; null: it is not.</summary>
    public Configuration? ConfigurationOf(AppName app) =>
        Configuration?.App == app ? Configuration : Beside?.GetValueOrDefault(app);

    /// <summary>The apps of which anything is here, besides one; also those that the settings do not name.</summary>
    /// <param name="apps">Those of the settings.</param>
    public IEnumerable<AppSettings> AppsBeside(IReadOnlyList<AppSettings> apps, AppName? but) =>
        apps.Concat(FormerApps(apps))
            .Where(a => a.Name != but)
            .Where(a =>
                Code.ContainsKey(a.Name) || Bases?.ContainsKey(a.Name) == true || ConfigurationOf(a.Name) is not null
            );

    /// <summary>The apps of which anything is here, and that the settings do not name any more.</summary>
    /// <param name="apps">Those of the settings.</param>
    public IEnumerable<AppSettings> FormerApps(IReadOnlyList<AppSettings> apps) =>
        new[] { Configuration?.App }
            .Concat(Beside?.Keys ?? [])
            .Concat(Code.Keys)
            .Concat(Bases?.Keys ?? [])
            .OfType<AppName>()
            .Distinct()
            .Where(name => !apps.Any(a => a.Name == name))
            .Select(FormerApp);

    /// <summary>
    /// An app that the settings do not name any more, as far as it is known from here: its address, and what its
    /// databases were made from.
    /// </summary>
    public AppSettings FormerApp(AppName name) =>
        AppSettings.Former(
            name,
            Entries.FirstOrDefault(e => e.App == name && e.Health is not null)?.Health!.Url,
            FormerBasesOf(name)
        );

    private IEnumerable<(DatabaseName, BaseName)> FormerBasesOf(AppName app)
    {
        if (Bases?.GetValueOrDefault(app) is { } known)
            return known.Select(b => (b.Key, b.Value));
        var now = ConfigurationOf(app);
        return now?.Databases is { } all ? all.Select(d => (d.Name, d.Base))
            : now?.Database?.BaseOf(Server) is { } only ? [(DatabaseName.Default, only)]
            : [];
    }

    /// <summary>Whether a site here, or an app whose code is here, comes from a base.</summary>
    public bool Uses(BaseName name) =>
        new[] { Configuration }
            .Concat(Beside?.Values ?? [])
            .OfType<Configuration>()
            .Any(c => c.Database?.BaseOf(Server) == name || c.Databases?.Any(d => d.Base == name) == true)
        || Bases?.Values.Any(b => b.ContainsValue(name)) == true;

    /// <summary>
    /// From which base each database of an app comes here, the usual database first: the one that is remembered, else
    /// one of which there is a copy, else the usual one. A base that the settings do not list any more is none.
    /// </summary>
    public ImmutableArray<ChosenBase> BasesOf(AppSettings app) =>
        [.. app.AllDatabases.Select(database => new ChosenBase(database.Name, BaseOf(app.Name, database)))];

    private BaseName BaseOf(AppName app, AppDatabase database) =>
        Bases?.GetValueOrDefault(app)?.GetValueOrDefault(database.Name) is { } known && database.Bases.Contains(known)
            ? known
            : database.Bases.FirstOrDefault(Copies.ContainsKey) ?? database.Usual;

    public static ServerHistory Empty(ServerName server) =>
        new(
            JsonFile<ServerHistory>.Version,
            server,
            null,
            [],
            ImmutableSortedDictionary<BaseName, DateTimeOffset?>.Empty,
            ImmutableSortedDictionary<AppName, KeptCode>.Empty
        );

    public string? FindFault() =>
        Entries.Any(e => e is null) ? "one of its entries is null"
        : Entries.GroupBy(e => e.Build).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? "it has two entries of " + $"build {twice.Key}"
        : Code.FirstOrDefault(c => c.Value is null) is { Key: { } app } ? $"the code of {app} is null"
        : Bases?.FirstOrDefault(b => b.Value is null || b.Value.Any(d => d.Value is null)) is { Key: { } of }
            ? $"a base of {of} is null"
        : Beside?.FirstOrDefault(b => b.Value is null) is { Key: { } beside } ? $"the configuration of {beside} is null"
        : Unused?.Contains(null!) == true ? "one of its unused bases is null"
        : Entries.Any(e => HasNull(e.Databases))
        || HasNull(Configuration?.Databases)
        || Beside?.Values.Any(b => HasNull(b.Databases)) == true
            ? "one of its databases is null"
        : null;

    private static bool HasNull(IReadOnlyList<LoadedDatabase>? databases) =>
        databases?.Any(d => d is null or { Name: null } or { Base: null } or { Database: null }) == true;
}
