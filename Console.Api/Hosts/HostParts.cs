using TestServers.Hosts.Libvirt;
using TestServers.Hosts.OpenStack;

namespace TestServers.Hosts;

/// <summary>What knows the hosts and their servers.</summary>
public static class HostParts
{
    public static IServiceCollection AddHosts(this IServiceCollection services) =>
        services
            .AddSingleton<IHostKind, LibvirtHosts>()
            .AddSingleton<MadeServers>()
            .AddSingleton<OpenStackHosts>()
            .AddSingleton<IHostKind>(provider => provider.GetRequiredService<OpenStackHosts>())
            .AddSingleton<IServerMaking>(provider => provider.GetRequiredService<OpenStackHosts>())
            .AddSingleton<IServerMaking, LibvirtMaking>()
            .AddSingleton<Reachability>()
            .AddSingleton<OutOfServiceServers>()
            .AddSingleton<Usability>()
            .AddSingleton<ServerTags>()
            .AddBackground<Inventory>();
}
