using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Builds;
using TestServers.Databases;
using TestServers.Http;

namespace TestServers.Monitoring;

/// <summary>For monitoring: is it well, and how much of what is there.</summary>
public static class MonitoringApi
{
    /// <summary>How the console is.</summary>
    /// <param name="Status">The worst of what the problems say.</param>
    /// <param name="Problems">What is not as it should be, the failing ones first.</param>
    public sealed record ConsoleHealth(HealthState Status, IReadOnlyList<HealthProblem> Problems);

    public static IServiceCollection AddMonitoring(this IServiceCollection services) =>
        services
            .AddSingleton<JobWatch<Build>>()
            .AddSingleton<JobWatch<Restore>>()
            .AddSingleton<Health>()
            .AddSingleton<Gauges>()
            .AddSingleton<BaseGauges>()
            .AddSingleton<Measures>()
            .AddBackground<DiskWatch>()
            .AddBackground<FactLog>();

    public static void MapMonitoring(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Monitoring", "Is it well, and how much of what is there.");
        calls
            .MapGet("/healthz", ShowHealth)
            .As(
                "showHealth",
                Right.Anybody,
                "200 while the console does its work, with what it warns of; 503 when it fails"
            )
            .Produces<ConsoleHealth>(503);
        calls
            .MapGet("/metrics", ShowMetrics)
            .As("showMetrics", Right.Anybody, "Prometheus text")
            .ProducesText(
                "text/plain",
                "Prometheus' text format",
                "# HELP console_disk_ok 0 while the disk refuses writes\n"
            );
    }

    // A host that is down is named, but the console itself does its work: restarting it would mend nothing.
    private static Results<Ok<ConsoleHealth>, JsonHttpResult<ConsoleHealth>> ShowHealth(Health health)
    {
        var problems = health.Problems;
        var status = problems.Select(p => p.State).DefaultIfEmpty(HealthState.Well).Max();
        var answer = new ConsoleHealth(status, problems);
        return status == HealthState.Failing ? TypedResults.Json(answer, statusCode: 503) : TypedResults.Ok(answer);
    }

    // Written as it comes, without a length: the next answer, or that to HEAD, has another one.
    private static PushStreamHttpResult ShowMetrics(Measures measures, CancellationToken cancel) =>
        TypedResults.Stream(to => measures.Write(to, cancel), Measures.MediaType);
}
