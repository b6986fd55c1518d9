using System.Collections.Immutable;
using System.Text.RegularExpressions;
using TestServers.Commands;

namespace TestServers.Hosts;

/// <summary>A domain that is offered as a test server.</summary>
/// <param name="State">libvirt's word for it: running, shut off, paused, crashed, ...</param>
public sealed record Machine(ServerName Name, string Host, string State, string Address, string Url)
{
    public bool Running => State is "running" or "idle";
}

/// <summary>What is known of a host.</summary>
/// <param name="AsOf">When virsh last answered; null: never yet.</param>
/// <param name="Problem">Why it does not answer now; null when it does.</param>
/// <param name="Others">Domains that are no test servers.</param>
public sealed record HostState(string Name, DateTimeOffset? AsOf, string? Problem, int Others, ImmutableArray<Machine> Machines);

/// <summary>
/// Which servers there are and how they are. One loop a host asks virsh, one process at a time, and replaces an immutable picture that
/// everybody else reads from memory: however many people ask, and however sick a virsh is, nobody waits for it.
/// </summary>
public sealed class Inventory(Settings settings, CommandRunner runner, TimeProvider clock, ILogger<Inventory> log) : BackgroundService
{
    /// <summary>Short enough that a page shows a truth that is at most two seconds old.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1.5);
    private ImmutableDictionary<string, HostState> _hosts =
        settings.Hosts.ToImmutableDictionary(h => h.Name, h => new HostState(h.Name, null, "virsh has not answered yet.", 0, []), StringComparer.Ordinal);

    /// <summary>Raised when a picture was replaced.</summary>
    public event Action? Changed;

    /// <summary>Every host, in the order of the settings.</summary>
    public IEnumerable<HostState> Hosts => settings.Hosts.Select(h => _hosts[h.Name]);

    /// <summary>Every server that is known.</summary>
    public IEnumerable<Machine> Machines => Hosts.SelectMany(h => h.Machines);

    /// <summary>Whether it can be said which servers there are not: every host has answered since the start.</summary>
    public bool IsComplete => Hosts.All(h => h.AsOf is not null);

    /// <summary>One server.</summary>
    /// <exception cref="Problem">404: no host has it.</exception>
    public Machine Find(ServerName name) =>
        Machines.FirstOrDefault(m => m.Name == name) ?? throw Problem.NotFound("server",
            Hosts.Where(h => h.AsOf is null).Select(h => h.Name).ToList() is { Count: > 0 } silent
                ? $"{name} is not known, but {string.Join(", ", silent)} did not answer yet: try again in some seconds."
                : $"No host has a test server named {name}. GET api/servers lists them.");

    /// <summary>A host by its name.</summary>
    /// <exception cref="Problem">404: the settings have no such host.</exception>
    public HostState FindHost(string name) => Hosts.FirstOrDefault(h => h.Name == name)
        ?? throw Problem.NotFound("host", $"The settings name no host {name}. They name: {string.Join(", ", settings.Hosts.Select(h => h.Name))}.");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(settings.Hosts.Select(host => Watch(host, stoppingToken)));

    private async Task Watch(HostSettings host, CancellationToken stop)
    {
        var pattern = new Regex(host.Servers, RegexOptions.NonBacktracking);
        while (!stop.IsCancellationRequested)
        {
            var next = await Ask(host, pattern, stop);
            if (stop.IsCancellationRequested) return;
            var before = _hosts[host.Name];
            if (next.Problem is not null && before.Problem != next.Problem) log.LogWarning("Host {Host}: {Problem}", host.Name, next.Problem);
            if (next.Problem is null && before.Problem is not null) log.LogInformation("Host {Host} answers: {Count} servers", host.Name, next.Machines.Length);
            ImmutableInterlocked.Update(ref _hosts, hosts => hosts.SetItem(host.Name, next));
            Changed?.Invoke();
            await Task.Delay(Pause, clock, stop).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task<HostState> Ask(HostSettings host, Regex pattern, CancellationToken stop)
    {
        var lines = new List<string>();
        var end = await runner.Run(Virsh.List(host.Uri), lines.Add, stop);
        if (!end.Succeeded) return _hosts[host.Name] with { Problem = Reason(host, end) };
        var (domains, garbage) = Virsh.Read(lines);
        if (domains is null) return _hosts[host.Name] with { Problem = $"virsh on {host.Name} answers something that is no list of domains: {Clean(garbage!)}" };
        var machines = domains.Where(d => pattern.IsMatch(d.Name)).Select(d => ToMachine(host, d)).OfType<Machine>().DistinctBy(m => m.Name)
            .OrderBy(m => m.Name.Text, StringComparer.Ordinal).ToImmutableArray();
        var misnamed = domains.FirstOrDefault(d => pattern.IsMatch(d.Name) && ServerName.From(d.Name) is null);
        var problem = misnamed is null ? null : $"The domain `{Clean(misnamed.Name)}` matches the pattern for servers but cannot be offered: a server's name has {ServerName.Rule}.";
        return new(host.Name, clock.GetUtcNow(), problem, domains.Count - machines.Length, machines);
    }

    private static string Reason(HostSettings host, CommandEnd end) => end switch
    {
        { Ending: Ending.TimedOut } => $"virsh did not answer within {Virsh.Limit.TotalSeconds:0} s. Look at libvirtd on {host.Name}.",
        { Ending: Ending.TooMuchOutput } => "virsh's answer has no end.",
        { Ending: Ending.Exited, ExitCode: 127 } => "virsh is not installed here (Debian: libvirt-clients).",
        _ => $"virsh failed: {Clean(end.Errors)}",
    };

    private static string Clean(string text)
    {
        var line = new string([.. text.Select(c => char.IsControl(c) ? ' ' : c).Take(300)]).Trim();
        return line.Length > 0 ? line : "without a word";
    }

    private static Machine? ToMachine(HostSettings host, Domain domain)
    {
        if (ServerName.From(domain.Name) is not { } name) return null;
        var address = Placeholders.Fill(host.Address, name);
        return new(name, host.Name, domain.State, address, Placeholders.Fill(host.Url, name, address));
    }
}
