using System.Diagnostics;
using System.Text;

namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// What a person sees when the connection to a server is sick. Each time: the build there ends within its limit, with
/// what failed, on what, why and what to do; a build beside it on another server succeeds without waiting for it; and
/// when the server is well again, so is its next build.
/// </summary>
public abstract class HostFaultStories(LabFixture lab, Xunit.Abstractions.ITestOutputHelper output)
{
    // On a quiet machine a second; a busy one gets time. Without a limit the build would go on for minutes.
    private const double Patience = 20;

    // Any build that waits for nothing has ended by then.
    private const double LongLimit = 15;

    protected LabFixture Lab => lab;

    private protected async Task ShowsAnotherHostKey(SickGuest qa06)
    {
        await qa06.ServeWithAnotherHostKey();
        await Fails(
            limit: 0,
            "failed at step code: qa06 cannot be reached: ",
            "Host key verification failed",
            "known_hosts: if it was reinstalled, put its new key there"
        );
    }

    private protected async Task DiesHalfWay(SickGuest qa06)
    {
        await qa06.ServeWithSvnThatStandsStill();
        await Fails(
            limit: 0,
            async () =>
            {
                await qa06.IsReached();
                await qa06.Crash();
            },
            "failed at step code: The connection to qa06 broke off during checkout: ",
            "Look whether it is up and reachable, and its sshd runs",
            "then try again"
        );
        await lab.ScriptsHaveEnded("no script is left on any host", 15);
    }

    private protected async Task<SickGuest> Sick()
    {
        using var anna = lab.As("anna");
        await anna.BuildWell("qa06", "shop", "trunk", database: true, code: true);
        return await SickGuest.Of(lab, "qa06");
    }

    protected Task<JsonElement> Fails(double limit, params string[] says) =>
        Fails(limit, () => Task.CompletedTask, says);

    /// <summary>Builds on qa06 in vain, and beside it on qa05.</summary>
    protected async Task<JsonElement> Fails(double limit, Func<Task> happens, params string[] says)
    {
        using var anna = lab.As("anna");
        await anna.BuildWell("qa05", "shop", "branches/new-checkout", database: true, code: true);
        var watch = Stopwatch.StartNew();
        var failing = anna.Build("qa06", "shop", "branches/new-checkout", database: false, code: true);
        var beside = anna.BuildWell("qa05", "shop", "trunk", database: true, code: true);
        await happens();
        var other = await beside;
        var failed = await failing;
        output.WriteLine(
            $"{watch.Elapsed.TotalSeconds:0.0} s (beside: {other.GetProperty("seconds")} s): "
                + $"{failed.Text("state")}: {failed.Text("message")}"
        );
        Assert.Equal("failed", failed.Text("state"));
        Assert.All(says, text => Assert.Contains(text, failed.Text("message"), StringComparison.Ordinal));
        Assert.InRange(failed.GetProperty("seconds").GetDouble(), 0, limit + Patience);
        // How little the other is delayed is measured by `scripts/dev/bench sick`.
        if (limit >= LongLimit)
            Assert.True(
                other.GetProperty("endedAt").GetDateTimeOffset() < failed.GetProperty("endedAt").GetDateTimeOffset(),
                "The build beside it waited for the sick server."
            );
        return failed;
    }

    private protected async Task IsWellAgain(SickGuest guest)
    {
        using var anna = lab.As("anna");
        await guest.Recover();
        await anna.BuildWell("qa06", "shop", "tags/1.0", database: false, code: true);
        Assert.Contains("<dd id=\"path\">tags/1.0</dd>", await anna.PageOf("qa06"), StringComparison.Ordinal);
    }
}

