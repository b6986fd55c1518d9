using System.Security.Cryptography;

namespace TestServers.Tests.Stage;

/// <summary>
/// Kills a console with SIGKILL, at moments of each kind in turn: after a while, when launches have just been answered,
/// and in the middle of its writes to disk. Now and then it is killed again while it starts. What is left on disk each
/// time, the journal included, says how the builds that ran have to end.
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
        var lagging = Lagging();
        var files = Directory
            .EnumerateFiles(Path.Combine(queue.State, "builds"), "*.json")
            .Select(f => $"builds/{Path.GetFileName(f)}")
            .Union(lagging.Keys.Where(n => n.StartsWith("builds/", StringComparison.Ordinal)));
        foreach (var build in files.Select(f => Read(f, lagging)).OfType<JsonElement>())
        {
            if (build.Text("state") == "running")
                Found.TryAdd(build.Text("id")!, EndInHistory(build, lagging) ?? "interrupted");
        }
    }

    private string? EndInHistory(JsonElement build, Dictionary<string, JournalFile> lagging) =>
        Read($"history/{build.Text("server")}.json", lagging)
            ?.GetProperty("entries")
            .EnumerateArray()
            .Where(e => e.Text("build") == build.Text("id"))
            .Select(e => e.Text("result"))
            .FirstOrDefault();

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
            // While an act is done, and the files that it changes lag behind.
            _ => AnAct(random.Next(1, 20)),
        ];
        random.Shuffle(moments);
        foreach (var moment in moments)
            _moments.Enqueue(moment);
    }

    // Directly behind a renaming: what has to follow is missing. When nothing is written, after the longest while.
    private async Task AWrite(string folder, int which)
    {
        using var watcher = new FileSystemWatcher(Path.Combine(queue.State, folder)) { IncludeSubdirectories = true };
        await At(which, watcher, kill => watcher.Renamed += (_, _) => kill());
    }

    private async Task AnAct(int which)
    {
        // Files are put in place late, as on a slow disk: else they are there before the kill is.
        using var slow = await Strace.Attach(
            queue.Process,
            ["-e", "trace=rename", "-e", "inject=rename:delay_enter=50000", "-o", "/dev/null"]
        );
        using var watcher = new FileSystemWatcher(queue.State, "journal.log") { NotifyFilter = NotifyFilters.Size };
        await At(which, watcher, kill => watcher.Changed += (_, _) => kill());
    }

    private async Task At(int which, FileSystemWatcher watcher, Action<Action> tell)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        tell(() =>
        {
            if (Interlocked.Decrement(ref which) != 0)
                return;
            // Killed right here: the next write is half a millisecond away.
            _ = queue.Process.Kill();
            reached.TrySetResult();
        });
        watcher.EnableRaisingEvents = true;
        await Task.WhenAny(reached.Task, Task.Delay(longest));
    }

    // What the next start brings up: an act whose line is whole is done, also where its files are not in place.
    private Dictionary<string, JournalFile> Lagging()
    {
        var journal = Path.Combine(queue.State, "journal.log");
        var text = File.Exists(journal) ? File.ReadAllText(journal) : "";
        return text.EndsWith('\n')
            ? JsonSerializer
                .Deserialize<JournalLine>(text, JsonSerializerOptions.Web)!
                .Files.Where(f => HashOf(f.Name) == f.Before)
                .ToDictionary(f => f.Name, StringComparer.Ordinal)
            : [];
    }

    private string? HashOf(string name) =>
        Path.Combine(queue.State, name) is var file && File.Exists(file)
            ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))
            : null;

    private JsonElement? Read(string name, Dictionary<string, JournalFile> lagging) =>
        lagging.TryGetValue(name, out var act) ? JsonSerializer.Deserialize<JsonElement>(act.Text)
        : Path.Combine(queue.State, name) is var file && File.Exists(file)
            ? JsonSerializer.Deserialize<JsonElement>(File.ReadAllBytes(file))
        : null;
}
