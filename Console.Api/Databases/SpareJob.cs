using TestServers.HostPrograms;

namespace TestServers.Databases;

/// <summary>The making of one base's spares, which can be ended and waited for.</summary>
internal sealed class SpareJob(CancellationToken stop) : IDisposable
{
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<HostResult> Make(DatabaseHost host, BaseSettings @base) => host.Prepare(@base, _end.Token);

    public void SetEnded() => _ended.TrySetResult();

    public async Task End()
    {
        try
        {
            await _end.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
        await _ended.Task;
    }

    public void Dispose() => _end.Dispose();
}
