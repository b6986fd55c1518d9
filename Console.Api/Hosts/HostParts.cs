using TestServers.Hosts.Libvirt;

namespace TestServers.Hosts;

/// <summary>What knows the hosts and their servers.</summary>
public static class HostParts
{
    public static IServiceCollection AddHosts(this IServiceCollection services) =>
        services
            .AddSingleton<IHostKind, LibvirtHosts>()
            .AddSingleton<Reachability>()
            .AddSingleton<OutOfServiceServers>()
            .AddSingleton<Usability>()
            .AddSingleton<ServerTags>()
            .AddBackground<Inventory>();
}
