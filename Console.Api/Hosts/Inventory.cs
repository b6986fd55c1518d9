using System.Collections.Immutable;
using System.Text.RegularExpressions;
using TestServers.Commands;
using TestServers.Storage;

namespace TestServers.Hosts;

/// <summary>
/// Which servers there are and how they are. One loop a host asks virsh, one process at a time, and replaces an
/// immutable picture that
/// everybody else reads from memory: however many people ask, and however sick a virsh is, nobody waits for it.
/// </summary>
public sealed class Inventory(
    Settings settings,
    JsonFile<PlacesState> placesFile,
    CommandRunner runner,
    TimeProvider clock,
    ILogger<Inventory> log
) : BackgroundService
{
    private const string NotYet = "virsh has not answered yet.";

    /// <summary>Short enough that a page shows a truth that is at most two seconds old.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1.5);
    private readonly Lock _settling = new();
    private readonly Dictionary<string, Answer> _answers = settings.Hosts.ToDictionary(
        h => h.Name,
        _ => new Answer(false, null, null, NotYet),
        StringComparer.Ordinal
    );
    private ImmutableSortedDictionary<string, string> _places = placesFile.Value.Places;
    private ImmutableSortedSet<string> _others = placesFile.Value.Others ?? [];
    private bool _refused;
    private ImmutableDictionary<string, HostState> _hosts = settings.Hosts.ToImmutableDictionary(
        h => h.Name,
        h => HostState.Unknown(h.Name, NotYet),
        StringComparer.Ordinal
    );

    /// <summary>Raised when a picture was replaced.</summary>
    public event Action? Changed;

    /// <summary>Every host, in the order of the settings.</summary>
    public IEnumerable<HostState> Hosts => settings.Hosts.Select(h => _hosts[h.Name]);

    /// <summary>Every server that is known; no name twice.</summary>
    public IEnumerable<Machine> Machines => Hosts.SelectMany(h => h.Machines);

    /// <summary>
    /// Every name that a host has, also of servers that are left out: who is not among them may be gone, if every host
    /// answers.
    /// </summary>
    public IEnumerable<ServerName> Names =>
        Hosts
            .SelectMany(h =>
                h.Machines.Select(m => m.Name).Concat(h.LeftOut.Keys.Select(ServerName.From).OfType<ServerName>())
            )
            .Distinct();

    /// <summary>Whether it can be said which servers there are not: every host has answered since the start.</summary>
    public bool IsComplete => Hosts.All(h => h.AsOf is not null);

    /// <summary>One server.</summary>
    /// <exception cref="Problem">404: no host has it.</exception>
    public Machine Find(ServerName name) =>
        Machines.FirstOrDefault(m => m.Name == name) ?? throw Problem.NotFound("server", WhyNot(name));

    /// <summary>A host by its name.</summary>
    /// <exception cref="Problem">404: the settings have no such host.</exception>
    public HostState FindHost(string name) => Hosts.FirstOrDefault(h => h.Name == name)
        ?? throw Problem.NotFound("host", $"The settings name no host {name}. They name: {string.Join(", ", settings.Hosts.Select(h => h.Name))}.");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(settings.Hosts.Select(host => Watch(host, stoppingToken)));

    private string WhyNot(ServerName name)
    {
        if (Hosts.FirstOrDefault(h => h.LeftOut.ContainsKey(name.Text)) is { } host)
            return $"{host.Name}: {host.LeftOut[name.Text]}";
        return Hosts.Where(h => h.AsOf is null).Select(h => h.Name).ToList() is { Count: > 0 } silent
            ? $"{name} is not known, but {string.Join(", ", silent)} did not answer yet: try again in some seconds."
            : $"No host has a test server named {name}. GET api/servers lists them.";
    }

    private async Task Watch(HostSettings host, CancellationToken stop)
    {
        var pattern = new Regex(host.Servers, RegexOptions.NonBacktracking);
        while (!stop.IsCancellationRequested)
        {
            var answer = await Ask(host, pattern, stop);
            if (stop.IsCancellationRequested)
                return;
            Take(host.Name, answer);
            Changed?.Invoke();
            await Task.Delay(Pause, clock, stop).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task<Answer> Ask(HostSettings host, Regex pattern, CancellationToken stop)
    {
        var lines = new List<string>();
        var end = await runner.Run(Virsh.List(host.Uri), lines.Add, stop);
        if (!end.Succeeded)
            return new(true, null, null, Virsh.ReasonOf(host, end));
        var (table, garbage) = Virsh.Read(lines);
        return table is null
            ? new(
                true,
                null,
                null,
                $"virsh on {host.Name} answers something that is no list of domains: {Found.Clean(garbage!)}"
            )
            : new(true, clock.GetUtcNow(), Found.Of(host, pattern, table), null);
    }

    private void Take(string host, Answer answer)
    {
        lock (_settling)
        {
            var before = _answers[host];
            // What it said before stays while it does not answer.
            var now = _answers[host] = answer.Problem is null
                ? answer
                : before with
                {
                    Asked = true,
                    Problem = answer.Problem,
                };
            // Who has which name is looked at when names come or go, not with each answer.
            var isSame = before.Found is not null && before.Found.Names.SetEquals(now.Found!.Names);
            var shown = settings.Hosts.Select(h => _answers[h.Name].Of(h.Name)).ToList();
            var places = isSame ? _places : Places.Settle(shown, _places, _others);
            if (!isSame)
                _others = Places.FindOthers(shown, places, _others);
            var hosts = ReferenceEquals(places, _places) ? [host] : settings.Hosts.Select(h => h.Name);
            _places = places;
            Keep();
            Show([.. hosts.Select(StateOf)]);
        }
    }

    // A disk that refuses keeps nobody from seeing the servers: it is tried again with the next answer, and told once.
    private void Keep()
    {
        if (ReferenceEquals(placesFile.Value.Places, _places) && _others.SetEquals(placesFile.Value.Others ?? []))
            return;
        try
        {
            placesFile.Change(state => state with { Places = _places, Others = _others });
            _refused = false;
        }
        catch (DiskRefused refused)
        {
            if (!_refused)
                log.LogError("Which host has which server is not written down: {Reason}", refused.Message);
            _refused = true;
        }
    }

    private HostState StateOf(string host)
    {
        var (_, asOf, found, problem) = _answers[host];
        return found is null
            ? HostState.Unknown(host, problem)
            : HostState.Of(host, asOf, problem, found, _places, _hosts[host].Notices);
    }

    private void Show(ImmutableArray<HostState> next)
    {
        foreach (var state in next)
        {
            var before = _hosts[state.Name];
            if (state.Problem is not null && before.Problem != state.Problem)
                log.LogWarning("Host {Host}: {Problem}", state.Name, state.Problem);
            if (state.Problem is null && before.Problem is not null)
                log.LogInformation("Host {Host} answers: {Count} servers", state.Name, state.Machines.Length);
            foreach (var notice in state.Notices.Except(before.Notices))
                log.LogWarning("Host {Host}: {Notice}", state.Name, notice);
        }
        Volatile.Write(ref _hosts, _hosts.SetItems(next.Select(s => KeyValuePair.Create(s.Name, s))));
    }

    /// <summary>What a host said last, or why it said nothing.</summary>
    private sealed record Answer(bool Asked, DateTimeOffset? AsOf, Found? Found, string? Problem)
    {
        public Places.Host Of(string name) => new(name, Asked, Found?.Names);
    }
}
