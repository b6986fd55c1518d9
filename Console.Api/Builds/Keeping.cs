using TestServers.Access;
using TestServers.Databases;
using TestServers.Requests;

namespace TestServers.Builds;

/// <summary>
/// Removes logs that are too many or too old: at the start, when a build or restore has ended, and every hour. Never what waits or runs. A build that its
/// server's history names loses its log alone, so that it can be repeated; so does one behind which its server is still to be cleaned, and the last restore of a base.
/// </summary>
public sealed class Keeping : BackgroundService
{
    private readonly CurrentSettings _settings;
    private readonly RequestStore<Build> _builds;
    private readonly RequestStore<Restore> _restores;
    private readonly History _history;
    private readonly KeptAnswers _answers;
    private readonly TimeProvider _clock;
    private readonly ILogger<Keeping> _log;
    private readonly Loop _loop;

    public Keeping(CurrentSettings settings, RequestStore<Build> builds, RequestStore<Restore> restores, History history, KeptAnswers answers, TimeProvider clock, ILogger<Keeping> log)
    {
        (_settings, _builds, _restores, _history, _answers, _clock, _log) = (settings, builds, restores, history, answers, clock, log);
        _loop = new(TimeSpan.FromHours(1), log);
        builds.Changed += Wake;
        restores.Changed += Wake;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _loop.Run(RemoveOld, stoppingToken);

    private void Wake(Request request)
    {
        if (request.Ended)
            _loop.Wake();
    }

    private void RemoveOld()
    {
        var days = _settings.Now.Builds.KeptDays;
        RemoveOld(days == 0 ? DateTimeOffset.MinValue : _clock.GetUtcNow().AddDays(-days));
    }

    private void RemoveOld(DateTimeOffset before)
    {
        try
        {
            _builds.RemoveOld(_settings.Now.Builds.Kept, before, build => build.Unclean || _history.Of(build.Server).Entries.Any(e => e.Build == build.Id));
            _answers.RemoveOld();
            _restores.RemoveOld(_settings.Now.Builds.Kept, before, restore => _restores.All.First(r => r.Base == restore.Base && r.Ended).Id == restore.Id);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.LogError("Old logs cannot be removed: {Reason} It is tried again when the next build has ended.", e.Message);
        }
    }
}
