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
            return new(null, Virsh.ReasonOf(host, end));
        var (table, garbage) = Virsh.Read(lines);
        return table is not null
            ? new(ListingOf(table), null)
            : new(null, $"virsh on {host.Name} answers something that is no list of domains: {Found.Clean(garbage!)}");
    }

    private static HostListing ListingOf(DomainTable table) =>
        new(
            [.. table.Domains.Select(d => new ListedServer(d.Name, d.State))],
            [.. table.Odd.Select(o => (o.Name, $"virsh's line for it is not understood: {Found.Clean(o.Line)}"))]
        );
}
