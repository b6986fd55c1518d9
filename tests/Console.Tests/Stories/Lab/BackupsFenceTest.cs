using System.Diagnostics;

namespace TestServers.Tests.Stories.Lab;

/// <summary>What the backups' key can read: the dumps, and nothing else on that machine.</summary>
[Collection("lab")]
public sealed class BackupsFenceTest(LabFixture lab) : IClassFixture<LabFixture>, IDisposable
{
    private readonly TemporaryFolder _got = new();

    public void Dispose() => _got.Dispose();

    [Fact]
    public async Task The_backups_key_reads_the_dumps_and_not_a_byte_of_anything_else()
    {
        await lab.AsOwner("ln", "-sfn", "/etc", Path.Combine(lab.Folder, "backups/dumps/link-to-etc"));
        await lab.AsOwner("ln", "-sf", "../../secrets/token", Path.Combine(lab.Folder, "backups/dumps/link-to-token"));
        string[] wanted =
        [
            "/etc/passwd",
            "/etc/hostname",
            "../../secrets/token",
            "../../../etc/passwd",
            "/../etc/passwd",
            "link-to-etc/passwd",
            "link-to-token",
            "/proc/self/environ",
            "/proc/self/maps",
            "/proc/self/exe",
            "/proc/1/status",
            "/dev/zero",
            "/bin/sh",
            "/usr/bin/env",
            "/lib64/ld-linux-x86-64.so.2",
            "/program/server",
            "/said",
            "/dumps/../etc/passwd",
            Path.Combine(lab.Folder, "console.json"),
            Path.Combine(lab.Folder, "secrets/token"),
            Path.Combine(lab.Folder, "keys/guest"),
        ];
        try
        {
            await Sftp(wanted.Select((path, i) => $"-get {path} {_got[i.ToString()]}"));
            Assert.Empty(Directory.EnumerateFileSystemEntries(_got.Path));
            await Sftp([
                "-get -R / " + _got["all"],
                "-put /etc/hostname /dumps/put",
                "-rm /dumps/shop.dump",
                "-rename shop.dump moved",
            ]);
            Assert.False(File.Exists(Path.Combine(lab.Folder, "backups/dumps/put")));
            Assert.Equal(["dev", "dev/null", "dumps"], await Listing());
        }
        finally
        {
            await lab.AsOwner("bash", "-c", $"rm -f {lab.Folder}/backups/dumps/link-to-*");
        }
        await Sftp(["get -a shop.dump " + _got["shop.dump"], "get shop.dump.sha256 " + _got["sum"]]);
        Assert.Equal(
            await File.ReadAllBytesAsync(Path.Combine(lab.Folder, "backups/dumps/shop.dump")),
            await File.ReadAllBytesAsync(_got["shop.dump"])
        );
    }

    // Everything that there is beside what the dumps' folder holds.
    private async Task<IEnumerable<string>> Listing()
    {
        var said = await Sftp(["-ls -1a /", "-ls -1a /dev"]);
        return said.Split('\n')
            .Where(l => l.StartsWith('/'))
            .Select(l => l.Trim().Trim('/'))
            .Where(l => !l.EndsWith('.'))
            .Order(StringComparer.Ordinal);
    }

    private async Task<string> Sftp(IEnumerable<string> commands)
    {
        var start = new ProcessStartInfo("sftp")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (
            var argument in (string[])
                ["-q", "-b", "-", "-F", Path.Combine(lab.Folder, "database-host/ssh_config"), "backups"]
        )
            start.ArgumentList.Add(argument);
        using var sftp = Process.Start(start)!;
        var said = sftp.StandardOutput.ReadToEndAsync();
        foreach (var command in commands)
            await sftp.StandardInput.WriteLineAsync(command);
        sftp.StandardInput.Close();
        await sftp.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, sftp.ExitCode);
        return await said;
    }
}
