using TestServers.Databases;
using TestServers.Hosts;
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

    public static void MapHistory(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("History", "The configurations that a server has and had.");
        calls
            .MapGet("/api/servers/{server}/history", List)
            .As("listHistory", Right.View, "The configurations a server has had, newest first");
        calls
            .MapGet("/api/servers/{server}/history/{build}", Show)
            .As("showHistoryEntry", Right.View, "One of them, with its settings as they were rendered");
    }

    private static Cacheable<HistoryList> List(
        ServerName server,
        Inventory inventory,
        HistoryStore history,
        DataTimes times
    )
    {
        inventory.Find(server);
        var kept = history.Of(server);
        var entries = kept.Entries.Select(e => e with { Settings = default });
        return Cacheable.Of(new HistoryList(server, times.Shown(kept), [.. entries]));
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
