using System.Threading.Channels;

namespace TestServers.Commands;

/// <summary>
/// A program to run, as a value: building one starts nothing. Arguments are a list and never pass a shell.
/// </summary>
/// <param name="Limit">It is ended when it has run this long.</param>
public sealed record Command(string Program, IReadOnlyList<string> Arguments, TimeSpan Limit)
{
    /// <summary>Variables set beside the console's own environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Written to standard input at the start; null closes it at once.</summary>
    public string? Input { get; init; }

    /// <summary>
    /// Standard input stays open after <see cref="Input"/> and is closed to ask for the end: the lifeline of the host
    /// programs, which end all they started and clean up. Else the program's whole process group gets a TERM.
    /// </summary>
    public bool Lifeline { get; init; }

    /// <summary>
    /// With a lifeline: what else is written to it later; where this is complete, standard input is closed.
    /// </summary>
    public ChannelReader<string>? Further { get; init; }

    /// <summary>How long it may take to end after it was asked to.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// More output than this many bytes ends it; a line counts <see cref="LineReader.Cost"/> more than it has.
    /// </summary>
    public long LargestOutput { get; init; } = 256L << 20;
}

/// <summary>How a command ended.</summary>
public enum CommandOutcome
{
    Exited,
    TimedOut,
    Cancelled,
    TooMuchOutput,
    NotStarted,
}

/// <param name="ExitCode">Valid with <see cref="CommandOutcome.Exited"/> only.</param>
/// <param name="Errors">The last 4 KB of standard error, or why it was not started.</param>
public sealed record CommandResult(CommandOutcome Outcome, int ExitCode, string Errors)
{
    /// <summary>It ran to its end, was heard to its end, and said 0.</summary>
    public bool Succeeded => Outcome == CommandOutcome.Exited && ExitCode == 0 && Fault is null;

    /// <summary>
    /// Why the host was not reached or not heard to the end; null when a program has ended by itself.
    /// </summary>
    public CallFault? Fault { get; init; }
}
