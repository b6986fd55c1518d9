using Microsoft.AspNetCore.Http.Features;

namespace TestServers.Access;

/// <summary>Sends a log as text, at once and as it grows.</summary>
public static class LogAnswer
{
    /// <param name="from">The first byte to send, so that a reader who was cut off resumes without loss or doubling.</param>
    public static async Task Write(HttpContext context, Requests.RequestLog log, long from, bool follow)
    {
        if (from < 0) throw Problem.BadInput("`from` is a number of bytes, 0 or more.");
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        await context.Response.StartAsync(context.RequestAborted);
        await log.CopyTo(context.Response.Body, from, follow, context.RequestAborted);
    }
}
