namespace TestServers.Storage;

/// <summary>Writes what has happened and cannot be refused any more: how a build or a restore has ended.</summary>
public static class Persistence
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Returns when the disk has taken it, however long that takes.</summary>
    /// <param name="onRefusal">Called for the first refusal.</param>
    /// <exception cref="DiskRefused">The console stops before the disk took it; the next start finds what is on
    /// disk.</exception>
    public static async Task Write(Func<Task> write, Action<DiskRefused> onRefusal, CancellationToken stop)
    {
        for (var refusals = 0; ; refusals++)
        {
            try
            {
                await write();
                return;
            }
            catch (DiskRefused refused) when (!stop.IsCancellationRequested)
            {
                if (refusals == 0)
                    onRefusal(refused);
                await Task.Delay(Pause, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }
}
