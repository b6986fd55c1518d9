using TestServers.Access;
using TestServers.Hosts;

namespace TestServers.Servers;

/// <summary>Every server, and one.</summary>
public static class ServersApi
{
    public static void MapServers(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/servers", List).WithSummary("Every server: state, reservation, configuration, current build").Produces<ServerList>().Produces(304);
        routes.MapGet("/api/servers/{server}", Show).WithSummary("One server");
    }

    private static Task List(HttpContext context, Board board)
    {
        var picture = board.Now;
        return Polled.Write(context, picture.Body, picture.Tag);
    }

    private static Polled<ServerView> Show(ServerName server, Inventory inventory, Board board)
    {
        inventory.Find(server);
        return Polled.Of(board.Now.List.Servers.First(s => s.Name == server));
    }
}
