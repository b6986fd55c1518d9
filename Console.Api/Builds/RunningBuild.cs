namespace TestServers.Builds;

/// <summary>A build that runs now: how to end it, and when it has.</summary>
internal sealed class RunningBuild(RequestId id, CancellationToken stop)
{
    private readonly CancellationTokenSource _cancel = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public RequestId Id => id;
    public CancellationToken Cancel => _cancel.Token;
    public Task Ended => _ended.Task;
    public Task End() => _cancel.CancelAsync();
    public void SetEnded()
    {
        _ended.TrySetResult();
        _cancel.Dispose();
    }
}
