using System.Net;

namespace TestServers.Access;

/// <summary>From where a request comes.</summary>
internal static class CallerAddress
{
    /// <summary>The address, or null when the web server does not tell it.</summary>
    public static string? Of(HttpContext context, ConsoleSettings settings)
    {
        if (settings.Listen.Socket is null)
            return context.Connection.RemoteIpAddress?.ToString();
        // The web server adds the address of whoever is connected to it; what stands before that is the client's word.
        var last = context.Request.Headers["X-Forwarded-For"] is { Count: > 0 } sent ? sent[^1] : null;
        return IPAddress.TryParse(last?[(last.LastIndexOf(',') + 1)..].Trim(), out var address)
            ? address.ToString()
            : null;
    }
}
