using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Http;

namespace TestServers.Builds;

/// <summary>What is on a server, and taking an app off it.</summary>
public static class ServerAppsApi
{
    public static void MapServerApps(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Apps on a server", "What is on a server, and taking an app off it.");
        calls
            .MapGet("/api/servers/{server}/apps", List)
            .As("listAppsOnServer", Right.View, "What is on a server: sites, code and copies, by their apps");
        calls
            .MapDelete("/api/servers/{server}/apps/{app}", TakeOff)
            .As("takeAppOff", Right.Build, "Take an app off a server: its site, its code and its copies")
            .InAudit("take off")
            .Gives(409, 429);
    }

    private static Cacheable<AppsOnServer> List(ServerName server, Inventory inventory, ServerApps apps) =>
        Cacheable.Of(apps.Of(inventory.Find(server)));

    private static async Task<Accepted<BuildView>> TakeOff(
        ServerName server,
        AppName app,
        [Description("The reservation that is meant: if another one holds the server by now, nothing is done")]
            long? number,
        [
            Description("What becomes of the folders that stay, such as uploads; without it keep"),
            AllowedValues("keep", "remove")
        ]
            string? folders,
        HttpContext context,
        BuildQueue queue,
        BuildPresenter views
    )
    {
        if (folders is not (null or "keep" or "remove"))
            throw Problem.BadInput("`folders` is keep or remove: what becomes of the folders that stay.");
        var wanted = new Wanted(app, null, null, false, false) { Off = new(folders == "remove") };
        return BuildsApi.Accepted(context, await queue.Enqueue(server, wanted, number, Deed.Of(context)), views);
    }
}
