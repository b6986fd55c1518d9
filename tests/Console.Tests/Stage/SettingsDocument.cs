using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;

namespace TestServers.Tests.Stage;

/// <summary>
/// docs/settings.md, made from the one commented settings file beside the program, the program's rules of right values,
/// and what the program takes for a key that is left out.
/// </summary>
internal static partial class SettingsDocument
{
    /// <summary>Where the table says that a key has no usual value.</summary>
    public const string MustBeGiven = "must be given";

    // 120 columns of the settings file, without the two slashes and blanks, and the blank between words.
    private const int Width = 120 - 5 - 1;

    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private const string Begin = """
        # Every setting

        This page is made from the commented settings file, `/etc/console/console.json` of the package (or
        `console.json` beside the program), and from what the program holds to be right and takes for what is left
        out. [administrate.md](administrate.md) has the commands that look after an installation; `console check`
        looks whether the settings fit it.

        In a key's name `[]` is each entry of a list, and `*` a name that you choose. Under _left out_, - is: there is
        none.

        """;

    // What is found out only when it is needed.
    private static readonly Dictionary<string, string> InWords = new(StringComparer.Ordinal)
    {
        ["wwwroot"] = "wwwroot beside the program",
        ["hosts[].powerUri"] = "as `uri`",
        ["ssh.transport"] = "sshnet; beside `config` openssh",
        ["apps[].kind"] = "django-apache",
        ["apps[].make.network"] = "auto",
        ["webhooks[].events"] = "baseStale and restoreFailed",
        ["mail.port"] = "587 with startTls, 465 with implicit, 25 with none",
    };

    /// <summary>The whole document.</summary>
    public static string Made()
    {
        var lines = File.ReadAllLines(Sources.Of("Console.Api/console.json"));
        var start = Array.IndexOf(lines, "{");
        var text = new StringBuilder(Begin + "\n");
        text.AppendJoin('\n', lines[..start].Select(l => l.TrimStart('/').TrimStart())).Append('\n');
        var open = "";
        foreach (var part in PartsOf(lines[(start + 1)..^1]))
        {
            var key = part.Lines.Select(l => Key().Match(l)).FirstOrDefault(m => m.Success)?.Groups[1].Value ?? "";
            if (key.Length > 0 && open.Length > 0)
                text.Append(TableOf(open));
            if (key.Length > 0)
                text.Append(CultureInfo.InvariantCulture, $"\n## {key}\n");
            open = key.Length > 0 ? key : open;
            if (part.Said.Count > 0)
                text.Append('\n').AppendJoin('\n', Paragraphs(part.Said)).Append('\n');
            if (part.Lines.Count > 0)
                text.Append("\n```\n").AppendJoin('\n', part.Lines).Append("\n```\n");
        }
        return text.Append(TableOf(open)).ToString();
    }

    /// <summary>The literal that a table has for a key that is left out, by the key's pattern.</summary>
    public static IReadOnlyDictionary<string, string> DefaultsIn(string document) =>
        Row()
            .Matches(document)
            .ToDictionary(m => m.Groups["key"].Value, m => m.Groups["out"].Value.Trim(), StringComparer.Ordinal);

    // What is said, then the lines of the file; as often as one follows the other.
    private static IEnumerable<(List<string> Said, List<string> Lines)> PartsOf(IEnumerable<string> lines)
    {
        var (said, shown) = (new List<string>(), new List<string>());
        foreach (var line in lines)
        {
            var prose = Prose().Match(line);
            if (shown.Count > 0 && (line.Length == 0 || prose.Success) || line.Length == 0 && said.Count > 0)
            {
                yield return (said, shown);
                (said, shown) = ([], []);
            }
            if (prose.Success)
                said.Add(prose.Groups[1].Value);
            else if (line.Length > 0)
                shown.Add(Comment().Replace(line, "", 1));
        }
        if (said.Count + shown.Count > 0)
            yield return (said, shown);
    }

    // A line to which the next one's first word would have fitted ends a paragraph.
    private static IEnumerable<string> Paragraphs(List<string> lines)
    {
        foreach (var (at, line) in lines.Index())
        {
            yield return line;
            if (at + 1 < lines.Count && line.Length + lines[at + 1].Split(' ')[0].Length < Width)
                yield return "";
        }
    }

    private static string TableOf(string root)
    {
        var text = new StringBuilder("\n| key | a right one | left out |\n| --- | --- | --- |\n");
        foreach (var (pattern, key) in WholeSettings.Keys().Where(k => Root().Match(k.Pattern).Value == root))
        {
            var says = SettingsRules.Of(pattern).Says.Replace("|", "\\|", StringComparison.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"| `{pattern}` | {says} | {LeftOut(pattern, key)} |\n");
        }
        return text.ToString();
    }

    private static string LeftOut(string pattern, SettingKey key)
    {
        if (key.IsRequired)
            return MustBeGiven;
        if (InWords.GetValueOrDefault(pattern[(pattern.IndexOf(".ssh.", StringComparison.Ordinal) + 1)..]) is { } words)
            return words;
        using var settings = new WholeSettings();
        var place = WholeSettings.PlaceOf(pattern);
        settings.With(place, null);
        object? value;
        try
        {
            value = ValueAt(settings.Load(), place);
        }
        catch (WrongSetting)
        {
            // Something else of the whole settings needs it.
            return "-";
        }
        return value switch
        {
            null or "" => "-",
            string path when path.StartsWith(settings.Folder, StringComparison.Ordinal) => "the state folder",
            string or bool or int or double => $"`{JsonSerializer.Serialize(value, Plain)}`",
            Enum word => $"`\"{JsonNamingPolicy.CamelCase.ConvertName(word.ToString())}\"`",
            IEnumerable list when !list.Cast<object>().Any() => "-",
            IEnumerable => throw new InvalidOperationException(
                $"{pattern} is a list with entries when it is left out."
            ),
            _ when SettingKey.IsObject(value.GetType()) => "as below",
            _ => $"`\"{value}\"`",
        };
    }

    private static object? ValueAt(object? value, string place)
    {
        foreach (var part in place.Replace("[", ".", StringComparison.Ordinal).Split('.'))
        {
            value = value switch
            {
                IList list => list[int.Parse(part.TrimEnd(']'), CultureInfo.InvariantCulture)],
                IDictionary names => names[part],
                _ => value!.GetType().GetProperty(char.ToUpperInvariant(part[0]) + part[1..])!.GetValue(value),
            };
        }
        return value;
    }

    // An example's first line begins with a key or an object, its others are indented.
    [GeneratedRegex("""\A  // (?!"\w+": [\[{"]|\{ |  )(.*)\z""")]
    private static partial Regex Prose();

    [GeneratedRegex(@"\A  (// )?")]
    private static partial Regex Comment();

    [GeneratedRegex("""\A"(\w+)":""")]
    private static partial Regex Key();

    [GeneratedRegex(@"\A\w+")]
    private static partial Regex Root();

    [GeneratedRegex(@"^\| `(?<key>[^`]+)` \| .* \| (?<out>[^|]*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
