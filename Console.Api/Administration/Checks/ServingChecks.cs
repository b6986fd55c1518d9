using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TestServers.Administration.Checks;

/// <summary>The console that serves, what it says of itself and of last night, and the web server before it.</summary>
internal static partial class ServingChecks
{
    private const RegexOptions OfLines = RegexOptions.Multiline | RegexOptions.ExplicitCapture;

    public static async Task<IReadOnlyList<CheckedPart>> Look(
        ConsoleSettings settings,
        FrontPlace front,
        CancellationToken cancel
    ) =>
        [
            .. await LookAtConsole(settings, cancel),
            .. await FrontChecks.Look(settings, front.Url, cancel),
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
    internal static IEnumerable<CheckedPart> OfHealth(string health)
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

    [GeneratedRegex("""^console_base_data_age_seconds\{base="(?<base>[^"]+)"\} (?<age>[0-9.e+]+)$""", OfLines)]
    private static partial Regex AgeOfBase();
}
