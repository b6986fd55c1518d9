using System.Collections.Concurrent;
using System.Diagnostics;
using TestServers.Commands;

namespace TestServers.Hosts.Libvirt;

/// <summary>
/// Hosts of libvirt, asked by virsh: local ones and others, whatever their connection URI says. One that answers
/// quickly again and again is asked by a virsh that stays connected; what it does not answer, a call of its own says.
/// </summary>
/// <param name="made">The servers that the console has made; null: it has made none.</param>
public sealed class LibvirtHosts(CommandRunner runner, MadeServers? made = null) : IHostKind
{
    // A slow host is not asked twice each time.
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeptLimit = TimeSpan.FromSeconds(2.5);
    private readonly ConcurrentDictionary<HostSettings, Way> _ways = new();

    public bool IsOf(HostSettings host) => host.OpenStack is null;

    public async Task<HostAnswer> List(HostSettings host, CancellationToken cancel)
    {
        if (!Virsh.SeesChanges(host.Uri))
            return (await Call(host, Virsh.List(host.Uri), cancel)).Answer;
        var way = _ways.GetOrAdd(host, _ => new());
        if (way.IsKept && await ByKept(host, way, cancel) is { } known)
            return known;
        var (answer, time) = await Call(host, Virsh.List(host.Uri), cancel);
        way.Note(isQuick: answer.Listing is not null && time < Quick);
        return answer;
    }

    public async Task<HostAnswer> ListBy(HostUse use, HostSettings host, CancellationToken cancel)
    {
        var uri = use switch
        {
            HostUse.Power => host.PowerUri,
            HostUse.Make => host.MakeUri,
            _ => null,
        };
        return (await Call(host, Virsh.List(uri ?? host.Uri, isReadOnly: use is HostUse.Look), cancel)).Answer;
    }

    public Task Leave(HostSettings host) => _ways.TryRemove(host, out var way) ? way.End() : Task.CompletedTask;

    public async Task<string?> Switch(HostSettings host, ServerName guest, PowerAction action, CancellationToken cancel)
    {
        if (!Virsh.IsNameForSure(guest))
            return $"virsh takes `{guest}` for the number of some domain. Give it a name with a letter.";
        var end = await runner.Run(Virsh.Switch(host.PowerUri ?? host.Uri, guest, action), _ => { }, cancel);
        return end.Succeeded ? null : Virsh.ReasonOf(host, end, Virsh.SwitchLimit);
    }

    public string? RemedyFor(HostSettings host, Server server) =>
        server.CanBeStarted ? $"Start it on {host.Name} (virsh start {server.Guest})"
        : server.State is "paused" ? $"Resume it on {host.Name} (virsh resume {server.Guest})"
        : null;

    private async Task<HostAnswer?> ByKept(HostSettings host, Way way, CancellationToken cancel)
    {
        var kept = way.Kept ??= new(runner, host.Uri);
        if (await kept.List(KeptLimit, cancel) is { } lines && Virsh.Read(lines).Table is { } table)
        {
            way.HasWorked = true;
            return new(ListingOf(host, table), null);
        }
        await way.End();
        return null;
    }

    private async Task<(HostAnswer Answer, TimeSpan Time)> Call(
        HostSettings host,
        Command list,
        CancellationToken cancel
    )
    {
        var (lines, began) = (new List<string>(), Stopwatch.GetTimestamp());
        var end = await runner.Run(list, lines.Add, cancel);
        return (AnswerOf(host, end, lines), Stopwatch.GetElapsedTime(began));
    }

    private HostAnswer AnswerOf(HostSettings host, CommandResult end, IReadOnlyList<string> lines)
    {
        if (!end.Succeeded)
            return new(null, Virsh.ReasonOf(host, end, Virsh.Limit));
        var (table, garbage) = Virsh.Read(lines);
        return table is not null
            ? new(ListingOf(host, table), null)
            : new(null, $"virsh on {host.Name} answers something that is no list of domains: {Found.Clean(garbage!)}");
    }

    // What is being made is listed from the first moment on, and not as shut off before it is started.
    private HostListing ListingOf(HostSettings host, DomainTable table)
    {
        var onTheirWay = (made?.OnTheirWay(host.Name) ?? []).ToDictionary(
            m => m.Name.Text,
            m => new ListedServer(m.Name.Text, "no state") { Status = made!.ProgressOf(m.Name) ?? MadeServers.Asked },
            StringComparer.Ordinal
        );
        var servers = new List<ListedServer>(table.Domains.Count);
        foreach (var domain in table.Domains)
        {
            var isOnItsWay = onTheirWay.Remove(domain.Name, out var listed);
            servers.Add(
                isOnItsWay && domain.State is "shut off" ? listed! : new ListedServer(domain.Name, domain.State)
            );
        }
        var listing = new HostListing(
            [.. servers, .. onTheirWay.Values.OrderBy(s => s.Name, StringComparer.Ordinal)],
            [.. table.Odd.Select(o => (o.Name, $"virsh's line for it is not understood: {Found.Clean(o.Line)}"))]
        );
        return made?.MarkedIn(host.Name, listing) ?? listing;
    }

    /// <summary>How one host is asked.</summary>
    private sealed class Way
    {
        private const int Enough = 2,
            MostDoublings = 8;
        private int _quick,
            _vain;

        public KeptVirsh? Kept { get; set; }

        /// <summary>Whether the one that is kept has answered.</summary>
        public bool HasWorked { get; set; }

        /// <summary>Whether it is asked by one that stays. Where such ones do not answer, it is tried more and more
        /// rarely.</summary>
        public bool IsKept => _quick >= Enough << Math.Min(_vain, MostDoublings);

        /// <summary>Takes note of a call.</summary>
        public void Note(bool isQuick) => _quick = isQuick ? _quick + 1 : 0;

        /// <summary>Ends the one that stays.</summary>
        public async Task End()
        {
            if (Kept is not { } kept)
                return;
            _vain = HasWorked ? 0 : _vain + 1;
            (Kept, HasWorked, _quick) = (null, false, 0);
            await kept.DisposeAsync();
        }
    }
}
