namespace TestServers.Builds;

/// <summary>A build that runs now: how to end it, and when it has.</summary>
public sealed class RunningBuild(JobId id, CancellationToken stop)
{
    private readonly CancellationTokenSource _cancel = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public JobId Id => id;
    public CancellationToken Cancel => _cancel.Token;
    public Task Ended => _ended.Task;

    /// <summary>
    /// Who ended it and why, as a sentence; null: its owner, or the holder of its server, has cancelled it.
    /// </summary>
    public string? Why { get; private set; }

    /// <summary>Who has cancelled it, or taken its right to run; null: nobody.</summary>
    public string? By { get; private set; }

    /// <summary>Whether it was told to end.</summary>
    public bool IsEnding => _cancel.IsCancellationRequested;

    public Task End(string? why = null, string? by = null)
    {
        Why ??= why;
        By ??= by;
        return _cancel.CancelAsync();
    }

    public void SetEnded()
    {
        _ended.TrySetResult();
        _cancel.Dispose();
    }
}
