using System.Globalization;
using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace TestServers.Administration.Checks;

/// <summary>
/// How many calls Apache httpd serves at once, as far as its files say it to a process that is not Apache: whether it
/// was stopped and started since they were written cannot be seen from here.
/// </summary>
internal sealed partial class ApacheFiles
{
    /// <summary>Where Debian and RHEL have the file that includes the others.</summary>
    internal static readonly string[] Usual = ["/etc/apache2/apache2.conf", "/etc/httpd/conf/httpd.conf"];

    private const int MostFiles = 1000;

    // By their names in small letters, each with the place of its last line that counts.
    private readonly Dictionary<string, (string Value, string Place)> _said = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _defined = new(StringComparer.Ordinal);
    private readonly HashSet<string> _modules = new(StringComparer.Ordinal);
    private string _root;
    private int _files;

    private ApacheFiles(string root) => _root = root;

    /// <summary>How many it serves at once, and which line says so; null: none, so it is the program's own.</summary>
    internal (int Calls, string? Place) Calls
    {
        get
        {
            var isPrefork = _modules.Contains("mpm_prefork_module");
            var processes = Number("serverlimit", isPrefork ? 256 : 16);
            var (most, each) = isPrefork ? (processes, 1) : (processes, Number("threadsperchild", 25));
            var wanted = Number("maxrequestworkers", most * each);
            // What is more than the processes have is cut, with a line in Apache's error log.
            return wanted <= most * each
                ? (wanted, PlaceOf("maxrequestworkers"))
                : (most * each, PlaceOf("serverlimit") ?? PlaceOf("threadsperchild") ?? PlaceOf("maxrequestworkers"));
        }
    }

    /// <summary>Looks at the file, and at all that it includes.</summary>
    /// <exception cref="IOException">One of them cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">One of them may not be read.</exception>
    internal static ApacheFiles Read(string file)
    {
        var read = new ApacheFiles(Path.GetDirectoryName(Path.GetFullPath(file))!);
        read.ReadFile(file);
        return read;
    }

    /// <summary>A part of `console check`: whether it serves more calls than the console lets last.</summary>
    /// <param name="file">The file that includes the others; null: where Debian or RHEL has it.</param>
    /// <param name="held">How many calls may last.</param>
    internal static CheckedPart Look(string? file, int held)
    {
        const string Part = "web server's calls";
        string Unknown(string why) =>
            $"How many calls Apache serves at once is not known: {why} Of the console's, {held} may last, and the "
            + "others need some, too: see that apache-limits.conf is included at the server's own level, behind what "
            + "else sets MaxRequestWorkers.";
        if ((file ?? Array.Find(Usual, File.Exists)) is not { } root)
            return CheckedPart.Warn(
                Part,
                "",
                Unknown($"there is neither {Usual[0]} nor {Usual[1]} here; name its file by --apache.")
            );
        try
        {
            var (calls, place) = Read(root).Calls;
            var said = place is null ? $"{root} and what it includes name no other number" : place;
            return calls > held
                ? CheckedPart.Ok(Part, "", $"Apache's files let it serve {calls} at once ({said}); {held} may last.")
                : CheckedPart.Wrong(
                    Part,
                    "",
                    $"Apache's files let it serve {calls} at once ({said}), and of the console's {held} may last: "
                        + "event streams, logs, waits. Then every other one hangs. Include apache-limits.conf at the "
                        + "server's own level, behind what else sets MaxRequestWorkers, and stop and start Apache."
                );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return CheckedPart.Warn(Part, "", Unknown($"{e.Message.TrimEnd('.')}."));
        }
    }

