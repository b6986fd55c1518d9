using TestServers.Http;

namespace TestServers.Access;

/// <summary>
/// Lets pass who has the right that stands at the call, before anything else of the request is looked at: who may not
/// do a thing is not told how.
/// </summary>
public sealed class Rights(RequestDelegate next, CurrentSettings settings)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is RouteEndpoint endpoint)
        {
            var (caller, right) = (Caller.Of(context), endpoint.Metadata.GetMetadata<NeededRight>()?.Right);
            Ensure(caller, right);
            if (
                right is not (Right.Anybody or Right.Signature or Right.View)
                && ServerName.TryParse(context.Request.RouteValues["server"] as string, null, out var server)
            )
                caller.MustReach(server);
        }
        return next(context);
    }

    /// <exception cref="Problem">401 for somebody without a name, 403 for one without the right.</exception>
    private void Ensure(Caller caller, Right? right)
    {
        switch (right)
        {
            case Right.Anybody or Right.Signature:
                return;
            case Right.View:
                if (caller.Kind == CallerKind.Nobody && settings.Now.Listen.Socket is not null)
                    throw Problem.Unauthorized("Sign in at the web server, or send a bearer token.");
                return;
            case Right.Person:
                caller.MustBePerson();
                return;
            case { } named:
                caller.MustBeAllowedTo(named.ToString().ToLowerInvariant());
                return;
            default:
                throw Problem.Forbidden("Nobody may do this: the call names no right.");
        }
    }
}
