using TestServers.Commands;
using TestServers.Settings;

namespace TestServers.Hosts.Libvirt;

/// <summary>Hosts of libvirt, asked by virsh: local ones and others, whatever their connection URI says.</summary>
public sealed class LibvirtHosts(CommandRunner runner) : IHostKind
{
    /// <summary>Each one, as there is no other kind.</summary>
    public bool IsOf(HostSettings host) => true;

    public async Task<HostAnswer> List(HostSettings host, CancellationToken cancel)
    {
        var lines = new List<string>();
        var end = await runner.Run(Virsh.List(host.Uri), lines.Add, cancel);
        if (!end.Succeeded)
            return new(null, Virsh.ReasonOf(host, end, Virsh.Limit));
        var (table, garbage) = Virsh.Read(lines);
        return table is not null
            ? new(ListingOf(table), null)
            : new(null, $"virsh on {host.Name} answers something that is no list of domains: {Found.Clean(garbage!)}");
    }

    public async Task<string?> Switch(
        HostSettings host,
        ServerName server,
        PowerAction action,
        CancellationToken cancel
    )
    {
        if (!Virsh.IsNameForSure(server))
            return $"virsh takes `{server}` for the number of some domain. Give it a name with a letter.";
        var end = await runner.Run(Virsh.Switch(host.PowerUri ?? host.Uri, server, action), _ => { }, cancel);
        return end.Succeeded ? null : Virsh.ReasonOf(host, end, Virsh.SwitchLimit);
    }

    private static HostListing ListingOf(DomainTable table) =>
        new(
            [.. table.Domains.Select(d => new ListedServer(d.Name, d.State))],
            [.. table.Odd.Select(o => (o.Name, $"virsh's line for it is not understood: {Found.Clean(o.Line)}"))]
        );
}
