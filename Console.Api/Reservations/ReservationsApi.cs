using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Access;
using TestServers.Hosts;

namespace TestServers.Reservations;

/// <summary>Reserve, extend, release, take over.</summary>
public static class ReservationsApi
{
    public sealed record ReserveServer(string? Purpose = null, double? Hours = null, DateTimeOffset? Until = null);
    public sealed record ReserveAnyServer(string? Purpose = null, double? Hours = null, DateTimeOffset? Until = null, AppName? App = null, string? Host = null);
    public sealed record TakeOverServer(string? Reason = null, double? Hours = null);
    public sealed record Taken(ServerName Server, string Address, string Url, ReservationView Reservation);

    public static void MapReservations(this IEndpointRouteBuilder routes)
    {
        routes.MapPut("/api/servers/{server}/reservation", Put).WithSummary("Reserve a server, or change or extend one's own reservation");
        routes.MapDelete("/api/servers/{server}/reservation", Delete).WithSummary("Release a server");
        routes.MapPost("/api/servers/{server}/reservation/takeover", Take).WithSummary("Take a server over from its holder");
        routes.MapPost("/api/reservations", PostAny).WithSummary("Reserve any free, running server; ?wait=SECONDS waits for one");
    }

    private static Results<Ok<ReservationView>, Created<ReservationView>> Put(ServerName server, ReserveServer ask, HttpContext context, Inventory inventory, ReservationBook book, Terms terms, Audit audit)
    {
        var caller = CallerWhoMay(context);
        inventory.Find(server);
        var (reservation, isNew) = book.Reserve(server, caller.Name, PlainText.Check(ask.Purpose, "purpose", 200), terms.EndOf(ask.Hours, ask.Until), KeyOf(context));
        audit.Write(caller, isNew ? "reserve" : "change reservation", server.Text, $"until {Times.Say(reservation.Until)}: {reservation.Purpose}");
        return isNew ? TypedResults.Created($"{context.Request.PathBase}/api/servers/{server}", ReservationView.Of(reservation)) : TypedResults.Ok(ReservationView.Of(reservation));
    }

    private static NoContent Delete(ServerName server, long? number, HttpContext context, Inventory inventory, ReservationBook book, Audit audit)
    {
        var caller = CallerWhoMay(context);
        inventory.Find(server);
        if (book.Release(server, caller.Name, number) is { } released) audit.Write(caller, "release", server.Text, $"number {released.Number}");
        return TypedResults.NoContent();
    }

    private static Ok<ReservationView> Take(ServerName server, TakeOverServer ask, HttpContext context, Inventory inventory, ReservationBook book, Terms terms, Audit audit)
    {
        var caller = CallerWhoMay(context);
        inventory.Find(server);
        var reason = PlainText.Check(ask.Reason, "reason", 200);
        var (reservation, ended) = book.TakeOver(server, caller.Name, reason, terms.EndOf(ask.Hours, null));
        audit.Write(caller, "take over", server.Text, $"from {ended.Holder} (number {ended.Number}): {reason}");
        return TypedResults.Ok(ReservationView.Of(reservation));
    }

    private static async Task<Created<Taken>> PostAny(ReserveAnyServer ask, double? wait, HttpContext context, Inventory inventory, ReservationBook book, Terms terms, TimeProvider clock, Audit audit)
    {
        var caller = CallerWhoMay(context);
        var purpose = PlainText.Check(ask.Purpose, "purpose", 200);
        var until = terms.EndOf(ask.Hours, ask.Until);
        var (began, patience) = (clock.GetTimestamp(), TimeSpan.FromSeconds(Math.Clamp(wait ?? 0, 0, 600)));
        while (true)
        {
            var machines = inventory.Machines.Where(m => m.Running && (ask.Host is null || m.Host == ask.Host)).ToList();
            if (book.ReserveAny([.. machines.Select(m => m.Name)], caller.Name, purpose, until, KeyOf(context)) is { } reservation)
            {
                audit.Write(caller, "reserve", reservation.Server.Text, $"until {Times.Say(reservation.Until)}: {purpose}");
                var machine = inventory.Find(reservation.Server);
                return TypedResults.Created($"{context.Request.PathBase}/api/servers/{machine.Name}", new Taken(machine.Name, machine.Address, machine.Url, ReservationView.Of(reservation)));
            }
            if (clock.GetElapsedTime(began) >= patience)
            {
                throw Problem.NoneFree(book.All().Where(r => machines.Any(m => m.Name == r.Server)).MinBy(r => r.Until) is { } first
                    ? $"All {machines.Count} running servers are reserved; {first.Server} is the first to end, at {Times.Say(first.Until)} ({first.Holder})."
                    : "No server is running that could be reserved.");
            }
            await book.NextChange(TimeSpan.FromSeconds(1), context.RequestAborted);
        }
    }

    private static Caller CallerWhoMay(HttpContext context)
    {
        var caller = Caller.Of(context);
        caller.MustBeAllowedTo(Caller.Reserve);
        return caller;
    }

    private static string? KeyOf(HttpContext context) => IdempotencyKey.Of(context);
}