/// <summary>The stories as the console is shipped: it speaks ssh itself.</summary>
[Collection("lab"), StandingLab, Trait("lab", "third")]
public sealed class HostFaultTest(LabFixture lab, Xunit.Abstractions.ITestOutputHelper output)
    : HostFaultStories(lab, output),
        IClassFixture<LabFixture>
{
    [Fact]
    public async Task A_server_with_another_host_key_is_not_spoken_to_and_the_message_says_what_to_look_at()
    {
        await using var qa06 = await Sick();
        await ShowsAnotherHostKey(qa06);
        await IsWellAgain(qa06);
    }

    [Fact]
    public async Task An_sshd_that_dies_half_way_through_a_step_is_told_and_nothing_of_the_step_lives_on()
    {
        await using var qa06 = await Sick();
        await DiesHalfWay(qa06);
        await IsWellAgain(qa06);
    }

    [Fact]
    public async Task Output_without_end_is_ended_and_fills_no_memory()
    {
        await using var qa06 = await Sick();
        await qa06.ServeScript("echo '@program guest 1'; exec yes \"$(printf 'word\n@progress 0.%s\n' 1 2 3)\"");
        var console = $"/proc/{Lab.ProcessOf("console")}";
        await File.WriteAllTextAsync($"{console}/clear_refs", "5");
        await Fails(
            limit: 20,
            "failed at step code: checkout on qa06 was ended because its output did not stop.",
            "The end of the log shows what it says."
        );
        var most = LabHost
            .Read($"{console}/status")
            .Split('\n')
            .First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        Assert.InRange(int.Parse(most.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]), 0, 500_000);
        await IsWellAgain(qa06);
    }

    [Fact]
    public async Task A_server_that_hangs_at_login_is_given_up()
    {
        await using var qa06 = await Sick();
        qa06.Listen();
        await Fails(limit: 5, "failed at step code: qa06 cannot be reached: ", "timed out", "Look whether it is up");
        await IsWellAgain(qa06);
    }

    [Theory]
    [InlineData("head -c 100000 /dev/urandom; cat >/dev/null")]
    [InlineData("printf 'Welcome!\\n\\033[31m\\r\\a\\0<b>\\n'; exit 0")]
    public async Task A_server_that_sends_garbage_in_place_of_the_protocol_is_told_as_such(string garbage)
    {
        await using var qa06 = await Sick();
        await qa06.ServeScript(garbage);
        var failed = await Fails(
            limit: 0,
            "failed at step code: What answers on qa06 is not the guest program with protocol 1: ",
            "Install this console's scripts there."
        );
        Assert.DoesNotContain(failed.Text("message")!, char.IsControl);
        await IsWellAgain(qa06);
    }

    [Fact]
    public async Task A_server_that_takes_the_call_and_then_says_nothing_is_given_up()
    {
        await using var qa06 = await Sick();
        await qa06.ServeScript("sleep 600");
        await Fails(
            limit: 15,
            "failed at step code: qa06 does not answer: the guest program said nothing within 15 seconds.",
            "Look whether the machine is overloaded"
        );
        await IsWellAgain(qa06);
    }

    [Fact]
    public async Task A_port_on_which_no_sshd_answers_but_something_that_talks_without_end_is_given_up()
    {
        await using var qa06 = await Sick();
        qa06.Listen(Encoding.ASCII.GetBytes(new string('x', 200) + "\r\n"));
        await Fails(limit: 5, "failed at step code: qa06 cannot be reached: ", "What listens there is no sshd");
        await IsWellAgain(qa06);
    }

    [Fact]
    public async Task Scripts_of_another_version_are_told_and_do_nothing()
    {
        await using var qa06 = await Sick();
        await qa06.ServeOtherVersion();
        await Fails(
            limit: 0,
            "failed at step code: What answers on qa06 is not the guest program with protocol 1: "
                + "it calls itself `guest 2`.",
            "Install this console's scripts there."
        );
        Assert.Equal(
            "^/trunk",
            (
                await LabHost.Run(
                    "svn",
                    "info",
                    "--show-item",
                    "relative-url",
                    Path.Combine(Lab.Folder, "guests", "qa06", "srv", "code", "shop")
                )
            ).Trim()
        );
        await IsWellAgain(qa06);
    }
}

/// <summary>What the two ways of ssh tell each in its own words, with the program ssh.</summary>
[Collection("lab"), Trait("lab", "second")]
public sealed class HostFaultByOpenSshTest(OpenSshLab lab, Xunit.Abstractions.ITestOutputHelper output)
    : HostFaultStories(lab, output),
        IClassFixture<OpenSshLab>
{
    [Fact]
    public async Task Another_host_key_and_an_sshd_that_dies_half_way_are_told_and_then_it_works_again()
    {
        await using var qa06 = await Sick();
        await ShowsAnotherHostKey(qa06);
        await qa06.Crash();
        await DiesHalfWay(qa06);
        await IsWellAgain(qa06);
    }
}
