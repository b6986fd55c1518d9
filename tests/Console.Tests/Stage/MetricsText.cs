using System.Globalization;
using System.Text.RegularExpressions;

namespace TestServers.Tests.Stage;

/// <summary>
/// Prometheus' text format, read strictly: each family has its help and type before its rows, each row once, and
/// names and kinds are as Prometheus asks for.
/// </summary>
internal sealed partial class MetricsText
{
    private MetricsText(List<Family> families) => Families = families;

    /// <summary>A family of rows.</summary>
    public sealed record Family(string Name, string Type, string Help)
    {
        public List<(string Name, SortedDictionary<string, string> Labels, double Value)> Rows { get; } = [];
    }

    public List<Family> Families { get; }

    public Family this[string name] => Families.Single(f => f.Name == name);

    /// <summary>
    /// The value of the one row with these labels, and no others unless they are named LABEL=VALUE.
    /// </summary>
    public double? Value(string name, params string[] labels) =>
        Families
            .SelectMany(f => f.Rows)
            .Where(r => r.Name == name && labels.All(l => r.Labels.Any(o => $"{o.Key}={o.Value}" == l)))
            .Select(r => (double?)r.Value)
            .SingleOrDefault();

    public static async Task<MetricsText> Of(HttpClient http) => Read(await http.GetStringAsync("metrics"));

    public static MetricsText Read(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var families = new List<Family>();
        var (help, seen) = ((Name: "", Text: ""), new HashSet<string>(StringComparer.Ordinal));
        foreach (var line in text.Split('\n')[..^1])
        {
            if (Help().Match(line) is { Success: true } told)
                help = (told.Groups[1].Value, told.Groups[2].Value);
            else if (Type().Match(line) is { Success: true } typed)
            {
                Assert.Equal(help.Name, typed.Groups[1].Value);
                Assert.DoesNotContain(families, f => f.Name == help.Name);
                families.Add(new(help.Name, typed.Groups[2].Value, help.Text));
            }
            else
                AddRow(families[^1], line, seen);
        }
        foreach (var family in families)
            CheckName(family);
        return new(families);
    }

    private static void AddRow(Family family, string line, HashSet<string> seen)
    {
        var row = Row().Match(line);
        Assert.True(row.Success, line);
        var name = row.Groups["name"].Value;
        string[] allowed = family.Type == "histogram" ? ["_bucket", "_sum", "_count"] : [""];
        Assert.Contains(name, allowed.Select(a => family.Name + a));
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (Match label in Label().Matches(row.Groups["labels"].Value))
            labels.Add(label.Groups[1].Value, Unescape(label.Groups[2].Value));
        Assert.True(seen.Add(line[..line.LastIndexOf(' ')]), $"twice: {line}");
        family.Rows.Add(
            (
                name,
                labels,
                double.Parse(
                    row.Groups["value"].Value.Replace("+Inf", "Infinity", StringComparison.Ordinal),
                    CultureInfo.InvariantCulture
                )
            )
        );
    }

    private static void CheckName(Family family)
    {
        Assert.Matches("^[a-z][a-z0-9_]*$", family.Name);
        Assert.Equal(family.Type == "counter", family.Name.EndsWith("_total", StringComparison.Ordinal));
        Assert.DoesNotMatch("(milli|micro|nano|minutes|hours|days|kilo|mega|giga|percent)", family.Name);
        Assert.NotEmpty(family.Help);
        if (family.Type == "histogram")
            Assert.EndsWith("_seconds", family.Name, StringComparison.Ordinal);
    }

    private static string Unescape(string value) =>
        Regex.Replace(value, @"\\(.)", m => m.Groups[1].Value == "n" ? "\n" : m.Groups[1].Value);

    [GeneratedRegex(@"\A# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)\z")]
    private static partial Regex Help();

    [GeneratedRegex(@"\A# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)\z")]
    private static partial Regex Type();

    [GeneratedRegex(
        @"\A(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([a-z_]+=""([^""\\\n]|\\[\\""n])*"",?)*)\})?"
            + @" (?<value>[-+0-9.eE]+|NaN|[-+]Inf)\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Row();

    [GeneratedRegex(@"([a-z_]+)=""((?:[^""\\\n]|\\[\\""n])*)""")]
    private static partial Regex Label();
}
