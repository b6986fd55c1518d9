using System.Threading.Channels;

namespace TestServers.Settings;

/// <summary>
/// The settings that hold now: one immutable value, which is replaced as a whole. What runs goes on with the value it
/// began with: a build, a restore and a request hold theirs, and <see cref="Now"/> is that one wherever they come by.
/// </summary>
public sealed class CurrentSettings(ConsoleSettings first)
{
    private readonly AsyncLocal<ConsoleSettings?> _held = new();
    private ConsoleSettings _newest = first;

    /// <summary>The settings for what runs here: those it holds, else the newest.</summary>
    public ConsoleSettings Now => _held.Value ?? Newest;

    /// <summary>The settings for what begins now.</summary>
    public ConsoleSettings Newest => Volatile.Read(ref _newest);

    /// <summary>Raised after they were replaced, with those before and after.</summary>
    public event Action<ConsoleSettings, ConsoleSettings>? Changed;

    /// <summary>What of the settings file does not hold, and why, a sentence each.</summary>
    public IReadOnlyList<string> Problems { get; internal set; } = [];

    /// <summary>
    /// Has this flow of work, and what it starts, go on with the settings that are the newest now until the hold ends.
    /// </summary>
    public IDisposable Hold()
    {
        var before = _held.Value;
        _held.Value = Newest;
        return new Held(this, before);
    }

    /// <summary>Replaces them; <see cref="Tell"/> then tells of it.</summary>
    internal void Replace(ConsoleSettings next) => Volatile.Write(ref _newest, next);

    /// <summary>Tells that they were replaced.</summary>
    internal void Tell(ConsoleSettings before) => Changed?.Invoke(before, Newest);

    /// <summary>
    /// Runs one loop for each item that the newest settings have; when they change, the loops of items that are not
    /// there any more, or not as they were, are ended first, and those of new ones begin.
    /// </summary>
    public async Task ForEach<T>(
        Func<ConsoleSettings, IEnumerable<T>> of,
        Func<T, CancellationToken, Task> loop,
        CancellationToken stop
    )
        where T : notnull
    {
        var wakes = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest }
        );
        void Wake(ConsoleSettings before, ConsoleSettings after) => wakes.Writer.TryWrite(true);
        var running = new Dictionary<T, Running>();
        Changed += Wake;
        try
        {
            do
            {
                var wanted = of(Newest).Distinct().ToList();
                await End([.. running.Keys.Except(wanted)], running);
                foreach (var item in wanted.Where(i => !running.ContainsKey(i)))
                    (running[item] = new(end => loop(item, end), stop)).Begin();
            } while (await wakes.Reader.WaitToReadAsync(stop) && wakes.Reader.TryRead(out _));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A stop.
        }
        finally
        {
            Changed -= Wake;
            await End([.. running.Keys], running);
        }
    }

    private static async Task End<T>(IReadOnlyList<T> gone, Dictionary<T, Running> running)
        where T : notnull
    {
        await Task.WhenAll(gone.Select(item => running[item].End()));
        foreach (var item in gone)
            running.Remove(item);
    }

    /// <summary>A loop that can be ended by itself.</summary>
    private sealed class Running(Func<CancellationToken, Task> loop, CancellationToken stop)
    {
        private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        private Task? _task;

        // Here, and one after the other: that the hosts of the settings are asked in their order is relied upon.
        public void Begin() => _task = loop(_end.Token);

        public async Task End()
        {
            await _end.CancelAsync();
            try
            {
                await _task!;
            }
            catch (OperationCanceledException)
            {
                // As it was asked to.
            }
            _end.Dispose();
        }
    }

    private sealed class Held(CurrentSettings settings, ConsoleSettings? before) : IDisposable
    {
        public void Dispose() => settings._held.Value = before;
    }
}
