using TestServers.Storage;

namespace TestServers.Reservations;

/// <summary>Ends reservations: whether one holds is computed from the clock at every look, and once it has ended it is gone within a second.</summary>
public sealed class ReservationExpiry(ReservationBook book, ILogger<ReservationExpiry> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                book.RemoveEnded();
            }
            catch (DiskRefused refused)
            {
                log.LogError("{Reason}", refused.Message);
            }
            await Task.Delay(Pause, stoppingToken).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }
}
