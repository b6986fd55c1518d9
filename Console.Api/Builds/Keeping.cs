using TestServers.Databases;
using TestServers.Requests;

namespace TestServers.Builds;

/// <summary>
/// Removes logs that are too old, at the start and every hour. Never what waits or runs; a build that its server's history names loses its
/// log alone, so that it can be repeated, and so does the last restore of a base.
/// </summary>
public sealed class Keeping(Settings settings, RequestStore<Build> builds, RequestStore<Restore> restores, History history, TimeProvider clock, ILogger<Keeping> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.Builds.KeptDays == 0) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            RemoveOld(clock.GetUtcNow().AddDays(-settings.Builds.KeptDays));
            await Task.Delay(Pause, stoppingToken).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private void RemoveOld(DateTimeOffset before)
    {
        try
        {
            builds.RemoveEndedBefore(before, build => history.Of(build.Server).Entries.Any(e => e.Build == build.Id));
            restores.RemoveEndedBefore(before, restore => restores.All.First(r => r.Base == restore.Base && r.Ended).Id == restore.Id);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.LogError("Logs that are too old cannot be removed: {Reason} It is tried again in an hour.", e.Message);
        }
    }
}
