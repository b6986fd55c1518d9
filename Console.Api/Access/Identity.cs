using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace TestServers.Access;

/// <summary>
/// Finds out who asks. Behind a web server (a Unix socket that only it can open): its user header, exactly one, or a bearer token. On
/// a loopback port, where anybody on the machine could send any header, a person names himself and the console says that it is open.
/// </summary>
public sealed class Identity(RequestDelegate next, Settings settings)
{
    /// <summary>The header that the web server sets, and removes when a client sends it.</summary>
    public const string UserHeader = "X-Remote-User";
    /// <summary>Holds the name that a person gave himself, URL-encoded, in open mode only.</summary>
    public const string NameCookie = "console-name";
    private const int LongestName = 64;

    public Task InvokeAsync(HttpContext context)
    {
        Find(context).Enter(context);
        return next(context);
    }

    private Caller Find(HttpContext context)
    {
        var authorization = context.Request.Headers[HeaderNames.Authorization];
        if (authorization.Count == 1 && authorization[0]!.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return Token(context, authorization[0]!["Bearer ".Length..].Trim());
        return settings.Listen.Socket is null ? SelfNamed(context) : User(context);
    }

    private Caller Token(HttpContext context, string token)
    {
        if (context.Request.Headers.ContainsKey(UserHeader)) throw Problem.Unauthorized("Send a token or sign in, not both.");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        var known = settings.Tokens.FirstOrDefault(t => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(t.Sha256), Encoding.ASCII.GetBytes(hash)));
        return known is null
            ? throw Problem.Unauthorized("The token is not known. Ask the administrator for one; the settings list them under tokens.")
            : new(known.Name, CallerKind.Token, known.May.ToHashSet(StringComparer.Ordinal));
    }

    private static Caller User(HttpContext context)
    {
        var sent = context.Request.Headers[UserHeader];
        // Health and metrics tell nothing about anybody; monitoring asks for them without a name.
        if (sent.Count == 0 && IsForMonitoring(context.Request.Path)) return Nobody;
        if (sent.Count != 1 || !IsName(sent[0])) throw Problem.Unauthorized("The web server passed no user. Sign in there, or send a bearer token.");
        return new(sent[0]!, CallerKind.User, Caller.Everything);
    }

    private static Caller SelfNamed(HttpContext context) =>
        context.Request.Cookies[NameCookie] is { } cookie && Uri.UnescapeDataString(cookie) is var name && IsName(name)
            ? new(name, CallerKind.Open, Caller.Everything)
            : Nobody;

    private static readonly Caller Nobody = new("", CallerKind.Nobody, new HashSet<string>(StringComparer.Ordinal));

    private static bool IsForMonitoring(PathString path) => path == "/healthz" || path == "/metrics";

    private static bool IsName(string? name) =>
        name is { Length: > 0 and <= LongestName } && name.Trim() == name && !name.Any(c => char.IsControl(c) || c is ',' or '"' or '<' or '>');
}
