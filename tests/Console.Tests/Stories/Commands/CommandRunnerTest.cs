using System.Diagnostics;
using System.Globalization;
using TestServers.Commands;

namespace TestServers.Tests.Stories.Commands;

public sealed class CommandRunnerTest
{
    private static readonly CommandRunner Runner = new();

    private static Command Bash(string script, double seconds = 20) =>
        new("bash", ["-c", script], TimeSpan.FromSeconds(seconds));

    private static async Task<(CommandResult End, List<string> Lines)> Run(
        Command command,
        CancellationToken cancel = default
    )
    {
        var lines = new List<string>();
        return (
            await Runner.Run(command, lines.Add, cancel).WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None),
            lines
        );
    }

    [Fact]
    public async Task Lines_exit_code_and_errors_come_back()
    {
        var (end, lines) = await Run(Bash("echo one; echo two >&2; printf three; exit 3"));
        Assert.Equal((CommandOutcome.Exited, 3, "two"), (end.Outcome, end.ExitCode, end.Errors));
        Assert.Equal(["one", "three"], lines);
    }

    [Fact]
    public async Task Arguments_pass_no_shell()
    {
        var (_, lines) = await Run(new("printf", ["%s\n", "$(id)", "a b", "-x", ";"], TimeSpan.FromSeconds(5)));
        Assert.Equal(["$(id)", "a b", "-x", ";"], lines);
    }

    [Fact]
    public async Task A_program_that_hangs_is_ended_at_its_limit_with_everything_it_started()
    {
        var mark = $"console-test-{Guid.NewGuid():n}";
        var watch = Stopwatch.StartNew();
        var (end, _) = await Run(Bash($"trap '' TERM; (exec -a {mark} sleep 300) & exec -a {mark} sleep 300", 0.3));
        Assert.Equal(CommandOutcome.TimedOut, end.Outcome);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(8), $"It took {watch.Elapsed}.");
        await Wait.Until("nobody of it is left", () => !Processes.Any(mark));
    }

    [Fact]
    public async Task Cancelling_ends_the_whole_group()
    {
        var mark = $"console-test-{Guid.NewGuid():n}";
        using var cancel = new CancellationTokenSource();
        var running = Run(Bash($"(exec -a {mark} sleep 300) & wait"), cancel.Token);
        await Wait.Until("it runs", () => Processes.Any(mark));
        await cancel.CancelAsync();
        Assert.Equal(CommandOutcome.Cancelled, (await running).End.Outcome);
        await Wait.Until("nobody of it is left", () => !Processes.Any(mark));
    }

    [Fact]
    public async Task Letting_go_of_the_lifeline_asks_the_program_to_clean_up_and_hears_what_it_says()
    {
        using var cancel = new CancellationTokenSource();
        var lines = new List<string>();
        var command = Bash("read -r first; echo got $first; while read -r _; do :; done; echo cleaned; exit 143") with
        {
            Lifeline = true,
            Input = "hello\n",
            Grace = TimeSpan.FromSeconds(10),
        };
        var running = Runner.Run(
            command,
            line =>
            {
                lines.Add(line);
                if (line == "got hello")
                    cancel.Cancel();
            },
            cancel.Token
        );
        var end = await running.WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
        Assert.Equal((CommandOutcome.Cancelled, 143), (end.Outcome, end.ExitCode));
        Assert.Equal(["got hello", "cleaned"], lines);
    }

    [Fact]
    public async Task Output_without_end_is_ended()
    {
        var (end, _) = await Run(new("yes", [], TimeSpan.FromSeconds(20)) { LargestOutput = 100_000 });
        Assert.Equal(CommandOutcome.TooMuchOutput, end.Outcome);
    }

    /// <summary>
    /// timeout that is killed, or is told to end while it starts the program, leaves the program behind.
    /// </summary>
    [
        Theory,
        InlineData("kill -KILL $PPID; exec yes"),
        InlineData("kill -KILL $PPID; trap '' TERM HUP; while :; do echo y; done")
    ]
    public async Task What_leads_a_program_may_be_gone_and_the_program_is_ended_all_the_same(string text)
    {
        var first = "";
        var command = Bash($"echo $$; {text}") with { LargestOutput = 100_000, Grace = TimeSpan.FromSeconds(0.2) };
        var end = await Runner.Run(command, line => first = first.Length == 0 ? line : first, CancellationToken.None);
        Assert.Equal(CommandOutcome.TooMuchOutput, end.Outcome);
        await Wait.Until(
            "it has ended",
            () => !Directory.Exists($"/proc/{int.Parse(first, CultureInfo.InvariantCulture)}")
        );
    }

    [Fact]
    public async Task A_line_without_end_is_cut_and_bytes_that_are_no_text_do_no_harm()
    {
        var (end, lines) = await Run(Bash(@"head -c 100000 /dev/zero | tr '\0' x; printf '\n\377\376\n'"));
        Assert.True(end.Succeeded);
        Assert.All(lines, l => Assert.True(l.Length <= LineReader.Longest));
        Assert.Equal(100_000, lines.Where(l => l.StartsWith('x')).Sum(l => l.Length));
        Assert.Equal("\ufffd\ufffd", lines[^1]);
    }

    [Fact]
    public async Task A_program_is_looked_for_on_the_PATH_and_not_in_the_folder_one_stands_in()
    {
        var name = $"console-test-{Guid.NewGuid():n}";
        File.WriteAllText(name, "#!/bin/bash\necho I am a stranger\n");
        File.SetUnixFileMode(name, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            var (end, lines) = await Run(new(name, [], TimeSpan.FromSeconds(5)) { Lifeline = true });
            Assert.Equal(CommandOutcome.NotStarted, end.Outcome);
            Assert.Empty(lines);
        }
        finally
        {
            File.Delete(name);
        }
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_told_and_not_thrown()
    {
        var (end, _) = await Run(new("/nowhere/program", [], TimeSpan.FromSeconds(5)) { Lifeline = true });
        Assert.Equal(CommandOutcome.NotStarted, end.Outcome);
        Assert.Contains("/nowhere/program", end.Errors, StringComparison.Ordinal);
    }
}

/// <summary>Looks at the processes of this machine.</summary>
internal static class Processes
{
    public static bool Any(string mark) =>
        Directory
            .EnumerateDirectories("/proc")
            .Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0]))
            .Any(d =>
                ReadOrNothing(d + "/cmdline").Contains(mark, StringComparison.Ordinal)
                && !ReadOrNothing(d + "/cmdline").Contains("bash", StringComparison.Ordinal)
            );

    private static string ReadOrNothing(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
        catch (UnauthorizedAccessException)
        {
            return "";
        }
    }
}
