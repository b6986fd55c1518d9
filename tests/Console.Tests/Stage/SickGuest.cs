using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;

namespace TestServers.Tests.Stage;

/// <summary>
/// A guest whose sshd is out of order: the lab's own has ended, and so has the connection that the console kept. What a
/// test puts in its place is at its address and port until the guest is well again.
/// </summary>
internal sealed class SickGuest : IAsyncDisposable
{
    private readonly LabFixture _lab;
    private readonly string _server,
        _folder;
    private readonly ConcurrentQueue<string> _log = new();
    private FalsePort? _port;
    private Process? _sshd;
    private SmallDisk? _disk;
    private bool _paused;

    private SickGuest(LabFixture lab, string server)
    {
        (_lab, _server, _folder) = (lab, server, Path.Combine(lab.Folder, "sick"));
        Directory.CreateDirectory(_folder);
        // What the lab's user starts writes its marks here.
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_111_111);
    }

    public static async Task<SickGuest> Of(LabFixture lab, string server)
    {
        var guest = new SickGuest(lab, server);
        await lab.Kill($"sshd-{server}");
        await lab.EndSharedConnection(server);
        // A session that was just coming in holds the port a moment longer than its sshd.
        await Wait.Until($"nobody listens at the port of {server}", () => FalsePort.IsFree(guest.Address));
        return guest;
    }

    private IPEndPoint Address => new(IPAddress.Parse(_lab.AddressOf(_server)), _lab.SshPort);
    private string Mark => Path.Combine(_folder, "reached");

    /// <summary>Accepts connections; then it is silent for ever, or says this without end.</summary>
    public void Listen(byte[]? says = null)
    {
        _port = new(Address, says);
    }

    /// <summary>The guest's sshd with another host key, as after a new installation.</summary>
    public async Task ServeWithAnotherHostKey()
    {
        var key = Path.Combine(_folder, "host_key");
        await _lab.AsOwner("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
        await Serve(config => Replace(config, "HostKey ", $"HostKey {key}"));
    }

    /// <summary>The guest's sshd, whose key starts this in place of the guest program.</summary>
    public Task ServeScript(string script)
    {
        var program = Path.Combine(_folder, "program");
        LabProcesses.WriteProgram(program, script);
        return ServeProgram(program);
    }

    /// <summary>The guest's sshd with the project's scripts in another version.</summary>
    public async Task ServeOtherVersion()
    {
        var scripts = Path.Combine(_folder, "scripts");
        await LabHost.Run("cp", "-r", Path.Combine(_lab.Folder, "console", "scripts"), scripts);
        await Change(Path.Combine(scripts, "shared", "lifeline"), "@program $program 1", "@program $program 2");
        await Change(Path.Combine(scripts, "shared", "values"), "protocol=1 ]]", "protocol=2 ]]");
        await LabHost.Run("chmod", "-R", "a+rX", scripts);
        await ServeProgram($"{scripts}/guest/guest {_lab.Folder}/guests/{_server}/config");
    }

    /// <summary>The guest's sshd, programs and Apache with a small, empty disk in place of its own.</summary>
    public async Task<SmallDisk> ServeOnSmallDisk(string size)
    {
        await StopApache();
        _disk = await SmallDisk.Over(_lab, Path.Combine(_lab.Folder, "guests", _server, "srv"), size);
        await Serve(config => config, _disk.Within);
        await IsUsable();
        return _disk;
    }

    /// <summary>The guest's sshd and programs, but svn stands still half-way through a step.</summary>
    public async Task ServeWithSvnThatStandsStill()
    {
        StandingSvn.Write(Path.Combine(_folder, "svn"), Mark);
        await Serve(WithOwnPrograms);
    }

    /// <summary>Begins a build by somebody, which stands half-way through its code step.</summary>
    /// <returns>Its number.</returns>
    public async Task<string> StandsHalfWay(HttpClient person)
    {
        await ServeWithSvnThatStandsStill();
        var build = await (
            await person.Post(
                $"api/servers/{_server}/builds",
                Body.ForBuild("shop", "branches/new-checkout", database: false, code: true)
            )
        ).Json();
        await IsReached();
        return build.Text("id")!;
    }

    /// <summary>The guest's sshd and programs, but svn calls itself one that is too old.</summary>
    public async Task ServeWithOldSvn()
    {
        const string Old = """
            [[ $1 != --version ]] || exec echo 'svn, version 1.8.19 (r1800620)'
            exec /usr/bin/svn "$@"
            """;
        LabProcesses.WriteProgram(Path.Combine(_folder, "svn"), Old);
        await Serve(WithOwnPrograms);
    }

    private string WithOwnPrograms(string config) =>
        config.Replace(" PATH=", $" PATH={_folder}:", StringComparison.Ordinal);

    /// <summary>The next svn is the usual one.</summary>
    public void GiveBackSvn() => File.Delete(Path.Combine(_folder, "svn"));

    public Task IsReached() =>
        Wait.Until($"the build on {_server} is half-way through its step", () => File.Exists(Mark));

    /// <summary>
    /// Ends the sshd with all its sessions, as when it crashes; the programs on the guest are not told.
    /// </summary>
    public async Task Crash() => await LabProcesses.Signal("KILL", await Halted("sshd"));

    /// <summary>
    /// Ends the sshd and the guest program with it; what that has started is still there, as nobody told it to end.
    /// </summary>
    public async Task CrashWithProgram() =>
        await LabProcesses.Signal("KILL", await Halted("sshd", "bash", "guest", "output-filter", "cat"));

    // Else one that comes in just then has a session that outlives the sshd, and holds what it speaks on.
    private async Task<IReadOnlyList<int>> Halted(params string[] names)
    {
        var halted = new HashSet<int>();
        while (true)
        {
            var there = LabProcesses.Tree(_sshd!.Id).Where(p => names.Contains(p.Name)).Select(p => p.Id).ToList();
            if (halted.IsSupersetOf(there))
                return there;
            await LabProcesses.Signal("STOP", there);
            halted.UnionWith(there);
        }
    }

    /// <summary>
    /// The guest stands still with everything that runs on it, as a paused machine: connections stay, and nothing
    /// comes.
    /// </summary>
    public async Task Pause()
    {
        _paused = true;
        await LabProcesses.Signal("STOP", LabProcesses.Tree(_sshd!.Id).Select(p => p.Id));
    }

    /// <summary>It goes on where it stood.</summary>
    public async Task Resume()
    {
        await LabProcesses.Signal("CONT", LabProcesses.Tree(_sshd!.Id).Select(p => p.Id));
        _paused = false;
    }

    /// <summary>Puts the lab's own sshd back.</summary>
    public async Task Recover()
    {
        _port?.Dispose();
        _port = null;
        if (_paused)
            await Resume();
        if (_sshd is { HasExited: false })
            await Crash();
        if (_sshd is not null)
            await _sshd.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
        _sshd = null;
        // Its Apache sees that disk.
        if (_disk is not null)
            await StopApache();
        _disk = null;
        await _lab.Mend();
        await IsUsable();
    }

    // The console asks servers unasked, and may have met this one while nobody listened.
    private Task IsUsable() =>
        Wait.Until(
            $"{_server} can be used",
            async () =>
            {
                using var http = _lab.As("anna");
                return (await http.Json($"api/servers/{_server}")).Text("unusable") is null;
            },
            60
        );

    public async ValueTask DisposeAsync()
    {
        await Recover();
        Directory.Delete(_folder, recursive: true);
    }

    private Task ServeProgram(string command)
    {
        var keys = Path.Combine(_folder, "authorized_keys");
        var key = File.ReadAllText(Path.Combine(_lab.Folder, "keys", "guest.pub"));
        File.WriteAllText(keys, $"restrict,command=\"{command}\" {key}");
        return Serve(config => Replace(config, "AuthorizedKeysFile ", $"AuthorizedKeysFile {keys}"));
    }

    private async Task StopApache()
    {
        var guest = Path.Combine(_lab.Folder, "guests", _server);
        await _lab.AsOwner(Path.Combine(guest, "apachectl"), "stop");
        await Wait.Until("its Apache has ended", () => !File.Exists(Path.Combine(guest, "apache/apache2.pid")));
    }

    private async Task Serve(Func<string, string> change, params string[] within)
    {
        var config = Path.Combine(_folder, "config");
        await File.WriteAllTextAsync(
            config,
            change(await File.ReadAllTextAsync(Path.Combine(_lab.Folder, "sshd", _server, "config")))
        );
        _sshd = _lab.StartWithin(within, "/usr/sbin/sshd", "-D", "-e", "-f", config);
        _sshd.ErrorDataReceived += (_, e) => _log.Enqueue(e.Data ?? "");
        _sshd.BeginErrorReadLine();
        await Wait.Until(
            "the sick sshd listens",
            async () =>
            {
                Assert.False(_sshd.HasExited, string.Join('\n', _log));
                using var probe = new TcpClient();
                return await probe
                    .ConnectAsync(Address)
                    .ContinueWith(t => t.IsCompletedSuccessfully, TaskScheduler.Default);
            }
        );
    }

    private static async Task Change(string file, string old, string text)
    {
        var before = await File.ReadAllTextAsync(file);
        Assert.Contains(old, before, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, before.Replace(old, text, StringComparison.Ordinal));
    }

    private static string Replace(string config, string begin, string line)
    {
        var lines = config.Split('\n');
        lines[Array.FindIndex(lines, l => l.StartsWith(begin, StringComparison.Ordinal))] = line;
        return string.Join('\n', lines);
    }
}
