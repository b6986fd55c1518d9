using System.Collections.Immutable;

namespace TestServers.Savepoints;

/// <summary>
/// When savepoints are dropped by themselves: by their age, and the oldest of a server that has more than it may, as
/// after a change of the settings. Each is told before: a clock that leaps drops nothing untold.
/// </summary>
public sealed class SavepointEnds(SavepointSettings settings, SavepointsState state, DateTimeOffset now)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly TimeSpan _kept = TimeSpan.FromDays(settings.KeptDays);
    private readonly ImmutableHashSet<JobId> _tooMany =
    [
        .. state
            .Shown.Where(s => s.State == SavepointState.Kept)
            .GroupBy(s => s.Server)
            .SelectMany(own => own.Skip(settings.PerServer))
            .Select(s => s.Id),
    ];

    // How long before it is told.
    private TimeSpan Notice => _kept / 2 < Day ? _kept / 2 : Day;

    /// <summary>Whether it is one of those that its server has beyond its number.</summary>
    public bool IsTooMany(Savepoint one) => _tooMany.Contains(one.Id);

    /// <summary>When it is dropped by itself.</summary>
    public DateTimeOffset EndOf(Savepoint one)
    {
        var byAge = one.At + _kept;
        var byNotice = (one.Told ?? now) + Notice;
        return IsTooMany(one) || (byNotice > byAge && IsNear(one)) ? byNotice : byAge;
    }

    /// <summary>Whether it is to be told now.</summary>
    public bool IsToTell(Savepoint one) => one.Told is null && (IsTooMany(one) || IsNear(one));

    /// <summary>Whether it was told, and its time is over.</summary>
    public bool IsOver(Savepoint one) => one.Told is not null && (IsTooMany(one) || IsNear(one)) && now >= EndOf(one);

    /// <summary>Whether it was told, and the settings let it stay by now.</summary>
    public bool Stays(Savepoint one) => one.Told is not null && !IsTooMany(one) && !IsNear(one);

    /// <summary>Why it goes, as a part of a sentence.</summary>
    public string WhyOf(Savepoint one) =>
        IsTooMany(one)
            ? $"{one.Server} may have {settings.PerServer} (`savepoints.perServer`)"
            : $"it is {settings.KeptDays} days old";

    private bool IsNear(Savepoint one) => now - one.At >= _kept - Notice;
}
