using System.Diagnostics;
using System.Text;

namespace TestServers.Tests.Stage;

/// <summary>
/// A real libvirtd of the test's own, with a socket in its folder. As root it runs as nobody. Its test driver has one
/// domain, `test`; what is done to that holds as long as somebody is connected: this stays. Its QEMU has machines
/// without a system, and one storage pool on a small disk where this machine lets the test's user mount one.
/// </summary>
internal sealed class OwnLibvirt : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringBuilder _said = new();
    private readonly bool _hasQemu;
    private Process? _daemon,
        _hand;

    private string Home => _folder["home"];

    /// <summary>libvirt's connection URI.</summary>
    public string Uri =>
        _hasQemu
            ? $"qemu+unix:///session?socket={Home}/libvirt-sock"
            : $"test+unix:///default?socket={Home}/libvirt-sock";

    public static Task<OwnLibvirt> Start() => Start(new OwnLibvirt(hasQemu: false));

    /// <summary>One with QEMU, and the storage pool `pool`.</summary>
    public static async Task<OwnLibvirt> StartQemu()
    {
        var own = await Start(new OwnLibvirt(hasQemu: true));
        await own.Virsh("pool-define-as", "pool", "dir", "--target", $"{own.Home}/pool");
        await own.Virsh("pool-start", "pool");
        return own;
    }

    /// <summary>Asks it for something by a call of its own.</summary>
    /// <returns>What it says.</returns>
    public async Task<string> Virsh(params string[] words)
    {
        var (said, errors, code) = await TryVirsh(words);
        return code == 0 ? said : throw new InvalidOperationException($"virsh {string.Join(' ', words)}: {errors}");
    }

    /// <summary>The same where it may refuse.</summary>
    public async Task<(string Said, string Errors, int Code)> TryVirsh(params string[] words)
    {
        using var virsh = Process.Start(
            new ProcessStartInfo("virsh", ["--quiet", "--connect", Uri, .. words])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                Environment = { ["LC_ALL"] = "C.UTF-8" },
            }
        )!;
        var errors = virsh.StandardError.ReadToEndAsync();
        var said = await virsh.StandardOutput.ReadToEndAsync();
        await virsh.WaitForExitAsync();
        return (said, await errors, virsh.ExitCode);
    }

    private OwnLibvirt(bool hasQemu) => _hasQemu = hasQemu;

    private static async Task<OwnLibvirt> Start(OwnLibvirt own)
    {
        File.SetUnixFileMode(own._folder.Path, (UnixFileMode)0b111_101_101);
        Directory.CreateDirectory(Path.Combine(own.Home, "pool"));
        File.WriteAllText(
            own._folder["conf"],
            $"""
            unix_sock_dir = "{own.Home}"
            auth_unix_ro = "none"
            auth_unix_rw = "none"
            unix_sock_ro_perms = "0777"
            unix_sock_rw_perms = "0777"
            """
        );
        if (Environment.UserName == "root")
            await LabHost.Run("chown", "--recursive", "nobody", own.Home);
        await own.Begin();
        return own;
    }

    /// <summary>Does something to its domain by a connection of its own, as `suspend test`.</summary>
    public Task Do(string words) => Told(_hand!, words, "Domain 'test' ");

    /// <summary>It takes connections, and answers no more.</summary>
    public Task Pause() => LabProcesses.Signal("STOP", _daemon!.Id);

    public Task Resume() => LabProcesses.Signal("CONT", _daemon!.Id);

    /// <summary>It ends, with all connections, and a new one takes its place.</summary>
    public async Task StartAgain()
    {
        await End();
        await Begin();
    }

    public async ValueTask DisposeAsync()
    {
        await Resume();
        if (_hasQemu)
            await EndMachines();
        await End();
        _folder.Dispose();
    }

    private async Task Begin()
    {
        string[] asNobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"];
        // As for a small disk: seen by those only that are started within.
        string[] onSmallDisk = _hasQemu && SmallDisk.WhyNot.Value is null ? SmallDisk.With($"{Home}/pool", "48m") : [];
        string[] daemon =
        [
            .. onSmallDisk,
            .. Environment.UserName == "root" ? asNobody : [],
            "env",
            $"HOME={Home}",
            $"XDG_RUNTIME_DIR={Home}",
            $"XDG_CONFIG_HOME={Home}",
            $"XDG_CACHE_HOME={Home}",
            "/usr/sbin/libvirtd",
            "--config",
            _folder["conf"],
            "--pid-file",
            $"{Home}/pid",
        ];
        _daemon = Begin(daemon[0], daemon[1..]);
        await Wait.Until("libvirtd listens", () => !_daemon.HasExited && File.Exists($"{Home}/libvirt-sock"));
        _hand = Begin("virsh", ["--connect", Uri]);
        await Told(_hand, "list", _hasQemu ? " Id " : " test ");
    }

    private Process Begin(string program, IEnumerable<string> arguments)
    {
        var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        process.OutputDataReceived += (_, e) => Hear(e.Data);
        process.ErrorDataReceived += (_, e) => Hear(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Hear(string? line)
    {
        lock (_said)
            _said.AppendLine(line);
    }

    private string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    private async Task Told(Process hand, string words, string answer)
    {
        var before = Said.Length;
        await hand.StandardInput.WriteLineAsync(words);
        await hand.StandardInput.FlushAsync();
        await Wait.Until($"`{words}` is done", () => Said[before..].Contains(answer, StringComparison.Ordinal));
    }

    // They outlast their libvirtd.
    private async Task EndMachines()
    {
        foreach (var id in (await Virsh("list", "--uuid")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            await TryVirsh("destroy", id.Trim());
    }

    private async Task End()
    {
        foreach (var process in new[] { _hand, _daemon }.OfType<Process>())
        {
            await LabProcesses.Signal("KILL", process.Id);
            await process.HasEnded();
            process.Dispose();
        }
        File.Delete($"{Home}/libvirt-sock");
    }
}
