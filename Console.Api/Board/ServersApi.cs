using TestServers.Hosts;
using TestServers.Http;
using TestServers.Reservations;

namespace TestServers.Board;

/// <summary>Every server, and one.</summary>
public static class ServersApi
{
    public static IServiceCollection AddBoard(this IServiceCollection services) =>
        services
            .AddSingleton<FreeServers>()
            .AddSingleton<IAnyServers>(provider => provider.GetRequiredService<FreeServers>())
            .AddSingleton<ServerPresenter>()
            .AddBackground<LiveBoard>();

    public static void MapServers(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Servers", "Which servers there are, and how they are.");
        calls
            .MapGet("/api/servers", List)
            .As("listServers", Right.View, "Every server: state, reservation, configuration, current build")
            .Produces<ServerList>()
            .Produces(304);
        calls
            .MapGet("/api/servers/{server}", Show)
            .As("showServer", Right.View, "One server")
            .Produces<ServerView>()
            .Produces(304);
    }

    private static Task List(HttpContext context, LiveBoard board)
    {
        var picture = board.Now;
        return Cacheable.Write(context, picture.Body, picture.Tag);
    }

    private static Task Show(ServerName server, HttpContext context, Inventory inventory, LiveBoard board)
    {
        inventory.Find(server);
        var (body, tag) =
            board.Now.Find(server)
            ?? throw Problem.NotFound("server", $"{server} has just come, or has just gone. Ask again.");
        return Cacheable.Write(context, body, tag);
    }
}
