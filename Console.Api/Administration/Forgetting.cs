namespace TestServers.Administration;

/// <summary>What keeps the state from growing with all that ever was: it forgets servers, people and bases.</summary>
public static class Forgetting
{
    public static IServiceCollection AddForgetting(this IServiceCollection services) =>
        services
            .AddSingleton<IRetained, GoneServers>()
            .AddSingleton<IRetained, GonePeople>()
            .AddSingleton<IRetained, GoneBases>();
}
