namespace TestServers.Hosts;

/// <summary>
/// How long a host is left alone before it is asked again. One that answers is asked all the time; the pause of one
/// that does not grows with its silence, so that it costs little, and one that is back is seen after a quarter more.
/// </summary>
internal sealed class AskPause(TimeProvider clock)
{
    /// <summary>Short enough that a page shows a truth that is at most two seconds old.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(1.5);

    /// <summary>Whoever has mended a host looks at the page, and waits no longer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    // Hosts behind one switch fall silent together; they are not to be asked together ever after.
    private const double LeastShare = 0.8;

    private readonly Lock _noting = new();
    private long? _silentSince;

    /// <summary>Whether it did not answer when it was asked last.</summary>
    public bool IsSilent
    {
        get
        {
            lock (_noting)
                return _silentSince is not null;
        }
    }

    /// <summary>Takes note that it was asked.</summary>
    /// <returns>How long to wait until it is asked again.</returns>
    public TimeSpan After(bool hasAnswered)
    {
        lock (_noting)
        {
            if (hasAnswered)
            {
                _silentSince = null;
                return Usual;
            }
            var silence = clock.GetElapsedTime(_silentSince ??= clock.GetTimestamp());
            var share = LeastShare + ((1 - LeastShare) * Random.Shared.NextDouble());
            return share * TimeSpan.FromTicks(Math.Clamp(silence.Ticks / 4, Usual.Ticks, Longest.Ticks));
        }
    }

    /// <summary>Has the pause begin to grow anew: what made the host silent may have been mended.</summary>
    public void Forget()
    {
        lock (_noting)
            _silentSince = null;
    }
}
