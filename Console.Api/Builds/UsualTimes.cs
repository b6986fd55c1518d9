using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace TestServers.Builds;

/// <summary>
/// How long builds usually take: the median of the last ones of the same kind that succeeded, from the same bases when
/// there are such. Known before anybody asks, as a queue asks for every build in it.
/// </summary>
public sealed class UsualTimes
{
    private const int Past = 5,
        MostPast = 50;
    private readonly ConcurrentDictionary<(AppName, bool, bool), ImmutableList<PastBuild>> _past = new();

    public UsualTimes(JobStore<Build> store)
    {
        foreach (var build in store.All.Where(b => b.State == JobState.Succeeded).Reverse())
            Note(build);
        store.Changed += build =>
        {
            if (build.State == JobState.Succeeded)
                Note(build);
        };
    }

    /// <summary>The usual time of such a build, or null when none has succeeded yet.</summary>
    public TimeSpan? Of(Build build)
    {
        if (!_past.TryGetValue(KindOf(build), out var past))
            return null;
        var same = past.Where(p => p.IsFrom(build.Bases)).ToList();
        var last = (same.Count > 0 ? same : [.. past]).Take(Past).Select(p => p.Seconds).Order().ToList();
        return TimeSpan.FromSeconds(last[last.Count / 2]);
    }

    private void Note(Build build)
    {
        var noted = new PastBuild(build.Id, build.Bases, build.Seconds ?? 0);
        _past.AddOrUpdate(
            KindOf(build),
            _ => [noted],
            (_, past) => past[0].Id == noted.Id ? past : Shorten(past.Insert(0, noted), noted)
        );
    }

    // Of those from other bases as many stay as there were.
    private static ImmutableList<PastBuild> Shorten(ImmutableList<PastBuild> past, PastBuild noted)
    {
        var same = past.Where(p => p.IsFrom(noted.Bases)).Skip(Past).ToHashSet();
        var shorter = past.RemoveAll(same.Contains);
        return shorter.Count > MostPast ? shorter.RemoveRange(MostPast, shorter.Count - MostPast) : shorter;
    }

    private static (AppName, bool, bool) KindOf(Build build) => (build.App, build.Database, build.Code);

    private sealed record PastBuild(JobId Id, ImmutableSortedDictionary<DatabaseName, BaseName>? Bases, double Seconds)
    {
        /// <summary>Whether its databases were made from these, as far as they are named.</summary>
        public bool IsFrom(ImmutableSortedDictionary<DatabaseName, BaseName>? asked) =>
            asked is null || asked.All(a => Bases?.GetValueOrDefault(a.Key) == a.Value);
    }
}
