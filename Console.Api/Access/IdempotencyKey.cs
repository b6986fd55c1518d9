namespace TestServers.Access;

/// <summary>What a client sends so that asking twice does once.</summary>
public static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";

    /// <summary>The request's key, or null.</summary>
    /// <exception cref="Problem">400: it is too long, or not printable ASCII.</exception>
    public static string? Of(HttpContext context)
    {
        var sent = context.Request.Headers[Header];
        if (sent.Count == 0) return null;
        var key = sent.ToString();
        return sent.Count == 1 && key.Length is > 0 and <= 100 && key.All(c => c is > ' ' and < '\u007f')
            ? key
            : throw Problem.BadInput($"{Header} has 1 to 100 printable characters without blanks.");
    }
}
