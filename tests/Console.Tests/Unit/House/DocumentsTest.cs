using System.Text.RegularExpressions;

namespace TestServers.Tests.Unit.House;

/// <summary>What the documents name is there: whoever moves a file is told which recipe has it.</summary>
public sealed partial class DocumentsTest
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Sources.Root(), ".."));

    // What a path in a document begins at.
    private static readonly string[] Places = ["", "Console.Api", "wwwroot"];

    // A decision's page says what was so when it was decided.
    private static IEnumerable<string> Documents =>
        Directory.EnumerateFiles(Root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md"));

    private static IEnumerable<string> Decisions =>
        Directory.EnumerateFiles(Path.Combine(Root, "docs", "decisions"), "0*.md");

    [Fact]
    public void Every_file_that_a_document_names_is_there()
    {
        var named = (
            from document in Documents
            from Match path in NamedPath().Matches(File.ReadAllText(document))
            where Places.Any(p => Directory.Exists(Path.Combine(Root, p, path.Value.Split('/')[0])))
            select (Document: Path.GetFileName(document), path.Value)
        ).ToList();
        Assert.Contains(("CONTRIBUTING.md", "Console.Api/Settings/SettingsRules.cs"), named);
        Assert.Contains(("architecture.md", "Builds/BuildQueue"), named);
        Assert.DoesNotContain(named, n => !IsThere(n.Value));
    }

    [Fact]
    public void Every_link_of_a_document_leads_to_a_file()
    {
        var links = (
            from document in Documents.Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs", "decisions")))
            from Match link in Link().Matches(File.ReadAllText(document))
            select Path.Combine(Path.GetDirectoryName(document)!, link.Groups["to"].Value)
        ).ToList();
        Assert.NotEmpty(links);
        Assert.DoesNotContain(links, l => !Path.Exists(l));
    }

    [Fact]
    public void Every_decision_has_a_number_of_its_own_and_says_why_what_and_what_follows()
    {
        var numbers = Decisions.Select(d => int.Parse(Path.GetFileName(d)[..4])).Order().ToList();
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
        foreach (var text in Decisions.Select(File.ReadAllText))
            Assert.Matches(@"(?s)\A# \d+\. .+\n## Context\n.+\n## Decision\n.+\n## Consequences\n", text);
    }

    private static bool IsThere(string path) =>
        Places.Any(p => Path.Exists(Path.Combine(Root, p, path)) || File.Exists(Path.Combine(Root, p, path + ".cs")));

    [GeneratedRegex(@"(?<=`)[\w.-]+(/[\w.-]+)+/?(?=`)")]
    private static partial Regex NamedPath();

    [GeneratedRegex(@"\]\((?<to>(?!https?:)[^)#]+)(#[^)]*)?\)")]
    private static partial Regex Link();
}
