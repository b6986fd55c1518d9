using System.Text;

namespace TestServers.Access;

/// <summary>
/// What a client sends so that asking twice does once. As middleware it refuses a key of a wrong form, whatever the
/// write, and keeps the body of a call that has one.
/// </summary>
public sealed class IdempotencyKey(RequestDelegate next)
{
    public const string Header = "Idempotency-Key";

    public async Task InvokeAsync(HttpContext context)
    {
        if (
            context.GetEndpoint() is RouteEndpoint
            && !HttpMethods.IsGet(context.Request.Method)
            && Of(context) is not null
        )
            await KeepBody(context);
        await next(context);
    }

    /// <summary>The request's key, or null.</summary>
    /// <exception cref="Problem">400: it is too long, or not printable ASCII.</exception>
    public static string? Of(HttpContext context)
    {
        var sent = context.Request.Headers[Header];
        if (sent.Count == 0)
            return null;
        var key = sent.ToString();
        return sent.Count == 1 && key.Length is > 0 and <= 100 && key.All(c => c is > ' ' and < '\u007f')
            ? key
            : throw Problem.BadInput($"{Header} has 1 to 100 printable characters without blanks.");
    }

    // Bodies have at most 64 KB; Kestrel refuses larger ones while they are read.
    private static async Task KeepBody(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        body.Position = 0;
        context.Request.Body = body;
        Deed.KeepBody(context, Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length));
    }
}
