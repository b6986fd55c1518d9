using TestServers.Webhooks;

namespace TestServers.Databases;

/// <summary>
/// Tells when a base has become stale, or its data come from the future, once for each data time, and when a restore
/// has failed: in the act in which that is written down.
/// </summary>
public sealed class BaseAlerts : BackgroundService
{
    private readonly CurrentSettings _settings;
    private readonly BaseFacts _bases;
    private readonly BasePresenter _views;
    private readonly Deliveries _deliveries;
    private readonly Journal _journal;
    private readonly TimeProvider _clock;
    private readonly Loop _loop;

    public BaseAlerts(
        CurrentSettings settings,
        BaseFacts bases,
        BasePresenter views,
        JobStore<Restore> restores,
        Deliveries deliveries,
        Journal journal,
        TimeProvider clock,
        ILogger<BaseAlerts> log
    )
    {
        (_settings, _bases, _views, _deliveries) = (settings, bases, views, deliveries);
        (_journal, _clock, _loop) = (journal, clock, new(TimeSpan.FromMinutes(1), log));
        restores.Ends += TellFailed;
        restores.Changed += restore =>
        {
            if (restore.Ended)
                _loop.Wake();
        };
    }

    /// <summary>Raised in the act that tells of something, for others who tell of it, too.</summary>
    public event Action<Act, Notice>? Told;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _loop.Run(_ => TellStale(), stoppingToken);

    private void TellFailed(Act act, Restore restore)
    {
        if (restore.State is not (JobState.Failed or JobState.Interrupted))
            return;
        var how = restore.State == JobState.Failed ? "has failed" : "was interrupted";
        Tell(
            act,
            new(
                MessageKind.RestoreFailed,
                $"The restore of the base {restore.Base} {how}: {restore.Message}",
                $"restores/{restore.Id}",
                _clock.GetUtcNow(),
                Restore: restore.Id,
                Base: restore.Base
            )
        );
    }

    /// <summary>Tells of those of which it was not told yet.</summary>
    internal async Task TellStale()
    {
        foreach (var @base in _settings.Now.Bases.Where(b => StaleTextOf(b) is not null))
            await _journal.Do(act => TellStale(act, @base));
    }

    private void TellStale(Act act, BaseSettings @base)
    {
        if (StaleTextOf(@base) is not { } text)
            return;
        Tell(act, new(MessageKind.BaseStale, text, "bases", _clock.GetUtcNow(), Base: @base.Name));
        // Of the newest data, whichever of its hosts has them.
        var dataTime = _bases.Of(@base.Name).DataTime;
        _bases.Note(act, @base.Name, now => now with { StaleTold = dataTime });
    }

    private void Tell(Act act, Notice notice)
    {
        _deliveries.Add(act, notice);
        Told?.Invoke(act, notice);
    }

    // Null: there is nothing to be told, or it was.
    private string? StaleTextOf(BaseSettings @base)
    {
        var facts = _bases.Of(@base.Name);
        if (facts.DataTime is not { } dataTime || facts.StaleTold == dataTime || !_views.IsStale(@base, dataTime))
            return null;
        var why = _views.AgeOf(@base, dataTime) is { } age
            ? $"is stale: its data are of {Times.Say(dataTime)}, {age.TotalHours:0} hours old; the "
                + $"limit is {@base.StaleAfterHours:0}. Look at its last restore."
            : $"has data of an unknown age. {_views.DoubtOf(@base)}";
        return $"The base {@base.Name} {why}";
    }
}
