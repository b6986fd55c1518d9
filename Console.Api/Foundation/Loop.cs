using System.Diagnostics.CodeAnalysis;

namespace TestServers.Foundation;

/// <summary>
/// Work in the background that is done again and again: after a pause, or at once when it is woken. A turn that fails
/// is reported and the next one comes as usual, so that one odd answer or a full disk ends nothing for good.
/// </summary>
/// <param name="pause">Between the end of a turn and the begin of the next.</param>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "It has no wait handle, and may still be woken when its loop has ended."
)]
public sealed class Loop(TimeSpan pause, ILogger log)
{
    private readonly SemaphoreSlim _wake = new(0, 1);

    /// <summary>Has the next turn begin now, or right behind the one that runs; many wakes make one turn.</summary>
    public void Wake()
    {
        lock (_wake)
        {
            if (_wake.CurrentCount == 0)
                _wake.Release();
        }
    }

    /// <summary>Takes turns until the stop.</summary>
    public Task Run(Action turn, CancellationToken stop) =>
        Run(
            _ =>
            {
                turn();
                return Task.CompletedTask;
            },
            stop
        );

    /// <inheritdoc cref="Run(Action, CancellationToken)"/>
    public Task Run(Func<CancellationToken, Task> turn, CancellationToken stop) =>
        Run(
            async end =>
            {
                await turn(end);
                return pause;
            },
            stop
        );

    /// <summary>Takes turns until the stop; each says how long the pause behind it is.</summary>
    public async Task Run(Func<CancellationToken, Task<TimeSpan>> turn, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var next = await Take(turn, stop);
            if (!stop.IsCancellationRequested)
                await _wake.WaitAsync(next, stop).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task<TimeSpan> Take(Func<CancellationToken, Task<TimeSpan>> turn, CancellationToken stop)
    {
        try
        {
            return await turn(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A stop.
        }
        catch (IOException refused)
        {
            log.LogError("{Reason}", refused.Message);
        }
        catch (Exception e)
        {
            log.LogError(e, "Something that is done again and again in the background has failed; it goes on.");
        }
        return pause;
    }
}
