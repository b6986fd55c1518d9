using System.Xml;
using System.Xml.Linq;

namespace TestServers.Apps;

/// <summary>
/// Reads what a repository's tool has listed. Nothing is missing without a word: what cannot be shown is counted, and
/// said.
/// </summary>
internal sealed class FoundPaths
{
    private const int MostNamed = 3,
        LongestName = 60;
    private static readonly char[] NotInXml = ['\uFFFE', '\uFFFF'];
    private readonly List<ListedPath> _paths = [];
    private readonly List<(string Name, string Fault)> _unfit = [];
    private readonly List<string> _missed = [];

    /// <summary>Trunk first, then branches, then tags, the newest first.</summary>
    public IEnumerable<ListedPath> Paths =>
        _paths.OrderBy(p => p.Kind).ThenByDescending(p => p.At).ThenBy(p => p.Path.Text, StringComparer.Ordinal);

    /// <summary>What is not among the paths, a sentence each.</summary>
    public IEnumerable<string> LeftOut => [.. _missed, .. _unfit.GroupBy(u => u.Fault).Select(g => Tell([.. g]))];

    /// <summary>Something that could not be listed at all.</summary>
    public void Miss(string sentence) => _missed.Add(sentence);

    /// <summary>Takes what <c>svn list --xml</c> has said of the folder for paths of this kind.</summary>
    public void AddSvn(IEnumerable<string> lines, PathKind kind)
    {
        try
        {
            // Two characters that Subversion takes and XML does not.
            var text = string.Join('\n', lines).Split(NotInXml);
            using var reader = XmlReader.Create(
                new StringReader(string.Join('\uFFFD', text)),
                new() { DtdProcessing = DtdProcessing.Prohibit }
            );
            // A name may be nothing but blanks.
            var document = XDocument.Load(reader, LoadOptions.PreserveWhitespace);
            foreach (var entry in document.Descendants("entry").Where(e => (string?)e.Attribute("kind") == "dir"))
                AddSvn(entry, kind);
        }
        catch (XmlException e)
        {
            Miss($"What svn lists of {(kind == PathKind.Trunk ? "/" : FolderOf(kind))} cannot be read: {e.Message}");
        }
    }

    /// <summary>Takes what <c>git ls-remote --heads --tags</c> has said.</summary>
    public void AddGit(IReadOnlyList<string> lines)
    {
        var references = lines.Select(line => line.Split('\t')).Where(parts => parts.Length == 2).ToList();
        // Of names that are not in UTF-8, two may read alike.
        var hashes = references
            .GroupBy(parts => parts[1], parts => parts[0], StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        foreach (var parts in references.Where(r => !r[1].EndsWith("^{}", StringComparison.Ordinal)))
        {
            var (hash, reference) = (parts[0], parts[1]);
            // A tag with a message has an object of its own; what it tags is what will be on a server.
            var commit = hashes.GetValueOrDefault(reference + "^{}", hash);
            var isBranch = reference.StartsWith(RepositoryPath.Branches, StringComparison.Ordinal);
            var name = reference[(isBranch ? RepositoryPath.Branches : RepositoryPath.Tags).Length..];
            var kind =
                !isBranch ? PathKind.Tag
                : name is "main" or "master" ? PathKind.Trunk
                : PathKind.Branch;
            var other = (isBranch ? RepositoryPath.Tags : RepositoryPath.Branches) + name;
            var path = hashes.ContainsKey(other) || NeedsWholeReference(name) ? reference : name;
            Add(path, kind, commit.Length >= 12 ? Revision.From(commit[..12]) : null, null, null);
        }
    }

    // It would be an option, or be taken for a reference of its own.
    private static bool NeedsWholeReference(string name) =>
        name.StartsWith('-')
        || name.StartsWith(RepositoryPath.Branches, StringComparison.Ordinal)
        || name.StartsWith(RepositoryPath.Tags, StringComparison.Ordinal);

    private static string FolderOf(PathKind kind) => kind == PathKind.Branch ? "branches" : "tags";

    private void AddSvn(XElement entry, PathKind kind)
    {
        var name = (string?)entry.Element("name") ?? "";
        if (kind == PathKind.Trunk && name != "trunk")
            return;
        var commit = entry.Element("commit");
        Add(
            kind == PathKind.Trunk ? name : $"{FolderOf(kind)}/{name}",
            kind,
            Revision.From((string?)commit?.Attribute("revision") ?? ""),
            Times.Read((string?)commit?.Element("date")),
            (string?)commit?.Element("author")
        );
    }

    private void Add(string text, PathKind kind, Revision? revision, DateTimeOffset? at, string? author)
    {
        if (RepositoryPath.From(text) is { } path)
            _paths.Add(new(path, kind, revision, at, author));
        else
            _unfit.Add((text, RepositoryPath.FaultOf(text)!));
    }

    private static string Tell(List<(string Name, string Fault)> alike)
    {
        var names = string.Join(", ", alike.Take(MostNamed).Select(u => Shown(u.Name)));
        var more = alike.Count > MostNamed ? ", …" : "";
        return alike.Count == 1
            ? $"1 name is not listed, as it {alike[0].Fault}: {names}. Rename it in the repository to build it."
            : $"{alike.Count:N0} names are not listed, as each {alike[0].Fault}: {names}{more}. "
                + "Rename them in the repository to build them.";
    }

    // What cannot be seen is shown by its number.
    private static string Shown(string name) =>
        string.Concat(
            name.EnumerateRunes()
                .Take(LongestName)
                .Select(r => PlainText.IsVisible(r) ? r.ToString() : $"[U+{r.Value:X4}]")
        ) + (name.EnumerateRunes().Count() > LongestName ? "…" : "");
}
