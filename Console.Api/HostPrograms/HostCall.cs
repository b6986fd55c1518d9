using System.Collections.Immutable;

namespace TestServers.HostPrograms;

/// <summary>What a host program is asked to do.</summary>
/// <param name="Program">guest or database-host: what must answer.</param>
/// <param name="Values">Sent as lines on standard input; never on a command line.</param>
public sealed record HostCall(
    Transport Transport,
    string Program,
    string Verb,
    IReadOnlyDictionary<string, string> Values,
    TimeSpan Limit
)
{
    /// <summary>Texts, sent encoded.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Called when the program has said who it is: the host is reached.</summary>
    public Action OnReached { get; init; } = () => { };
    public Action<string> OnLog { get; init; } = _ => { };
    public Action<double> OnProgress { get; init; } = _ => { };
    public Action<string> OnStep { get; init; } = _ => { };
}

/// <summary>How a call of a host program ended; each has its own remedy.</summary>
public enum HostOutcome
{
    /// <summary>Its last line said 0.</summary>
    Done,

    /// <summary>It ran, could not do it and said why.</summary>
    Failed,

    /// <summary>It refused what it was sent.</summary>
    Refused,

    /// <summary>It was asked to end and has cleaned up.</summary>
    Cancelled,

    /// <summary>It was asked to end and it is not known whether it did.</summary>
    Abandoned,

    /// <summary>It ran longer than its limit and was ended.</summary>
    TimedOut,

    /// <summary>It never began: no connection, a wrong key, no such program.</summary>
    Unreachable,

    /// <summary>It began, and its last line never came.</summary>
    CutOff,

    /// <summary>What answered is not this program in this version.</summary>
    Stranger,
}

/// <param name="Message">A sentence for the person who waits; empty when done.</param>
/// <param name="Results">What it reported, by name. From another machine: check before use.</param>
public sealed record HostResult(HostOutcome Outcome, string Message, IReadOnlyDictionary<string, string> Results)
{
    public bool Done => Outcome == HostOutcome.Done;

    /// <summary>What it went without, a sentence each. From another machine: foreign text.</summary>
    public ImmutableArray<string> LeftOut { get; init; } = [];

    /// <summary>
    /// It began and did not come to its own end: what it has done, and what of it still runs, the host has to be asked.
    /// </summary>
    public bool IsUnknown { get; init; }
}
