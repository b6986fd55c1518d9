using System.Collections.Concurrent;

namespace TestServers.Reservations;

/// <summary>
/// The builds that run now, by the number of the reservation they run under: as long as one does, its reservation does not
/// end by time. In memory alone, as a build that runs does not outlive the console.
/// </summary>
public sealed class BuildsUnderHolds
{
    private readonly ConcurrentDictionary<long, (RequestId Build, TaskCompletionSource Ended)> _running = new();

    /// <summary>The build that runs under a reservation, or null.</summary>
    public RequestId? Of(long number) => _running.TryGetValue(number, out var running) ? running.Build : null;

    /// <summary>A build begins under a reservation.</summary>
    public void Begin(long number, RequestId build) => _running[number] = (build, new(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>The build that ran under a reservation has ended.</summary>
    public void End(long number)
    {
        if (_running.TryRemove(number, out var running)) running.Ended.TrySetResult();
    }

    /// <summary>Returns when no build runs under a reservation, or when the time is up.</summary>
    /// <returns>Whether none does.</returns>
    public async Task<bool> WaitForEnd(long number, TimeSpan atMost)
    {
        if (!_running.TryGetValue(number, out var running)) return true;
        return await Task.WhenAny(running.Ended.Task, Task.Delay(atMost)) == running.Ended.Task;
    }
}
