using TestServers.Storage;

namespace TestServers.Monitoring;

/// <summary>Tells the log when the disk refuses a file, and tries such files until they can be written again.</summary>
public sealed class DiskWatch : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly ILogger<DiskWatch> _log;

    public DiskWatch(ILogger<DiskWatch> log)
    {
        _log = log;
        DiskTroubles.Began += TellBegin;
        DiskTroubles.Ended += TellEnd;
    }

    public override void Dispose()
    {
        DiskTroubles.Began -= TellBegin;
        DiskTroubles.Ended -= TellEnd;
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (DiskTroubles.Open.Count > 0)
                DiskTroubles.Probe();
            await Task.Delay(Pause, stoppingToken).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private void TellBegin(DiskTrouble trouble) => _log.LogError("{Reason}", trouble.Message);

    private void TellEnd(DiskTrouble trouble) =>
        _log.LogWarning(
            "The disk takes {File} again; it refused it since {Since}.",
            trouble.Path,
            Times.Say(trouble.Since)
        );
}
