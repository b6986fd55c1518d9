using TestServers.Http;

namespace TestServers.Room;

/// <summary>What takes room on the database hosts, and dropping what nobody needs.</summary>
public static class RoomApi
{
    /// <param name="Databases">As they were shown.</param>
    public sealed record DropUnneeded(IReadOnlyList<NamedDatabase> Databases);

    public static IServiceCollection AddRoom(this IServiceCollection services) =>
        services.AddSingleton<RoomPresenter>().AddSingleton<RoomDrop>();

    public static void MapRoom(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Room", "What takes room on the database hosts.");
        calls
            .MapGet("/api/room", Show)
            .As("showRoom", Right.View, "Free disk, and the databases with their sizes; what of them nobody needs");
        calls
            .MapPost("/api/room/drop", Drop)
            .As("dropUnneeded", Right.Administer, "Drop what nobody needs, by the list that was shown")
            .InAudit("drop database", "what nobody needs")
            .Gives(409)
            .Example("""{ "databases": [ { "host": "db1", "name": "copy_shop_qa05" } ] }""");
    }

    private static Cacheable<RoomView> Show(RoomPresenter room) => Cacheable.Of(room.Now);

    private static Task<DroppedDatabases> Drop(DropUnneeded ask, HttpContext context, RoomDrop room)
    {
        return room.Run(ask.Databases, Deed.Of(context));
    }
}
