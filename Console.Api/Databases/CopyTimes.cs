using System.Collections.Concurrent;

namespace TestServers.Databases;

/// <summary>
/// For how long the console has watched the absence of each copy's server. Counted in looks, by a clock that nobody
/// sets: no step of the machine's clock and no time in which the console stood still makes it longer.
/// </summary>
internal sealed class CopyTimes(Func<TimeSpan> keptFor, TimeProvider clock)
{
    /// <summary>A console that stood still has told nobody anything meanwhile.</summary>
    public static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, double> _watched = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ends = new(StringComparer.Ordinal);

    private TimeSpan Kept => keptFor();

    /// <summary>When a copy's time is over if nothing comes between; null while it does not run.</summary>
    public DateTimeOffset? EndOf(Copy copy) => _ends.TryGetValue(copy.Key, out var at) ? at : null;

    /// <summary>Adds a look.</summary>
    /// <returns>The seconds that were watched so far.</returns>
    public double Add(Copy copy, CopyFacts facts, TimeSpan look)
    {
        var seconds = (look < LongestLook ? look : LongestLook).TotalSeconds;
        var watched = _watched.AddOrUpdate(copy.Key, facts.Watched + seconds, (_, before) => before + seconds);
        Foretell(copy, Kept - TimeSpan.FromSeconds(Math.Min(watched, Kept.TotalSeconds)));
        return watched;
    }

    /// <summary>Whether the time of a copy is over.</summary>
    public bool IsOver(double watched) => watched >= Kept.TotalSeconds;

    /// <summary>Whether there is more to remember over restarts than is remembered.</summary>
    public bool IsWorthNoting(CopyFacts facts, double watched) =>
        watched - facts.Watched >= Math.Min(60, Kept.TotalSeconds / 20);

    /// <summary>Lets the time of a copy stand still; it goes on from there.</summary>
    public void Halt(Copy copy) => _ends.TryRemove(copy.Key, out _);

    /// <summary>Puts off the end, by an hour at most, because the host could not do what was due.</summary>
    public void Postpone(Copy copy) => _watched[copy.Key] = Math.Max(0, Kept.TotalSeconds - 3600);

    /// <summary>Forgets the time of a copy.</summary>
    public void Forget(Copy copy)
    {
        Halt(copy);
        _watched.TryRemove(copy.Key, out _);
    }

    // Moved only by what is worth telling: looks are never exactly as far apart as the seconds they count.
    private void Foretell(Copy copy, TimeSpan left)
    {
        var at = clock.GetUtcNow() + left;
        _ends.AddOrUpdate(copy.Key, at, (_, before) => (at - before).Duration() < LongestLook ? before : at);
    }
}
