using System.Text.RegularExpressions;

namespace TestServers.Monitoring;

/// <summary>
/// Writes each problem into the log once when it begins and once when it is over, also when one part has several. What
/// only counts on, in its numbers, is the same problem still.
/// </summary>
internal sealed partial class StandingProblems(ILogger log)
{
    private Dictionary<(HealthPart Part, string Name, string Kind), string> _told = [];

    /// <summary>Takes what is wrong now.</summary>
    public void Look(IEnumerable<HealthProblem> problems)
    {
        var now = problems
            .GroupBy(p => (p.Part, p.Name, Kind: Number().Replace(p.Message, "#")))
            .ToDictionary(g => g.Key, g => g.First().Message);
        foreach (var (key, message) in now)
        {
            if (!_told.ContainsKey(key))
                log.LogWarning("{Problem}", message);
        }
        foreach (var ((part, name, kind), message) in _told)
        {
            if (!now.ContainsKey((part, name, kind)))
                TellOver(part, name, message, now.Keys.Any(k => k.Part == part && k.Name == name));
        }
        _told = now;
    }

    private void TellOver(HealthPart part, string name, string message, bool hasMore)
    {
        if (hasMore || (name.Length == 0 && part != HealthPart.Disk))
            log.LogInformation("No longer so: {Problem}", message);
        else
            log.LogInformation("The {Part} is well again.", $"{HealthProblem.WordOf(part)} {name}".TrimEnd());
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
