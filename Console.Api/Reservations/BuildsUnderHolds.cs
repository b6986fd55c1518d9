using System.Collections.Concurrent;

namespace TestServers.Reservations;

/// <summary>
/// The builds that run now, each with the number of the reservation it runs under: as long as one does, its reservation
/// does not end by time. In memory alone, as a build that runs does not outlive the console.
/// </summary>
public sealed class BuildsUnderHolds
{
    private readonly ConcurrentDictionary<ServerName, Running> _running = new();

    /// <summary>The build that runs under a reservation, or null.</summary>
    public JobId? Of(Reservation held) =>
        _running.TryGetValue(held.Server, out var running) && running.Number == held.Number ? running.Build : null;

    /// <summary>The number of the reservation that a build runs under now; null: it does not run.</summary>
    public long? NumberOf(ServerName server, JobId build) =>
        _running.TryGetValue(server, out var running) && running.Build == build ? running.Number : null;

    /// <summary>A build begins under a reservation; one a server.</summary>
    public void Begin(ServerName server, long number, JobId build) => _running[server] = new(build, number);

    /// <summary>
    /// The build that runs on a server goes on under another reservation, whose holder lets it finish.
    /// </summary>
    public void GoOnUnder(ServerName server, long number)
    {
        if (_running.TryGetValue(server, out var running))
            running.Number = number;
    }

    /// <summary>The build on a server has ended.</summary>
    public void End(ServerName server, JobId build)
    {
        if (
            _running.TryGetValue(server, out var running)
            && running.Build == build
            && _running.TryRemove(server, out _)
        )
            running.Ended.TrySetResult();
    }

    /// <summary>Returns when a build has ended, or when the time is up.</summary>
    public async Task WaitForEnd(ServerName server, JobId build, TimeSpan atMost)
    {
        if (_running.TryGetValue(server, out var running) && running.Build == build)
            await Task.WhenAny(running.Ended.Task, Task.Delay(atMost));
    }

    private sealed class Running(JobId build, long number)
    {
        public JobId Build => build;
        public long Number { get; set; } = number;
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
