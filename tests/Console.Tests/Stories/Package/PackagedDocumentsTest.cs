using System.Text.RegularExpressions;

namespace TestServers.Tests.Stories.Package;

/// <summary>The documents as the package brings them; an empty file stands in for the program.</summary>
public sealed partial class PackagedDocumentsTest
{
    [Fact]
    public void Every_link_of_a_packaged_document_leads_to_a_file_of_the_package()
    {
        using var folder = new TemporaryFolder();
        Shell.Run(
            $"""
            mkdir {folder["program"]} && touch {folder["program"]}/console
            {Sources.Of("scripts/package")} --version 1.0 --program {folder["program"]} --output {folder["made"]}
            dpkg-deb --extract {folder["made"]}/*.deb {folder["tree"]}
            """
        );
        var documents = folder["tree/usr/share/doc/test-server-console"];
        var links = (
            from document in Directory.EnumerateFiles(documents, "*.md", SearchOption.AllDirectories)
            from Match link in Link().Matches(File.ReadAllText(document))
            select (
                Document: Path.GetRelativePath(documents, document),
                To: link.Groups["to"].Value,
                Leads: Path.GetFullPath(Path.Combine(Path.GetDirectoryName(document)!, link.Groups["to"].Value))
            )
        ).ToList();
        Assert.Contains(links, l => l is { Document: "use.md", To: "day/line.png" });
        bool IsThere(string path) => path.StartsWith(documents + "/", StringComparison.Ordinal) && File.Exists(path);
        var dead = links.Where(l => !IsThere(l.Leads)).Select(l => $"{l.Document}: {l.To}").ToList();
        Assert.Empty(dead);
    }

    [GeneratedRegex(@"\]\((?<to>(?!https?:)[^)#]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
