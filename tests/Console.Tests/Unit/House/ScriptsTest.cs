namespace TestServers.Tests.Unit.House;

/// <summary>What the page's scripts keep to, as they are served without comments and indentation.</summary>
public sealed class ScriptsTest
{
    [Fact]
    public void No_text_of_a_script_goes_over_the_end_of_its_line()
    {
        var scripts = Directory
            .EnumerateFiles(Path.Combine(LabHost.Root(), "wwwroot", "js"), "*.js", SearchOption.AllDirectories)
            .ToList();
        Assert.NotEmpty(scripts);
        var broken =
            from script in scripts
            from line in File.ReadLines(script)
            where line.Count(c => c == '`') % 2 != 0 || line.EndsWith('\\')
            select $"{Path.GetFileName(script)}: {line.Trim()}";
        Assert.Empty(broken);
    }
}
