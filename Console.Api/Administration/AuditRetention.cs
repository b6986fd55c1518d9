namespace TestServers.Administration;

/// <summary>
/// Removes what is too much or too old of the audit, as `audit` in the settings says: at the start, every hour, with
/// other settings, and when a part has grown enough. The audit is kept in some ten parts, of which whole ones are
/// removed: no write does more for it, and what is kept is a tenth more at most.
/// </summary>
public sealed class AuditRetention : BackgroundService
{
    private const int Parts = 10,
        LinesToTry = 100;

    private readonly CurrentSettings _settings;
    private readonly LineParts _audit;
    private readonly TimeProvider _clock;
    private readonly Loop _loop;

    public AuditRetention(CurrentSettings settings, LineParts audit, TimeProvider clock, ILogger<AuditRetention> log)
    {
        (_settings, _audit, _clock) = (settings, audit, clock);
        _loop = new(TimeSpan.FromHours(1), log);
        settings.Changed += (_, _) => _loop.Wake();
        _audit.Grown += length =>
        {
            if (length >= PartOf(_settings.Newest.Audit))
                _loop.Wake();
        };
    }

    /// <summary>Ends the part that grows when it is large or old enough, and removes parts.</summary>
    /// <exception cref="DiskRefused">The disk refused; it is tried again.</exception>
    public void RemoveOld()
    {
        var (settings, now) = (_settings.Newest.Audit, _clock.GetUtcNow());
        var first = TimeOf(_audit.FirstLines());
        if (_audit.NewestLength >= PartOf(settings) || IsOlder(first, now, settings.Days / Parts))
            _audit.EndPart();
        while (_audit.Ended is [var oldest, ..] && oldest.Length > 0 && IsTooMuch(oldest, settings, now))
            _audit.RemoveOldest();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _loop.Run(RemoveOld, stoppingToken);

    // What is left must be what is to be kept.
    private bool IsTooMuch(LinePart oldest, AuditSettings settings, DateTimeOffset now) =>
        (settings.Megabytes > 0 && _audit.End - oldest.End >= Bytes(settings))
        || IsOlder(TimeOf(oldest.Back().Select(l => l.Line)), now, settings.Days);

    private static bool IsOlder(DateTimeOffset? time, DateTimeOffset now, double days) =>
        days > 0 && time < now.AddDays(-days);

    private static long PartOf(AuditSettings settings) =>
        settings.Megabytes == 0 ? long.MaxValue : Bytes(settings) / Parts;

    private static long Bytes(AuditSettings settings) => settings.Megabytes * 1_000_000L;

    // Some may be spoilt by hand.
    private static DateTimeOffset? TimeOf(IEnumerable<string> lines) =>
        lines.Take(LinesToTry).Select(AuditFact.Of).FirstOrDefault(f => f is not null)?.At;
}
