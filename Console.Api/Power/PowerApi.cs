using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Http;

namespace TestServers.Power;

/// <summary>Start a server, shut it down, reset it.</summary>
public static class PowerApi
{
    /// <param name="Action">What is done.</param>
    /// <param name="Number">The reservation that is meant: if another one holds the server by now, nothing is
    /// done.</param>
    public sealed record SwitchPower(PowerAction Action, long? Number = null);

    public static IServiceCollection AddPower(this IServiceCollection services) => services.AddSingleton<PowerSwitch>();

    public static void MapPower(this IEndpointRouteBuilder routes) =>
        routes
            .MapCalls("Servers", "Which servers there are, and how they are.")
            .MapPost("/api/servers/{server}/power", Switch)
            .As("switchPower", Right.Reserve, "Start one's server, shut it down or reset it, where its host allows it")
            .InAudit("power")
            .Gives(409, 502)
            .Example("""{ "action": "start", "number": 17 }""");

    private static async Task<Ok<SwitchedPower>> Switch(
        ServerName server,
        SwitchPower ask,
        HttpContext context,
        PowerSwitch power
    ) => TypedResults.Ok(await power.Switch(server, ask.Action, ask.Number, Deed.Of(context)));
}
