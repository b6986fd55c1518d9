using System.ComponentModel;
using TestServers.History;
using TestServers.Http;

namespace TestServers.Plans;

/// <summary>What a build would change, and what has changed between two.</summary>
public static class PlansApi
{
    public static IServiceCollection AddPlans(this IServiceCollection services) => services.AddSingleton<Planner>();

    public static void MapPlans(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Plans", "What a build would change, and what has changed between two.");
        calls
            .MapGet("/api/servers/{server}/plan", Show)
            .As("planBuild", Right.Build, "What a build would change, before it is launched")
            .Gives(409, 429, 502)
            .Holds(PlaceKind.Plan);
        calls
            .MapGet("/api/servers/{server}/history/{build}/changes", Compare)
            .As("compareHistory", Right.Build, "What is different in it, seen from ?since=BUILD")
            .Gives(409, 429)
            .Holds(PlaceKind.Plan);
    }

    private static async Task<Cacheable<Plan>> Show(
        ServerName server,
        AppName app,
        RepositoryPath? path,
        Revision? revision,
        [Description("Whether a fresh database is wanted")] bool database,
        [Description("Whether code is wanted")] bool code,
        [Description("The reservation that is meant")] long? number,
        [Description("From which bases fresh databases are to be made; the others as they are now")] BaseChoice? bases,
        HttpContext context,
        Planner plans
    )
    {
        var caller = Caller.Of(context);
        caller.MustReach([app], $"of {app}");
        return Cacheable.Of(
            await plans.Of(
                server,
                new(app, path, revision, database, code) { Bases = bases?.Bases },
                number,
                caller,
                context.RequestAborted
            )
        );
    }

    private static async Task<Cacheable<Plan>> Compare(
        ServerName server,
        JobId build,
        JobId since,
        HttpContext context,
        Inventory inventory,
        HistoryStore history,
        Planner plans
    )
    {
        inventory.Find(server);
        var (before, after) = (history.Entry(server, since), history.Entry(server, build));
        return Cacheable.Of(await plans.Between(server, before, after, context.RequestAborted));
    }
}
