using TestServers.Apps;

namespace TestServers.Following;

/// <summary>
/// A repository that servers follow, with its last answer: it is asked at most once at a time, again after a pause that
/// grows while it does not answer, and at once when it has told of a push by itself.
/// </summary>
internal sealed class Watched(TimeProvider clock)
{
    private const int FailuresOfSilence = 3;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private readonly Lock _changing = new();
    private TimeSpan _pause = TimeSpan.Zero;
    private long _endedAt;
    private int _failures;
    private bool _isAsked,
        _isAsking,
        _isFirst = true;

    /// <summary>What it has said last; null: nothing yet.</summary>
    public TipList? Answer { get; private set; }

    /// <summary>Whether it does not answer any more: several questions in turn. Null: one that has failed may be a
    /// moment's.</summary>
    public bool? IsSilent
    {
        get
        {
            lock (_changing)
                return _failures >= FailuresOfSilence ? true
                    : _failures == 0 && Answer is not null ? false
                    : null;
        }
    }

    /// <summary>How often it is asked.</summary>
    public TimeSpan Every { get; set; }

    /// <summary>When it is asked again that does not answer; null: it answers.</summary>
    public DateTimeOffset? NextLook { get; private set; }

    /// <summary>How long it is until it is to be asked; zero: now.</summary>
    public TimeSpan Wait
    {
        get
        {
            lock (_changing)
            {
                if (_isAsking)
                    return Timeout.InfiniteTimeSpan;
                if (_isFirst || _isAsked)
                    return TimeSpan.Zero;
                var left = _pause - clock.GetElapsedTime(_endedAt);
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Has it asked at once; again, when it is being asked, as what it says may be older.</summary>
    public void AskNow()
    {
        lock (_changing)
            _isAsked = true;
    }

    /// <summary>It is being asked from now on; false: it is already, or need not be.</summary>
    public bool Begin()
    {
        lock (_changing)
        {
            if (_isAsking || Wait != TimeSpan.Zero)
                return false;
            (_isAsking, _isAsked, _isFirst) = (true, false, false);
            return true;
        }
    }

    /// <summary>It has answered, or has not.</summary>
    public void End(TipList answer)
    {
        lock (_changing)
        {
            _isAsking = false;
            _endedAt = clock.GetTimestamp();
            _failures = answer.Problem is null ? 0 : Math.Min(_failures + 1, 16);
            var grown = Every * Math.Pow(2, Math.Max(0, _failures - 1));
            _pause =
                grown < Longest || grown <= Every ? grown
                : Longest > Every ? Longest
                : Every;
            NextLook = answer.Problem is null ? null : clock.GetUtcNow() + _pause;
            // What was known goes on to hold while it does not answer.
            Answer = answer.Problem is null || Answer is null ? answer : Answer with { Problem = answer.Problem };
        }
    }
}
