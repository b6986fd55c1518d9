using System.Text.RegularExpressions;
using TestServers.Commands;

namespace TestServers.Hosts;

/// <summary>A libvirt domain as `virsh list` shows it.</summary>
public sealed record Domain(string Name, string State);

/// <summary>Builds the one call of virsh that the console makes, and reads its answer; starts nothing.</summary>
public static partial class Virsh
{
    // Linear whatever comes: rows are foreign text.
    private static readonly Regex Row = new(@"\A\s*(-|\d+)\s+(?<name>\S.*?)\s{3,}(?<state>no state|running|idle|paused|in shutdown|shut off|crashed|pmsuspended)\s*\z",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    /// <summary>A wedged libvirtd makes virsh hang for ever, and its own keep-alive does not help.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Lists every domain of a host. Read-only: libvirt itself refuses changes on such a connection.</summary>
    public static Command List(string uri) =>
        new("virsh", ["--readonly", "--connect", uri, "list", "--all"], Limit)
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["LC_ALL"] = "C.UTF-8" },
            LargestOutput = 8 << 20,
        };

    /// <summary>Reads the table. The state stands at the end of a row and is from a closed list; everything between it and the id is the name.</summary>
    /// <returns>The domains, or null with the line that is not understood.</returns>
    public static (IReadOnlyList<Domain>? Domains, string? Garbage) Read(IReadOnlyList<string> lines)
    {
        var filled = lines.Where(l => l.Length > 0).ToList();
        if (filled.Count < 2 || !Header().IsMatch(filled[0]) || !Rule().IsMatch(filled[1])) return (null, filled.FirstOrDefault() ?? "an empty answer");
        var domains = new List<Domain>(filled.Count - 2);
        foreach (var line in filled.Skip(2))
        {
            var row = Row.Match(line);
            if (!row.Success) return (null, line);
            domains.Add(new(row.Groups["name"].Value, row.Groups["state"].Value));
        }
        return (domains, null);
    }

    [GeneratedRegex(@"\A\s*Id\s+Name\s+State\s*\z")] private static partial Regex Header();
    [GeneratedRegex(@"\A-+\z")] private static partial Regex Rule();
}
