namespace TestServers.Requests;

/// <summary>One row of numbers for builds and restores together, so that numbers tell who came first in a lane both use.</summary>
public sealed class RequestNumbers
{
    private long _last;

    /// <summary>A number that was never given before.</summary>
    public RequestId Next() => RequestId.Of(Interlocked.Increment(ref _last));

    /// <summary>Called for every request that is loaded at the start.</summary>
    public void Taken(RequestId id) => _last = Math.Max(_last, id.Number);
}
