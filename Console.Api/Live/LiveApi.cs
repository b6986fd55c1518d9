using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Access;
using TestServers.Http;

namespace TestServers.Live;

/// <summary>The event stream.</summary>
public static class LiveApi
{
    /// <summary>A client that left a silent stream is not noticed, so none is silent for longer.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static void MapLive(this IEndpointRouteBuilder routes) =>
        routes.MapCalls("Live", "What changes, as it changes.").MapGet("/api/events", Follow)
            .As("followEvents", Right.View, "Server-sent events: what changed. Last-Event-ID resumes").Gives(429)
            .ProducesText("text/event-stream", "Events: the id resumes, the name says what changed, the data is what the call of that noun answers",
                "id: 42-7\nevent: server\ndata: {\"name\":\"qa07\"}\n\n");

    private static ServerSentEventsResult<string> Follow(HttpContext context, EventStream stream, IHostApplicationLifetime lifetime)
    {
        var last = context.Request.Headers["Last-Event-ID"];
        var caller = Caller.Of(context).Name is { Length: > 0 } name ? name : $"{context.Connection.RemoteIpAddress}";
        var listener = stream.Listen(caller, last.Count == 1 ? last[0] : null);
        context.Response.RegisterForDispose(listener);
        context.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(Items(listener, lifetime.ApplicationStopping, context.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<string>> Items(EventStream.Listener listener, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancel);
        while (await Next(listener, either.Token) is { } more)
        {
            if (!more) yield return new("", "heartbeat");
            while (listener.Reader.TryRead(out var told)) yield return new(told.Data, told.Name) { EventId = told.Id };
        }
    }

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
