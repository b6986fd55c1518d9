using TestServers.HostPrograms;

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
        var read = ReadBySsh(ssh);
        // What it prints of the key, it has not filled in yet.
        Assert.Contains($"identityfile {folder.Replace("%", "%%", StringComparison.Ordinal)}/key", read);
        Assert.Contains($"userknownhostsfile {folder}/known", read);
        Assert.Contains(read, l => l.StartsWith($"controlpath {folder}/", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_hosts_share_a_connection_only_when_all_that_leads_to_them_is_the_same()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config"], "");
        SshSettings one = new("console", "/keys/one", "/keys/known");
        SshSettings[] others =
        [
            one with
            {
                Key = "/keys/other",
            },
            one with
            {
                KnownHosts = "/keys/others",
            },
            one with
            {
                User = "other",
            },
            one with
            {
                Port = 2222,
            },
            one with
            {
                Config = folder["config"],
            },
        ];
        string Connection(string name, SshSettings ssh) =>
            Assert.Single(
                ReadBySsh(new(name, "db1.example", ssh, "/run/console")),
                l => l.StartsWith("controlpath ", StringComparison.Ordinal)
            );
        Assert.Equal(Connection("db1", one), Connection("db9", one));
        Assert.Equal(others.Length + 1, others.Append(one).Select(s => Connection("db1", s)).Distinct().Count());
    }

    private static string[] ReadBySsh(OpenSshTransport ssh)
    {
        var options = ssh.Start("status", "", TimeSpan.FromSeconds(1))
            .Arguments.TakeWhile(a => a != "--")
            .Select(a => $"'{a.Replace("'", "'\\''", StringComparison.Ordinal)}'");
        return Shell.Run($"ssh -G {string.Join(' ', options)} db1.example 2>&1").Split('\n');
    }
}
