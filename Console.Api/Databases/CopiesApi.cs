using System.ComponentModel;
using TestServers.Http;

namespace TestServers.Databases;

/// <summary>Copies whose server is not seen, and what is left of bases that the settings no longer name.</summary>
public static class CopiesApi
{
    public static void MapCopies(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Copies", "Databases that nobody is seen to use, and that are kept all the same.");
        calls
            .MapGet("/api/copies", List)
            .As(
                "listCopies",
                Right.View,
                "Copies whose server is not seen: why each stays or when it is dropped; "
                    + "and what is left of bases that the settings no longer name"
            );
        calls
            .MapDelete("/api/copies/{database}", Drop)
            .As("dropCopy", Right.Build, "Drop the copy of a server that is not seen, at once")
            .InAudit("drop copy", "{database}")
            .Gives(409, 502);
    }

    private static Cacheable<CopyList> List(CopyPresenter views) => Cacheable.Of(views.All);

    private static Task<DroppedCopy> Drop(
        CopyName database,
        [Description("The database host, where several have a copy of that name")] string? host,
        HttpContext context,
        CopyPresenter views
    )
    {
        return views.Drop(database, host, Deed.Of(context));
    }
}
