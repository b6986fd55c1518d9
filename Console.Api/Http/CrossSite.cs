using Microsoft.Net.Http.Headers;

namespace TestServers.Http;

/// <summary>
/// Refuses writes, and calls that hold a place, that another site makes a browser send. The rule is that of Go's
/// net/http CrossOriginProtection: a browser says where a request comes from in Sec-Fetch-Site, older ones in Origin;
/// who says neither is no browser. And a body must call itself JSON, which no form can.
/// </summary>
public sealed class CrossSite(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (
            context.GetEndpoint()?.Metadata.GetMetadata<AnyBody>() is null
            && !HttpMethods.IsGet(request.Method)
            && !HttpMethods.IsHead(request.Method)
            && !HttpMethods.IsOptions(request.Method)
        )
        {
            Refuse(request);
            if (!IsJson(request))
                throw Problem.WrongType("Send a body as application/json (curl: -H 'Content-Type: application/json').");
        }
        return next(context);
    }

    /// <summary>Lets pass what the console's own page, or no browser, has sent.</summary>
    /// <exception cref="Problem">403: another site asked.</exception>
    public static void Refuse(HttpRequest request)
    {
        if (!IsSameSite(request))
            throw Problem.Forbidden("Another site asked for this. Open the console itself and do it there.");
    }

    private static bool IsSameSite(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"];
        if (site.Count > 0)
            return site.Count == 1 && site[0] is "same-origin" or "none";
        var origin = request.Headers[HeaderNames.Origin];
        if (origin.Count == 0)
            return true;
        return origin.Count == 1 && PublicAddress.IsOrigin(request, origin[0]!);
    }

    private static bool IsJson(HttpRequest request)
    {
        if (request.ContentType is null)
            return request.ContentLength is null or 0 && !request.Headers.ContainsKey(HeaderNames.TransferEncoding);
        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);
    }
}
