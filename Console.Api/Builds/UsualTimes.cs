using System.Collections.Concurrent;
using TestServers.Jobs;

namespace TestServers.Builds;

/// <summary>
/// How long builds usually take: the median of the last ones of the same kind that succeeded. Known before anybody
/// asks, as a queue asks for every build in it.
/// </summary>
public sealed class UsualTimes
{
    private const int Past = 5;
    private readonly ConcurrentDictionary<(AppName, bool, bool), (JobId Last, double[] Seconds)> _past = new();

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
    public TimeSpan? Of(Build build) =>
        _past.TryGetValue(KindOf(build), out var past)
            ? TimeSpan.FromSeconds(past.Seconds.Order().ElementAt(past.Seconds.Length / 2))
            : null;

    private void Note(Build build) =>
        _past.AddOrUpdate(
            KindOf(build),
            _ => (build.Id, [build.Seconds ?? 0]),
            (_, past) => past.Last == build.Id ? past : (build.Id, [build.Seconds ?? 0, .. past.Seconds.Take(Past - 1)])
        );

    private static (AppName, bool, bool) KindOf(Build build) => (build.App, build.Database, build.Code);
}
