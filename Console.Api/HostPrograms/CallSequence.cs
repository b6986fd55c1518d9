namespace TestServers.HostPrograms;

/// <summary>
/// Calls of one host's program that follow each other: where it is still there from the call before, it is not started
/// again. Nothing that has begun is begun a second time.
/// </summary>
public sealed class CallSequence(HostProgram program) : IDisposable
{
    private HostRun? _run;

    /// <summary>Runs the call to its end, as <see cref="HostProgram.Run"/> does.</summary>
    /// <param name="isFollowed">Another is to follow.</param>
    public async Task<HostResult> Run(HostCall call, bool isFollowed, CancellationToken cancel)
    {
        if (_run is { } open && open.Transport == call.Transport && !cancel.IsCancellationRequested)
        {
            if (await open.Run(call, isFollowed, cancel) is { } result)
                return result;
        }
        Dispose();
        _run = program.Begin(call.Transport);
        return (await _run.Run(call, isFollowed, cancel))!;
    }

    /// <summary>No call follows.</summary>
    public void Dispose()
    {
        _run?.Dispose();
        _run = null;
    }
}
