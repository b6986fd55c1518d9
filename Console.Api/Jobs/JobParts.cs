namespace TestServers.Jobs;

/// <summary>What builds and restores share.</summary>
public static class JobParts
{
    public static IServiceCollection AddJobs(this IServiceCollection services) =>
        services.AddSingleton<Lanes>().AddBackground<Retention>();
}
