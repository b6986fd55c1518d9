using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TestServers.Http;

namespace TestServers.History;

/// <summary>What a server has and had.</summary>
public static class HistoryApi
{
    public sealed record HistoryList(
        ServerName Server,
        Configuration? Configuration,
        IEnumerable<HistoryEntry> History
    );

    public static IServiceCollection AddHistory(this IServiceCollection services) =>
        services.AddSingleton<HistoryLists>();

    public static void MapHistory(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("History", "The configurations that a server has and had.");
        calls
            .MapGet("/api/servers/{server}/history", List)
            .As("listHistory", Right.View, "The configurations a server has had, newest first; all, or in parts");
        calls
            .MapGet("/api/servers/{server}/history/{build}", Show)
            .As("showHistoryEntry", Right.View, "One of them, with its settings as they were rendered");
    }

    private static ListAnswer<HistoryList> List(
        ServerName server,
        [Description("How many at most; without it all"), Range(1, WrittenList.Longest)] int? limit,
        [Description("Only what stands behind this build: the next part, as the header Link names it")] JobId? before,
        Inventory inventory,
        HistoryLists lists
    )
    {
        inventory.Find(server);
        return new(lists.Of(server, before, limit));
    }

    private static Cacheable<HistoryEntry> Show(
        ServerName server,
        JobId build,
        Inventory inventory,
        HistoryStore history
    )
    {
        inventory.Find(server);
        return Cacheable.Of(history.Entry(server, build));
    }
}
