using System.ComponentModel;
using Microsoft.AspNetCore.Http.Features;

namespace TestServers.Access;

/// <summary>Which part of a log is asked for.</summary>
/// <param name="From">The first byte to send, so that a reader who was cut off resumes without loss or
/// doubling.</param>
/// <param name="Tail">In place of it: how many of the last lines.</param>
/// <param name="Follow">Whether what comes later is sent, too, to the end of the build or restore.</param>
public sealed record LogPart(
    [property: Description("The first byte to send")] long? From,
    [property: Description("In place of it: how many of the last lines")] int? Tail,
    [property: Description("Whether what comes later is sent, too")] bool? Follow
);

/// <summary>Sends a log as text, at once and as it grows.</summary>
public static class LogAnswer
{
    /// <summary>
    /// How long a log is followed by one call: it holds a process of the web server that a reload has left, and not for
    /// ever.
    /// </summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public const string Summary =
        "Its log; ?follow=true streams to the end, ?from=BYTES resumes, ?tail=LINES begins with the last ones";

    /// <exception cref="Problem">400: there is no such part.</exception>
    public static async Task Write(HttpContext context, JobLog log, LogPart part)
    {
        if (part.From < 0)
            throw Problem.BadInput("`from` is a number of bytes, 0 or more.");
        if (part.Tail < 0)
            throw Problem.BadInput("`tail` is a number of lines, 0 or more.");
        if (part is { From: not null, Tail: not null })
            throw Problem.BadInput("Ask for `from` or for `tail`, not for both.");
        var from = part.Tail is { } lines ? log.StartOfLast(lines) : part.From ?? 0;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        await context.Response.StartAsync(context.RequestAborted);
        var clock = context.RequestServices.GetRequiredService<TimeProvider>();
        using var until = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        until.CancelAfter(Longest);
        try
        {
            await log.CopyTo(
                context.Response.Body,
                from,
                part.Follow ?? false,
                clock,
                until.Token,
                () => context.Features.Get<CallPlaces.Place>()?.Asked ?? default
            );
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // It ends as it would at the log's end; the reader goes on with ?from=.
        }
    }
}
