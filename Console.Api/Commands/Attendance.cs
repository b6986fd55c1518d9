using System.Text;

namespace TestServers.Commands;

/// <summary>A command that runs, here or on another machine.</summary>
internal interface IRunningCommand
{
    /// <summary>It has ended, and all that it said was read.</summary>
    Task Ended { get; }

    /// <summary>It has said more than it may.</summary>
    Task TooMuch { get; }

    /// <summary>Asks it to end and clean up.</summary>
    void AskToEnd();

    /// <summary>Ends it without asking.</summary>
    Task Kill();

    /// <summary>How it ended, when that was in this way.</summary>
    Task<CommandResult> EndAs(CommandOutcome ending);
}

/// <summary>Sees a command to its end: its own, or the one that a limit, a person or too much output brings.</summary>
internal static class Attendance
{
    /// <summary>Returns when it has ended, or could not be ended in time.</summary>
    public static async Task<CommandResult> To(
        IRunningCommand running,
        Command command,
        CancellationToken cancel,
        CancellationToken force
    )
    {
        using var limit = new CancellationTokenSource(command.Limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        var first = await Task.WhenAny(running.Ended, running.TooMuch, Task.Delay(Timeout.Infinite, either.Token));
        var ending =
            first == running.Ended ? CommandOutcome.Exited
            : cancel.IsCancellationRequested ? CommandOutcome.Cancelled
            : limit.IsCancellationRequested ? CommandOutcome.TimedOut
            : CommandOutcome.TooMuchOutput;
        if (ending != CommandOutcome.Exited)
        {
            running.AskToEnd();
            if (await Task.WhenAny(running.Ended, Task.Delay(command.Grace, force)) != running.Ended)
                await running.Kill();
        }
        return await running.EndAs(ending);
    }
}

/// <summary>The last 4 KB of what was said on standard error.</summary>
internal sealed class LastWords
{
    private const int Most = 4096;
    private readonly StringBuilder _said = new();

    /// <summary>Adds a line.</summary>
    public void Keep(string line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
            if (_said.Length > Most)
                _said.Remove(0, _said.Length - Most);
        }
    }

    public override string ToString()
    {
        lock (_said)
            return _said.ToString().Trim();
    }
}
