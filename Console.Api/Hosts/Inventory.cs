using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TestServers.Hosts;

/// <summary>
/// Which servers there are and how they are. One loop a host asks it, once at a time, and replaces an immutable picture
/// that everybody else reads from memory: however many people ask, and however sick a host is, nobody waits for it.
/// One that does not answer is asked more and more rarely.
/// </summary>
public sealed class Inventory(
    CurrentSettings settings,
    JsonFile<PlacesState> placesFile,
    IEnumerable<IHostKind> kinds,
    TimeProvider clock,
    ILogger<Inventory> log
) : BackgroundService
{
    private const string NotYet = "It has not answered yet.";

    private readonly Lock _settling = new();

    // By the hosts' names, in the order of the settings they were made of.
    private OrderedDictionary<string, Answer> _answers = Begin(
        settings.Newest,
        new Dictionary<string, Answer>(StringComparer.Ordinal)
    );
    private ConsoleSettings _settled = settings.Newest;
    private SettingsByName _settingsByName = new(settings.Newest);
    private BoardNames _names = BoardNames.Of(placesFile.Value);
    private bool _open;
    private bool _refused;
    private HostList _known = new([.. settings.Newest.Hosts.Select(h => HostState.Unknown(h.Name, NotYet))]);

    /// <summary>Raised when a picture was replaced.</summary>
    public event Action? Changed;

    /// <summary>Raised when a host was asked: of which host, how long it took, and whether it answered.</summary>
    public event Action<HostSettings, TimeSpan, bool>? Asked;

    // By the hosts' names: their loops, and when the newest answer that is shown was asked for.
    private readonly ConcurrentDictionary<string, Loop> _loops = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _askedFor = new(StringComparer.Ordinal);

    /// <summary>Has a host that answers asked at once, however long its pause is.</summary>
    public void AskSoon(string host)
    {
        if (TryFindHost(host) is { Problem: null })
            _loops.GetValueOrDefault(host)?.Wake();
    }

    /// <summary>
    /// Has a host asked at once, and waits until what it says of after this moment is shown, or the limit is over.
    /// </summary>
    public async Task SeeAgain(string host, TimeSpan limit)
    {
        var (since, seen) = (
            Stopwatch.GetTimestamp(),
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        void Look()
        {
            if (_askedFor.GetValueOrDefault(host) > since)
                seen.TrySetResult();
        }
        Changed += Look;
        try
        {
            _loops.GetValueOrDefault(host)?.Wake();
            await Task.WhenAny(seen.Task, Task.Delay(limit, clock));
        }
        finally
        {
            Changed -= Look;
        }
    }

    /// <summary>Every host, in the order of the settings.</summary>
    public IReadOnlyList<HostState> Hosts => Known.All;

    private HostList Known
    {
        get
        {
            if (!ReferenceEquals(Volatile.Read(ref _settled), settings.Newest))
                Adapt();
            return Volatile.Read(ref _known);
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
            .Concat(_names.OwnNames)
            .Distinct();

    /// <summary>Whether it can be said which servers there are not: every host has answered since the start.</summary>
    public bool IsComplete => Hosts.All(h => h.AsOf is not null);

    /// <summary>Whether a server has this name, or had it last, shown or not.</summary>
    internal bool HasName(ServerName name) =>
        _names.HostOf(name) is not null || TryFind(name) is not null || Hosts.Any(h => h.Domains.Contains(name.Text));

    /// <summary>One server; null: no host has it.</summary>
    public Server? TryFind(ServerName name) => Known.Find(name, _names.HostOf(name));

    /// <summary>One server.</summary>
    /// <exception cref="Problem">404: no host has it.</exception>
    public Server Find(ServerName name) => TryFind(name) ?? throw Problem.NotFound("server", WhyNot(name));

    /// <summary>A host by its name; null: the settings have no such host.</summary>
    public HostState? TryFindHost(string name) => Known.Find(name);

    /// <summary>A host by its name.</summary>
    /// <exception cref="Problem">404: the settings have no such host.</exception>
    public HostState FindHost(string name) =>
        TryFindHost(name)
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
        if (_names.GuestOf(name) is var (guest, its) && TryFindHost(its)?.LeftOut.GetValueOrDefault(guest) is { } why)
            return $"{its}: {why}";
        if (Servers.FirstOrDefault(s => s.Guest == name && s.Name != name) is { } other)
            return $"No host shows the {name} that was known by this name. The one on {other.Host} is another server, "
                + $"{other.Name}.";
        return Hosts.Where(h => h.AsOf is null).Select(h => h.Name).ToList() is { Count: > 0 } silent
            ? $"{name} is not known, but {string.Join(", ", silent)} did not answer yet: try again in some seconds."
            : $"No host has a test server named {name}. GET api/servers lists them.";
    }

    private async Task Watch(HostSettings host, CancellationToken stop)
    {
        var (pattern, pause, last) = (PatternRule.Make(host.Servers), new AskPause(clock), (Answer?)null);
        var loop = new Loop(AskPause.Usual, log);
        void AskAtOnce(ConsoleSettings before, ConsoleSettings after)
        {
            if (!pause.IsSilent)
                return;
            pause.Forget();
            loop.Wake();
        }
        settings.Changed += AskAtOnce;
        _loops[host.Name] = loop;
        try
        {
            await loop.Run(
                async end =>
                {
                    var began = Stopwatch.GetTimestamp();
                    var (answer, wanted) = await Ask(host, pattern, last, end);
                    if (end.IsCancellationRequested)
                        return AskPause.Usual;
                    last = answer.Problem is null ? answer : last;
                    Asked?.Invoke(host, Stopwatch.GetElapsedTime(began), answer.Problem is null);
                    var usual = pause.After(hasAnswered: answer.Problem is null);
                    var next = wanted ?? usual;
                    var again = answer.Problem is null ? (DateTimeOffset?)null : clock.GetUtcNow() + next;
                    if (Take(answer with { AskedAgain = again }) && answer.Problem is null)
                        _askedFor[host.Name] = began;
                    Changed?.Invoke();
                    return next;
                },
                stop
            );
        }
        finally
        {
            settings.Changed -= AskAtOnce;
            _loops.TryRemove(new(host.Name, loop));
            await KindOf(host).Leave(host);
        }
    }

    private IHostKind KindOf(HostSettings host) => kinds.First(k => k.IsOf(host));

    // What it says again is what was found in it before.
    private async Task<(Answer Answer, TimeSpan? Pause)> Ask(
        HostSettings host,
        Regex pattern,
        Answer? last,
        CancellationToken stop
    )
    {
        var asked = clock.GetTimestamp();
        var said = await KindOf(host).List(host, stop);
        var now = clock.GetTimestamp();
        var answer = said.Listing is not { } listing
            ? new Answer(host, true, null, null, null, said.Problem)
            : new(
                host,
                true,
                clock.GetUtcNow(),
                listing,
                last?.Listing?.SaysTheSameAs(listing) == true ? last.Found : Found.Of(host, pattern, listing),
                null
            )
            {
                At = now,
                AskedAt = asked,
                NamesSince = now,
            };
        return (answer, said.Pause);
    }

    /// <inheritdoc cref="IHostKind.RemedyFor"/>
    public string? RemedyFor(Server server) =>
        SettingsOf(server.Host) is { } host ? KindOf(host).RemedyFor(host, server) : null;

    /// <summary>The settings of a host; null when the newest do not have it.</summary>
    public HostSettings? SettingsOf(string host)
    {
        var (newest, known) = (settings.Newest, Volatile.Read(ref _settingsByName));
        if (!ReferenceEquals(known.Settings, newest))
            Volatile.Write(ref _settingsByName, known = new(newest));
        return known.Hosts.GetValueOrDefault(host);
    }

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
            var states = _answers.Keys.Select(StateOf).ToImmutableArray();
            Tell(states);
            Volatile.Write(ref _known, new(states));
            Volatile.Write(ref _settled, newest);
        }
    }

    /// <returns>Whether it counts.</returns>
    private bool Take(Answer answer)
    {
        Adapt();
        lock (_settling)
        {
            // It was asked by settings that do not hold any more.
            if (!_answers.TryGetValue(answer.Host.Name, out var before) || before.Host != answer.Host)
                return false;
            // What it said before stays while it does not answer.
            var now = _answers[answer.Host.Name] = answer.Problem is null
                ? answer
                : before with
                {
                    Asked = true,
                    Problem = answer.Problem,
                    AskedAgain = answer.AskedAgain,
                };
            // Who has which name is looked at when names come or go, not with each answer.
            var isSame = before.Asked && HasSameNames(before.Found, now.Found);
            if (isSame)
                now = _answers[answer.Host.Name] = now with { NamesSince = before.NamesSince };
            isSame &=
                !_open
                && before.Problem is null == now.Problem is null
                && (!_names.Concern(answer.Host.Name) || before.Found?.HasSameAddresses(now.Found) == true);
            var names = _names;
            if (isSame)
                Keep();
            else
                Settle();
            // Another's answer says something of a host only when a name has got another place.
            IEnumerable<string> others = ReferenceEquals(names, _names) ? [] : _answers.Keys;
            var states = others.Append(answer.Host.Name).Distinct().Select(StateOf).ToList();
            Tell(states);
            Volatile.Write(ref _known, _known.With(states));
            return true;
        }
    }

    private static bool HasSameNames(Found? before, Found? now) =>
        ReferenceEquals(before, now)
        || (
            before is not null
            && now is not null
            && before.Names.SetEquals(now.Names)
            && before.Paused.SetEquals(now.Paused)
        );

    private void Settle()
    {
        var shown = _answers.Values.Select(a => a.ForPlaces).ToList();
        var places = Places.Settle(shown, _names.Places, _names.Others);
        var others = Places.FindOthers(shown, places, _names.Others);
        _open = Places.IsOpen(shown, places, others);
        var names = new BoardNames(places, others, SharedOf(places, others));
        if (!names.SaysTheSameAs(_names))
            Volatile.Write(ref _names, names);
        Keep();
    }

    // Of two servers with one address nobody could tell which is built on.
    private ImmutableSortedDictionary<string, string> SharedOf(
        ImmutableSortedDictionary<string, string> places,
        ImmutableSortedDictionary<string, string?> others
    )
    {
        var shared = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var order = _answers.Keys.Index().ToDictionary(h => h.Item, h => h.Index, StringComparer.Ordinal);
        var othersByName = others
            .Keys.Select(Places.PartsOf)
            .Where(o => order.ContainsKey(o.Host))
            .ToLookup(o => o.Name, o => o.Host, StringComparer.Ordinal);
        foreach (var key in others.Keys)
        {
            var (name, host) = Places.PartsOf(key);
            if (AddressOf(host, name) is not { } address)
                continue;
            var before = othersByName[name].Where(h => order[h] < order[host]);
            if (places.TryGetValue(name, out var place))
                before = before.Append(place);
            if (before.Any(h => string.Equals(AddressOf(h, name), address, StringComparison.OrdinalIgnoreCase)))
                shared[key] = address;
        }
        return shared.ToImmutable();
    }

    // One that its host does not show has the address that the settings make of its name, if they do.
    private string? AddressOf(string host, string guest) =>
        _answers.GetValueOrDefault(host) is not { } answer ? null
        : answer.Found?.Find(guest) is { } server ? server.Address
        : answer.Host.OpenStack is null && ServerName.From(guest) is { } name
            ? Placeholders.Fill(answer.Host.Address, name)
        : null;

    // A disk that refuses keeps nobody from seeing the servers: it is tried again with the next answer, and told once.
    private void Keep()
    {
        var kept = placesFile.Value;
        if (ReferenceEquals(kept.Places, _names.Places) && ReferenceEquals(kept.Others, _names.Others))
            return;
        try
        {
            placesFile.Change(state => state with { Places = _names.Places, Others = _names.Others });
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
        var answer = _answers[host];
        var state = answer.Found is null
            ? HostState.Unknown(host, answer.Problem)
            : HostState.Of(host, AsOf(answer), answer.Problem, answer.Found, _names, _known.Find(host));
        return state with { AskedAgain = answer.AskedAgain };
    }

    // While a host is silent, the clock may be set: as of a time in the future would be no answer.
    private DateTimeOffset? AsOf(Answer answer) =>
        answer.AsOf is { } asOf ? Times.AsSetNow(asOf, clock.GetElapsedTime(answer.At), clock.GetUtcNow()) : null;

    private void Tell(IEnumerable<HostState> next)
    {
        foreach (var state in next)
        {
            var before = _known.Find(state.Name);
            if (state.Problem is not null and not NotYet && before?.Problem != state.Problem)
                log.LogWarning("Host {Host}: {Problem}", state.Name, state.Problem);
            if (state.Problem is null && before?.Problem is not null)
                log.LogInformation("Host {Host} answers: {Count} servers", state.Name, state.Servers.Length);
            if (state.Notices == before?.Notices)
                continue;
            foreach (var notice in state.Notices.Except(before?.Notices ?? []))
                log.LogWarning("Host {Host}: {Notice}", state.Name, notice);
        }
    }

    /// <summary>The hosts of some settings.</summary>
    private sealed record SettingsByName(ConsoleSettings Settings)
    {
        public FrozenDictionary<string, HostSettings> Hosts { get; } =
            Settings.Hosts.ToFrozenDictionary(h => h.Name, StringComparer.Ordinal);
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

        /// <summary>When it was asked for that.</summary>
        public long AskedAt { get; init; }

        /// <summary>When it first said these names, and no others, and which are paused.</summary>
        public long NamesSince { get; init; }

        /// <summary>When it is asked again, if it said nothing.</summary>
        public DateTimeOffset? AskedAgain { get; init; }

        public Places.Host ForPlaces =>
            new(Host.Name, Asked, Found?.Names, Host.Uri)
            {
                IsSilent = Problem is not null,
                Paused = Found?.Paused ?? [],
                At = (AskedAt, NamesSince),
            };

        /// <summary>The same, looked at with other settings of the host.</summary>
        public Answer By(HostSettings host) =>
            host == Host ? this
            : Listing is null ? this with { Host = host }
            : this with { Host = host, Found = Found.Of(host, PatternRule.Make(host.Servers), Listing) };
    }
}
