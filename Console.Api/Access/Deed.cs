namespace TestServers.Access;

/// <summary>
/// A write that somebody asks for: who, by which call, with which body, and under which Idempotency-Key.
/// </summary>
/// <param name="Key">Null: asking again does it again.</param>
/// <param name="Call">Method, address and query, without how long the answer may be waited for.</param>
/// <param name="Body">As it was sent; kept only for a call with a key.</param>
public sealed record Deed(Caller Caller, string? Key, string Call, string Body)
{
    private static readonly object Place = new();

    /// <summary>The write that this request asks for.</summary>
    /// <exception cref="Problem">400: the key is no right one.</exception>
    public static Deed Of(HttpContext context)
    {
        var request = context.Request;
        var query = request
            .Query.Where(q => q.Key != "wait")
            .OrderBy(q => q.Key, StringComparer.Ordinal)
            .Select(q => $"{q.Key}={q.Value}")
            .ToList();
        var call = $"{request.Method} {request.Path}{(query.Count > 0 ? "?" : "")}{string.Join('&', query)}";
        return new(Caller.Of(context), IdempotencyKey.Of(context), call, context.Items[Place] as string ?? "");
    }

    /// <summary>Keeps the body of a call with a key, so that it can be told whether the same is asked again.</summary>
    internal static void KeepBody(HttpContext context, string body) => context.Items[Place] = body;
}
