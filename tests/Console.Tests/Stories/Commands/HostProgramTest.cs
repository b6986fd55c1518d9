using System.Diagnostics;
using TestServers.HostPrograms;

namespace TestServers.Tests.Stories.Commands;

/// <summary>
/// Every ending has its right name. The program at the other end is a few lines of bash, as what is tested is how its
/// words are understood.
/// </summary>
public sealed class HostProgramTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private async Task<(HostResult End, List<string> Log)> Call(
        string script,
        CancellationToken cancel = default,
        double limit = 20
    )
    {
        var path = _folder["program"];
        File.WriteAllText(path, "#!/bin/bash\n" + script);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        var log = new List<string>();
        var call = new HostCall(
            new LocalTransport("db1", path, "config"),
            "guest",
            "status",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["app"] = "shop" },
            TimeSpan.FromSeconds(limit)
        )
        {
            OnLog = log.Add,
        };
        return (
            await new HostProgram(new()).Run(call, cancel).WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None),
            log
        );
    }

    [Theory]
    [InlineData("echo '@program guest 1'; echo '@result a=b=c'; echo '@exit 0'", HostOutcome.Done)]
    [InlineData("echo '@program guest 1'; echo '@error the disk is full'; echo '@exit 1'; exit 1", HostOutcome.Failed)]
    [InlineData("echo '@program guest 1'; echo '@exit 2'; exit 2", HostOutcome.Refused)]
    [InlineData("echo '@program guest 1'; echo '@exit 255'; exit 255", HostOutcome.Failed)]
    [InlineData("echo '@program guest 1'; echo working; exit 0", HostOutcome.CutOff)]
    [InlineData("echo '@program guest 1'; exit 255", HostOutcome.CutOff)]
    [InlineData("echo '@program guest 1'; kill -9 $$", HostOutcome.CutOff)]
    [InlineData("echo 'Connection refused' >&2; exit 255", HostOutcome.Unreachable)]
    [InlineData("echo '@program guest 2'; echo '@exit 0'", HostOutcome.Stranger)]
    [InlineData("echo '@program database-host 1'; echo '@exit 0'", HostOutcome.Stranger)]
    [InlineData("echo 'Welcome to qa07!'; exit 0", HostOutcome.Stranger)]
    [InlineData("echo '@exit 0'; exit 0", HostOutcome.Stranger)]
    [InlineData("exit 1", HostOutcome.Stranger)]
    public async Task Every_ending_has_its_right_name(string script, HostOutcome expected)
    {
        var (end, _) = await Call(script);
        Assert.Equal(expected, end.Outcome);
        if (expected != HostOutcome.Done)
            Assert.NotEqual("", end.Message);
    }

    [Fact]
    public async Task A_host_that_talks_on_after_its_last_line_is_not_heard()
    {
        var (end, _) = await Call("echo '@program guest 1'; echo '@exit 1'; echo '@result late=1'; echo '@exit 0'");
        Assert.Equal(HostOutcome.Failed, end.Outcome);
        Assert.Empty(end.Results);
    }

    [Fact]
    public async Task What_was_left_out_is_heard_once_each_and_not_without_end()
    {
        var (end, _) = await Call(
            "echo '@left-out early'; echo '@program guest 1'; echo '@left-out 2 submodules: lib, docs'; "
                + "echo '@left-out 2 submodules: lib, docs'; echo '@left-out '; for i in {1..300}; "
                + "do echo \"@left-out $i\"; done; echo '@exit 0'"
        );
        Assert.True(end.Done);
        Assert.Equal(["2 submodules: lib, docs", "1", "2"], end.LeftOut.Take(3));
        Assert.Equal(100, end.LeftOut.Length);
    }

    [Fact]
    public async Task Values_go_by_standard_input_and_never_stand_on_the_command_line()
    {
        var (end, log) = await Call(
            """
            echo '@program guest 1'; tr '\0' ' ' < /proc/$$/cmdline; echo
            while read -r line && [ -n "$line" ]; do echo "got $line"; done; echo '@exit 0'
            """
        );
        Assert.True(end.Done);
        Assert.Contains("got protocol=1", log);
        Assert.Contains("got app=shop", log);
        Assert.DoesNotContain("shop", log[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_waits_until_the_host_has_cleaned_up()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var (end, log) = await Call(
            "echo '@program guest 1'; while read -r _; do :; done; echo cleaned; echo '@exit 143'",
            cancel.Token
        );
        Assert.Equal(HostOutcome.Cancelled, end.Outcome);
        Assert.Equal(["cleaned"], log);
    }

    [Fact]
    public async Task A_host_that_has_heard_is_waited_for_while_it_cleans_up_and_one_that_has_not_is_given_up_in_time()
    {
        foreach (
            var (hears, seconds, ending) in new[]
            {
                ("echo '@ending'", 6.0, HostOutcome.Cancelled),
                ("true", 3.0, HostOutcome.Abandoned),
            }
        )
        {
            using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
            var watch = Stopwatch.StartNew();
            var (end, _) = await Call(
                $"trap '' TERM; echo '@program guest 1'; while read -r _; do :; done; {hears}; "
                    + "sleep 6; echo '@exit 143'",
                cancel.Token
            );
            Assert.Equal(ending, end.Outcome);
            Assert.InRange(watch.Elapsed.TotalSeconds, seconds, seconds + 2);
        }
    }

    [Fact]
    public async Task A_call_that_takes_too_long_is_told_as_such()
    {
        var (end, _) = await Call("echo '@program guest 1'; while read -r _; do :; done; echo '@exit 143'", limit: 0.3);
        Assert.Equal(HostOutcome.TimedOut, end.Outcome);
        Assert.Contains("limit", end.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SshClientKind.Sshnet)]
    [InlineData(SshClientKind.Openssh)]
    public async Task A_host_that_nobody_answers_on_is_unreachable_with_the_reason(SshClientKind client)
    {
        var ssh = new SshSettings("nobody", _folder["key"], _folder["known"], Port: 1, Transport: client);
        var transport = Transport.To("qa09", "127.0.0.1", ssh, _folder.Path);
        var none = new Dictionary<string, string>(StringComparer.Ordinal);
        var call = new HostCall(transport, "guest", "status", none, TimeSpan.FromSeconds(20));
        var end = await new HostProgram(new()).Run(call, CancellationToken.None);
        Assert.Equal(HostOutcome.Unreachable, end.Outcome);
        Assert.Contains("Connection refused", end.Message, StringComparison.Ordinal);
    }
}
