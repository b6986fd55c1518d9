namespace TestServers.Http;

/// <summary>
/// Stands at a call whose body is another program's, of any type, and looked at by the call alone, which believes
/// nobody for what a browser sends along.
/// </summary>
public sealed record AnyBody
{
    private static readonly object Place = new();

    /// <summary>The body as it was sent.</summary>
    public static ReadOnlyMemory<byte> Of(HttpContext context) =>
        context.Items[Place] as byte[] is { } body ? body : ReadOnlyMemory<byte>.Empty;

    internal static void Keep(HttpContext context, byte[] body) => context.Items[Place] = body;
}
