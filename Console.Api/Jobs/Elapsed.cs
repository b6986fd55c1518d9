using System.Diagnostics;

namespace TestServers.Jobs;

/// <summary>
/// How long a request and its steps take, measured by a clock that nobody sets: the two instants beside it are for
/// people, and a machine's clock may have been stepped between them. What began before the console's start is told by
/// the instants after all.
/// </summary>
internal sealed class Elapsed
{
    private const string Whole = "";
    private readonly Dictionary<string, long> _begun = new(StringComparer.Ordinal);

    /// <summary>
    /// The request with the seconds of all that has ended; notes what has begun. Called for every change, under the
    /// request's lock.
    /// </summary>
    public T Measure<T>(T request)
        where T : Job
    {
        if (request.StartedAt is not null && !request.Ended)
            _begun.TryAdd(Whole, Stopwatch.GetTimestamp());
        foreach (var step in request.Steps.Where(s => s.State == StepState.Running))
            _begun.TryAdd(step.Name, Stopwatch.GetTimestamp());
        if (request.Steps.Any(IsUnmeasured))
            request = request with
            {
                Steps =
                [
                    .. request.Steps.Select(s =>
                        IsUnmeasured(s)
                            ? s with
                            {
                                Seconds = Since(s.Name) ?? Times.Between(s.StartedAt, s.EndedAt),
                            }
                            : s
                    ),
                ],
            };
        return request.EndedAt is null || request.StartedAt is null || request.Seconds is not null
            ? request
            : request with
            {
                Seconds = Since(Whole) ?? Times.Between(request.StartedAt, request.EndedAt),
            };
    }

    /// <summary>How long the request has run; null when it began before the console's start, or not at all.</summary>
    public double? Seconds => Since(Whole);

    private static bool IsUnmeasured(Step step) => step is { Seconds: null, StartedAt: not null, EndedAt: not null };

    private double? Since(string part) =>
        _begun.TryGetValue(part, out var begun) ? Math.Round(Stopwatch.GetElapsedTime(begun).TotalSeconds, 3) : null;
}
