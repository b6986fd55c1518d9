using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using TestServers.Access;
using TestServers.Settings;

namespace TestServers.Administration.Checks;

/// <summary>The console that serves, what it says of itself and of last night, and the web server before it.</summary>
internal static partial class ServingChecks
{
    private const RegexOptions OfLines = RegexOptions.Multiline | RegexOptions.ExplicitCapture;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<CheckedPart>> Look(
        ConsoleSettings settings,
        FrontPlace front,
        CancellationToken cancel
    ) =>
        [
            .. await LookAtConsole(settings, cancel),
            await LookAtFront(settings, front.Url, cancel),
            // It may be another one on this machine while nobody has said where the console's is.
            .. settings.Listen.Socket is null || (front.Apache ?? front.Url ?? settings.PublicUrl) is null
                ? Array.Empty<CheckedPart>()
                : [ApacheFiles.Look(front.Apache, CallPlaces.InAll)],
        ];

    private static async Task<IReadOnlyList<CheckedPart>> LookAtConsole(
        ConsoleSettings settings,
        CancellationToken cancel
    )
    {
        using var console = new RunningConsole(settings);
        var (health, problem) = await console.Get("healthz", cancel);
        if (problem is not null)
            return
            [
                CheckedPart.Wrong(
                    "console",
                    "",
                    $"None answers at {settings.Listen.Socket ?? $"port {settings.Listen.Loopback}"}: {problem}. "
                        + "Start it (systemctl start console); journalctl -u console says why it does not."
                ),
                .. settings.Bases.Count > 0
                    ? [CheckedPart.Warn("restores", "", "Last night's are not known, as no console answers.")]
                    : Array.Empty<CheckedPart>(),
            ];
        var (metrics, _) = await console.Get("metrics", cancel);
        return [.. OfHealth(health!), .. OfBases(settings, metrics ?? "")];
    }

    // What it says of hosts is looked at here, too, where more is told.
    private static IEnumerable<CheckedPart> OfHealth(string health)
    {
        JsonElement told;
        try
        {
            told = JsonDocument.Parse(health).RootElement.GetProperty("problems");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return [CheckedPart.Wrong("console", "", "What answers there is no console. Look at `listen`.")];
        }
        return
        [
            CheckedPart.Ok("console", "", "It serves."),
            .. from problem in told.EnumerateArray()
            let part = problem.GetProperty("part").GetString()!
            where part is not ("host" or "databaseHost" or "server")
            let isFailing = problem.GetProperty("state").GetString() == "failing"
            select new CheckedPart(
                part,
                problem.GetProperty("name").GetString()!,
                isFailing || part is "restore" or "base" ? PartState.Wrong : PartState.Warning,
                problem.GetProperty("message").GetString()!
            ),
        ];
    }

    private static IEnumerable<CheckedPart> OfBases(ConsoleSettings settings, string metrics)
    {
        var ages = AgeOfBase()
            .Matches(metrics)
            .ToDictionary(
                m => m.Groups["base"].Value,
                m => double.Parse(m.Groups["age"].ValueSpan, CultureInfo.InvariantCulture),
                StringComparer.Ordinal
            );
        return from @base in settings.Bases
            where ages.TryGetValue(@base.Name.Text, out var age) && age / 3600 <= @base.StaleAfterHours
            select CheckedPart.Ok(
                "base",
                @base.Name.Text,
                $"Its data are {ages[@base.Name.Text] / 3600:0.0} hours old."
            );
    }

    // What only apache-proxy.conf does: it asks for a password, and throws away who a client says to be. With a bearer
    // token a request comes through, and the console tells what else it has.
    private static async Task<CheckedPart> LookAtFront(ConsoleSettings settings, string? url, CancellationToken cancel)
    {
        if (settings.Listen.Socket is null)
            return CheckedPart.Warn(
                "web server",
                "",
                "There is none: the console is open to everybody on this machine. docs/web-server.md has the way."
            );
        if ((url ?? settings.PublicUrl)?.TrimEnd('/') is not { } address)
            return CheckedPart.Warn(
                "web server",
                "",
                "It was not looked at: name where people open the console by --url, or as `publicUrl` in the settings."
            );
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
        {
            Timeout = Limit,
        };
        try
        {
            using var plain = await http.GetAsync($"{address}/api/me", cancel);
            if (plain.StatusCode != HttpStatusCode.Unauthorized || plain.Headers.WwwAuthenticate.Count == 0)
                return CheckedPart.Wrong(
                    "web server",
                    "",
                    $"{address}/api/me answers {(int)plain.StatusCode} where it should ask for a password. Include "
                        + "apache-proxy.conf there, and look at CONSOLE_PATH and `pathBase`."
                );
            using var forged = new HttpRequestMessage(HttpMethod.Get, $"{address}/api/me");
            forged.Headers.Add("Authorization", "Bearer console-check");
            forged.Headers.Add("X-Remote-User", "console-check");
            using var answer = await http.SendAsync(forged, cancel);
            var said = await answer.Content.ReadAsStringAsync(cancel);
            if (!answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) ?? true)
                return CheckedPart.Wrong(
                    "web server",
                    "",
                    $"{address}/api/me does not come from the console, but answers {(int)answer.StatusCode}: look at "
                        + "Apache's error log, CONSOLE_SOCKET, and who may enter the socket's folder."
                );
            return
                answer.StatusCode != HttpStatusCode.Unauthorized || said.Contains("not both", StringComparison.Ordinal)
                ? CheckedPart.Wrong(
                    "web server",
                    "",
                    $"{address} lets callers say who they are: X-Remote-User comes through. Stop it, and include "
                        + "apache-proxy.conf as it is shipped."
                )
                : CheckedPart.Ok(
                    "web server",
                    "",
                    $"{address} asks for a password and lets nobody say who they are; apache-proxy.conf, which sees to "
                        + "that, is not served without apache-limits.conf."
                );
        }
        catch (Exception e)
            when (e is HttpRequestException or TaskCanceledException or UriFormatException or InvalidOperationException
                && !cancel.IsCancellationRequested
            )
        {
            return CheckedPart.Wrong(
                "web server",
                "",
                $"{address} does not answer: {(e.InnerException ?? e).Message.TrimEnd('.')}. Start Apache; apache2ctl "
                    + "configtest says what is wrong in its files."
            );
        }
    }

    [GeneratedRegex("""^console_base_data_age_seconds\{base="(?<base>[^"]+)"\} (?<age>[0-9.e+]+)$""", OfLines)]
    private static partial Regex AgeOfBase();
}
