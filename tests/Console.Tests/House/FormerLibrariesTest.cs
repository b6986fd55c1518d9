namespace TestServers.Tests.House;

/// <summary>A library that was replaced is gone: from packages, sources, scripts and what people read.</summary>
public sealed class FormerLibrariesTest
{
    // In two parts, so that this file is not found by its own search.
    private static readonly string Name = "Medal" + "lion";
    private static readonly string[] Made = ["bin", "obj", "node_modules", "vendor", ".git"];
    private static readonly string[] Read =
        [".cs", ".csproj", ".props", ".md", ".json", ".http", ".js", ".html", ".conf", ".example", ".bats", ""];

    [Theory]
    [InlineData("Directory.Packages.props")]
    [InlineData("README.md")]
    [InlineData("Console.Api")]
    [InlineData("tests")]
    [InlineData("scripts")]
    [InlineData("docs")]
    public void Nothing_of_the_former_library_for_processes_remains(string place)
    {
        var path = Path.Combine(Sources.Root(), "..", place);
        var files = File.Exists(path) ? [path] : FilesBelow(path).ToList();
        Assert.NotEmpty(files);
        Assert.DoesNotContain(files, Names);
    }

    [Fact]
    public void Nothing_of_it_is_among_the_libraries_that_were_built() =>
        Assert.Empty(Directory.EnumerateFiles(AppContext.BaseDirectory, $"*{Name}*"));

    private static bool Names(string file) =>
        File.ReadAllText(file).Contains(Name, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> FilesBelow(string folder) =>
        Directory
            .EnumerateDirectories(folder)
            .Where(d => !Made.Contains(Path.GetFileName(d)))
            .SelectMany(FilesBelow)
            .Concat(Directory.EnumerateFiles(folder).Where(f => Read.Contains(Path.GetExtension(f))));
}
