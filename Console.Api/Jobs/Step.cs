using System.Text.Json.Serialization;

namespace TestServers.Jobs;

public enum StepState
{
    Waiting,
    Running,
    Succeeded,
    Failed,
    Cancelled,
    Interrupted,
    Skipped,
}

/// <summary>A part of a build or restore, with its own state, time and progress.</summary>
/// <param name="Progress">0 to 1 from what has been done, or null where that cannot be said.</param>
/// <param name="WaitsFor">What it waits for before it runs.</param>
public sealed record Step(
    string Name,
    StepState State = StepState.Waiting,
    DateTimeOffset? StartedAt = null,
    DateTimeOffset? EndedAt = null,
    double? Progress = null,
    string? Message = null,
    string? WaitsFor = null
)
{
    /// <summary>How long it ran, in seconds, as measured: the clock may have been set in between.</summary>
    public double? Seconds { get; init; }

    /// <summary>It ended before it had changed anything: its host was not reached, or refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Untouched { get; init; }

    /// <summary>What it does side by side, where that is several things; null: it does one thing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Strand>? Strands { get; init; }

    /// <summary>
    /// The step with one of its strands changed. It waits while all that go on do, and its progress is that of all
    /// together, where each has one.
    /// </summary>
    public Step WithStrand(string name, Func<Strand, Strand> change)
    {
        List<Strand> strands = [.. (Strands ?? []).Select(s => s.Name == name ? change(s) : s)];
        var open = strands.Where(s => s.State == StepState.Running).ToList();
        return this with
        {
            Strands = strands,
            WaitsFor =
                open.Count > 0 && open.TrueForAll(s => s.WaitsFor is not null)
                    ? string.Join("; ", open.Select(s => s.WaitsFor).Distinct(StringComparer.Ordinal))
                    : null,
            Progress =
                open.Count > 0 && open.TrueForAll(s => s.Progress is not null)
                    ? strands.Average(s => s.State == StepState.Running ? s.Progress : 1)
                    : null,
        };
    }

    /// <summary>Its strands, of which those that went on have ended with it; null: it has none.</summary>
    internal IReadOnlyList<Strand>? StrandsAtEnd(StepState state) =>
        Strands?.Any(s => s.State == StepState.Running) == true
            ? [.. Strands.Select(s => s.State == StepState.Running ? s.WithEnd(state, null) : s)]
            : Strands;

    [JsonIgnore]
    public bool Ended => State is not (StepState.Waiting or StepState.Running);
}
