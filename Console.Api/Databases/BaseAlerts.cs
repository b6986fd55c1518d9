using System.Collections.Concurrent;
using TestServers.Jobs;
using TestServers.Settings;
using TestServers.Webhooks;

namespace TestServers.Databases;

/// <summary>
/// Tells the team when a base has become stale, or its data come from the future, once for each data time, and when a
/// restore has failed. A message that was not taken is tried again.
/// </summary>
public sealed class BaseAlerts(
    CurrentSettings settings,
    BaseFacts bases,
    BasePresenter views,
    Restores restores,
    Webhook webhook,
    ILogger<BaseAlerts> log
) : BackgroundService
{
    private const int MostFailed = 100;
    private readonly ConcurrentQueue<Restore> _failed = new();
    private readonly Loop _loop = new(TimeSpan.FromMinutes(1), log);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        restores.Store.Changed += Hear;
        return _loop.Run(TellAll, stoppingToken);
    }

    private void Hear(Restore restore)
    {
        if (restore.State is not (JobState.Failed or JobState.Interrupted))
            return;
        _failed.Enqueue(restore);
        if (_failed.Count > MostFailed)
            _failed.TryDequeue(out _);
        _loop.Wake();
    }

    private async Task TellAll(CancellationToken stop)
    {
        foreach (var @base in settings.Now.Bases)
            await TellStale(@base, stop);
        while (_failed.TryDequeue(out var restore))
        {
            var how = restore.State.ToString().ToLowerInvariant();
            var text = $"The restore of the base {restore.Base} {how}: {restore.Message}";
            await webhook.Tell(text, $"restores/{restore.Id}", stop);
        }
    }

    private async Task TellStale(BaseSettings @base, CancellationToken stop)
    {
        var facts = bases.Of(@base.Name);
        if (facts.DataTime is not { } dataTime || facts.StaleTold == dataTime || !views.IsStale(@base, dataTime))
            return;
        var why = views.AgeOf(@base, dataTime) is { } age
            ? $"is stale: its data are of {Times.Say(dataTime)}, {age.TotalHours:0} hours old; the "
                + $"limit is {@base.StaleAfterHours:0}. Look at its last restore."
            : $"has data of an unknown age. {views.DoubtOf(@base)}";
        if (await webhook.Tell($"The base {@base.Name} {why}", "bases", stop))
            bases.Note(@base.Name, now => now with { StaleTold = dataTime });
    }
}
