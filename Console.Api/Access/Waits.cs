using TestServers.Http;

namespace TestServers.Access;

/// <summary>
/// Calls that wait. A wait is short and the client asks again: while the console is silent, the web server neither frees the
/// call's worker nor notices that the client has gone.
/// </summary>
public static class Waits
{
    /// <summary>How long one call waits at most.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private const double LargestWish = 600;

    /// <summary>How long a call with this ?wait= waits: as it asks, but <see cref="Longest"/> at most.</summary>
    /// <param name="wait">Seconds; null: not at all.</param>
    /// <exception cref="Problem">400: it is no number of seconds from 0 to 600.</exception>
    public static TimeSpan Cap(double? wait)
    {
        if (wait is null) return TimeSpan.Zero;
        return wait is >= 0 and <= LargestWish
            ? TimeSpan.FromSeconds(Math.Min(wait.Value, Longest.TotalSeconds))
            : throw Problem.BadInput($"`wait` is a number of seconds, 0 to {LargestWish}.");
    }

    /// <summary>Tells a client who waited in vain to ask again at once.</summary>
    public static void AskAgain(HttpContext context) => context.Response.Headers.RetryAfter = "0";

    /// <summary>Lets a call take a place for as long as it lasts, unless another site asked.</summary>
    /// <param name="asked">The query parameter by which the call asks to be held; null: it always is.</param>
    public static RouteHandlerBuilder Holds(this RouteHandlerBuilder call, PlaceKind kind, string? asked = null) =>
        // Another site is refused, and who has too many.
        call.Gives(403, 429).AddEndpointFilter(async (invocation, next) =>
        {
            var context = invocation.HttpContext;
            if (asked is not null && context.Request.Query[asked].ToString() is "" or "0" or "false") return await next(invocation);
            CrossSite.Refuse(context.Request);
            using var place = context.RequestServices.GetRequiredService<CallPlaces>().Take(kind, Caller.Of(context));
            return await next(invocation);
        });
}
