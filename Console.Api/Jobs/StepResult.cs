using System.Collections.Immutable;
using TestServers.HostPrograms;

namespace TestServers.Jobs;

/// <summary>How a step ended.</summary>
/// <param name="Message">In a sentence.</param>
/// <param name="Adds">What it adds to its job.</param>
public sealed record StepResult<T>(StepState State, string Message, Func<T, T>? Adds = null)
    where T : Job
{
    /// <summary>What it went without, a sentence each.</summary>
    public ImmutableArray<string> LeftOut { get; init; } = [];

    /// <summary>What it has done on its host, and what of it still runs, is not known.</summary>
    public bool IsUnknown { get; init; }

    /// <summary>It was asked to end, and its host did not answer.</summary>
    public bool IsAbandoned { get; init; }

    /// <summary>It has changed nothing: its host was not reached, or refused.</summary>
    public bool Untouched { get; init; }

    /// <summary>How its job ends with it, in a sentence; null: that it failed at this step, and why.</summary>
    public string? Verdict { get; init; }

    public bool Succeeded => State == StepState.Succeeded;

    /// <summary>Of a call of a host's program that did not come to its end.</summary>
    public static StepResult<T> Of(HostResult end) =>
        new(
            end.Outcome is HostOutcome.Cancelled or HostOutcome.Abandoned ? StepState.Cancelled : StepState.Failed,
            end.Message
        )
        {
            LeftOut = end.LeftOut,
            IsUnknown = end.IsUnknown,
            IsAbandoned = end.Outcome == HostOutcome.Abandoned,
            Untouched = end.Outcome is HostOutcome.Unreachable or HostOutcome.Stranger or HostOutcome.Refused,
        };
}
