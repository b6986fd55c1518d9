using TestServers.Commands;
using TestServers.Hosts.Libvirt;
using TestServers.Hosts.OpenStack;

namespace TestServers.Administration.Checks;

/// <summary>
/// The connections by which power is switched, and by which servers are made and deleted: whether each lets the console
/// in, and leads to the host that the list is of. Nothing is switched or made, so whether it may be is not seen.
/// </summary>
internal static class ConnectionChecks
{
    public static async Task<IReadOnlyList<CheckedPart>> Look(
        IReadOnlyList<AskedHost> hosts,
        CommandRunner runner,
        CancellationToken cancel
    )
    {
        using var openStack = new OpenStackHosts(TimeProvider.System);
        IHostKind[] kinds = [new LibvirtHosts(runner), openStack];
        return await Task.WhenAll(
            from host in hosts
            from use in UsesOf(host.Settings)
            select Try(kinds.First(k => k.IsOf(host.Settings)), use, host, cancel)
        );
    }

    private static IEnumerable<HostUse> UsesOf(HostSettings host)
    {
        if (host.Power.Count > 0)
            yield return HostUse.Power;
        if (host.MayMake)
            yield return HostUse.Make;
    }

    private static async Task<CheckedPart> Try(IHostKind kind, HostUse use, AskedHost host, CancellationToken cancel)
    {
        var (settings, part) = (host.Settings, use is HostUse.Power ? "power" : "making");
        var key = settings.ConnectionFor(use);
        var answer = await kind.ListBy(use, settings, cancel);
        if (answer.Listing is not { } listing)
            return CheckedPart.Wrong(part, settings.Name, $"By `{key}`: {answer.Problem}");
        var names = listing
            .Servers.Select(s => s.Name)
            .Concat(listing.Odd.Select(o => o.Name))
            .Concat(listing.Others)
            .ToHashSet(StringComparer.Ordinal);
        return host.Found is { Domains: { Count: > 0 } domains } && !domains.Overlaps(names)
            ? CheckedPart.Wrong(
                part,
                settings.Name,
                $"`{key}` leads elsewhere: it shows none of the {LocalChecks.Count(domains.Count, settings.Noun)} of "
                    + $"`{settings.ConnectionFor(HostUse.Look)}`. Name the same {(
                        settings.OpenStack is null ? "libvirt" : "project"
                    )} in both."
            )
            : CheckedPart.Ok(
                part,
                settings.Name,
                $"`{key}` shows {LocalChecks.Count(names.Count, settings.Noun)}, too; nothing was tried with them."
            );
    }
}
