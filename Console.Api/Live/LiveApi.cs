using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Access;
using TestServers.Http;

namespace TestServers.Live;

/// <summary>The event stream.</summary>
public static class LiveApi
{
    /// <summary>
    /// No stream is silent for longer: that a client has gone is noticed at the second write after it, and a page says
    /// that it is not live any more when it has heard nothing for 3.2 s.
    /// </summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(2);

    /// <summary>When a stream ended as planned, a browser resumes it at once.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(250);

    public static void MapLive(this IEndpointRouteBuilder routes) =>
        routes.MapCalls("Live", "What changes, as it changes.").MapGet("/api/events", Follow)
            .As("followEvents", Right.View, "Server-sent events: what changed. Last-Event-ID resumes").Gives(403, 429)
            .ProducesText("text/event-stream",
                "Events: the id resumes, the name says what changed, the data is what the call of that noun answers. "
                    + "A heartbeat at the beginning, and whenever nothing was told for 2 s; its data is the time there",
                "id: 42-7\nevent: server\ndata: {\"name\":\"qa07\"}\n\n");

    private static ServerSentEventsResult<string> Follow(HttpContext context, EventStream stream, CallPlaces places, Sessions sessions,
        IHostApplicationLifetime lifetime, TimeProvider clock)
    {
        CrossSite.Refuse(context.Request);
        var last = context.Request.Headers["Last-Event-ID"];
        var caller = Caller.Of(context);
        context.Response.RegisterForDispose(places.Take(PlaceKind.Stream, caller));
        var listener = stream.Listen(last.Count == 1 ? last[0] : null);
        context.Response.RegisterForDispose(listener);
        context.Response.Headers["X-Accel-Buffering"] = "no";
        var ended = caller.Kind is CallerKind.User or CallerKind.Token ? sessions.EndOf(caller.Name) : CancellationToken.None;
        return TypedResults.ServerSentEvents(
            Items(listener, clock, caller.Believed, ended, lifetime.ApplicationStopping, context.RequestAborted));
    }

    // A stream ends with its person's sessions, or when its password check is too old, and a little before, not all at
    // once: the client resumes after another check.
    private static async IAsyncEnumerable<SseItem<string>> Items(EventStream.Listener listener, TimeProvider clock,
        TimeSpan? believed, CancellationToken ended, CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, stopping, cancel);
        if (believed is { } time) either.CancelAfter(time * (0.8 + (0.2 * Random.Shared.NextDouble())));
        // At once, so that the answer begins when nothing has happened yet.
        while (listener.Reader.TryRead(out var told)) yield return Item(told);
        yield return Beat(clock);
        while (await Next(listener, either.Token) is { } more)
        {
            if (!more) yield return Beat(clock);
            while (listener.Reader.TryRead(out var told)) yield return Item(told);
        }
        if (believed is null || stopping.IsCancellationRequested || cancel.IsCancellationRequested) yield break;
        yield return new(Beat(clock).Data, "heartbeat") { ReconnectionInterval = Soon };
    }

    private static SseItem<string> Item(Event told) => new(told.Data, told.Name) { EventId = told.Id };

    private static SseItem<string> Beat(TimeProvider clock) =>
        new($"{clock.GetUtcNow().UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}", "heartbeat");

    /// <returns>True: there are events; false: a heartbeat is due; null: the stream ends.</returns>
    private static async Task<bool?> Next(EventStream.Listener listener, CancellationToken cancel)
    {
        using var beat = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        beat.CancelAfter(Heartbeat);
        try
        {
            return await listener.Reader.WaitToReadAsync(beat.Token) ? true : null;
        }
        catch (OperationCanceledException)
        {
            return cancel.IsCancellationRequested ? null : false;
        }
    }
}
