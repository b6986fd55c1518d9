using System.Collections.Immutable;
using TestServers.Commands;

namespace TestServers.Requests;

/// <summary>How a step ended.</summary>
/// <param name="Message">In a sentence.</param>
/// <param name="Adds">What it adds to its job.</param>
public sealed record StepResult<T>(StepState State, string Message, Func<T, T>? Adds = null)
    where T : Request
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
    public static StepResult<T> Of(HostEnd end) =>
        new(
            end.Ending is HostEnding.Cancelled or HostEnding.Abandoned ? StepState.Cancelled : StepState.Failed,
            end.Message
        )
        {
            LeftOut = end.LeftOut,
            IsUnknown = end.Unheard,
            IsAbandoned = end.Ending == HostEnding.Abandoned,
            Untouched = end.Ending is HostEnding.Unreachable or HostEnding.Stranger or HostEnding.Refused,
        };
}
