using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TestServers.Databases;

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
    // Version 1 did not say on which database host a copy is: who knows no more than that looks for it in vain.
    public static IReadOnlyList<Migration> Migrations { get; } = [_ => { }];

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
    /// The database host of each copy whose base is on several, as the build has put it there. One that is left out is
    /// on the base's usual one. Null: all are.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<BaseName, string>? Hosts { get; init; }

    /// <summary>
    /// Copies in whose place another database host has the one that is used here, as `db1/shop`: they are to be
    /// dropped. Null: none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedSet<string>? Replaced { get; init; }

    /// <summary>
    /// The base on the database host that has the server's copy of it, or would have it: also on one that the base is
    /// not on any more, as long as the settings have that host.
    /// </summary>
    public BaseSettings PlaceOf(BaseSettings @base, ConsoleSettings settings) =>
        Hosts?.GetValueOrDefault(@base.Name) is { } host ? settings.BaseAt(@base.Name, host) ?? @base : @base;

    /// <summary>The database host that has the server's copy of a base; null: none has.</summary>
    public string? HostOf(BaseSettings @base, ConsoleSettings settings) =>
        Copies.ContainsKey(@base.Name) ? PlaceOf(@base, settings).Host : null;

    /// <summary>Every database host that may have a copy of the server's.</summary>
    public IEnumerable<BaseSettings> PlacesOf(BaseSettings @base, ConsoleSettings settings) =>
        @base.Places.Append(PlaceOf(@base, settings)).DistinctBy(p => p.Host);

    /// <summary>Whether a site here uses the copy of a base that is on a database host.</summary>
    public bool UsesAt(BaseSettings @base, string host) => Sites.Any(site => IsAt(site, @base, host));

    /// <summary>The database host of a copy that the settings do not name any more; null: they do.</summary>
    public string? LostHostOf(BaseName name, ConsoleSettings settings) =>
        Hosts?.GetValueOrDefault(name) is { } host && !settings.DatabaseHosts.Any(h => h.Name == host) ? host : null;

    /// <summary>A copy of a base that is to be made here.</summary>
    public WantedCopy WantedOf(BaseSettings @base, ConsoleSettings settings) =>
        new(@base, Server, HostOf(@base, settings));

    private IEnumerable<Configuration> Sites =>
        new[] { Configuration }.Concat(Beside?.Values ?? []).OfType<Configuration>();

    // A site that names no host was put there when the base had but one.
    private bool IsAt(Configuration site, BaseSettings @base, string host) =>
        site.Databases is { } all
            ? all.Any(d => d.Base == @base.Name && (d.Host ?? @base.Host) == host)
            : site.Database?.BaseOf(Server) == @base.Name && (site.Host ?? @base.Host) == host;

    /// <summary>How a copy is called among those that are to be dropped.</summary>
    public static string KeyOf(string host, BaseName name) => $"{host}/{name}";

    /// <summary>Database host and base of a copy that is to be dropped.</summary>
    public static (string Host, BaseName? Base) Placed(string key) =>
        key.IndexOf('/', StringComparison.Ordinal) is var at and > 0
            ? (key[..at], BaseName.From(key[(at + 1)..]))
            : (key, null);

    /// <summary>
    /// What a build that has loaded databases means for the copies: one that it has made on another database host is
    /// used when its site says so, and then the one before is to be dropped; until then it is the new one.
    /// </summary>
    public ServerHistory WithLoaded(EndedBuild build)
    {
        var (copies, hosts, replaced) = (Copies, Hosts ?? NoHosts, Replaced ?? []);
        foreach (var one in build.Loaded)
        {
            if (!build.IsUsed(one))
            {
                replaced = one.Host is { } unused ? replaced.Add(KeyOf(unused, one.Base)) : replaced;
                continue;
            }
            copies = copies.SetItem(one.Base, one.DataTime);
            hosts = one.Host is { } host ? hosts.SetItem(one.Base, host) : hosts.Remove(one.Base);
            replaced = one.Host is { } now ? replaced.Remove(KeyOf(now, one.Base)) : replaced;
            replaced = one.Left is { } left ? replaced.Add(KeyOf(left, one.Base)) : replaced;
        }
        return this with
        {
            Copies = copies,
            Hosts = hosts.IsEmpty ? null : hosts,
            Replaced = replaced.IsEmpty ? null : replaced,
        };
    }

    /// <summary>What the database hosts have told of the copies.</summary>
    /// <param name="hosts">Where each is whose base is on several.</param>
    /// <param name="replaced">Those that another one is used in place of.</param>
    public ServerHistory WithFound(IReadOnlyDictionary<BaseName, string> hosts, IEnumerable<string> replaced)
    {
        var next = (Replaced ?? []).Union(replaced).Except(hosts.Select(h => KeyOf(h.Value, h.Key)));
        var all = (Hosts ?? NoHosts).SetItems(hosts);
        return this with { Hosts = all.IsEmpty ? null : all, Replaced = next.IsEmpty ? null : next };
    }

    /// <summary>What the server has told: the site of a build is in place, and names these database hosts.</summary>
    public ServerHistory WithSite(JobId? onSite, IReadOnlyDictionary<BaseName, string> hosts)
    {
        Configuration With(Configuration site) =>
            site.Build is not { } build || build != onSite
                ? site
                : site with
                {
                    Host = site.Database?.BaseOf(Server) is { } name
                        ? hosts.GetValueOrDefault(name) ?? site.Host
                        : site.Host,
                    Databases = site
                        .Databases?.Select(d => d with { Host = hosts.GetValueOrDefault(d.Base) ?? d.Host })
                        .ToList(),
                };
        return this with
        {
            Configuration = Configuration is null ? null : With(Configuration),
            Beside = Beside?.ToImmutableSortedDictionary(b => b.Key, b => With(b.Value)),
        };
    }

    /// <summary>
    /// Without the copies of some bases. What is to be dropped on other database hosts is still to be dropped.
    /// </summary>
    public ServerHistory Without(IReadOnlyCollection<BaseName> gone)
    {
        var hosts = Hosts?.RemoveRange(gone);
        return this with { Copies = Copies.RemoveRange(gone), Hosts = hosts is { IsEmpty: true } ? null : hosts };
    }

    private static readonly ImmutableSortedDictionary<BaseName, string> NoHosts = ImmutableSortedDictionary<
        BaseName,
        string
    >.Empty;

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
        Sites.Any(c => c.Database?.BaseOf(Server) == name || c.Databases?.Any(d => d.Base == name) == true)
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
        : Hosts?.FirstOrDefault(h => h.Value is null) is { Key: { } placed }
            ? $"the host of its copy of {placed} is null"
        : Replaced?.FirstOrDefault(key => Placed(key).Base is null) is { } replaced
            ? $"`{replaced}` in `replaced` names no copy"
        : Entries.Any(e => HasNull(e.Databases))
        || HasNull(Configuration?.Databases)
        || Beside?.Values.Any(b => HasNull(b.Databases)) == true
            ? "one of its databases is null"
        : null;

    private static bool HasNull(IReadOnlyList<LoadedDatabase>? databases) =>
        databases?.Any(d => d is null or { Name: null } or { Base: null } or { Database: null }) == true;
}
