namespace TestServers.Reservations;

/// <summary>
/// Ends reservations: whether one holds is computed from the clock at every look, and once it has ended it is gone
/// within a second. So does what is out of service.
/// </summary>
public sealed class ReservationExpiry(ReservationBook book, ServiceChanges service, ILogger<ReservationExpiry> log)
    : BackgroundService
{
    private readonly Loop _loop = new(TimeSpan.FromSeconds(1), log);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _loop.Run(RemoveEnded, stoppingToken);

    private async Task RemoveEnded(CancellationToken stop)
    {
        await service.EndOver();
        await book.RemoveEnded();
    }
}
