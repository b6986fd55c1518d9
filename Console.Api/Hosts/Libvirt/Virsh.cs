using System.Text.RegularExpressions;
using TestServers.Commands;

namespace TestServers.Hosts.Libvirt;

/// <summary>A libvirt domain as `virsh list` shows it.</summary>
public sealed record Domain(string Name, string State);

/// <summary>What `virsh list` shows.</summary>
/// <param name="Odd">Rows that name a domain and are not understood otherwise, each with its line.</param>
public sealed record DomainTable(IReadOnlyList<Domain> Domains, IReadOnlyList<(string Name, string Line)> Odd);

/// <summary>Builds the calls of virsh that the console makes, and reads their answers; starts nothing.</summary>
public static partial class Virsh
{
    // Linear whatever comes: rows are foreign text.
    private static readonly Regex Row = new(
        @"\A\s*(-|\d+)\s+(?<name>\S.*?)\s{3,}"
            + @"(?<state>no state|running|idle|paused|in shutdown|shut off|crashed|pmsuspended)\s*\z",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    );
    private static readonly Regex OddRow = new(
        @"\A\s*(-|\d+)\s+(?<name>\S.*?)\s{3,}\S.*\z",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    );

    /// <summary>A wedged libvirtd makes virsh hang for ever, and its own keep-alive does not help.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Lists every domain of a host.</summary>
    /// <param name="isReadOnly">libvirt itself refuses changes on such a connection.</param>
    public static Command List(string uri, bool isReadOnly = true) =>
        new("virsh", [.. isReadOnly ? ["--readonly"] : Array.Empty<string>(), "--connect", uri, "list", "--all"], Limit)
        {
            Environment = Locale,
            LargestOutput = LargestList,
        };

    /// <summary>More output of one list than this is no list.</summary>
    public const long LargestList = 8 << 20;

    /// <summary>What a virsh that stays is asked, and how it repeats that.</summary>
    public const string ListWords = "list --all",
        Prompt = "virsh ";

    /// <summary>One that stays is begun anew after this time, so that none that hangs outlives a killed console for
    /// long.</summary>
    public static readonly TimeSpan StayLimit = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Stays connected, read-only, and takes commands from its standard input until that is closed.
    /// </summary>
    public static Command Stay(string uri) =>
        new(
            "timeout",
            ["--kill-after=1", $"{StayLimit.TotalSeconds + 1:0}", "virsh", "--readonly", "--connect", uri],
            StayLimit
        )
        {
            // What reads its lines is not to write for a terminal.
            Environment = new Dictionary<string, string>(Locale, StringComparer.Ordinal) { ["TERM"] = "dumb" },
            Lifeline = true,
            Grace = TimeSpan.FromSeconds(0.5),
        };

    /// <summary>
    /// Whether one that stays sees what changes: a test driver without a daemon begins a world of its own with each
    /// connection.
    /// </summary>
    public static bool SeesChanges(string uri) => !uri.StartsWith("test:", StringComparison.Ordinal);

    /// <summary>Whether a list begins with this line.</summary>
    public static bool IsHeader(string line) => Header().IsMatch(line);

    internal static Dictionary<string, string> Locale => new(StringComparer.Ordinal) { ["LC_ALL"] = "C.UTF-8" };

    /// <summary>How long a host may take to start a server: it makes devices, and calls its hooks.</summary>
    public static readonly TimeSpan SwitchLimit = TimeSpan.FromSeconds(20);

    /// <summary>Whether virsh looks a server up by its name: before that it tries digits as a running domain's
    /// number.</summary>
    public static bool IsNameForSure(ServerName server) => !server.Text.All(char.IsAsciiDigit);

    /// <summary>Does something with a domain's power, by a connection that is used for nothing else.</summary>
    public static Command Switch(string uri, ServerName server, PowerAction action) =>
        new("virsh", ["--connect", uri, WordOf(action), "--domain", server.Text], SwitchLimit)
        {
            Environment = Locale,
            LargestOutput = 1 << 20,
        };

    private static string WordOf(PowerAction action) =>
        action switch
        {
            PowerAction.Start => "start",
            PowerAction.Shutdown => "shutdown",
            _ => "reset",
        };

    /// <summary>
    /// Reads the table. The state stands at the end of a row and is from a closed list; everything between it and the
    /// id is the name. A row of another
    /// state is odd as long as others are understood; a line that names no domain might hide any number of them, so it
    /// spoils the table.
    /// </summary>
    /// <returns>The table, or null with the line that is not understood.</returns>
    public static (DomainTable? Table, string? Garbage) Read(IReadOnlyList<string> lines)
    {
        var filled = lines.Where(l => l.Length > 0).ToList();
        if (filled.Count < 2 || !Header().IsMatch(filled[0]) || !Rule().IsMatch(filled[1]))
            return (null, filled.FirstOrDefault() ?? "an empty answer");
        var domains = new List<Domain>(filled.Count - 2);
        var odd = new List<(string, string)>();
        foreach (var line in filled.Skip(2))
        {
            if (Row.Match(line) is { Success: true } row)
                domains.Add(new(row.Groups["name"].Value, row.Groups["state"].Value));
            else if (OddRow.Match(line) is { Success: true } other)
                odd.Add((other.Groups["name"].Value, line));
            else
                return (null, line);
        }
        return odd.Count > 0 && domains.Count == 0 ? (null, odd[0].Item2) : (new(domains, odd), null);
    }

    /// <summary>Why a call of virsh has failed, and where to look.</summary>
    public static string ReasonOf(HostSettings host, CommandResult end, TimeSpan limit) =>
        end switch
        {
            { Outcome: CommandOutcome.TimedOut } =>
                $"virsh did not answer within {limit.TotalSeconds:0} s. Look at libvirtd on {host.Name}.",
            { Outcome: CommandOutcome.TooMuchOutput } => "virsh's answer has no end.",
            { Outcome: CommandOutcome.Exited, ExitCode: 127 } =>
                "virsh is not installed here (Debian: libvirt-clients).",
            _ => $"virsh failed: {Found.Clean(end.Errors)}",
        };

    [GeneratedRegex(@"\A\s*Id\s+Name\s+State\s*\z")]
    private static partial Regex Header();

    [GeneratedRegex(@"\A-+\z")]
    private static partial Regex Rule();
}
