namespace TestServers.Databases;

/// <summary>
/// The one rule which data times are believed. A dump holds the clock of the machine that made it, read in the zone of
/// the database host: where one of the two is wrong, the data seem to come from the future. How old they are is then
/// not known, also when that time has passed.
/// </summary>
public sealed class DataTimes(CurrentSettings settings, BaseFacts bases, TimeProvider clock)
{
    /// <summary>The clocks of two machines are never quite the same.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(2);

    /// <summary>Whether a time is to come.</summary>
    public static bool IsAhead(DateTimeOffset time, DateTimeOffset now) => time > now + Tolerance;

    /// <summary>Why it is not known how old the data of a base, or of a copy of it, are; null when it is.</summary>
    public string? DoubtOf(BaseSettings @base, DateTimeOffset? dataTime)
    {
        if (dataTime is not { } time)
            return null;
        var isAhead = IsAhead(time, clock.GetUtcNow());
        if (!isAhead && !bases.Of(@base.Name).WereAhead(time))
            return null;
        return $"The dump of {@base.Name} says that it was made at {Times.Say(time)}, "
            + $"which {(isAhead ? "is to come" : "was to come when it was restored")}: how old these data are is not "
            + "known. Set the clock of the machine that makes the dump right, or give its zone as dump_zone in the "
            + $"configuration of database-host on {@base.Host}; then restore {@base.Name}.";
    }

    /// <summary>The same of a server's copy for an app's usual database, of whichever of its bases.</summary>
    public string? DoubtOf(AppName app, DateTimeOffset? dataTime) =>
        settings.Now.App(app)?.AllDatabases is [var usual, ..]
            ? usual
                .Bases.Select(name => settings.Now.Base(name) is { } @base ? DoubtOf(@base, dataTime) : null)
                .FirstOrDefault(doubt => doubt is not null)
            : null;

    /// <summary>How old data are; null when they have no time, or one that is not believed.</summary>
    public TimeSpan? AgeOf(BaseSettings @base, DateTimeOffset? dataTime)
    {
        if (dataTime is not { } time || DoubtOf(@base, time) is not null)
            return null;
        var age = clock.GetUtcNow() - time;
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }
}
