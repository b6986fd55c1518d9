using System.Text.RegularExpressions;

namespace TestServers.Tests.Stories.Package;

/// <summary>Commands of docs/install.md that stand for themselves, as they stand there.</summary>
public sealed partial class InstallDocumentTest
{
    [Fact]
    public void The_unit_that_is_made_by_hand_is_whole()
    {
        using var folder = new TemporaryFolder();
        var command = Unit().Match(File.ReadAllText(Sources.Of("docs/install.md"))).Value;
        Shell.Run(
            command.Replace("/etc/systemd/system", folder.Path, StringComparison.Ordinal),
            Sources.Of("scripts/..")
        );
        var unit = File.ReadAllText(folder["console.service"]);
        Assert.DoesNotContain("{", unit, StringComparison.Ordinal);
        Assert.Contains(
            "\nUser=console\nExecStart=/usr/bin/dotnet /opt/console/app/console.dll "
                + "--settings /etc/console/console.json\n",
            unit,
            StringComparison.Ordinal
        );
    }

    [GeneratedRegex(@"sed 's,\{user\},[^`]+console\.service\n")]
    private static partial Regex Unit();
}
