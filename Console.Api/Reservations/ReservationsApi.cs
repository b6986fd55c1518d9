using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Http;

namespace TestServers.Reservations;

/// <summary>Reserve, extend, release, take over, and who has had a server.</summary>
public static class ReservationsApi
{
    /// <summary>
    /// For how long an answer waits until a cancelled build has ended: a host that does not answer is given up by then.
    /// </summary>
    private static readonly TimeSpan CancelLimit = TimeSpan.FromSeconds(20);

    /// <param name="Purpose">What for; needed for a server that one does not hold yet.</param>
    /// <param name="Number">The reservation that is meant, when it is to be changed: if it does not hold any more,
    /// nothing is done.</param>
    public sealed record ReserveServer(
        string? Purpose = null,
        double? Hours = null,
        DateTimeOffset? Until = null,
        long? Number = null
    );

    public static IServiceCollection AddReservations(this IServiceCollection services) =>
        services
            .AddSingleton<ReservationLimits>()
            .AddSingleton<ProtectedServers>()
            .AddSingleton<BuildsUnderHolds>()
            .AddSingleton<ReservationClock>()
            .AddSingleton<IRetained>(provider => provider.GetRequiredService<PastReservations>())
            .AddSingleton<ReservationBook>()
            .AddSingleton<ReservationHandover>()
            .AddSingleton<ReleaseUndo>()
            .AddSingleton<ReleaseAsks>()
            .AddSingleton<ReservationSharing>()
            .AddSingleton<Concerns>()
            .AddSingleton<EndWarnings>()
            .AddSingleton<LineAsks>()
            .AddSingleton<LineTurns>()
            .AddSingleton<LineTimes>()
            .AddSingleton<AnyLine>()
            .AddSingleton<WaitingLine>()
            .AddSingleton<BuildHolds>()
            .AddSingleton<ServiceChanges>()
            .AddBackground<ReservationExpiry>();

    /// <param name="Reason">Why; the former holder sees it, and it is in the audit.</param>
    /// <param name="Purpose">What for; the reason when left out.</param>
    /// <param name="Number">The reservation that is meant: if another one holds by now, nothing is done.</param>
    /// <param name="Builds">What becomes of the build that runs: cancel when left out. Builds that wait are
    /// cancelled.</param>
    public sealed record TakeOverServer(
        string? Reason = null,
        string? Purpose = null,
        double? Hours = null,
        DateTimeOffset? Until = null,
        long? Number = null,
        RunningBuilds? Builds = null
    );

    /// <param name="Number">The reservation whose release is taken back; the last one when left out.</param>
    public sealed record UndoRelease(long? Number = null);

    /// <param name="Ended">Newest first.</param>
    public sealed record PastList(ServerName Server, IEnumerable<PastReservationView> Ended);

    public static void MapReservations(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Reservations", "Who has which server, until when and what for.");
        calls
            .MapPut("/api/servers/{server}/reservation", Reserve)
            .As("reserveServer", Right.Reserve, "Reserve a server, or change or extend one's own reservation")
            .InAudit("reserve")
            .Gives(409, 429)
            .Example("""{ "purpose": "basket test", "hours": 4 }""");
        calls
            .MapDelete("/api/servers/{server}/reservation", Release)
            .As("releaseServer", Right.Reserve, "Release a server; ?builds=finish lets the build that runs end first")
            .InAudit("release")
            .Gives(409);
        calls
            .MapPost("/api/servers/{server}/reservation/takeover", TakeOver)
            .As("takeOverServer", Right.Reserve, "Take a server over from its holder")
            .InAudit("take over")
            .Gives(409, 429)
            .Example("""{ "reason": "anna is on holiday" }""");
        calls
            .MapPost("/api/servers/{server}/reservation/undo", Undo)
            .As("undoRelease", Right.Reserve, "Take a release back, within 10 seconds")
            .InAudit("undo release")
            .Gives(409, 429)
            .Example("""{ "number": 17 }""");
        calls
            .MapGet("/api/servers/{server}/reservations", ListPast)
            .As("listReservations", Right.View, "Who has had a server, until when and how it ended, newest first");
    }

    private static async Task<Ok<UndoneRelease>> Undo(
        ServerName server,
        UndoRelease? ask,
        HttpContext context,
        Inventory inventory,
        ReleaseUndo undo
    )
    {
        inventory.Find(server);
        return TypedResults.Ok(await undo.Undo(server, ask?.Number, Deed.Of(context)));
    }

    private static Cacheable<PastList> ListPast(ServerName server, Inventory inventory, PastReservations past)
    {
        inventory.Find(server);
        return Cacheable.Of(new PastList(server, [.. past.Of(server).Select(PastReservationView.Of)]));
    }

    private static async Task<Results<Ok<ReservationView>, Created<ReservationView>>> Reserve(
        ServerName server,
        ReserveServer ask,
        HttpContext context,
        Inventory inventory,
        ReservationBook book
    )
    {
        inventory.Find(server);
        var (reservation, isNew) = await book.Reserve(
            server,
            new(ask.Purpose, ask.Hours, ask.Until, ask.Number),
            Deed.Of(context)
        );
        return isNew
            ? PublicAddress.Created(context, $"/api/servers/{server}", reservation)
            : TypedResults.Ok(reservation);
    }

    private static async Task<Results<NoContent, Accepted<ReservationView>>> Release(
        ServerName server,
        [Description("The reservation that is meant; another one is not touched")] long? number,
        [Description("What becomes of the build that runs"), AllowedValues("cancel", "finish")] string? builds,
        HttpContext context,
        Inventory inventory,
        ReservationBook book,
        ReservationHandover handover
    )
    {
        // What one holds can be given back although no host has it any more.
        if (book.Of(server) is null)
            inventory.Find(server);
        var running = RunningOf(builds);
        var released = await handover.Release(server, number, running, Deed.Of(context));
        if (released.Build is null)
            return TypedResults.NoContent();
        if (running == RunningBuilds.Cancel)
            await handover.WaitForBuild(server, released.Build, CancelLimit);
        // Still held by the build that has not ended.
        return book.Of(server) is { } held && held.Number == released.Number
            ? PublicAddress.Accepted(context, $"/api/builds/{released.Build}", ReservationView.Of(held))
            : TypedResults.NoContent();
    }

    private static async Task<Ok<ReservationView>> TakeOver(
        ServerName server,
        TakeOverServer ask,
        HttpContext context,
        Inventory inventory,
        ReservationHandover handover
    )
    {
        inventory.Find(server);
        var taken = await handover.TakeOver(
            server,
            ask.Reason,
            new(ask.Purpose, ask.Hours, ask.Until, ask.Number),
            ask.Builds ?? RunningBuilds.Cancel,
            Deed.Of(context)
        );
        if (taken.TakenFrom is { Builds: RunningBuilds.Cancel, Build: { } build })
            await handover.WaitForBuild(server, build, CancelLimit);
        return TypedResults.Ok(taken);
    }

    private static RunningBuilds RunningOf(string? builds) =>
        builds switch
        {
            null or "cancel" => RunningBuilds.Cancel,
            "finish" => RunningBuilds.Finish,
            _ => throw Problem.BadInput("`builds` is cancel or finish: what becomes of the build that runs."),
        };
}
