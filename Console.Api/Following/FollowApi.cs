using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Http;

namespace TestServers.Following;

/// <summary>Have a server follow the path that is on it, or follow it no more.</summary>
public static class FollowApi
{
    /// <param name="Database">Whether each build makes a fresh database, too; else code alone.</param>
    /// <param name="Number">The reservation that is meant: if another one holds the server by now, nothing is
    /// done.</param>
    public sealed record FollowPath(bool Database, long? Number = null);

    public static IServiceCollection AddFollowing(this IServiceCollection services) =>
        services.AddSingleton<FollowBook>().AddBackground<Follower>();

    public static void MapFollowing(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Following", "Have new commits built by themselves.");
        calls
            .MapPut("/api/servers/{server}/follow", Begin)
            .As("followPath", Right.Build, "Have a server follow the branch that is on it, as long as it is held")
            .InAudit("follow")
            .Gives(409, 429)
            .Holds(PlaceKind.Plan)
            .Example("""{ "database": false }""");
        calls
            .MapDelete("/api/servers/{server}/follow", End)
            .As("stopFollowing", Right.Build, "Have a server follow nothing")
            .InAudit("stop following")
            .MayBeRepeated()
            .Gives(409);
    }

    private static async Task<Ok<FollowingView>> Begin(
        ServerName server,
        FollowPath ask,
        HttpContext context,
        Inventory inventory,
        FollowBook book,
        Follower follower
    )
    {
        inventory.Find(server);
        return TypedResults.Ok(
            follower.Show(await book.Begin(server, ask.Database, ask.Number, Deed.Of(context), context.RequestAborted))
        );
    }

    private static async Task<NoContent> End(
        ServerName server,
        HttpContext context,
        Inventory inventory,
        FollowBook book
    )
    {
        if (book.Of(server) is null)
            inventory.Find(server);
        await book.End(server, Caller.Of(context));
        return TypedResults.NoContent();
    }
}
