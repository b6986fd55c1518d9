using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using TestServers.Commands;
using TestServers.HostPrograms;

namespace TestServers.Tests.Stories.Lab;

/// <summary>The console's own ssh connections, with a real sshd at the other end.</summary>
[Collection("lab"), Trait("lab", "second")]
public sealed class SshConnectionsTest(LabFixture lab) : IClassFixture<LabFixture>
{
    private static SshTransport To(OwnSshd sshd) => new("own", sshd.Address, sshd.Ssh);

    private static Command Call { get; } =
        new("verb", [], TimeSpan.FromSeconds(30))
        {
            Input = "hello\n",
            Lifeline = true,
            Grace = TimeSpan.FromSeconds(5),
        };

    private static async Task<(CommandResult End, List<string> Lines)> Run(SshConnections connections, OwnSshd sshd)
    {
        var lines = new List<string>();
        return (await InTime(connections.Run(To(sshd), Call, lines.Add, CancellationToken.None)), lines);
    }

    private static Task<CommandResult> InTime(Task<CommandResult> call) => call.WaitAsync(TimeSpan.FromSeconds(40));

    [Fact]
    public async Task Calls_share_one_connection_without_a_process_and_it_is_closed_a_minute_after_the_last()
    {
        await using var sshd = await OwnSshd.Start(
            lab,
            "read -r line; echo \"$SSH_ORIGINAL_COMMAND $line\"; echo oh >&2; exit 3"
        );
        var clock = new FakeTimeProvider();
        using var connections = new SshConnections(clock);
        for (var n = 0; n < 3; n++)
        {
            var (end, lines) = await Run(connections, sshd);
            Assert.Equal((CommandOutcome.Exited, 3, "oh"), (end.Outcome, end.ExitCode, end.Errors));
            Assert.Equal(["verb hello"], lines);
        }
        Assert.Equal(1, sshd.Logins);
        Assert.Equal(1, connections.Count);
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(1, connections.Count);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, connections.Count);
        await Run(connections, sshd);
        Assert.Equal(2, sshd.Logins);
    }

    [Fact]
    public async Task More_calls_at_once_than_a_usual_sshd_takes_on_one_connection_all_come_through()
    {
        await using var sshd = await OwnSshd.Start(lab, "sleep 1; echo done", "MaxStartups 100");
        using var connections = new SshConnections();
        await Run(connections, sshd);
        var all = await Task.WhenAll(Enumerable.Range(0, 15).Select(_ => Run(connections, sshd)));
        Assert.All(all, a => Assert.True(a.End.Succeeded, a.End.ToString()));
        Assert.All(all, a => Assert.Equal(["done"], a.Lines));
    }

    [Fact]
    public async Task An_exit_code_of_255_a_signal_and_a_cut_are_told_apart()
    {
        await using var sshd = await OwnSshd.Start(lab, "read -r line; exit 255");
        using var connections = new SshConnections();
        var (code, _) = await Run(connections, sshd);
        Assert.Equal((CommandOutcome.Exited, 255, null), (code.Outcome, code.ExitCode, code.Fault));
        LabProcesses.WriteProgram(sshd.In("program"), "kill -9 $$");
        Assert.Equal(SshFault.Signal("KILL"), (await Run(connections, sshd)).End.Fault);
        LabProcesses.WriteProgram(sshd.In("program"), $"echo x >> {sshd.In("begun")}; exec sleep 20");
        var cut = Run(connections, sshd);
        await Wait.Until("it has begun", () => File.Exists(sshd.In("begun")));
        await sshd.EndSessions();
        Assert.Equal(SshFault.Closed, (await cut).End.Fault);
        // What has begun is not begun again.
        Assert.Equal("x\n", await File.ReadAllTextAsync(sshd.In("begun")));
    }

    [Fact]
    public async Task A_connection_that_died_while_nobody_used_it_is_replaced()
    {
        await using var sshd = await OwnSshd.Start(lab, "echo done");
        using var connections = new SshConnections();
        await Run(connections, sshd);
        await sshd.EndSessions();
        Assert.True((await Run(connections, sshd)).End.Succeeded);
        Assert.Equal(2, sshd.Logins);
    }

    [Fact]
    public async Task A_host_that_stands_still_is_given_up_when_it_was_silent_for_so_long()
    {
        await using var sshd = await OwnSshd.Start(lab, $"touch {lab.Folder}/silent-begun; exec sleep 20");
        using var connections = new SshConnections();
        var call = Run(connections, sshd);
        var mark = Path.Combine(lab.Folder, "silent-begun");
        await Wait.Until("it has begun", () => File.Exists(mark));
        await lab.AsOwner("rm", mark);
        await sshd.Pause();
        var watch = Stopwatch.StartNew();
        Assert.Equal(SshFault.Silent(4), (await call).End.Fault);
        Assert.InRange(watch.Elapsed.TotalSeconds, 1, 10);
    }

    [Fact]
    public async Task A_program_that_says_nothing_for_longer_than_a_silence_is_waited_for()
    {
        await using var sshd = await OwnSshd.Start(lab, "sleep 6; echo done");
        using var connections = new SshConnections();
        var (end, lines) = await Run(connections, sshd);
        Assert.True(end.Succeeded, end.ToString());
        Assert.Equal(["done"], lines);
    }

    [Fact]
    public async Task Output_that_nobody_takes_is_held_back_and_fills_no_memory()
    {
        await using var sshd = await OwnSshd.Start(lab, "exec yes");
        using var connections = new SshConnections();
        using var cancel = new CancellationTokenSource();
        using var taken = new ManualResetEventSlim();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var call = connections.Run(
            To(sshd),
            Call with
            {
                LargestOutput = 1L << 40,
            },
            _ => taken.Wait(TimeSpan.FromMinutes(1)),
            cancel.Token
        );
        // Five seconds are longer than the silence: that we do not read is none.
        await Task.Delay(5000);
        Assert.False(call.IsCompleted);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, 20_000_000);
        taken.Set();
        await cancel.CancelAsync();
        Assert.Equal(CommandOutcome.Cancelled, (await InTime(call)).Outcome);
    }

    [Fact]
    public async Task A_call_whose_output_nobody_takes_holds_up_no_other_on_that_host_and_loses_nothing()
    {
        await using var sshd = await OwnSshd.Start(lab, "seq 500000; echo done");
        using var connections = new SshConnections();
        using var taken = new ManualResetEventSlim();
        var last = "";
        void Take(string line)
        {
            taken.Wait(TimeSpan.FromMinutes(1));
            last = line;
        }
        var stuck = connections.Run(To(sshd), Call, Take, CancellationToken.None);
        await Wait.Until("the console holds it back", () => connections.AreHeldBack == 1);
        LabProcesses.WriteProgram(sshd.In("program"), "echo done");
        for (var n = 0; n < 3; n++)
        {
            var (end, lines) = await Run(connections, sshd);
            Assert.True(end.Succeeded, end.Fault?.Says);
            Assert.Equal(["done"], lines);
        }
        Assert.Equal(2, sshd.Logins);
        taken.Set();
        var told = await InTime(stuck);
        Assert.True(told.Succeeded, told.Fault?.Says);
        Assert.Equal("done", last);
    }

    [Fact]
    public async Task Letting_go_of_the_lifeline_asks_the_program_to_clean_up_and_hears_what_it_says()
    {
        await using var sshd = await OwnSshd.Start(
            lab,
            "echo begun; while read -r _; do :; done; echo cleaned; exit 143"
        );
        using var connections = new SshConnections();
        using var cancel = new CancellationTokenSource();
        var lines = new List<string>();
        void Take(string line)
        {
            lines.Add(line);
            if (line == "begun")
                cancel.Cancel();
        }
        var end = await InTime(connections.Run(To(sshd), Call, Take, cancel.Token));
        Assert.Equal((CommandOutcome.Cancelled, 143), (end.Outcome, end.ExitCode));
        Assert.Equal(["begun", "cleaned"], lines);
    }

    [Fact]
    public async Task A_call_that_is_given_up_takes_no_other_with_it()
    {
        await using var sshd = await OwnSshd.Start(lab, "echo y; sleep 3; echo done");
        using var connections = new SshConnections();
        using var force = new CancellationTokenSource();
        using var cancel = new CancellationTokenSource();
        var lines = new List<string>();
        var begun = new TaskCompletionSource();
        void Take(string line)
        {
            lines.Add(line);
            begun.TrySetResult();
        }
        var other = connections.Run(To(sshd), Call, Take, CancellationToken.None);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));
        LabProcesses.WriteProgram(sshd.In("program"), "trap '' HUP TERM PIPE; echo x; exec sleep 5");
        void GiveUp(string line)
        {
            cancel.Cancel();
            force.Cancel();
        }
        var deaf = await InTime(connections.Run(To(sshd), Call, GiveUp, cancel.Token, force.Token));
        Assert.Equal(CommandOutcome.Cancelled, deaf.Outcome);
        Assert.True((await InTime(other)).Succeeded);
        Assert.Equal(["y", "done"], lines);
    }

    [Fact]
    public async Task Calls_that_are_given_up_in_the_moment_in_which_they_end_take_no_other_with_them()
    {
        await using var sshd = await OwnSshd.Start(lab, LongCall);
        using var connections = new SshConnections();
        async Task GiveUp()
        {
            using var force = new CancellationTokenSource();
            using var cancel = new CancellationTokenSource();
            void End(string line)
            {
                cancel.Cancel();
                force.Cancel();
            }
            await InTime(connections.Run(To(sshd), Call, End, cancel.Token, force.Token));
        }
        // Each ends as soon as its lifeline does, and nobody waits for that.
        await Beside(sshd, connections, "echo x; exec cat", GiveUp);
    }

    [Fact]
    public async Task Programs_that_end_before_they_have_read_what_they_are_sent_take_no_other_with_them()
    {
        await using var sshd = await OwnSshd.Start(lab, LongCall);
        using var connections = new SshConnections();
        var much = Call with { Input = new string('x', 1_500_000) };
        async Task Send() =>
            Assert.Equal(7, (await InTime(connections.Run(To(sshd), much, _ => { }, CancellationToken.None))).ExitCode);
        await Beside(sshd, connections, "exit 7", Send);
    }

    // It ends by itself, too, when a test has failed.
    private const string LongCall = """
        echo y
        for ((n = 0; n < 300; n++)); do [[ ! -e ${0%program}over ]] || break; sleep 0.1; done; echo done; exit
        """;

    // Eight calls of the program at once, while another goes on.
    private static async Task Beside(OwnSshd sshd, SshConnections connections, string program, Func<Task> run)
    {
        var begun = new TaskCompletionSource();
        var lines = new List<string>();
        void Take(string line)
        {
            lines.Add(line);
            begun.TrySetResult();
        }
        var other = connections.Run(To(sshd), Call, Take, CancellationToken.None);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));
        LabProcesses.WriteProgram(sshd.In("program"), program);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => run()));
        await File.WriteAllTextAsync(sshd.In("over"), "");
        var end = await InTime(other);
        Assert.True(end.Succeeded, $"{end.Fault?.Says}: {string.Join('\n', sshd.Log)}");
        Assert.Equal(["y", "done"], lines);
    }

    [Fact]
    public async Task Keys_that_an_authority_has_certified_are_taken_on_both_sides()
    {
        using var folder = new TemporaryFolder();
        var authority = folder["authority"];
        await LabHost.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", authority);
        await using var sshd = await OwnSshd.Start(lab, "echo done", authority: authority);
        using var connections = new SshConnections();
        // Neither key is known by itself any more; sshd reads its file for each login.
        await File.WriteAllTextAsync(sshd.In("keys"), "");
        var signer = await File.ReadAllTextAsync(authority + ".pub");
        await File.WriteAllTextAsync(sshd.Known, $"@cert-authority * {signer}");
        Assert.Equal("Permission denied (publickey)", (await Run(connections, sshd)).End.Fault?.Says);
        string[] may = ["-n", lab.Owner, "-O", "clear", "-O", $"force-command={sshd.In("program")}"];
        await LabHost.Run("ssh-keygen", ["-q", "-s", authority, "-I", "console", .. may, sshd.Key + ".pub"]);
        var (end, lines) = await Run(connections, sshd);
        Assert.True(end.Succeeded, end.Fault?.Says);
        Assert.Equal(["done"], lines);
    }

    [Fact]
    public async Task A_host_is_told_by_its_key()
    {
        await using var sshd = await OwnSshd.Start(lab, "echo done");
        var known = await File.ReadAllTextAsync(sshd.Known);
        async Task<string?> With(string text)
        {
            await File.WriteAllTextAsync(sshd.Known, text);
            using var connections = new SshConnections();
            return (await Run(connections, sshd)).End.Fault?.Says;
        }
        const string Failed = "Host key verification failed";
        Assert.Equal($"No ssh-ed25519 host key is known for [127.0.0.1]:{sshd.Port}", await With(""));
        var revoked = $"@revoked * {await File.ReadAllTextAsync(sshd.HostKey)}";
        Assert.Equal($"{Failed}: the key that it shows is revoked", await With(known + revoked));
        Assert.Equal(Failed, await With($"127.0.0.1 {await File.ReadAllTextAsync(sshd.Key + ".pub")}"));
        Assert.Null(await With(known));
    }

    internal static bool HasConnectionTo(int port) =>
        System
            .Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties()
            .GetActiveTcpConnections()
            .Any(c => c.RemoteEndPoint.Port == port && c.State == System.Net.NetworkInformation.TcpState.Established);
}

/// <summary>What lies about on the console's machine when nobody has chosen a transport.</summary>
[Collection("lab")]
public sealed class NoSshProcessTest(LabFixture lab) : IClassFixture<LabFixture>
{
    [Fact]
    public async Task The_console_starts_no_ssh_and_no_socket_of_it_lies_about()
    {
        using var anna = lab.As("anna");
        var console = lab.ProcessOf("console");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var build = anna.BuildWell("qa05", "shop", "trunk", database: true, code: true);
        while (!build.IsCompleted)
        {
            seen.UnionWith(LabProcesses.Tree(console).Select(p => p.Name));
            await Task.WhenAny(build, Task.Delay(10));
        }
        await build;
        Assert.NotEmpty(seen);
        Assert.DoesNotContain("ssh", seen);
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(lab.Folder, "run")), LabHost.IsSharedConnection);
        await lab.Release("qa05");
    }
}
