namespace TestServers.Jobs;

/// <summary>
/// Removes what is too much or too old: at the start, when a build or restore has ended, and every hour. Never what
/// waits or runs.
/// </summary>
public sealed class Retention : BackgroundService
{
    private readonly CurrentSettings _settings;
    private readonly IReadOnlyList<IRetained> _all;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Loop _loop;

    public Retention(CurrentSettings settings, IEnumerable<IRetained> all, TimeProvider clock, ILogger<Retention> log)
    {
        (_settings, _all, _clock, _log) = (settings, [.. all], clock, log);
        _loop = new(TimeSpan.FromHours(1), log);
        foreach (var one in _all)
            one.Grown += _loop.Wake;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _loop.Run(RemoveOld, stoppingToken);

    /// <summary>Removes it now.</summary>
    internal void RemoveOld()
    {
        var builds = _settings.Now.Builds;
        var time = builds.KeptDays == 0 ? DateTimeOffset.MinValue : _clock.GetUtcNow().AddDays(-builds.KeptDays);
        try
        {
            foreach (var one in _all)
                one.RemoveOld(builds.Kept, time);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.LogError(
                "Old logs cannot be removed: {Reason} It is tried again when the next build has ended.",
                e.Message
            );
        }
    }
}
