namespace TestServers.HostPrograms;

/// <summary>
/// How long a host program is waited for: until it has said who it is, and, when it is asked to end, until it has said
/// that it heard. Something else is not listened to at all.
/// </summary>
internal sealed class CallDeadlines : IDisposable
{
    private const int MostNoise = 64 * 1024;

    // It says so at once, before it cleans up. A cancel is to be told within 5 s, also when the host is gone.
    private static readonly TimeSpan HearLimit = TimeSpan.FromSeconds(3);

    // A stop waits for no host that hangs: what it has begun there ends when its connection is gone, and is cleaned
    // later.
    private static readonly TimeSpan HearLimitAtStop = TimeSpan.FromSeconds(0.5);

    private readonly Lock _ending = new();
    private readonly CancellationTokenSource _ask,
        _force = new();
    private readonly CancellationTokenRegistration _cancelled,
        _stopped;
    private bool _ended,
        _hears;
    private int _noise;

    public CallDeadlines(TimeSpan limit, CancellationToken cancel, CancellationToken stopping = default)
    {
        _ask = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _force.CancelAfter(limit);
        _force.Token.Register(_ask.Cancel);
        _cancelled = cancel.Register(() =>
            Unless(() => GiveTime(stopping.IsCancellationRequested ? HearLimitAtStop : HearLimit))
        );
        _stopped = stopping.Register(() =>
            Unless(() =>
            {
                if (cancel.IsCancellationRequested)
                    GiveTime(HearLimitAtStop);
            })
        );
    }

    /// <summary>Asks for the end of the call: somebody cancels, or it was given up.</summary>
    public CancellationToken Ask => _ask.Token;

    /// <summary>The call was given up; nobody waits for a cleaning up.</summary>
    public CancellationToken Force => _force.Token;

    /// <summary>
    /// It has said who it is: from now on only the call's own limit counts. One that was asked to end meanwhile has
    /// still to say that it heard.
    /// </summary>
    public void Keep() =>
        Unless(() =>
        {
            if (!_ask.IsCancellationRequested)
                _force.CancelAfter(Timeout.InfiniteTimeSpan);
        });

    /// <summary>It has heard that it is to end: it has the time that it needs for cleaning up.</summary>
    public void Ending() =>
        Unless(() =>
        {
            _hears = true;
            _force.CancelAfter(Timeout.InfiniteTimeSpan);
        });

    /// <summary>It is not what was called.</summary>
    public void GiveUp() => Unless(() => _force.CancelAfter(TimeSpan.Zero));

    /// <summary>A login may say something before the program does, but not without end.</summary>
    public void Hear(string line)
    {
        if ((_noise += line.Length + 1) > MostNoise)
            GiveUp();
    }

    public void Dispose()
    {
        lock (_ending)
            _ended = true;
        _cancelled.Dispose();
        _stopped.Dispose();
        _force.Dispose();
        _ask.Dispose();
    }

    private void GiveTime(TimeSpan time)
    {
        if (!_hears)
            _force.CancelAfter(time);
    }

    // A line may still come when the call is over.
    private void Unless(Action act)
    {
        lock (_ending)
        {
            if (!_ended)
                act();
        }
    }
}
