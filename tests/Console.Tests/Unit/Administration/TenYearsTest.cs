using System.Text.RegularExpressions;

namespace TestServers.Tests.Unit.Administration;

/// <summary>
/// Ten years of a team's work leave no more behind than two: each file and folder of the state stays within what the
/// settings say, though people, servers, apps and bases come and go, and the console is upgraded each year.
/// </summary>
public sealed class TenYearsTest
{
    // Numbers have more digits in the tenth year, and the audit is removed by the tenth.
    private const double Margin = 1.15;
    private const int Bytes = 1024;

    [Fact]
    public async Task The_tenth_year_leaves_no_more_than_the_second()
    {
        await using var team = new TeamOfYears();
        var years = new List<IReadOnlyDictionary<string, (long Bytes, int Files)>>();
        for (var year = 1; year <= 10; year++)
        {
            await team.PassYear();
            years.Add(team.Sizes());
        }
        // A test that finds nothing because nothing was done would hold whatever is left.
        foreach (var worked in (string[])["builds", "restores", "history", "reservations", "messages", "keys", "audit"])
            Assert.True(years[1][worked].Files > 2, $"{worked} has {years[1][worked]}");
        var documented = await File.ReadAllTextAsync(Sources.Of("docs/administrate.md"));
        Assert.All(
            years[9].Keys.Select(NameOf).Distinct(StringComparer.Ordinal),
            name => Assert.Matches($"`{Regex.Escape(name)}/?`", documented)
        );
        var grown = string.Join(
            '\n',
            from name in years[9].Keys.Union(years[1].Keys, StringComparer.Ordinal)
            let second = years[1].GetValueOrDefault(name)
            let tenth = years[9].GetValueOrDefault(name)
            where tenth.Bytes > second.Bytes * Margin + Bytes || tenth.Files > second.Files * Margin + 1
            select $"{name}: {second} at the end of the second year, {tenth} at the end of the tenth"
        );
        Assert.True(grown.Length == 0, grown);
    }

    // Without what says which copy of a file it is.
    private static string NameOf(string file) =>
        file.IndexOf(".json", StringComparison.Ordinal) is >= 0 and var at ? file[..(at + ".json".Length)] : file;
}
