using Microsoft.Extensions.Logging.Abstractions;

namespace TestServers.Tests.Unit.Foundation;

public sealed class LoopTest
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_wake_ends_the_pause_and_many_make_one_turn()
    {
        using var stop = new CancellationTokenSource();
        var loop = new Loop(Long, NullLogger.Instance);
        using var turns = new SemaphoreSlim(0);
        var running = loop.Run(() => turns.Release(), stop.Token);
        await Next(turns);
        loop.Wake();
        await Next(turns);
        var (begun, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        await stop.CancelAsync();
        await running;

        using var second = new CancellationTokenSource();
        var count = 0;
        running = loop.Run(
            async _ =>
            {
                if (++count > 1)
                    return;
                begun.SetResult();
                await goOn.Task;
            },
            second.Token
        );
        await begun.Task;
        for (var i = 0; i < 10; i++)
            loop.Wake();
        goOn.SetResult();
        await Wait.Until("ten wakes made one turn", () => count == 2);
        loop.Wake();
        await Wait.Until("one more made another", () => count == 3);
        await second.CancelAsync();
        await running;
        Assert.Equal(3, count);
    }

    [Theory]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(OperationCanceledException))]
    public async Task A_turn_that_fails_ends_nothing(Type fault)
    {
        using var stop = new CancellationTokenSource();
        var loop = new Loop(TimeSpan.FromMilliseconds(1), NullLogger.Instance);
        using var turns = new SemaphoreSlim(0);
        var running = loop.Run(
            () =>
            {
                turns.Release();
                throw (Exception)Activator.CreateInstance(fault)!;
            },
            stop.Token
        );
        await Next(turns);
        await Next(turns);
        Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_stop_ends_the_turn_and_the_pause()
    {
        using var stop = new CancellationTokenSource();
        var loop = new Loop(Long, NullLogger.Instance);
        var begun = new TaskCompletionSource();
        var running = loop.Run(
            async end =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, end);
            },
            stop.Token
        );
        await begun.Task;
        await stop.CancelAsync();
        await running;
    }

    private static async Task Next(SemaphoreSlim turns) => Assert.True(await turns.WaitAsync(TimeSpan.FromSeconds(30)));
}
