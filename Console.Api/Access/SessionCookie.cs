using TestServers.Http;

namespace TestServers.Access;

/// <summary>The session's cookie in requests and answers.</summary>
public static class SessionCookie
{
    /// <summary>The values that a request carries, as they were sent; a right request carries one at most.</summary>
    public static IReadOnlyList<string> In(HttpRequest request)
    {
        const string Name = Sessions.Cookie + "=";
        var all = request.Headers.Cookie;
        if (all.Count == 0)
            return [];
        // Mostly it comes alone, and each request is looked at.
        if (
            all is [{ } alone]
            && alone.StartsWith(Name, StringComparison.Ordinal)
            && !alone.AsSpan().ContainsAny(';', ' ', '\t')
        )
            return [alone[Name.Length..]];
        return
        [
            .. all.SelectMany(sent => sent!.Split(';'))
                .Select(pair => pair.Trim(' ', '\t'))
                .Where(pair => pair.StartsWith(Name, StringComparison.Ordinal))
                .Select(pair => pair[Name.Length..]),
        ];
    }

    /// <summary>Sends a new one.</summary>
    public static void Set(HttpContext context, string value) => Append(context, value, Sessions.Kept);

    /// <summary>Makes the client forget it.</summary>
    public static void Remove(HttpContext context) => Append(context, "", TimeSpan.Zero);

    /// <summary>
    /// Refuses a request whose cookie is not believed, so that the next one is checked by password. To a browser a 401
    /// with a challenge would mean that the password is wrong, and it would ask its user: it is told to send the same
    /// again, with a cookie that the web server does not let pass (removing it would not do if another site had set one
    /// of the same name for the whole domain).
    /// </summary>
    /// <exception cref="Problem">401 with a challenge, to everybody but a browser.</exception>
    public static void Refuse(HttpContext context)
    {
        if (IsBrowser(context.Request))
        {
            Append(context, "renew", TimeSpan.FromSeconds(10));
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = SameAddress(context);
            return;
        }
        // What is set now would be cleared when the problem is written.
        context.Response.OnStarting(() =>
        {
            Remove(context);
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"test server console\"";
            return Task.CompletedTask;
        });
        throw Problem.Unauthorized(
            "The session has ended. Sign in again; the cookie that says so is removed by this answer."
        );
    }

    private static bool IsBrowser(HttpRequest request) => request.Headers.ContainsKey("Sec-Fetch-Mode");

    // Relative, as only the web server knows the address outside.
    private static string SameAddress(HttpContext context)
    {
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        var path = target.Split('?')[0];
        return "./" + target[(path.LastIndexOf('/') + 1)..];
    }

    private static void Append(HttpContext context, string value, TimeSpan age) =>
        context.Response.Cookies.Append(
            Sessions.Cookie,
            value,
            new()
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                MaxAge = age,
                Path = PublicAddress.PathOf(context),
                Secure = PublicAddress.IsSecure(context),
            }
        );
}
