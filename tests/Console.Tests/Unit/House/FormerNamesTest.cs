using System.Text.RegularExpressions;

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
        ".sql",
        ".pm",
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
        var former = Types.Select(Whole).ToHashSet(StringComparer.Ordinal);
        string[] places = [Sources.Root(), Sources.Of("tests/Console.Tests"), Sources.Of("scripts")];
        var found =
            from file in places.SelectMany(FilesBelow)
            where Path.GetExtension(file) is ".cs" or ""
            from Match word in Words().Matches(File.ReadAllText(file))
            where former.Contains(word.Value)
            select $"{Path.GetFileName(file)}: {word.Value}";
        Assert.Empty(found.Distinct());
    }

    // Programs, functions and statements of the host programs, in the same way. Some are usual words in a comment.
    private static readonly string[] Programs =
    [
        "d|ress",
        "l|ook_at",
        "r|etire",
        "c|rowded",
        "c|losed",
        "u|nless-silent",
        "a|loud",
        "w|ithin",
        "o|utlive",
        "s|hort-log",
        "c|ommits",
    ];

    // As a command, a function, a program of the scripts' own folders, or a statement.
    private static readonly Regex Called = new(
        @"(?:^\s*(?:exec |source )?|\bsql |[;|&(]\s*|(?:folder|shared|guest|database-host|sql)/)"
            + $"(?:{string.Join('|', Programs.Select(Whole))})"
            + @"(?:\.sql)?(?:\(\)|[""'\s;|)]|$)",
        RegexOptions.NonBacktracking
    );

    [Theory]
    [InlineData("scripts")]
    [InlineData("tests/scripts")]
    public void No_script_and_no_statement_has_a_former_name(string place)
    {
        var files = FilesBelow(Sources.Of(place)).ToList();
        Assert.Contains(files, f => Path.GetExtension(f) is ".sql" or ".bats");
        Assert.Empty(files.Select(Path.GetFileNameWithoutExtension).Intersect(Programs.Select(Whole)));
        var found =
            from file in files
            from line in File.ReadLines(file)
            where !IsComment(line) && Called.IsMatch(line)
            select $"{Path.GetFileName(file)}: {line.Trim()}";
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("  sql d|ress database=x")]
    [InlineData("  w|ithin 5 git fetch")]
    [InlineData("c|rowded() {")]
    [InlineData("git log | \"$guest_folder/c|ommits\" git")]
    [InlineData("source \"$shared/a|loud\"")]
    [InlineData("\\i sql/r|etire.sql")]
    public void One_that_came_back_would_be_found(string line)
    {
        var whole = Regex.Replace(line, @"\b(\w)\|(\w)", "$1$2");
        Assert.True(!IsComment(whole) && Called.IsMatch(whole), whole);
    }

    private static string Whole(string name) => name.Replace("|", "", StringComparison.Ordinal);

    private static bool IsComment(string line) =>
        line.TrimStart() is var text && (text.StartsWith('#') || text.StartsWith("--", StringComparison.Ordinal));

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
