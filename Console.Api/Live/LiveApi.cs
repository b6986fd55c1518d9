using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
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

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public static IServiceCollection AddLive(this IServiceCollection services) =>
        services.AddSingleton<EventStream>().AddSingleton<EventPublisher>();

    /// <summary>When a stream ended as planned, a browser resumes it at once.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(250);

    public static void MapLive(this IEndpointRouteBuilder routes) =>
        routes
            .MapCalls("Live", "What changes, as it changes.")
            .MapGet("/api/events", Follow)
            .As("followEvents", Right.View, "Server-sent events: what changed. Last-Event-ID resumes")
            .Gives(403, 429)
            .ProducesText(
                "text/event-stream",
                "Events: the id resumes, the name says what changed, the data is what the call of that noun answers. "
                    + "Of messages, one's own alone are told, those that have changed. "
                    + "A heartbeat at the beginning, and whenever nothing was told for 2 s; its "
                    + "data is the time there. "
                    + "A stream ends within an hour, a person's within a minute, and is resumed with Last-Event-ID",
                "id: 42-7\nevent: server\ndata: {\"name\":\"qa07\"}\n\n"
            );

    private static async Task<ServerSentEventsResult<string>> Follow(
        HttpContext context,
        EventStream stream,
        CallPlaces places,
        Sessions sessions,
        IHostApplicationLifetime lifetime,
        TimeProvider clock
    )
    {
        CrossSite.Refuse(context.Request);
        var last = context.Request.Headers["Last-Event-ID"];
        var caller = Caller.Of(context);
        var place = await places.TakeAsking(PlaceKind.Stream, caller, context.RequestAborted);
        context.Response.RegisterForDispose(place);
        var listener = stream.Listen(last.Count == 1 ? last[0] : null, caller.Name);
        context.Response.RegisterForDispose(listener);
        context.Response.Headers["X-Accel-Buffering"] = "no";
        var ended = caller.Kind is CallerKind.User or CallerKind.Token
            ? sessions.EndOf(caller.Streams)
            : CancellationToken.None;
        return TypedResults.ServerSentEvents(
            Items(
                listener,
                place,
                clock,
                LongestOf(caller),
                ended,
                lifetime.ApplicationStopping,
                context.RequestAborted
            )
        );
    }

    /// <summary>How long a stream lasts: until its password check is too old, and an hour at most, as a stream holds a
    /// process of the web server that a reload has left.</summary>
    internal static TimeSpan LongestOf(Caller caller) =>
        caller.Believed is { } believed && believed < Longest ? believed : Longest;

    // It ends with its person's sessions, or when its time is up, and a little before, not all at once: the client
    // resumes, after another check.
    internal static async IAsyncEnumerable<SseItem<string>> Items(
        EventStream.Listener listener,
        CallPlaces.Place place,
        TimeProvider clock,
        TimeSpan longest,
        CancellationToken ended,
        CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, stopping, cancel);
        either.CancelAfter(longest * (0.8 + (0.2 * Random.Shared.NextDouble())));
        // At once, so that the answer begins when nothing has happened yet.
        while (listener.Reader.TryRead(out var told))
            yield return Item(told);
        yield return Beat(clock);
        while (await Next(listener, place, either.Token) is { } more)
        {
            if (!more)
                yield return Beat(clock);
            while (listener.Reader.TryRead(out var told))
                yield return Item(told);
        }
        if (stopping.IsCancellationRequested || cancel.IsCancellationRequested)
            yield break;
        yield return new(Beat(clock).Data, "heartbeat") { ReconnectionInterval = Soon };
    }

    private static SseItem<string> Item(Event told) => new(told.Data, told.Name) { EventId = told.Id };

    private static SseItem<string> Beat(TimeProvider clock) =>
        new($"{clock.GetUtcNow().UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}", "heartbeat");

    /// <returns>True: there are events; false: a heartbeat is due; null: the stream ends.</returns>
    private static async Task<bool?> Next(
        EventStream.Listener listener,
        CallPlaces.Place place,
        CancellationToken cancel
    )
    {
        using var beat = CancellationTokenSource.CreateLinkedTokenSource(cancel, place.Asked);
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
