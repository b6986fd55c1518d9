using TestServers.Commands;

namespace TestServers.HostPrograms;

/// <summary>What calls the programs on hosts.</summary>
public static class HostProgramParts
{
    public static IServiceCollection AddHostPrograms(this IServiceCollection services, CurrentSettings current) =>
        services
            .AddSingleton<CommandRunner>()
            .AddSingleton<SshConnections>()
            .AddSingleton(provider => new HostProgram(
                provider.GetRequiredService<CommandRunner>(),
                () => (long)current.Now.Builds.OutputMegabytes << 20,
                provider.GetRequiredService<SshConnections>(),
                provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping
            ));
}
