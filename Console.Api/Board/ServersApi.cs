using TestServers.Hosts;
using TestServers.Http;

namespace TestServers.Board;

/// <summary>Every server, and one.</summary>
public static class ServersApi
{
    public static IServiceCollection AddBoard(this IServiceCollection services) =>
        services.AddSingleton<FreeServers>().AddBackground<LiveBoard>();

    public static void MapServers(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Servers", "Which servers there are, and how they are.");
        calls
            .MapGet("/api/servers", List)
            .As("listServers", Right.View, "Every server: state, reservation, configuration, current build")
            .Produces<ServerList>()
            .Produces(304);
        calls.MapGet("/api/servers/{server}", Show).As("showServer", Right.View, "One server");
    }

    private static Task List(HttpContext context, LiveBoard board)
    {
        var picture = board.Now;
        return Cacheable.Write(context, picture.Body, picture.Tag);
    }

    private static Cacheable<ServerView> Show(ServerName server, Inventory inventory, LiveBoard board)
    {
        inventory.Find(server);
        return Cacheable.Of(board.Now.List.Servers.First(s => s.Name == server));
    }
}
