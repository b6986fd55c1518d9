using System.Collections.Concurrent;
using System.Diagnostics;

namespace TestServers.Tests.Stage;

/// <summary>An sshd of the test's own on a loopback port, whose one key may start one bash program.</summary>
internal sealed class OwnSshd : IAsyncDisposable
{
    private readonly LabFixture _lab;
    private readonly string _folder;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly TemporaryFolder _keys = new();
    private Process? _sshd;

    private OwnSshd(LabFixture lab, string address) =>
        (_lab, _folder, Address, Port) = (
            lab,
            Path.Combine(lab.Folder, $"sshd-{Guid.NewGuid():n}"),
            address,
            LocalTools.FreePort(address)
        );

    public string Address { get; }
    public int Port { get; }
    public string Key => _keys["key"];
    public string Known => _keys["known"];
    public string HostKey => In("host_key.pub");

    /// <summary>What the settings would say of it.</summary>
    public SshSettings Ssh => new(_lab.Owner, Key, Known, Port, SilenceSeconds: 4, AnswerSeconds: 20);

    /// <summary>What it has said.</summary>
    public IEnumerable<string> Log => _log;

    /// <summary>How often somebody has logged in.</summary>
    public int Logins => _log.Count(l => l.Contains("Accepted publickey", StringComparison.Ordinal));

    /// <param name="program">What the key starts.</param>
    /// <param name="settings">More lines for sshd.</param>
    /// <param name="authority">A key that certifies the host's, and whose users it takes.</param>
    public static async Task<OwnSshd> Start(
        LabFixture lab,
        string program,
        string settings = "",
        string? authority = null,
        string address = "127.0.0.1"
    )
    {
        var sshd = new OwnSshd(lab, address);
        await sshd.Prepare(program);
        if (authority is not null)
            settings = await sshd.Certify(authority);
        await sshd.WriteSettings(settings);
        await sshd.Start();
        return sshd;
    }

    public string In(string name) => Path.Combine(_folder, name);

    /// <summary>Ends the sessions, as when the machine goes away; sshd itself serves on.</summary>
    public Task EndSessions() =>
        LabProcesses.Signal(
            "KILL",
            LabProcesses.Tree(_sshd!.Id).Where(p => p.Name == "sshd" && p.Id != _sshd.Id).Select(p => p.Id)
        );

    /// <summary>It stands still with all its sessions.</summary>
    public Task Pause() => LabProcesses.Signal("STOP", LabProcesses.Tree(_sshd!.Id).Select(p => p.Id));

    public Task Resume() => LabProcesses.Signal("CONT", LabProcesses.Tree(_sshd!.Id).Select(p => p.Id));

    /// <summary>It ends with its sessions, and a new one takes its place.</summary>
    public async Task StartAgain()
    {
        await End();
        _log.Clear();
        await Start();
    }

    /// <summary>From its next start on it shows another key, which known_hosts does not have.</summary>
    public async Task ChangeHostKey()
    {
        await _lab.AsOwner("rm", In("host_key"), HostKey);
        await _lab.AsOwner("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", In("host_key"));
    }

    public async ValueTask DisposeAsync()
    {
        await Resume();
        await End();
        _keys.Dispose();
        await _lab.AsOwner("rm", "-rf", _folder);
    }

    private async Task End()
    {
        await _sshd!.KillAll();
        _sshd!.Dispose();
    }

    private async Task Prepare(string program)
    {
        await _lab.AsOwner("mkdir", "-p", _folder);
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_111_111);
        LabProcesses.WriteProgram(In("program"), program);
        await LabHost.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Key);
        await _lab.AsOwner("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", In("host_key"));
        var key = (await File.ReadAllTextAsync(Key + ".pub")).Trim();
        await File.WriteAllTextAsync(In("keys"), $"restrict,command=\"{In("program")}\" {key}\n");
        await File.WriteAllTextAsync(Known, $"[{Address}]:{Port} {await File.ReadAllTextAsync(HostKey)}");
    }

    private async Task<string> Certify(string authority)
    {
        File.Copy(authority + ".pub", In("authority.pub"));
        await LabHost.Run("ssh-keygen", "-q", "-s", authority, "-h", "-I", "own", "-n", "127.0.0.1", HostKey);
        return $"TrustedUserCAKeys {In("authority.pub")}\nHostCertificate {In("host_key-cert.pub")}";
    }

    private Task WriteSettings(string settings) =>
        File.WriteAllTextAsync(
            In("sshd.conf"),
            $"""
            ListenAddress [{Address}]:{Port}
            HostKey {In("host_key")}
            PidFile none
            AuthorizedKeysFile {In("keys")}
            UsePAM no
            StrictModes no
            {settings}

            """
        );

    private async Task Start()
    {
        _sshd = _lab.StartAsOwner("/usr/sbin/sshd", "-D", "-e", "-f", In("sshd.conf"));
        _sshd.ErrorDataReceived += (_, e) => _log.Enqueue(e.Data ?? "");
        _sshd.BeginErrorReadLine();
        await Wait.Until(
            "its sshd listens",
            () =>
                _sshd.HasExited
                    ? throw new InvalidOperationException(string.Join('\n', _log))
                    : _log.Any(l => l.Contains("listening on", StringComparison.Ordinal))
        );
    }
}
