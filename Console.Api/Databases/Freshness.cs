using System.Threading.Channels;
using TestServers.Messages;
using TestServers.Requests;

namespace TestServers.Databases;

/// <summary>Tells the team when a base has become stale, or its data come from the future, once for each data time, and when a restore has failed. A message that was not taken is tried again.</summary>
public sealed class Freshness(CurrentSettings settings, Bases bases, BaseViews views, Restores restores, Webhook webhook) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private readonly Channel<Restore> _failed = Channel.CreateBounded<Restore>(new BoundedChannelOptions(100) { FullMode = BoundedChannelFullMode.DropOldest });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        restores.Store.Changed += restore =>
        {
            if (restore.State is RequestState.Failed or RequestState.Interrupted) _failed.Writer.TryWrite(restore);
        };
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (var @base in settings.Now.Bases) await TellStale(@base, stoppingToken);
            while (_failed.Reader.TryRead(out var restore)) await webhook.Tell($"The restore of the base {restore.Base} {restore.State.ToString().ToLowerInvariant()}: {restore.Message}", $"restores/{restore.Id}", stoppingToken);
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            pause.CancelAfter(Pause);
            await _failed.Reader.WaitToReadAsync(pause.Token).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task TellStale(BaseSettings @base, CancellationToken stop)
    {
        var facts = bases.FactsOf(@base.Name);
        if (facts.DataTime is not { } dataTime || facts.StaleTold == dataTime || !views.IsStale(@base, dataTime)) return;
        var why = views.AgeOf(@base, dataTime) is { } age
            ? $"is stale: its data are of {Times.Say(dataTime)}, {age.TotalHours:0} hours old; the limit is {@base.StaleAfterHours:0}. Look at its last restore."
            : $"has data of an unknown age. {views.DoubtOf(@base)}";
        if (await webhook.Tell($"The base {@base.Name} {why}", "bases", stop)) bases.Note(@base.Name, now => now with { StaleTold = dataTime });
    }
}
