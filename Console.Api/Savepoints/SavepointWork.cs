namespace TestServers.Savepoints;

/// <summary>A savepoint that is made, or gone back to, right now.</summary>
/// <param name="server">The server whose databases it is about.</param>
/// <param name="name">What people call the savepoint.</param>
/// <param name="isBack">It is gone back to; else it is made.</param>
public sealed class SavepointWork(
    ServerName server,
    JobId savepoint,
    string name,
    bool isBack,
    string by,
    DateTimeOffset at
)
{
    /// <summary>What is said meanwhile to whoever wants something else there.</summary>
    public static string UnderWay(ServerName server) => $"The state of {server} is being kept, or gone back to.";

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServerName Server => server;
    public JobId Savepoint => savepoint;
    public string Name => name;
    public bool IsBack => isBack;
    public string By => by;
    public DateTimeOffset At => at;

    /// <summary>It has not begun, as nothing is to begin now.</summary>
    public bool Waits { get; set; }

    /// <summary>From 0 to 1; null: not told yet.</summary>
    public double? Progress { get; set; }

    /// <summary>What it waits for; null: nothing.</summary>
    public string? WaitsFor { get; set; }

    /// <summary>How a copy was made: twin, clone or file_copy.</summary>
    public string? Method { get; set; }

    /// <summary>How long the database hosts took.</summary>
    public double? Seconds { get; set; }

    /// <summary>Why it was not done; null: it was, or it is not over.</summary>
    public Problem? Problem { get; private set; }

    /// <summary>Completes when it is over.</summary>
    public Task Ended => _ended.Task;

    public void End(Problem? problem)
    {
        Problem = problem;
        _ended.TrySetResult();
    }
}
