using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Http;

namespace TestServers.Reservations;

/// <summary>Ask for a server and answer, give it, share it.</summary>
public static class SharingApi
{
    /// <param name="Text">Why, if one wants to say it.</param>
    /// <param name="Number">The reservation that is meant: if another one holds by now, nothing is done.</param>
    public sealed record AskToRelease(string? Text = null, long? Number = null);

    /// <param name="Answer">What is answered to all who have asked and have no answer yet.</param>
    /// <param name="Until">The end, where that is the answer.</param>
    /// <param name="Number">The reservation that is meant.</param>
    /// <param name="Builds">What becomes of the build that runs under what is released: cancel when left out.</param>
    public sealed record AnswerAsks(
        AskAnswer Answer,
        DateTimeOffset? Until = null,
        long? Number = null,
        RunningBuilds? Builds = null
    );

    /// <param name="To">The name by which the colleague signs in.</param>
    /// <param name="Purpose">What for; as it was when left out.</param>
    /// <param name="Number">The reservation that is meant.</param>
    public sealed record GiveServer(string To, string? Purpose = null, long? Number = null);

    /// <param name="With">Everybody who may build on the server, too; nobody when it is empty.</param>
    /// <param name="Number">The reservation that is meant.</param>
    public sealed record ShareServer(IReadOnlyList<string> With, long? Number = null);

    public static void MapSharing(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Reservations", "Who has which server, until when and what for.");
        calls
            .MapPost("/api/servers/{server}/reservation/ask", Ask)
            .As("askToRelease", Right.Reserve, "Ask the holder to release a server")
            .InAudit("ask to release")
            .Gives(409, 429)
            .Example("""{ "text": "the customer waits" }""");
        calls
            .MapPost("/api/servers/{server}/reservation/answer", Answer)
            .As("answerAsks", Right.Reserve, "Answer who has asked: release, until, or keep")
            .InAudit("answer")
            .Gives(409)
            .Example("""{ "answer": "until", "until": "2026-11-25T15:00:00Z" }""");
        calls
            .MapPost("/api/servers/{server}/reservation/give", Give)
            .As("giveServer", Right.Reserve, "Give one's server to a colleague, with its end")
            .InAudit("give")
            .Gives(409, 429)
            .Example("""{ "to": "ben", "purpose": "basket test" }""");
        calls
            .MapPost("/api/servers/{server}/reservation/share", Share)
            .As("shareServer", Right.Reserve, "Say who may build on one's server, too")
            .InAudit("share")
            .Gives(409)
            .Example("""{ "with": ["ben", "carla"] }""");
    }

    private static async Task<Ok<ReservationView>> Ask(
        ServerName server,
        AskToRelease? ask,
        HttpContext context,
        Inventory inventory,
        ReleaseAsks asks
    )
    {
        inventory.Find(server);
        return TypedResults.Ok(await asks.Ask(server, ask?.Text, ask?.Number, Deed.Of(context)));
    }

    private static async Task<Ok<AnsweredAsks>> Answer(
        ServerName server,
        AnswerAsks ask,
        HttpContext context,
        ReleaseAsks asks
    ) =>
        TypedResults.Ok(
            await asks.Answer(
                server,
                ask.Answer,
                ask.Until,
                ask.Number,
                ask.Builds ?? RunningBuilds.Cancel,
                Deed.Of(context)
            )
        );

    private static async Task<Ok<ReservationView>> Give(
        ServerName server,
        GiveServer ask,
        HttpContext context,
        Inventory inventory,
        ReservationSharing sharing
    )
    {
        inventory.Find(server);
        return TypedResults.Ok(await sharing.Give(server, ask.To, ask.Purpose, ask.Number, Deed.Of(context)));
    }

    private static async Task<Ok<ReservationView>> Share(
        ServerName server,
        ShareServer ask,
        HttpContext context,
        Inventory inventory,
        ReservationSharing sharing
    )
    {
        inventory.Find(server);
        return TypedResults.Ok(await sharing.Share(server, ask.With, ask.Number, Deed.Of(context)));
    }
}
