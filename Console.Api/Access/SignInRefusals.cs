using System.Net;

namespace TestServers.Access;

/// <summary>Why somebody was refused at the door.</summary>
public enum SignInRefusal
{
    /// <summary>A bearer token that the settings do not list.</summary>
    Token,

    /// <summary>A user whose name nobody may have.</summary>
    Name,
}

/// <summary>Tells whom the console refused although the web server let them pass.</summary>
public sealed class SignInRefusals
{
    /// <summary>Raised for each, with a sentence that has no secret in it.</summary>
    public event Action<SignInRefusal, string>? Refused;

    internal void Note(SignInRefusal why, string what, HttpContext context) =>
        Refused?.Invoke(why, $"{what}, from {AddressOf(context)}.");

    // The web server adds the address of whoever is connected to it; what stands before that is the client's word.
    private static string AddressOf(HttpContext context)
    {
        var last = context.Request.Headers["X-Forwarded-For"].LastOrDefault()?.Split(',')[^1].Trim();
        return IPAddress.TryParse(last, out var address)
            ? address.ToString()
            : context.Connection.RemoteIpAddress?.ToString() ?? "an address that the web server does not tell";
    }
}
