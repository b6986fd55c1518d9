using System.Text.Json;

namespace TestServers.Tests.Stage;

/// <summary>
/// Kills a console with SIGKILL, at moments of each kind in turn: after a while, when launches have just been answered,
/// and in the middle of its writes to disk. Now and then it is killed again while it starts. What is left on disk each
/// time says how the builds that ran have to end.
/// </summary>
/// <param name="longest">The longest while, in milliseconds.</param>
internal sealed class Kills(QueueConsole queue, Random random, int longest)
{
    private readonly List<Task> _ends = [];
    private readonly Queue<Func<Task, Task>> _moments = new();

    /// <summary>When each was, in seconds since 1970.</summary>
    public List<double> Times { get; } = [];

    /// <summary>
    /// The builds that were found running, by number, and the state that each has to end with: as the history tells
    /// already, or interrupted.
    /// </summary>
    public Dictionary<string, string> Found { get; } = new(StringComparer.Ordinal);

    /// <summary>Kills it, once or twice; it has to be started anew.</summary>
    /// <param name="launches">Those that are under way.</param>
    public async Task Strike(Task launches)
    {
        if (_moments.Count == 0)
            FindMoments();
        await _moments.Dequeue()(launches);
        await Kill();
        if (random.Next(3) > 0)
            return;
        queue.Process.Launch();
        await Task.Delay(random.Next(longest / 2));
        await Kill();
    }

    /// <summary>
    /// Returns when everything that the killed ones had started has ended, which must take ten seconds at most.
    /// </summary>
    public async Task NothingRunsOn()
    {
        await Task.WhenAll(_ends);
        _ends.Clear();
    }

    private async Task Kill()
    {
        Times.Add(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0);
        await queue.Process.Kill();
        var programs = queue.Hosts.Running.ToList();
        _ends.Add(
            Wait.Until(
                "the host programs of a killed console have ended",
                () => !programs.Any(queue.Hosts.IsRunning),
                10
            )
        );
        foreach (var file in Directory.EnumerateFiles(Path.Combine(queue.State, "builds"), "*.json"))
        {
            var build = Read(file);
            if (build.Text("state") == "running")
                Found.TryAdd(build.Text("id")!, EndInHistory(build) ?? "interrupted");
        }
    }

    private string? EndInHistory(JsonElement build)
    {
        var file = Path.Combine(queue.State, "history", $"{build.Text("server")}.json");
        return File.Exists(file)
            ? Read(file)
                .GetProperty("entries")
                .EnumerateArray()
                .Where(e => e.Text("build") == build.Text("id"))
                .Select(e => e.Text("result"))
                .FirstOrDefault()
            : null;
    }

    private void FindMoments()
    {
        Func<Task, Task>[] moments =
        [
            _ => Task.Delay(random.Next(longest)),
            launches => Task.WhenAny(launches, Task.Delay(longest)),
            _ => AWrite("", random.Next(1, 150)),
            // While the launches come in.
            _ => AWrite("builds", random.Next(1, 10)),
            // While a build ends: its history is written, its own state is not.
            _ => AWrite("history", random.Next(1, 10)),
        ];
        random.Shuffle(moments);
        foreach (var moment in moments)
            _moments.Enqueue(moment);
    }

    // Directly behind a renaming: what has to follow is missing. When nothing is written, after the longest while.
    private async Task AWrite(string folder, int which)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(Path.Combine(queue.State, folder)) { IncludeSubdirectories = true };
        watcher.Renamed += (_, _) =>
        {
            if (Interlocked.Decrement(ref which) != 0)
                return;
            // Killed right here: the next write is half a millisecond away.
            _ = queue.Process.Kill();
            reached.TrySetResult();
        };
        watcher.EnableRaisingEvents = true;
        await Task.WhenAny(reached.Task, Task.Delay(longest));
    }

    private static JsonElement Read(string file) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllBytes(file));
}
