namespace TestServers.Commands;

/// <summary>What a tool such as git or svn has said when it failed.</summary>
internal static class ToolWords
{
    private static readonly string[] Advice =
    [
        "hint:",
        "Please make sure you have",
        "and the repository exists.",
        "Cloning into ",
        "svn: E155004: Run 'svn cleanup'",
        "svn: E210002: To better debug",
    ];
    private static readonly string[] Summaries =
    [
        "fatal: Could not read from remote",
        "fatal: the remote end hung up",
        "fatal: early EOF",
        "svn: E210002: Network connection closed",
    ];

    /// <summary>
    /// The line with the cause: what ssh or the other side has said comes before Git's own summary, and advice after
    /// it; Subversion tells the cause last.
    /// </summary>
    public static string? CauseIn(string errors)
    {
        var lines = errors
            .Split('\n', '\r')
            .Select(l => string.Concat(l.Where(c => !char.IsControl(c))).Trim())
            .Where(l => l.Length > 0 && !Begins(l, Advice))
            .ToList();
        var causes = lines.Where(l => !Begins(l, Summaries)).ToList();
        var isCutOff = lines.Exists(l => Begins(l, ["svn: E210002: Network"]));
        return causes.FirstOrDefault(l => Begins(l, ["fatal:", "error:"]))
            ?? (isCutOff ? causes.LastOrDefault(l => !Begins(l, ["svn:"])) : null)
            ?? lines.LastOrDefault(l => Begins(l, ["svn:"]))
            ?? causes.LastOrDefault()
            ?? lines.LastOrDefault();
    }

    private static bool Begins(string line, IEnumerable<string> words) =>
        words.Any(word => line.StartsWith(word, StringComparison.Ordinal));
}
