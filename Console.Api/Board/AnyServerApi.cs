using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Apps;
using TestServers.Http;
using TestServers.Reservations;

namespace TestServers.Board;

/// <summary>Any free server.</summary>
public static class AnyServerApi
{
    /// <param name="App">An app of the catalogue: servers that have it come first.</param>
    /// <param name="Host">Only servers of this host.</param>
    /// <param name="Tags">Only servers that have all of them.</param>
    public sealed record ReserveAnyServer(
        string? Purpose = null,
        double? Hours = null,
        DateTimeOffset? Until = null,
        AppName? App = null,
        string? Host = null,
        IReadOnlyList<TagName>? Tags = null
    );

    public sealed record TakenServer(ServerName Server, string Address, string Url, ReservationView Reservation);

    public static void MapAnyServer(this IEndpointRouteBuilder routes) =>
        routes
            .MapCalls("Reservations", "Who has which server, until when and what for.")
            .MapPost("/api/reservations", Reserve)
            .As(
                "reserveAnyServer",
                Right.Reserve,
                "Reserve any free server that can be used; ?wait=SECONDS waits, 10 s at most; asked again with its "
                    + "Idempotency-Key it keeps its place in the line"
            )
            .InAudit("reserve", "any server")
            .Gives(404, 409, 429)
            .SaysWhenToAskAgain(409)
            .Example("""{ "purpose": "nightly tests", "hours": 1 }""")
            .AddEndpointFilter(NoteAsk)
            .Holds(PlaceKind.Wait, "wait");

    // Before it may be refused as one call too many: its place is its own as long as it asks.
    private static ValueTask<object?> NoteAsk(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var services = call.HttpContext.RequestServices;
        var state = services.GetRequiredService<JsonFile<ReservationsState>>().Value;
        if (AnyLine.PlaceOf(state, Deed.Of(call.HttpContext)) is { } own)
            services.GetRequiredService<AnyLine>().Note(own);
        return next(call);
    }

    private static async Task<Created<TakenServer>> Reserve(
        ReserveAnyServer ask,
        [Description("Seconds to wait for a free one, at most")] double? wait,
        HttpContext context,
        Inventory inventory,
        Catalogue catalogue,
        ReservationBook book,
        ReservationLimits limits,
        KeptAnswers answers,
        FreeServers free,
        ServerTags tags,
        ProtectedServers protection,
        TimeProvider clock
    )
    {
        var deed = Deed.Of(context);
        if (answers.Find<TakenServer>(deed) is { } earlier)
            return PublicAddress.Created(context, $"/api/servers/{earlier.Server}", earlier);
        if (ask.App is not null)
            catalogue.Find(ask.App);
        if (ask.Host is not null)
            inventory.FindHost(ask.Host);
        var wanted = tags.Wanted(ask.Tags);
        var wish = new ReservationWish(PlainText.Check(ask.Purpose, "purpose", 200), ask.Hours, ask.Until);
        limits.EndOf(ask.Hours, ask.Until);
        var place = new LineWish(
            null,
            ask.App,
            ask.Host,
            wish.Purpose,
            ask.Hours ?? (ask.Until - clock.GetUtcNow())?.TotalHours
        )
        {
            Tags = wanted,
        };
        AnyLine.EnsureSame(AnyLine.PlaceOf(book.State, deed), place, ask.Hours, deed);
        bool MayHave(ServerName server) =>
            deed.Caller.Reaches(server) && protection.WhyNot(server, deed.Caller.Name) is null;
        var (began, patience) = (clock.GetTimestamp(), Waits.Cap(wait));
        for (var isFirst = true; ; isFirst = false)
        {
            // Its place was given up meanwhile: whoever did so wants no server any more.
            if (!isFirst && deed.Key is not null && HasNoPlace(book, answers, deed))
                throw free.None(ask.Host, wanted, book.All()).RetriedAfter(TimeSpan.Zero);
            if (
                await book.ReserveAny(
                    () => free.For(ask.App, ask.Host, wanted).Where(MayHave),
                    wish,
                    patience > TimeSpan.Zero ? place : null,
                    deed,
                    reservation => AnswerOf(inventory, reservation)
                ) is
                { } taken
            )
            {
                return PublicAddress.Created(context, $"/api/servers/{taken.Server}", taken);
            }
            if (clock.GetElapsedTime(began) >= patience)
                throw free.None(ask.Host, wanted, book.All())
                    .With("place", AnyLine.PlaceOf(book.State, deed)?.Number)
                    .RetriedAfter(wait > 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(5));
            await book.NextChange(TimeSpan.FromSeconds(1), context.RequestAborted);
        }
    }

    private static bool HasNoPlace(ReservationBook book, KeptAnswers answers, Deed deed) =>
        AnyLine.PlaceOf(book.State, deed) is null && answers.Find<TakenServer>(deed) is null;

    private static TakenServer AnswerOf(Inventory inventory, Reservation reservation)
    {
        var server = inventory.Find(reservation.Server);
        return new(server.Name, server.Address, server.Url, ReservationView.Of(reservation));
    }
}
