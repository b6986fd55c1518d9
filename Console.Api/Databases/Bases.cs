using System.Collections.Concurrent;
using System.Diagnostics;
using TestServers.Commands;
using TestServers.Requests;
using TestServers.Storage;

namespace TestServers.Databases;

/// <summary>
/// What is known of every base. One loop a database host asks it now and then and whenever something failed there, and
/// makes spares in the background behind what was done; a host that is down stops only its own bases.
/// </summary>
public sealed class Bases : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30),
        AfterRefusal = TimeSpan.FromSeconds(5);
    private readonly CurrentSettings _settings;
    private readonly JsonFile<BasesState> _file;
    private readonly Lanes _lanes;
    private readonly string _id;
    private readonly ILogger<Bases> _log;
    private readonly ConcurrentDictionary<DatabaseHostSettings, DatabaseHost> _hosts = new();
    private readonly HostProgram _program;
    private readonly ConcurrentDictionary<string, bool> _swept = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<BaseName, bool> _touched = new();
    private readonly ConcurrentDictionary<DatabaseHostSettings, DatabaseHostStatus> _statuses = new();
    private readonly ConcurrentDictionary<DatabaseHostSettings, string> _problems = new();
    private readonly ConcurrentDictionary<string, Loop> _loops = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<BaseName, SparesInTheMaking> _spares = new();

    public Bases(
        CurrentSettings settings, JsonFile<BasesState> file, Lanes lanes,
        HostProgram program, StateFolder state, ILogger<Bases> log)
    {
        (_settings, _file, _lanes, _id, _program, _log) = (settings, file, lanes, state.Id, program, log);
        // What was left to do when the console ended is not known.
        foreach (var @base in settings.Newest.Bases) Touch(@base);
        settings.Changed += (before, after) =>
        {
            foreach (var @base in after.Bases.Except(before.Bases)) Refresh(@base, sweep: true);
        };
    }

    /// <summary>Raised when something of a base has changed.</summary>
    public event Action<BaseName>? Changed;

    /// <summary>The settings of a base.</summary>
    /// <exception cref="Problem">404: there is no such base.</exception>
    public BaseSettings Find(BaseName name) =>
        _settings.Now.Base(name) ?? throw Problem.NotFound("base", $"The settings name no base {name}. GET api/bases lists them.");

    /// <summary>The host of a base; the one it had, when the settings have just taken it away.</summary>
    public DatabaseHost HostOf(BaseSettings @base) => Reach(
        _settings.Now.DatabaseHosts.Concat(_hosts.Keys).First(h => h.Name == @base.Host));

    /// <summary>What the base's host said last, kept over restarts.</summary>
    public BaseFacts FactsOf(BaseName name) => _file.Value.Bases.GetValueOrDefault(name.Text) ?? BaseFacts.Unknown;

    /// <summary>Why the base's host does not answer, or that the base is another console's; or null.</summary>
    public string? ProblemOf(BaseSettings @base)
    {
        var host = HostOf(@base);
        return ProblemOf(host) ?? _statuses.GetValueOrDefault(host.Settings)?.ProblemOf(@base, _id);
    }

    /// <summary>Why a database host does not answer; null when it does.</summary>
    public string? ProblemOf(DatabaseHost host) => _problems.GetValueOrDefault(host.Settings);

    /// <summary>Every database host with what it said last; null when it has not answered since the start.</summary>
    public IEnumerable<(DatabaseHost Host, DatabaseHostStatus? Status)> Hosts =>
        _settings.Newest.DatabaseHosts.Select(h => (Reach(h), _statuses.GetValueOrDefault(h)));

    /// <summary>Runs one loop for each database host that the newest settings have.</summary>
    public Task ForEachHost(Func<DatabaseHost, CancellationToken, Task> loop, CancellationToken stop) =>
        _settings.ForEach(s => s.DatabaseHosts, (host, end) => loop(Reach(host), end), stop);

    /// <summary>Takes note that a database there is another now, or is gone, until the host is asked next.</summary>
    public void NoteFound(DatabaseHost host, FoundDatabase before, FoundDatabase? after) =>
        _statuses.AddOrUpdate(host.Settings, DatabaseHostStatus.Nothing, (_, now) => now.With(before, after));

    /// <summary>The lane of those who make a plain copy of this base.</summary>
    public static string LaneOf(BaseName name) => "base " + name;

    /// <summary>Asks the base's host which data a server's copy has.</summary>
    /// <returns>Whether the host answered, and the copy's data time; null when there is no copy.</returns>
    public async Task<(bool Answered, DateTimeOffset? DataTime)> AskCopy(BaseSettings @base, ServerName server, CancellationToken cancel)
    {
        var (end, status) = await HostOf(@base).Status([@base.Name], cancel);
        return (end.Done, CopyIn(status, @base, server)?.DataTime);
    }

    /// <summary>Asks the base's host for a server's copy.</summary>
    /// <returns>
    /// Whether the host answered with what it has, and the copy; null when there is none.
    /// </returns>
    public async Task<(bool Answered, FoundDatabase? Copy)> FindCopy(BaseSettings @base, ServerName server, CancellationToken cancel)
    {
        var (end, status) = await HostOf(@base).Status([@base.Name], cancel);
        return (end.Done && status.Cluster is not null, CopyIn(status, @base, server));
    }

    /// <summary>A server's copy, as the base's host said last; null when it has told of none.</summary>
    public FoundDatabase? CopyOf(BaseSettings @base, ServerName server) =>
        _statuses.GetValueOrDefault(HostOf(@base).Settings) is { } status ? CopyIn(status, @base, server) : null;

    private static FoundDatabase? CopyIn(DatabaseHostStatus status, BaseSettings @base, ServerName server) =>
        status.Found.FirstOrDefault(f => f.Kind == DatabaseKind.Copy && f.Base == @base.Name && f.Server == server);

    /// <summary>Takes note of what a host reported.</summary>
    public void Note(BaseName name, Func<BaseFacts, BaseFacts> change)
    {
        var before = FactsOf(name);
        _file.Change(state => change(FactsOf(name)) is var next && next == FactsOf(name) ? state : state with { Bases = state.Bases.SetItem(name.Text, next) });
        if (FactsOf(name) != before) Changed?.Invoke(name);
    }

    /// <summary>Remembers that spares are to be made and what a copy has left is to be dropped: when the host is asked next, at the latest.</summary>
    public void Touch(BaseSettings @base) => _touched[@base.Name] = true;

    /// <summary>Has that done now.</summary>
    /// <param name="sweep">Something did not end as it should: have the host asked anew and leftovers dropped, too.</param>
    public void Refresh(BaseSettings @base, bool sweep = false)
    {
        Touch(@base);
        if (sweep) _swept[@base.Host] = false;
        LoopOf(@base.Host).Wake();
    }

    /// <summary>Ends the making of spares of this base, because somebody needs the disk for a plain copy now.</summary>
    public Task StandAside(BaseName name) => _spares.TryGetValue(name, out var spares) ? spares.End() : Task.CompletedTask;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => ForEachHost(Watch, stoppingToken);

    private DatabaseHost Reach(DatabaseHostSettings host) =>
        _hosts.GetOrAdd(host, h => new(h, _settings, _settings.Newest.Runtime, _id, _program));

    // Kept when its host leaves the settings: one that comes again may have been woken meanwhile.
    private Loop LoopOf(string host) => _loops.GetOrAdd(host, _ => new(AfterRefusal, _log));

    private async Task Watch(DatabaseHost host, CancellationToken stop)
    {
        var (answers, asked) = (false, Stopwatch.StartNew());
        // It begins anew when the settings give it anew: what is there then is not known.
        _swept[host.Settings.Name] = false;
        foreach (var @base in BasesOf(host)) Touch(@base);
        await LoopOf(host.Settings.Name)
            .Run(
                async end =>
                {
                    var swept = _swept.GetValueOrDefault(host.Settings.Name);
                    if (!answers || !swept || asked.Elapsed >= Pause)
                    {
                        asked.Restart();
                        answers = await Ask(host, end);
                        if (answers && !swept)
                            _swept[host.Settings.Name] = await Sweep(host, end);
                    }
                    if (answers)
                        await MakeSpares(host, end);
                    return asked.Elapsed < Pause ? Pause - asked.Elapsed : TimeSpan.Zero;
                },
                stop
            );
    }

    private IEnumerable<BaseSettings> BasesOf(DatabaseHost host) => _settings.Newest.Bases.Where(b => b.Host == host.Settings.Name);
    private async Task<bool> Ask(DatabaseHost host, CancellationToken stop)
    {
        var bases = BasesOf(host).ToList();
        var (end, status) = await host.Status(bases.Select(b => b.Name), stop);
        if (stop.IsCancellationRequested) return false;
        SetProblem(host, end.Done ? null : end.Message);
        if (!end.Done) return false;
        _statuses[host.Settings] = status;
        foreach (var @base in bases)
        {
            Note(@base.Name, facts => status.BaseOf(@base.Name, _id) is { } now
                ? facts with { Exists = true, Size = now.Size, DataTime = now.DataTime, Spares = now.Spares, Method = now.Method ?? facts.Method }
                : facts with { Exists = false, Size = null, DataTime = null, Spares = 0, LeftOut = [] });
        }
        return true;
    }

    private async Task<bool> Sweep(DatabaseHost host, CancellationToken stop)
    {
        void Log(string line) => _log.LogInformation("Sweep of {Host}: {Line}", host.Settings.Name, line);
        var end = await host.Sweep(BasesOf(host).Select(b => b.Name), Log, stop);
        if (!end.Done) _log.LogWarning("Sweep of {Host}: {Problem}", host.Settings.Name, end.Message);
        return end.Done;
    }

    private void SetProblem(DatabaseHost host, string? problem)
    {
        var before = _problems.GetValueOrDefault(host.Settings);
        if (before == problem) return;
        if (problem is null) _problems.TryRemove(host.Settings, out _);
        else _problems[host.Settings] = problem;
        if (problem is not null) _log.LogWarning("Database host {Host}: {Problem}", host.Settings.Name, problem);
        else _log.LogInformation("Database host {Host} answers again.", host.Settings.Name);
        foreach (var @base in BasesOf(host)) Changed?.Invoke(@base.Name);
    }

    private async Task MakeSpares(DatabaseHost host, CancellationToken stop)
    {
        foreach (var @base in BasesOf(host).Where(b => FactsOf(b.Name).Exists))
        {
            // prepare also drops what the copies before have left, so it is called although no spare is wanted.
            if (!_touched.ContainsKey(@base.Name) && FactsOf(@base.Name).Spares >= @base.Spares) continue;
            HostEnd end;
            using var spares = new SparesInTheMaking(stop);
            _spares[@base.Name] = spares;
            try
            {
                // Looked at when it can be ended already, so that nobody comes in between. Who is in the lane has it done when he leaves.
                if (_lanes.IsBusy(LaneOf(@base.Name))) continue;
                _touched.TryRemove(@base.Name, out _);
                end = await spares.Make(host, @base);
                if (!end.Done) _touched[@base.Name] = true;
            }
            finally
            {
                _spares.TryRemove(@base.Name, out _);
                spares.SetEnded();
            }
            if (end.Ending is HostEnding.Failed or HostEnding.Refused) _log.LogWarning("Spares of {Base}: {Problem}", @base.Name, end.Message);
            if (end.Done && DatabaseHost.Number(end.Results, "spares") is { } ready) Note(@base.Name, facts => facts with { Spares = (int)ready, Method = DatabaseHost.Method(end.Results, "method") ?? facts.Method, MethodSeconds = DatabaseHost.Seconds(end.Results, "seconds") ?? facts.MethodSeconds });
        }
    }
}
