using TestServers.Builds;

namespace TestServers.Monitoring;

/// <summary>A build that waits although it could begin: the queue stands.</summary>
/// <param name="Since">When it could have begun.</param>
internal sealed record StandingBuild(Build Build, DateTimeOffset Since)
{
    /// <summary>A build that can begin does so within milliseconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The first of each server's line, where nothing runs and a host has told of the server.</summary>
    /// <param name="builds">All builds, the newest first.</param>
    /// <param name="started">When the console started: what it found waits only since then.</param>
    public static IEnumerable<StandingBuild> Find(
        IReadOnlyList<Build> builds,
        Func<ServerName, bool> isKnown,
        DateTimeOffset started,
        DateTimeOffset now
    ) =>
        from line in builds.GroupBy(b => b.Server)
        where line.All(b => b.State != JobState.Running) && isKnown(line.Key)
        let first = line.LastOrDefault(b => b.State == JobState.Queued)
        where first is not null
        let since = line.Where(b => b.Ended)
            .Select(b => b.EndedAt)
            .OfType<DateTimeOffset>()
            .Append(first.At)
            .Append(started)
            .Max()
        where now - since > Patience
        select new StandingBuild(first, since);
}
