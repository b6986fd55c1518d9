using System.Collections.Immutable;

namespace TestServers.Reservations;

/// <summary>
/// The builds that run now, each with the number of the reservation it runs under: as long as one does, its reservation
/// does not end by time. In memory alone, as a build that runs does not outlive the console.
/// </summary>
public sealed class BuildsUnderHolds
{
    private readonly StateValue<ImmutableDictionary<ServerName, Running>> _running = new(
        ImmutableDictionary<ServerName, Running>.Empty
    );

    /// <summary>The build that runs under a reservation, or null.</summary>
    public JobId? Of(Reservation held) =>
        _running.Now.TryGetValue(held.Server, out var running) && running.Number == held.Number ? running.Build : null;

    /// <summary>The number of the reservation that a build runs under now; null: it does not run.</summary>
    public long? NumberOf(ServerName server, JobId build) => Find(server, build)?.Number;

    /// <summary>A build begins under a reservation; one a server.</summary>
    public void Begin(Act act, ServerName server, long number, JobId build)
    {
        var running = new Running(
            build,
            number,
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        act.Set(_running, all => all.SetItem(server, running));
    }

    /// <summary>
    /// The build that runs on a server goes on under another reservation, whose holder lets it finish.
    /// </summary>
    public void GoOnUnder(Act act, ServerName server, long number) =>
        act.Set(
            _running,
            all =>
                all.TryGetValue(server, out var running) ? all.SetItem(server, running with { Number = number }) : all
        );

    /// <summary>The build on a server has ended.</summary>
    public void End(ServerName server, JobId build)
    {
        if (Find(server, build) is not { } running)
            return;
        _running.Change(all => all.Remove(server));
        running.Ended.TrySetResult();
    }

    /// <summary>Returns when a build has ended, or when the time is up.</summary>
    public async Task WaitForEnd(ServerName server, JobId build, TimeSpan atMost)
    {
        if (Find(server, build) is { } running)
            await Task.WhenAny(running.Ended.Task, Task.Delay(atMost));
    }

    private Running? Find(ServerName server, JobId build) =>
        _running.Now.TryGetValue(server, out var running) && running.Build == build ? running : null;

    private sealed record Running(JobId Build, long Number, TaskCompletionSource Ended);
}
