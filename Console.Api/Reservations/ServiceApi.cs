using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Http;

namespace TestServers.Reservations;

/// <summary>Out of service, and back.</summary>
public static class ServiceApi
{
    /// <param name="Out">Whether it is out of service from now on.</param>
    /// <param name="Note">Why, for everybody; needed for a server that is out of service.</param>
    /// <param name="Hours">After how many hours it is back by itself.</param>
    /// <param name="Until">When it is back by itself; without either it is when it is put back.</param>
    /// <param name="Number">The one that is meant, when it is to be changed or ended: if it does not hold any more,
    /// nothing is done.</param>
    public sealed record PutService(
        bool Out,
        string? Note = null,
        double? Hours = null,
        DateTimeOffset? Until = null,
        long? Number = null
    );

    public static void MapService(this IEndpointRouteBuilder routes) =>
        routes
            .MapCalls("Servers", "Which servers there are, and how they are.")
            .MapPut("/api/servers/{server}/service", Put)
            .As("putService", Right.Administer, "Put a server out of service, with a note and an end, or back")
            .InAudit("out of service")
            .Gives(409)
            .Example("""{ "out": true, "note": "the disk is being replaced", "hours": 4 }""");

    private static async Task<Ok<ServerService>> Put(
        ServerName server,
        PutService ask,
        HttpContext context,
        Inventory inventory,
        OutOfServiceServers service,
        ServiceChanges changes
    )
    {
        // What is out of service can be put back although no host has it any more.
        if (service.State.On(server) is null)
            inventory.Find(server);
        return TypedResults.Ok(
            await changes.Put(server, new(ask.Out, ask.Note, ask.Hours, ask.Until, ask.Number), Deed.Of(context))
        );
    }
}
