using System.Text.Json;
using System.Text.Json.Serialization;
using TestServers.Administration.Checks;

namespace TestServers.Administration;

/// <summary>All parts of an installation, as `console check --json` writes them.</summary>
/// <param name="State">The worst of the parts'.</param>
internal sealed record CheckedInstallation(PartState State, IReadOnlyList<CheckedPart> Parts);

/// <summary>Where the web server is looked at.</summary>
/// <param name="Url">Where people open the console; null: as the settings say.</param>
/// <param name="Apache">Apache's own file; null: where Debian or RHEL has it.</param>
internal sealed record FrontPlace(string? Url, string? Apache);

/// <summary>`console check`: each part of the installation is ok, or what to do.</summary>
internal static class CheckCommand
{
    private static readonly JsonSerializerOptions AsJson = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static async Task<int> Run(
        string settingsFile,
        FrontPlace front,
        bool asJson,
        TextWriter output,
        CancellationToken cancel
    )
    {
        var parts = await Look(settingsFile, front, cancel);
        var worst = parts.Max(p => p.State);
        if (asJson)
            await output.WriteLineAsync(JsonSerializer.Serialize(new CheckedInstallation(worst, parts), AsJson));
        else
            await Tell(parts, output);
        return worst == PartState.Wrong ? 1 : 0;
    }

    private static async Task<IReadOnlyList<CheckedPart>> Look(string file, FrontPlace front, CancellationToken cancel)
    {
        ConsoleSettings settings;
        try
        {
            settings = ConsoleSettings.Load(file, _ => { });
        }
        catch (WrongSetting e)
        {
            return [CheckedPart.Wrong("settings", "", $"{e.Message} Nothing else was looked at.")];
        }
        var looks = await Task.WhenAll(
            Task.Run(() => LocalChecks.Look(settings, cancel), cancel),
            ServingChecks.Look(settings, front, cancel),
            HostChecks.Look(settings, cancel),
            RepositoryChecks.Look(settings, cancel)
        );
        return [CheckedPart.Ok("settings", "", $"{file}: {settings.Counts}."), .. looks.SelectMany(l => l)];
    }

    private static async Task Tell(IReadOnlyList<CheckedPart> parts, TextWriter output)
    {
        var width = parts.Max(p => NameOf(p).Length);
        foreach (var part in parts)
            await output.WriteLineAsync(
                $"{part.State.ToString().ToLowerInvariant(), -8} {NameOf(part).PadRight(width)}  {part.Message}"
            );
        var (warnings, wrong) = (
            parts.Count(p => p.State == PartState.Warning),
            parts.Count(p => p.State == PartState.Wrong)
        );
        await output.WriteLineAsync($"\n{parts.Count} parts: {wrong} wrong, {warnings} to look at.");
    }

    private static string NameOf(CheckedPart part) => part.Name.Length > 0 ? $"{part.Part} {part.Name}" : part.Part;
}
