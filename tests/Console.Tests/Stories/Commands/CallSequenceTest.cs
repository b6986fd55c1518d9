using TestServers.HostPrograms;

namespace TestServers.Tests.Stories.Commands;

/// <summary>
/// Calls of one program that follow each other: one start where that is possible, and never a second begin. The program
/// at the other end is a few lines of bash.
/// </summary>
public sealed class CallSequenceTest : IDisposable
{
    private const string Program = """
        #!/bin/bash
        echo start >>"$1"
        take() { while read -r line && [[ -n $line ]]; do :; done; }
        echo '@program guest 1'
        take
        echo "@result first=$(wc -l <"$1")"

        """;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _log = [];

    public void Dispose() => _folder.Dispose();

    private int Starts => File.ReadAllLines(_folder["starts"]).Length;

    private CallSequence Sequence(string rest)
    {
        File.WriteAllText(_folder["program"], Program + rest);
        File.SetUnixFileMode(
            _folder["program"],
            UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite
        );
        return new(new HostProgram(new()));
    }

    private HostCall Call(string verb, double limit = 20) =>
        new(
            new LocalTransport("qa01", _folder["program"], _folder["starts"]),
            "guest",
            verb,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["app"] = "shop" },
            TimeSpan.FromSeconds(limit)
        )
        {
            OnLog = _log.Add,
        };

    [Fact]
    public async Task Calls_that_follow_each_other_need_one_start_and_have_results_of_their_own()
    {
        using var calls = Sequence(
            """
            echo @done
            take
            printf '%s\n' '@verb settings' 'at work' '@left-out a filter' '@result second=yes' '@exit 0'
            """
        );
        var first = await calls.Run(Call("checkout"), isFollowed: true, default).WaitAsync(Soon);
        var second = await calls.Run(Call("settings"), isFollowed: false, default).WaitAsync(Soon);

        Assert.Equal((HostOutcome.Done, HostOutcome.Done), (first.Outcome, second.Outcome));
        Assert.Equal(["first"], first.Results.Keys);
        Assert.Equal(["second"], second.Results.Keys);
        Assert.Empty(first.LeftOut);
        Assert.Equal("a filter", Assert.Single(second.LeftOut));
        Assert.Equal(["at work"], _log);
        Assert.Equal(1, Starts);
    }

    [Theory]
    [InlineData("echo '@exit 0'")]
    [InlineData("echo @done; echo '@exit 0'")]
    [InlineData("echo @done; take; echo '@exit 0'")]
    [InlineData("echo @done; take; echo '@exit 2'")]
    public async Task A_call_that_has_not_begun_has_a_start_of_its_own(string rest)
    {
        using var calls = Sequence($"(($(wc -l <\"$1\") == 1)) || {{ echo '@exit 0'; exit; }}\n{rest}\n");
        var first = await calls.Run(Call("checkout"), isFollowed: true, default).WaitAsync(Soon);
        var second = await calls.Run(Call("settings"), isFollowed: false, default).WaitAsync(Soon);

        Assert.Equal((HostOutcome.Done, HostOutcome.Done), (first.Outcome, second.Outcome));
        Assert.Equal("2", second.Results["first"]);
        Assert.Equal(2, Starts);
    }

    [Theory]
    [InlineData("kill -9 $$", HostOutcome.CutOff)]
    [InlineData("echo '@verb settings'; kill -9 $$", HostOutcome.CutOff)]
    [InlineData("echo '@verb settings'; echo '@error no'; echo '@exit 1'", HostOutcome.Failed)]
    [InlineData("echo '@verb other'; echo @done; kill -9 $$", HostOutcome.CutOff)]
    [InlineData("echo '@verb settings'; take; echo @ending; echo '@exit 143'", HostOutcome.TimedOut)]
    public async Task A_call_that_may_have_begun_is_not_begun_again(string rest, HostOutcome outcome)
    {
        using var calls = Sequence($"echo @done\ntake\n{rest}\n");
        await calls.Run(Call("checkout"), isFollowed: true, default).WaitAsync(Soon);
        var second = await calls.Run(Call("settings", limit: 1), isFollowed: false, default).WaitAsync(Soon);

        Assert.Equal(outcome, second.Outcome);
        Assert.Equal(outcome != HostOutcome.Failed, second.IsUnknown);
        Assert.Equal(1, Starts);
    }

    [Fact]
    public async Task A_cancel_ends_the_call_that_follows()
    {
        using var cancel = new CancellationTokenSource();
        using var calls = Sequence(
            "echo @done; take; echo '@verb steps'; echo begun; take; echo @ending; echo '@exit 143'\n"
        );
        await calls.Run(Call("checkout"), isFollowed: true, cancel.Token).WaitAsync(Soon);
        var call = Call("steps") with { OnLog = _ => cancel.Cancel() };
        var second = await calls.Run(call, isFollowed: true, cancel.Token).WaitAsync(Soon);

        Assert.Equal(HostOutcome.Cancelled, second.Outcome);
        Assert.True(second.IsUnknown);
        Assert.Equal(1, Starts);
    }

    [Fact]
    public async Task A_program_that_no_call_follows_hears_the_end_of_its_input()
    {
        using (var calls = Sequence("echo @done; take; touch \"$1.left\"; echo '@exit 0'\n"))
            await calls.Run(Call("checkout"), isFollowed: true, default).WaitAsync(Soon);

        await Wait.Until("the program has heard it", () => File.Exists(_folder["starts.left"]));
    }
}
