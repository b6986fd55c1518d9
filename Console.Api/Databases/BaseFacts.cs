using System.Collections.Concurrent;
using TestServers.HostPrograms;

namespace TestServers.Databases;

/// <summary>
/// What is known of every base and of the databases on their hosts: what each host said last, kept over restarts, and
/// why it does not answer. <see cref="BaseKeeper"/> asks them.
/// </summary>
public sealed class BaseFacts(
    CurrentSettings settings,
    JsonFile<BasesState> file,
    HostProgram program,
    StateFolder state,
    ILogger<BaseFacts> log
)
{
    private readonly string _id = state.Id;
    private readonly ConcurrentDictionary<DatabaseHostSettings, DatabaseHost> _hosts = new();
    private readonly ConcurrentDictionary<DatabaseHostSettings, DatabaseHostStatus> _statuses = new();
    private readonly ConcurrentDictionary<DatabaseHostSettings, string> _problems = new();

    /// <summary>Raised when something of a base has changed.</summary>
    public event Action<BaseName>? Changed;

    /// <summary>The settings of a base.</summary>
    /// <exception cref="Problem">404: there is no such base.</exception>
    public BaseSettings Find(BaseName name) =>
        settings.Now.Base(name)
        ?? throw Problem.NotFound("base", $"The settings name no base {name}. GET api/bases lists them.");

    /// <summary>
    /// The host of a base, or of it at one of its places; the one it had, when the settings have just taken it away.
    /// </summary>
    public DatabaseHost HostOf(BaseSettings @base) =>
        Reach(settings.Now.DatabaseHosts.Concat(_hosts.Keys).First(h => h.Name == @base.Host));

    /// <summary>
    /// What the base's host said last, kept over restarts; where several have it, what can be had of them all together:
    /// the newest data.
    /// </summary>
    public KnownBase Of(BaseName name)
    {
        var usual = file.Value.Bases.GetValueOrDefault(name.Text) ?? KnownBase.Unknown;
        return settings.Newest.Base(name) is { IsOnSeveral: true } @base
            ? usual.Together([.. @base.Places.Select(Of)])
            : usual;
    }

    /// <summary>What the host of one of a base's places said last.</summary>
    public KnownBase Of(BaseSettings place) => In(file.Value, place);

    private KnownBase In(BasesState state, BaseSettings place) =>
        (IsUsual(place) ? state.Bases.GetValueOrDefault(place.Name.Text) : state.PlaceOf(place.Name, place.Host))
        ?? KnownBase.Unknown;

    private bool IsUsual(BaseSettings place) => (settings.Newest.Base(place.Name) ?? place).Host == place.Host;

    /// <summary>Why the base's host does not answer, or that the base is another console's; or null.</summary>
    public string? ProblemOf(BaseSettings @base)
    {
        var host = HostOf(@base);
        return ProblemOf(host) ?? _statuses.GetValueOrDefault(host.Settings)?.ProblemOf(@base, _id);
    }

    /// <summary>
    /// Another of the base's hosts, before this one in the settings, that is another name of the same PostgreSQL; null:
    /// there is none, as far as they have answered.
    /// </summary>
    public string? TwinOf(BaseSettings place) =>
        ClusterOf(place.Host) is { } cluster
            ? (settings.Newest.Base(place.Name)?.Hosts ?? [])
                .TakeWhile(host => host != place.Host)
                .FirstOrDefault(host => ClusterOf(host) == cluster)
            : null;

    /// <summary>Whether two hosts are known to be names of one PostgreSQL.</summary>
    public bool IsOne(string host, string other) => ClusterOf(host) is { } cluster && cluster == ClusterOf(other);

    /// <summary>Whether two hosts are known to be a PostgreSQL each: both have told so since the start.</summary>
    public bool AreApart(string host, string other) =>
        (ClusterOf(host), ClusterOf(other)) is ({ } one, { } two) && one != two;

    // PostgreSQL's own number for what a host serves; null: it has not told it since the start.
    private string? ClusterOf(string host) => Hosts.FirstOrDefault(h => h.Host.Settings.Name == host).Status?.Cluster;

    /// <summary>What a database host said last; null when it has not answered since the start.</summary>
    public DatabaseHostStatus? StatusOf(DatabaseHost host) => _statuses.GetValueOrDefault(host.Settings);

    /// <summary>Why a database host does not answer; null when it does.</summary>
    public string? ProblemOf(DatabaseHost host) => _problems.GetValueOrDefault(host.Settings);

    /// <summary>Every database host with what it said last; null when it has not answered since the start.</summary>
    public IEnumerable<(DatabaseHost Host, DatabaseHostStatus? Status)> Hosts =>
        settings.Newest.DatabaseHosts.Select(h => (Reach(h), _statuses.GetValueOrDefault(h)));

    /// <summary>Runs one loop for each database host that the newest settings have.</summary>
    public Task ForEachHost(Func<DatabaseHost, CancellationToken, Task> loop, CancellationToken stop) =>
        settings.ForEach(s => s.DatabaseHosts, (host, end) => loop(Reach(host), end), stop);

    /// <summary>
    /// Takes note that a database there is another now, or is gone, until the host is asked next: by each name that the
    /// settings give its PostgreSQL.
    /// </summary>
    public void NoteFound(DatabaseHost host, FoundDatabase before, FoundDatabase? after)
    {
        var cluster = _statuses.GetValueOrDefault(host.Settings)?.Cluster;
        foreach (var (name, status) in _statuses)
        {
            if (name == host.Settings || (cluster is not null && status.Cluster == cluster))
                _statuses.AddOrUpdate(name, DatabaseHostStatus.Nothing, (_, now) => now.With(before, after));
        }
    }

    /// <summary>Asks the base's host which data a server's copy has.</summary>
    /// <returns>Whether the host answered, and the copy's data time; null when there is no copy.</returns>
    public async Task<(bool Answered, DateTimeOffset? DataTime)> AskCopy(
        BaseSettings @base,
        ServerName server,
        CancellationToken cancel
    )
    {
        var (end, status) = await HostOf(@base).Status([@base.Name], cancel);
        return (end.Done, CopyIn(status, @base, server)?.DataTime);
    }

    /// <summary>Asks the base's host for a server's copy.</summary>
    /// <returns>
    /// Whether the host answered with what it has, and the copy; null when there is none.
    /// </returns>
    public async Task<(bool Answered, FoundDatabase? Copy)> FindCopy(
        BaseSettings @base,
        ServerName server,
        CancellationToken cancel
    )
    {
        var (end, status) = await HostOf(@base).Status([@base.Name], cancel);
        return (end.Done && status.Cluster is not null, CopyIn(status, @base, server));
    }

    /// <summary>A server's copy, as the base's host said last; null when it has told of none.</summary>
    public FoundDatabase? CopyOf(BaseSettings @base, ServerName server) =>
        _statuses.GetValueOrDefault(HostOf(@base).Settings) is { } status ? CopyIn(status, @base, server) : null;

    /// <summary>Whether a place has the data of a night, as its host said last: as the base, or kept.</summary>
    public bool HasNight(BaseSettings place, DateTimeOffset night) =>
        Of(place).DataTime == night
        || StatusOf(HostOf(place))
            ?.Found.Any(f => f.Kind == DatabaseKind.Night && f.Base == place.Name && f.DataTime == night) == true;

    /// <summary>A savepoint's database or its twin, as its host said last; null when it has told of none.</summary>
    public FoundDatabase? SavepointOf(string host, BaseName name, JobId savepoint, DatabaseKind kind) =>
        Hosts
            .FirstOrDefault(h => h.Host.Settings.Name == host)
            .Status?.Found.FirstOrDefault(f => f.Kind == kind && f.Base == name && f.Savepoint == savepoint);

    private static FoundDatabase? CopyIn(DatabaseHostStatus status, BaseSettings @base, ServerName server) =>
        status.Found.FirstOrDefault(f => f.Kind == DatabaseKind.Copy && f.Base == @base.Name && f.Server == server);

    /// <summary>Takes note of what a host reported.</summary>
    public void Note(BaseName name, Func<KnownBase, KnownBase> change)
    {
        var before = Of(name);
        file.Change(state => With(state, name, change));
        if (Of(name) != before)
            Changed?.Invoke(name);
    }

    /// <summary>Takes note of something as a part of an act.</summary>
    public void Note(Act act, BaseName name, Func<KnownBase, KnownBase> change)
    {
        act.Change(file, state => With(state, name, change));
        act.After(() => Changed?.Invoke(name));
    }

    /// <summary>Takes note of what the host of one of a base's places reported.</summary>
    public void Note(BaseSettings place, Func<KnownBase, KnownBase> change)
    {
        if (IsUsual(place))
        {
            Note(place.Name, change);
            return;
        }
        var before = Of(place);
        file.Change(state =>
        {
            var known = In(state, place);
            return change(known) is var next && next == known ? state : state.WithPlace(place.Name, place.Host, next);
        });
        if (Of(place) != before)
            Changed?.Invoke(place.Name);
    }

    private static BasesState With(BasesState state, BaseName name, Func<KnownBase, KnownBase> change)
    {
        var known = state.Bases.GetValueOrDefault(name.Text) ?? KnownBase.Unknown;
        return change(known) is var next && next == known
            ? state
            : state with
            {
                Bases = state.Bases.SetItem(name.Text, next),
            };
    }

    /// <summary>The bases that the newest settings put on a host, as they are there.</summary>
    public IEnumerable<BaseSettings> BasesOf(DatabaseHost host) =>
        from @base in settings.Newest.Bases
        where @base.Hosts.Contains(host.Settings.Name, StringComparer.Ordinal)
        select @base.At(host.Settings.Name);

    /// <summary>Takes note of what a host has answered.</summary>
    public void NoteAnswer(DatabaseHost host, DatabaseHostStatus status)
    {
        var known = _statuses.GetValueOrDefault(host.Settings)?.Old ?? [];
        foreach (var old in status.Old.Except(known))
            log.LogWarning("Database host {Host}: {Old}", host.Settings.Name, old.Message);
        _statuses[host.Settings] = status;
        foreach (var @base in BasesOf(host))
            Note(
                @base,
                known =>
                    status.BaseOf(@base.Name, _id) is { } now
                        ? known with
                        {
                            Exists = true,
                            Size = now.Size,
                            DataTime = now.DataTime,
                            Spares = now.Spares,
                            Method = now.Method ?? known.Method,
                        }
                        : known with
                        {
                            Exists = false,
                            Size = null,
                            DataTime = null,
                            Spares = 0,
                            LeftOut = [],
                        }
            );
    }

    /// <summary>Takes note of why a host does not answer; null: it does.</summary>
    public void NoteProblem(DatabaseHost host, string? problem)
    {
        var before = _problems.GetValueOrDefault(host.Settings);
        if (before == problem)
            return;
        if (problem is null)
            _problems.TryRemove(host.Settings, out _);
        else
            _problems[host.Settings] = problem;
        if (problem is not null)
            log.LogWarning("Database host {Host}: {Problem}", host.Settings.Name, problem);
        else
            log.LogInformation("Database host {Host} answers again.", host.Settings.Name);
        foreach (var @base in BasesOf(host))
            Changed?.Invoke(@base.Name);
    }

    private DatabaseHost Reach(DatabaseHostSettings host) =>
        _hosts.GetOrAdd(host, h => new(h, settings, settings.Newest.Runtime, _id, program));
}
