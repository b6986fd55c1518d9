using System.Text.RegularExpressions;

namespace TestServers.Tests.Unit.House;

/// <summary>What scripts/package takes for granted of other files, seen without making a package.</summary>
public sealed partial class PackageTest
{
    [Fact]
    public void Each_line_of_the_settings_that_a_package_changes_is_there_once()
    {
        var settings = File.ReadAllLines(Sources.Of("Console.Api/console.json"));
        var changed = Change().Matches(File.ReadAllText(Sources.Of("scripts/package"))).Select(m => m.Groups[1].Value);
        var lines = changed.Select(line => line.Replace(@"\/", "/", StringComparison.Ordinal)).ToList();
        Assert.Contains("""  "pathBase": "",""", lines);
        Assert.All(lines, line => Assert.Single(settings, line));
    }

    [Fact]
    public void Each_part_that_a_package_places_is_there_and_each_that_is_there_is_placed()
    {
        var program = File.ReadAllText(Sources.Of("scripts/package"));
        var parts = Directory.GetFiles(Sources.Of("scripts/package.d")).Select(f => Path.GetFileName(f)!).ToList();
        Assert.All(
            Put().Matches(program).Select(m => m.Groups[1].Value),
            part => Assert.Contains(part, parts, StringComparer.Ordinal)
        );
        Assert.All(parts, part => Assert.Matches($@"[ /]{Regex.Escape(part)}\b", program));
    }

    [GeneratedRegex("""^  change '(?<key>[^']+)'""", RegexOptions.Multiline)]
    private static partial Regex Change();

    [GeneratedRegex(@"^  put (?<part>\S+)", RegexOptions.Multiline)]
    private static partial Regex Put();
}
