using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.RegularExpressions;
using TestServers.Settings;
using TestServers.Storage;

namespace TestServers.Hosts;

/// <summary>
/// Which servers there are and how they are. One loop a host asks it, once at a time, and replaces an immutable picture
/// that everybody else reads from memory: however many people ask, and however sick a host is, nobody waits for it.
/// </summary>
public sealed class Inventory(
    CurrentSettings settings,
    JsonFile<PlacesState> placesFile,
    IEnumerable<IHostKind> kinds,
    TimeProvider clock,
    ILogger<Inventory> log
) : BackgroundService
{
    private const string NotYet = "virsh has not answered yet.";

    /// <summary>Short enough that a page shows a truth that is at most two seconds old.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1.5);
    private readonly Lock _settling = new();

    // By the hosts' names, in the order of the settings they were made of.
    private OrderedDictionary<string, Answer> _answers = Begin(
        settings.Newest,
        new Dictionary<string, Answer>(StringComparer.Ordinal)
    );
    private ConsoleSettings _settled = settings.Newest;
    private ImmutableSortedDictionary<string, string> _places = placesFile.Value.Places;
    private ImmutableSortedSet<string> _others = placesFile.Value.Others ?? [];
    private bool _refused;
    private ImmutableArray<HostState> _hosts =
    [
        .. settings.Newest.Hosts.Select(h => HostState.Unknown(h.Name, NotYet)),
    ];

    /// <summary>Raised when a picture was replaced.</summary>
    public event Action? Changed;

    /// <summary>Raised when virsh was asked: of which host, how long it took, and whether it answered.</summary>
    public event Action<HostSettings, TimeSpan, bool>? Asked;

    /// <summary>Every host, in the order of the settings.</summary>
    public IReadOnlyList<HostState> Hosts
    {
        get
        {
            if (!ReferenceEquals(Volatile.Read(ref _settled), settings.Newest))
                Adapt();
            return _hosts;
        }
    }

    /// <summary>Every server that is known; no name twice.</summary>
    public IEnumerable<Server> Servers => Hosts.SelectMany(h => h.Servers);

    /// <summary>
    /// Every name that a host has, also of servers that are left out: who is not among them may be gone, if every host
    /// answers.
    /// </summary>
    public IEnumerable<ServerName> Names =>
        Hosts
            .SelectMany(h =>
                h.Servers.Select(m => m.Name).Concat(h.LeftOut.Keys.Select(ServerName.From).OfType<ServerName>())
            )
            .Distinct();

    /// <summary>Whether it can be said which servers there are not: every host has answered since the start.</summary>
    public bool IsComplete => Hosts.All(h => h.AsOf is not null);

    /// <summary>One server.</summary>
    /// <exception cref="Problem">404: no host has it.</exception>
    public Server Find(ServerName name) =>
        Servers.FirstOrDefault(m => m.Name == name) ?? throw Problem.NotFound("server", WhyNot(name));

    /// <summary>A host by its name.</summary>
    /// <exception cref="Problem">404: the settings have no such host.</exception>
    public HostState FindHost(string name) =>
        Hosts.FirstOrDefault(h => h.Name == name)
        ?? throw Problem.NotFound(
            "host",
            $"The settings name no host {name}. They name: {string.Join(", ", Hosts.Select(h => h.Name))}."
        );

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        settings.Changed += (_, _) => Changed?.Invoke();
        await settings.ForEach(s => s.Hosts, Watch, stoppingToken);
    }

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
        var pattern = PatternRule.Make(host.Servers);
        var loop = new Loop(Pause, log);
        await loop.Run(
            async end =>
            {
                var began = Stopwatch.GetTimestamp();
                var answer = await Ask(host, pattern, end);
                if (end.IsCancellationRequested)
                    return;
                Asked?.Invoke(host, Stopwatch.GetElapsedTime(began), answer.Problem is null);
                Take(answer);
                Changed?.Invoke();
            },
            stop
        );
    }

    private async Task<Answer> Ask(HostSettings host, Regex pattern, CancellationToken stop)
    {
        var (listing, problem) = await kinds.First(k => k.IsOf(host)).List(host, stop);
        return listing is null
            ? new(host, true, null, null, null, problem)
            : new(host, true, clock.GetUtcNow(), listing, Found.Of(host, pattern, listing), null)
            {
                At = clock.GetTimestamp(),
            };
    }

    /// <summary>The settings of a host; null when the newest do not have it.</summary>
    public HostSettings? SettingsOf(string host) => settings.Newest.Hosts.FirstOrDefault(h => h.Name == host);

    private static OrderedDictionary<string, Answer> Begin(ConsoleSettings settings, IDictionary<string, Answer> before)
    {
        var answers = new OrderedDictionary<string, Answer>(StringComparer.Ordinal);
        foreach (var host in settings.Hosts)
            answers[host.Name] =
                before.TryGetValue(host.Name, out var known) && known.Host.Uri == host.Uri
                    ? known.By(host)
                    : new(host, false, null, null, null, NotYet);
        return answers;
    }

    // New settings hold at once: what a host said last is looked at with its new pattern and addresses.
    private void Adapt()
    {
        lock (_settling)
        {
            var newest = settings.Newest;
            if (ReferenceEquals(_settled, newest))
                return;
            _answers = Begin(newest, _answers);
            Settle();
            Show([.. _answers.Keys.Select(StateOf)]);
            Volatile.Write(ref _settled, newest);
        }
    }

    private void Take(Answer answer)
    {
        Adapt();
        lock (_settling)
        {
            // It was asked by settings that do not hold any more.
            if (!_answers.TryGetValue(answer.Host.Name, out var before) || before.Host != answer.Host)
                return;
            // What it said before stays while it does not answer.
            var now = _answers[answer.Host.Name] = answer.Problem is null
                ? answer
                : before with
                {
                    Asked = true,
                    Problem = answer.Problem,
                };
            // Who has which name is looked at when names come or go, not with each answer.
            var isSame = before.Found is not null && before.Found.Names.SetEquals(now.Found!.Names);
            var places = _places;
            if (isSame)
                Keep();
            else
                Settle();
            var isAlone = ReferenceEquals(places, _places);
            Show([.. _answers.Keys.Select(h => isAlone && h != answer.Host.Name ? StateNow(h)! : StateOf(h))]);
        }
    }

    private void Settle()
    {
        var shown = _answers.Values.Select(a => a.ForPlaces).ToList();
        var places = Places.Settle(shown, _places, _others);
        _others = Places.FindOthers(shown, places, _others);
        _places = places;
        Keep();
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

    private HostState? StateNow(string host) => _hosts.FirstOrDefault(h => h.Name == host);

    private HostState StateOf(string host)
    {
        var answer = _answers[host];
        return answer.Found is null
            ? HostState.Unknown(host, answer.Problem)
            : HostState.Of(host, AsOf(answer), answer.Problem, answer.Found, _places, StateNow(host)?.Notices ?? []);
    }

    // While a host is silent, the clock may be set: as of a time in the future would be no answer.
    private DateTimeOffset? AsOf(Answer answer) =>
        answer.AsOf is { } asOf ? Times.AsSetNow(asOf, clock.GetElapsedTime(answer.At), clock.GetUtcNow()) : null;

    private void Show(ImmutableArray<HostState> next)
    {
        foreach (var state in next)
        {
            var before = StateNow(state.Name);
            if (state.Problem is not null and not NotYet && before?.Problem != state.Problem)
                log.LogWarning("Host {Host}: {Problem}", state.Name, state.Problem);
            if (state.Problem is null && before?.Problem is not null)
                log.LogInformation("Host {Host} answers: {Count} servers", state.Name, state.Servers.Length);
            foreach (var notice in state.Notices.Except(before?.Notices ?? []))
                log.LogWarning("Host {Host}: {Notice}", state.Name, notice);
        }
        ImmutableInterlocked.InterlockedExchange(ref _hosts, next);
    }

    /// <summary>What a host said last, or why it said nothing.</summary>
    private sealed record Answer(
        HostSettings Host,
        bool Asked,
        DateTimeOffset? AsOf,
        HostListing? Listing,
        Found? Found,
        string? Problem
    )
    {
        /// <summary>When it said that, by the clock that nobody sets.</summary>
        public long At { get; init; }

        public Places.Host ForPlaces => new(Host.Name, Asked, Found?.Names, Host.Uri);

        /// <summary>The same, looked at with other settings of the host.</summary>
        public Answer By(HostSettings host) =>
            host == Host ? this
            : Listing is null ? this with { Host = host }
            : this with { Host = host, Found = Found.Of(host, PatternRule.Make(host.Servers), Listing) };
    }
}
