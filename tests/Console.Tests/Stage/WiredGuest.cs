using System.Collections.Concurrent;
using System.Diagnostics;

namespace TestServers.Tests.Stage;

/// <summary>
/// A guest of a console of the test's own, on either side of a wire: a real sshd with the project's guest program, and
/// the lab's repository of the shop.
/// </summary>
internal sealed class WiredGuest : IAsyncDisposable
{
    public const int Port = 22022;

    private readonly ConcurrentQueue<string> _log = new();
    private readonly Process _sshd;
    private readonly string _folder;

    private WiredGuest(string folder, Process sshd) => (_folder, _sshd) = (folder, sshd);

    /// <summary>svn on this guest stands still when this exists, and makes a file "reached" beside it.</summary>
    public string Svn => Path.Combine(_folder, "svn");
    public string Reached => Path.Combine(_folder, "reached");
    public string Code => Path.Combine(_folder, "srv", "code", "shop");

    /// <param name="side">Where it runs: the beginning of a command.</param>
    public static async Task<WiredGuest> Start(LabFixture lab, string folder, string[] side, string address)
    {
        await lab.AsOwner("mkdir", "-p", folder);
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        string In(string name) => Path.Combine(folder, name);
        await File.WriteAllTextAsync(
            In("guest.conf"),
            $"folder={In("srv")}\napachectl=/bin/true\nrepositories=file://{lab.Folder}/repositories/svn\n"
        );
        var key = (await File.ReadAllTextAsync(Path.Combine(lab.Folder, "keys", "guest.pub"))).Trim();
        await File.WriteAllTextAsync(
            In("keys"),
            $"restrict,command=\"{lab.Folder}/console/scripts/guest/guest {In("guest.conf")}\" {key}\n"
        );
        await File.WriteAllTextAsync(
            In("sshd.conf"),
            $"""
            ListenAddress {address}:{Port}
            HostKey {HostKey(lab)}
            PidFile none
            AuthorizedKeysFile {In("keys")}
            UsePAM no
            StrictModes no
            ClientAliveInterval 2
            ClientAliveCountMax 2
            SetEnv HOME={folder} CONSOLE_LAB={lab.Folder} PATH={folder}:/usr/sbin:/usr/bin:/sbin:/bin

            """
        );
        var guest = new WiredGuest(folder, lab.StartWithin(side, "/usr/sbin/sshd", "-D", "-e", "-f", In("sshd.conf")));
        guest._sshd.ErrorDataReceived += (_, e) => guest._log.Enqueue(e.Data ?? "");
        guest._sshd.BeginErrorReadLine();
        await Wait.Until(
            "its sshd listens",
            () =>
                guest._sshd.HasExited
                    ? throw new InvalidOperationException(string.Join('\n', guest._log))
                    : guest._log.Any(l => l.Contains("listening on", StringComparison.Ordinal))
        );
        return guest;
    }

    public static string HostKey(LabFixture lab) => Path.Combine(lab.Folder, "sshd", "qa06", "host_key");

    public async ValueTask DisposeAsync()
    {
        await _sshd.KillAll();
        _sshd.Dispose();
    }
}
