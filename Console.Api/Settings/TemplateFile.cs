using System.Text;
using System.Text.RegularExpressions;

namespace TestServers.Settings;

/// <summary>The template of one file of a site: Razor when its name ends in .cshtml, else Handlebars.</summary>
/// <param name="Name">The file of the site.</param>
/// <param name="Path">The template.</param>
internal sealed partial record TemplateFile(string Name, string Path)
{
    /// <summary>The files that a Django site behind Apache has at least.</summary>
    public static readonly string[] Names = ["apache.conf", "wsgi.py", "settings.py"];

    /// <summary>How many files a site may have.</summary>
    public const int Most = 30;

    private const string RazorEnd = ".cshtml";
    private const int MostBytes = 256 * 1024;

    // What editors and patch leave beside a file.
    private static readonly string[] LeftBeside = ["~", "#", ".bak", ".orig", ".rej", ".swp", ".tmp"];

    /// <summary>Whether it is a program, which runs with the console's rights.</summary>
    public bool IsRazor => Path.EndsWith(RazorEnd, StringComparison.Ordinal);

    /// <summary>The one of a folder; where neither is there, it is the Handlebars one that is missing.</summary>
    public static TemplateFile Of(string folder, string name)
    {
        var razor = System.IO.Path.Combine(folder, name + RazorEnd);
        return new(name, IsThere(razor) ? razor : System.IO.Path.Combine(folder, name));
    }

    /// <summary>
    /// All of a folder, those that the kind needs first, whether they are there or not; then the others by name. What
    /// editors leave, folders, and files that begin with a dot, except .env, are none.
    /// </summary>
    public static IReadOnlyList<TemplateFile> AllOf(string folder, SiteKind kind)
    {
        var needed = kind.Files;
        var others = NamesIn(folder).Except(needed, StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return [.. needed.Concat(others).Select(name => Of(folder, name))];
    }

    // A folder that is missing or cannot be read is told by what is missing in it.
    private static List<string> NamesIn(string folder)
    {
        try
        {
            return
            [
                .. Directory
                    .EnumerateFileSystemEntries(folder)
                    .Where(path => FileKinds.BehindLinks(path) != FileKind.Folder)
                    .Select(path => System.IO.Path.GetFileName(path))
                    .Select(name => name.EndsWith(RazorEnd, StringComparison.Ordinal) ? name[..^RazorEnd.Length] : name)
                    .Where(name => name is ".env" || (!name.StartsWith('.') && !IsLeftBeside(name)))
                    .Distinct(StringComparer.Ordinal),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsLeftBeside(string name) =>
        name.StartsWith('#') || LeftBeside.Any(end => name.EndsWith(end, StringComparison.Ordinal));

    /// <summary>Why a site can have no file of this name, as the end of "it ..."; null when it can.</summary>
    public string? NameFault =>
        Allowed().IsMatch(Name)
            ? null
            : "has a name with more than 50 characters, or others than ASCII letters, digits and . _ -";

    /// <summary>The one in the other language, when it is there, too; else null.</summary>
    public string? Other => IsRazor && IsThere(Path[..^RazorEnd.Length]) ? Path[..^RazorEnd.Length] : null;

    /// <summary>
    /// Of a Razor template: it, its folder, or what a link leads to, when others than its owner may write that; else
    /// null.
    /// </summary>
    public string? WritableByOthers => IsRazor ? Places.FirstOrDefault(MayOthersWrite) : null;

    // A link is as safe as what it leads to, and the links on the way.
    private IEnumerable<string> Places
    {
        get
        {
            yield return Path;
            for (var at = Path; at is not null; at = File.ResolveLinkTarget(at, returnFinalTarget: false)?.FullName)
                yield return FolderOf(at);
        }
    }

    private static string FolderOf(string path) => System.IO.Path.GetDirectoryName(path)!;

#pragma warning disable CA1416 // The console runs on Linux alone.
    private static bool MayOthersWrite(string place) =>
        (File.GetUnixFileMode(place) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != UnixFileMode.None;
#pragma warning restore CA1416

    private static bool IsThere(string path) => FileKinds.Of(path) != FileKind.Missing;

    /// <summary>Its text, with line feeds: Python and Apache do not agree on what a carriage return is.</summary>
    /// <exception cref="TemplateFault">It must not be used, or is no text.</exception>
    public string Read()
    {
        if (NameFault is { } fault)
            throw new TemplateFault(null, "it " + fault) { Remedy = "Give it another name, or take it out." };
        if (Other is { } other)
            throw new TemplateFault(null, $"{System.IO.Path.GetFileName(other)} stands beside it, and one is enough")
            {
                Remedy = "Remove one of the two.",
            };
        if (new FileInfo(Path) is { Exists: true, Length: > MostBytes })
            throw new TemplateFault(null, $"it has more than {MostBytes / 1024} KiB");
        if (WritableByOthers is { } open)
            throw new TemplateFault(null, $"it runs as the console does, and others than its owner may write {open}")
            {
                Remedy = $"Look at what it has now, then chmod go-w {open}.",
            };
        return WithLineFeeds(Text());
    }

    // What is no text would reach the server as another one than the file's, without a word.
    private string Text()
    {
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(Path));
            return text.Contains('\0', StringComparison.Ordinal)
                ? throw new TemplateFault(null, "it holds a NUL")
                : text.TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException e)
        {
            throw new TemplateFault(null, "it is not UTF-8", e);
        }
    }

    private static string WithLineFeeds(string text) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

    [GeneratedRegex(@"\A(\.env|[A-Za-z0-9_][A-Za-z0-9._-]{0,49})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Allowed();
}
