using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Apps;
using TestServers.Http;
using TestServers.Reservations;

namespace TestServers.Board;

/// <summary>The lines of people who wait for servers.</summary>
public static class LineApi
{
    /// <param name="Purpose">What for; not needed by who only watches.</param>
    /// <param name="Hours">For how long, when nothing else is said as it is taken.</param>
    /// <param name="Watch">No place: only to be told when it is free.</param>
    public sealed record JoinLine(string? Purpose = null, double? Hours = null, bool Watch = false);

    /// <param name="Purpose">What for; not needed by who only watches.</param>
    /// <param name="App">An app of the catalogue: servers that have it come first.</param>
    /// <param name="Host">Only servers of this host.</param>
    /// <param name="Hours">For how long, when nothing else is said as it is taken.</param>
    /// <param name="Watch">No place: only to be told when one is free.</param>
    /// <param name="Tags">Only servers that have all of them.</param>
    public sealed record JoinAnyLine(
        string? Purpose = null,
        AppName? App = null,
        string? Host = null,
        double? Hours = null,
        bool Watch = false,
        IReadOnlyList<TagName>? Tags = null
    );

    /// <param name="Own">The caller's own places.</param>
    /// <param name="Places">All places, the first first.</param>
    public sealed record LineList(IEnumerable<PlaceView> Own, IEnumerable<PlaceView> Places);

    public static void MapLine(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Line", "Who waits for a server, and whose turn it is.");
        calls
            .MapPost("/api/servers/{server}/line", Join)
            .As("joinLine", Right.Reserve, "Wait for a server; {\"watch\": true} only watches it")
            .InAudit("join line")
            .Gives(409, 429)
            .Example("""{ "purpose": "basket test", "hours": 2 }""");
        calls
            .MapDelete("/api/servers/{server}/line", Leave)
            .As("leaveLine", Right.Reserve, "Leave the line of a server, or pass one's turn")
            .InAudit("leave line");
        calls
            .MapPost("/api/line", JoinAny)
            .As("joinAnyLine", Right.Reserve, "Wait for any server; {\"watch\": true} only watches")
            .InAudit("join line", "any server")
            .Gives(404, 409, 429)
            .Example("""{ "purpose": "basket test", "app": "shop", "hours": 2 }""");
        calls
            .MapDelete("/api/line/{place}", LeavePlace)
            .As("leavePlace", Right.Reserve, "Give up one of one's own places")
            .InAudit("leave line", "place {place}");
        calls.MapGet("/api/line", List).As("listLine", Right.View, "One's own places, and all");
    }

    private static async Task<Results<Ok<PlaceView>, Created<PlaceView>>> Join(
        ServerName server,
        JoinLine ask,
        HttpContext context,
        Inventory inventory,
        WaitingLine line,
        JsonFile<ReservationsState> state,
        LineTimes times
    )
    {
        inventory.Find(server);
        var wish = new LineWish(server, null, null, ask.Purpose, ask.Hours, ask.Watch);
        return Answer(context, await line.Join(wish, Deed.Of(context)), state.Value, times);
    }

    private static async Task<Results<Ok<PlaceView>, Created<PlaceView>>> JoinAny(
        JoinAnyLine ask,
        HttpContext context,
        Inventory inventory,
        Catalogue catalogue,
        ServerTags tags,
        WaitingLine line,
        JsonFile<ReservationsState> state,
        LineTimes times
    )
    {
        if (ask.App is not null)
            catalogue.Find(ask.App);
        if (ask.Host is not null)
            inventory.FindHost(ask.Host);
        var wish = new LineWish(null, ask.App, ask.Host, ask.Purpose, ask.Hours, ask.Watch)
        {
            Tags = tags.Wanted(ask.Tags),
        };
        return Answer(context, await line.Join(wish, Deed.Of(context)), state.Value, times);
    }

    private static Results<Ok<PlaceView>, Created<PlaceView>> Answer(
        HttpContext context,
        JoinedLine joined,
        ReservationsState state,
        LineTimes times
    )
    {
        var place =
            state.Line.FirstOrDefault(p => p.Number == joined.Place)
            ?? joined.Then
            ?? throw Problem
                .Conflict($"Place {joined.Place} is no more: it was taken or left since.")
                .With("place", joined.Place);
        var view = PlaceView.Of(state, place, times.Of(state));
        return joined.IsNew ? PublicAddress.Created(context, "/api/line", view) : TypedResults.Ok(view);
    }

    private static async Task<NoContent> Leave(ServerName server, HttpContext context, WaitingLine line)
    {
        await line.Leave(server, Deed.Of(context));
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> LeavePlace(
        [Description("The number of the place")] long place,
        HttpContext context,
        WaitingLine line
    )
    {
        await line.Leave(place, Deed.Of(context));
        return TypedResults.NoContent();
    }

    private static Cacheable<LineList> List(HttpContext context, JsonFile<ReservationsState> file, LineTimes times)
    {
        var (state, by) = (file.Value, Caller.Of(context).Name);
        var likely = times.Of(state);
        var all = state.Line.Select(p => PlaceView.Of(state, p, likely)).ToList();
        return Cacheable.Of(new LineList([.. all.Where(p => p.Person == by)], all));
    }
}
