using System.Collections.Concurrent;

namespace TestServers.Reservations;

/// <summary>
/// When a script asked last under its Idempotency-Key: one that asks no more has lost its place, so that no server is
/// held for nobody. In memory alone: after a start every place counts as asked for just now.
/// </summary>
public sealed class LineAsks(TimeProvider clock)
{
    /// <summary>For how long a place stays that is not asked for again.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<long, long> _asked = new();
    private readonly long _began = clock.GetTimestamp();

    /// <summary>A script has asked.</summary>
    public void Note(long place) => _asked[place] = clock.GetTimestamp();

    /// <summary>Whether a place is a script's that asks no more.</summary>
    public bool IsForgotten(LinePlace place) =>
        place.Key is not null && clock.GetElapsedTime(_asked.GetValueOrDefault(place.Number, _began)) > Time;

    /// <summary>Forgets places that are no more.</summary>
    public void Keep(IReadOnlySet<long> places)
    {
        foreach (var gone in _asked.Keys.Where(p => !places.Contains(p)))
            _asked.TryRemove(gone, out _);
    }
}
