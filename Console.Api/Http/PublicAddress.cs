using Microsoft.AspNetCore.Http.HttpResults;

namespace TestServers.Http;

/// <summary>
/// The console's address as callers know it: the settings' `publicUrl`, else what the request says. Without it a place
/// is named by its path alone, which is right behind every web server that shows the console below its own path.
/// </summary>
public static class PublicAddress
{
    /// <summary>201, with the address of what was made.</summary>
    /// <param name="path">Below the console's address, with a slash at its begin.</param>
    public static Created<T> Created<T>(HttpContext context, string path, T value) =>
        TypedResults.Created(Of(context, path), value);

    /// <summary>202, with the address of what was accepted.</summary>
    public static Accepted<T> Accepted<T>(HttpContext context, string path, T value) =>
        TypedResults.Accepted(Of(context, path), value);

    /// <summary>The address of what stands behind an item in the list that is asked for.</summary>
    /// <param name="item">Goes into the parameter.</param>
    public static string Behind(HttpContext context, string item, string parameter = "before")
    {
        var request = context.Request;
        var query = request.Query.Where(p => p.Key != parameter).Append(new(parameter, item));
        return Of(context, request.Path.ToUriComponent() + QueryString.Create(query));
    }

    /// <summary>The path below which a browser sends what it keeps for the console.</summary>
    public static string PathOf(HttpContext context)
    {
        var path = Set(context) is { } url ? new Uri(url).AbsolutePath : context.Request.PathBase.Value;
        return string.IsNullOrEmpty(path) ? "/" : path;
    }

    /// <summary>Whether callers reach the console by TLS.</summary>
    public static bool IsSecure(HttpContext context) =>
        Set(context)?.StartsWith("https:", StringComparison.OrdinalIgnoreCase)
        ?? context.Request.Headers["X-Forwarded-Proto"] is ["https"];

    /// <summary>Whether an origin, as a browser says it, is the console's own.</summary>
    public static bool IsOrigin(HttpRequest request, string origin)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var from))
            return false;
        if (string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase))
            return true;
        return Set(request.HttpContext) is { } url
            && new Uri(url) is var own
            && own.Scheme == from.Scheme
            && own.Authority == from.Authority;
    }

    /// <summary>The address that a request has asked for, with another value of one parameter.</summary>
    public static string Same(HttpContext context, string name, string value)
    {
        var others = context.Request.Query.Where(q => q.Key != name).Select(q => (q.Key, Value: q.Value.ToString()));
        var query = others
            .Append((Key: name, Value: value))
            .Select(q => $"{Uri.EscapeDataString(q.Key)}={Uri.EscapeDataString(q.Value)}");
        return Of(context, $"{context.Request.Path}?{string.Join('&', query)}");
    }

    private static string Of(HttpContext context, string path) =>
        (Set(context) ?? context.Request.PathBase.Value) + path;

    private static string? Set(HttpContext context) =>
        context.RequestServices.GetRequiredService<CurrentSettings>().Now.PublicUrl;
}
