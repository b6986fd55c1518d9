using System.Text.RegularExpressions;
using Microsoft.Net.Http.Headers;

namespace TestServers.Access;

/// <summary>
/// On a loopback port the console answers to this machine's own names alone. Another site can point a name of its own
/// to 127.0.0.1 (DNS rebinding); a browser would then hand it whatever the console answers.
/// </summary>
public sealed partial class ThisMachine(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var host = context.Request.Headers[HeaderNames.Host];
        if (host.Count != 1 || !OwnName().IsMatch(host[0]!))
        {
            throw Problem.Misdirected(
                "The console listens for this machine only. Open it as http://localhost, with its port."
            );
        }
        var origin = context.Request.Headers[HeaderNames.Origin];
        if (origin.Count > 0 && (origin.Count > 1 || !OwnOrigin().IsMatch(origin[0]!)))
        {
            throw Problem.Forbidden(
                "A page of another site asked for this. Open the console itself, as http://localhost, with its port."
            );
        }
        return next(context);
    }

    private const string Own = @"(localhost\.?|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?\z";
    private const RegexOptions Loose =
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    [GeneratedRegex(@"\A" + Own, Loose)]
    private static partial Regex OwnName();

    [GeneratedRegex(@"\Ahttps?://" + Own, Loose)]
    private static partial Regex OwnOrigin();
}
