namespace TestServers.Making;

/// <summary>What makes servers when they are needed.</summary>
public static class MakingParts
{
    public static IServiceCollection AddMaking(this IServiceCollection services) =>
        services
            .AddSingleton<MakingNeed>()
            .AddSingleton<MakingBook>()
            .AddSingleton<UnusedServers>()
            .AddBackground<ServerMaker>();
}