    private int Number(string name, int usual) =>
        _said.TryGetValue(name, out var said)
        && int.TryParse(said.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : usual;

    private string? PlaceOf(string name) => _said.TryGetValue(name, out var said) ? said.Place : null;

    private void ReadFile(string path)
    {
        if (++_files > MostFiles)
            throw new IOException($"{path} is one of more than {MostFiles} files, as if they included each other");
        // Whether the lines count within each section that is open here.
        var sections = new Stack<bool>();
        foreach (var (number, line) in LinesOf(path))
        {
            if (Section().Match(line) is { Success: true } section)
            {
                if (section.Groups["end"].Success)
                    sections.TryPop(out _);
                else
                    sections.Push(
                        sections.All(counts => counts)
                            && Counts(
                                section.Groups["name"].Value.ToLowerInvariant(),
                                section.Groups["what"].Value.Trim()
                            )
                    );
            }
            else if (sections.All(counts => counts))
                Take(line, $"{path}:{number}");
        }
    }

    private static IEnumerable<(int Number, string Line)> LinesOf(string path)
    {
        var (begun, first, number) = ("", 0, 0);
        foreach (var line in File.ReadAllLines(path))
        {
            number++;
            if (begun.Length == 0)
                first = number;
            begun += line;
            if (begun.EndsWith('\\'))
            {
                begun = begun[..^1];
                continue;
            }
            var whole = begun.Trim();
            begun = "";
            if (whole.Length > 0 && whole[0] != '#')
                yield return (first, whole);
        }
    }

    private bool Counts(string section, string what)
    {
        var (name, isNot) = what.StartsWith('!') ? (what[1..], true) : (what, false);
        return section switch
        {
            "ifmodule" => HasModule(name) != isNot,
            "ifdefine" => _defined.ContainsKey(name) != isNot,
            _ => true,
        };
    }

    // A module is named by its name, or by the file of its source. Of those that are built in, only the usual way to
    // serve matters here.
    private bool HasModule(string name)
    {
        var bare = name.EndsWith(".c", StringComparison.Ordinal) ? name[..^2] : null;
        string[] names =
            bare is null ? [name]
            : bare.StartsWith("mod_", StringComparison.Ordinal) ? [bare["mod_".Length..] + "_module"]
            : [$"{bare}_module", $"mpm_{bare}_module"];
        return names.Contains("mpm_event_module")
            ? !_modules.Contains("mpm_prefork_module") && !_modules.Contains("mpm_worker_module")
            : names.Any(_modules.Contains);
    }

    private void Take(string line, string place)
    {
        var words = Word()
            .Matches(line)
            .Select(m => Filled(m.Groups["quoted"].Success ? m.Groups["quoted"].Value : m.Value));
        if (words.ToList() is not [var name, var value, .. var others])
            return;
        switch (name.ToLowerInvariant())
        {
            case "serverroot":
                _root = value;
                break;
            case "define":
                _defined[value] = others.FirstOrDefault("");
                break;
            case "undefine":
                _defined.Remove(value);
                break;
            case "loadmodule":
                _modules.Add(value);
                break;
            case "include":
            case "includeoptional":
                foreach (var file in FilesOf(Path.Combine(_root, value)))
                    ReadFile(file);
                break;
            case "maxclients":
                _said["maxrequestworkers"] = (value, place);
                break;
            case "maxrequestworkers" or "serverlimit" or "threadsperchild":
                _said[name.ToLowerInvariant()] = (value, place);
                break;
        }
    }

    private string Filled(string word) =>
        Variable().Replace(word, m => _defined.GetValueOrDefault(m.Groups["name"].Value, m.Value));

    // A folder is all that is in it; signs may stand for letters in each part of a path.
    private static IEnumerable<string> FilesOf(string pattern)
    {
        IEnumerable<string> found = ["/"];
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
            found = part.AsSpan().ContainsAny('*', '?', '[')
                ? found
                    .Where(Directory.Exists)
                    .SelectMany(folder => Directory.EnumerateFileSystemEntries(folder))
                    .Where(e => FileSystemName.MatchesSimpleExpression(part, Path.GetFileName(e), ignoreCase: false))
                    .Order(StringComparer.Ordinal)
                : found.Select(folder => Path.Combine(folder, part));
        return found
            .ToList()
            .SelectMany(path =>
                Directory.Exists(path)
                    ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                : File.Exists(path) ? [path]
                : Enumerable.Empty<string>()
            );
    }

    [GeneratedRegex(@"\A<(?:(?<end>/)|(?<name>[A-Za-z]+))(?<what>[^>]*)>", RegexOptions.ExplicitCapture)]
    private static partial Regex Section();

    [GeneratedRegex("\"(?<quoted>[^\"]*)\"|[^\\s\"]+", RegexOptions.ExplicitCapture)]
    private static partial Regex Word();

    [GeneratedRegex(@"\$\{(?<name>[^}]+)\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();
}
