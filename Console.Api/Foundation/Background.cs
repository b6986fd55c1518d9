namespace TestServers.Foundation;

/// <summary>Registers what goes on in the background.</summary>
public static class Background
{
    /// <summary>One of it, begun with the console and ended with it, and there for whoever asks for it.</summary>
    public static IServiceCollection AddBackground<T>(this IServiceCollection services)
        where T : class, IHostedService =>
        services.AddSingleton<T>().AddHostedService(provider => provider.GetRequiredService<T>());
}
