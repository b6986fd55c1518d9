using System.Text.RegularExpressions;
using TestServers.Tests.Stage;

namespace TestServers.Tests.Unit.House;

/// <summary>What was replaced or renamed is gone: from packages, sources, scripts and what people read.</summary>
public sealed partial class FormerNamesTest
{
    // In two parts, so that this file is not found by its own search.
    private static readonly string Name = "Medal" + "lion";
    private static readonly string[] Made = ["bin", "obj", "node_modules", "vendor", ".git"];
    private static readonly string[] Read =
    [
        ".cs",
        ".csproj",
        ".props",
        ".md",
        ".json",
        ".http",
        ".js",
        ".html",
        ".conf",
        ".example",
        ".bats",
        "",
    ];

    [Theory]
    [InlineData("Directory.Packages.props")]
    [InlineData("README.md")]
    [InlineData("Console.Api")]
    [InlineData("tests")]
    [InlineData("scripts")]
    [InlineData("docs")]
    public void Nothing_of_the_former_library_for_processes_remains(string place)
    {
        var path = Sources.Of(place);
        var files = File.Exists(path) ? [path] : FilesBelow(path).ToList();
        Assert.NotEmpty(files);
        Assert.DoesNotContain(files, Names);
    }

    // Each after its first letter, for the same reason.
    private static readonly string[] Types =
    [
        "R|equestStore",
        "R|equestLog",
        "R|equestState",
        "R|equestId",
        "R|equestNumbers",
        "S|toredRequest",
        "R|equestWatch",
        "T|eller",
        "F|reshness",
        "S|paresInTheMaking",
        "B|uildViews",
        "B|aseViews",
        "C|opyViews",
        "S|ettingsValues",
        "S|ettingsTemplates",
        "R|enderedSettings",
        "T|emplatesBefore",
        "H|ostPatience",
        "H|ostEnding",
        "H|ostEnd",
        "C|ommandEnd",
        "S|tepEnd",
        "G|uestSteps",
        "M|achine",
    ];

    [Fact]
    public void No_source_has_a_former_name_of_a_type()
    {
        var former = Types.Select(t => t.Replace("|", "", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        string[] places = [Sources.Root(), Sources.Of("tests/Console.Tests")];
        var found =
            from file in places.SelectMany(FilesBelow)
            where Path.GetExtension(file) == ".cs"
            from Match word in Words().Matches(File.ReadAllText(file))
            where former.Contains(word.Value)
            select $"{Path.GetFileName(file)}: {word.Value}";
        Assert.Empty(found.Distinct());
    }

    [GeneratedRegex(@"\b[A-Z]\w+\b")]
    private static partial Regex Words();

    [Fact]
    public void Nothing_of_it_is_among_the_libraries_that_were_built() =>
        Assert.Empty(Directory.EnumerateFiles(AppContext.BaseDirectory, $"*{Name}*"));

    private static bool Names(string file) => File.ReadAllText(file).Contains(Name, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> FilesBelow(string folder) =>
        Directory
            .EnumerateDirectories(folder)
            .Where(d => !Made.Contains(Path.GetFileName(d)))
            .SelectMany(FilesBelow)
            .Concat(Directory.EnumerateFiles(folder).Where(f => Read.Contains(Path.GetExtension(f))));
}
