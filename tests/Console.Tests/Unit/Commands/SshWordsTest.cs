using TestServers.HostPrograms;
using TestServers.Tests.Stage;

namespace TestServers.Tests.Unit.Commands;

/// <summary>
/// ssh gets the files that the settings name, whatever their names hold: it reads its options by rules of its own.
/// </summary>
public sealed class SshWordsTest
{
    [Theory]
    [InlineData("plain")]
    [InlineData("Test Servers")]
    [InlineData(" two  blanks ")]
    [InlineData("100%h")]
    [InlineData("50% %% of")]
    [InlineData("a\"quoted\"one")]
    [InlineData("it's")]
    [InlineData("back\\slash\\\\es")]
    [InlineData("#no,comment=;$1")]
    [InlineData("größe")]
    public void A_path_reaches_ssh_as_it_is_written(string name)
    {
        var folder = $"/tmp/{name}/x";
        var ssh = new OpenSshTransport(
            "db1",
            "db1.example",
            new("console", folder + "/key", folder + "/known"),
            folder
        );
        var command = ssh.Start("status", "", TimeSpan.FromSeconds(1));
        var options = command
            .Arguments.TakeWhile(a => a != "--")
            .Select(a => $"'{a.Replace("'", "'\\''", StringComparison.Ordinal)}'");
        var read = Shell.Run($"ssh -G {string.Join(' ', options)} db1.example 2>&1").Split('\n');
        // What it prints of the key, it has not filled in yet.
        Assert.Contains($"identityfile {folder.Replace("%", "%%", StringComparison.Ordinal)}/key", read);
        Assert.Contains($"userknownhostsfile {folder}/known", read);
        Assert.Contains(read, l => l.StartsWith($"controlpath {folder}/", StringComparison.Ordinal));
    }
}
