using Microsoft.Extensions.Time.Testing;

namespace TestServers.Tests.Stage;

/// <summary>
/// A clock that somebody sets: timers and what is measured stay as they are. The library's own AdjustTime moves its
/// timestamps along, which no machine does.
/// </summary>
internal sealed class SetClock(DateTimeOffset begin) : FakeTimeProvider(begin)
{
    /// <summary>By how much it is set, forwards or back.</summary>
    public TimeSpan Set { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Set;

    public override long GetTimestamp() => base.GetUtcNow().Ticks;
}
