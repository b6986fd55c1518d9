using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
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
            .As(
                "listServers",
                Right.View,
                "Every server: state, reservation, configuration, current build; or some of them, in parts"
            )
            .Produces<ServerList>()
            .Produces(304)
            .WithMetadata(new ListedInParts());
        calls
            .MapGet("/api/servers/{server}", Show)
            .As("showServer", Right.View, "One server")
            .Produces<ServerView>()
            .Produces(304);
    }

    private static Task List(
        [Description("Only servers of this host")] string? host,
        [
            Description("Only servers in one of these states, with commas between them"),
            ListOf(typeof(ServerView), nameof(ServerView.State))
        ]
            string? state,
        [Description("How many at most; without it all"), Range(1, WrittenList.Longest)] int? limit,
        [Description("Only servers whose names come after this one: the next part, as the header Link names it")]
            ServerName? after,
        HttpContext context,
        Inventory inventory,
        LiveBoard board
    )
    {
        var picture = board.Now;
        if (host is null && state is null && limit is null && after is null)
            return Cacheable.Write(context, picture.Body, picture.Tag);
        if (host is not null && inventory.TryFindHost(host) is null)
            throw Problem.BadInput($"The parameter `host` is not right: it must be {NamesOf(inventory.Hosts)}.");
        var found = new ServerSearch(host, state?.Split(',').ToHashSet(StringComparer.Ordinal), after, limit).In(
            picture
        );
        if (found.Next is { } next)
            context.Response.Headers.Link = $"<{PublicAddress.Behind(context, next.Text, "after")}>; rel=\"next\"";
        return Cacheable.Write(context, found.Body, found.Tag);
    }

    private static string NamesOf(IReadOnlyList<HostState> hosts) =>
        hosts.Count == 0
            ? "a host of the settings, which name none"
            : $"one of {string.Join(", ", hosts.Select(h => h.Name))}";

    private static Task Show(ServerName server, HttpContext context, Inventory inventory, LiveBoard board)
    {
        inventory.Find(server);
        var (body, tag) =
            board.Now.Find(server)
            ?? throw Problem.NotFound("server", $"{server} has just come, or has just gone. Ask again.");
        return Cacheable.Write(context, body, tag);
    }
}
