using TestServers.Http;

namespace TestServers.Access;

/// <summary>
/// Calls that wait. A wait is short and the client asks again: while the console is silent, the web server neither
/// frees the call's worker nor notices that the client has gone.
/// </summary>
public static class Waits
{
    /// <summary>How long one call waits at most.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);
    private const double LargestWish = 600;

    /// <summary>How long a call with this ?wait= waits: as it asks, but <see cref="Longest"/> at most.</summary>
    /// <param name="wait">Seconds; null: not at all.</param>
    /// <exception cref="Problem">400: it is no number of seconds from 0 to 600.</exception>
    public static TimeSpan Cap(double? wait)
    {
        if (wait is null)
            return TimeSpan.Zero;
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
        call.Gives(403, 429)
            .AddEndpointFilter(
                async (invocation, next) =>
                {
                    var context = invocation.HttpContext;
                    if (asked is not null && context.Request.Query[asked].ToString() is "" or "0" or "false")
                        return await next(invocation);
                    CrossSite.Refuse(context.Request);
                    var places = context.RequestServices.GetRequiredService<CallPlaces>();
                    using var place =
                        kind == PlaceKind.Log
                            ? await places.TakeAsking(kind, Caller.Of(context), context.RequestAborted)
                            : places.Take(kind, Caller.Of(context));
                    context.Features.Set(place);
                    using var late = EndAtStop(context, kind);
                    return await next(invocation);
                }
            );

    // That of a restore ends with the restore, which the stop ends.
    private static Late? EndAtStop(HttpContext context, PlaceKind kind) =>
        kind == PlaceKind.Restore
            ? null
            : new Late(
                context,
                context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping
            );

    /// <summary>A stop waits for no call that waits itself; what comes to its end at once is still told.</summary>
    private sealed class Late : IDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly CancellationTokenRegistration _stopping;

        public Late(HttpContext context, CancellationToken stopping)
        {
            _end.Token.UnsafeRegister(_ => context.Abort(), null);
            _stopping = stopping.UnsafeRegister(_ => _end.CancelAfter(LastWords), null);
        }

        public void Dispose()
        {
            _stopping.Dispose();
            _end.Dispose();
        }
    }
}
