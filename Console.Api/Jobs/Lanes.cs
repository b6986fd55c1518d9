namespace TestServers.Jobs;

/// <summary>
/// Turns for things that only so many may use at once: a base that is copied, a database host. Each lane serves in the
/// order of the requests' numbers, so that who came first is served first, also when his turn to wait began later.
/// </summary>
public sealed class Lanes
{
    private readonly Lock _deciding = new();
    private readonly Dictionary<Lane, Turns> _lanes = [];
    private long _asked;

    /// <summary>Waits for a turn.</summary>
    /// <param name="places">How many may be in this lane at once.</param>
    /// <param name="who">What the one in the lane is doing, for those who wait behind him.</param>
    /// <param name="onWait">Told what is waited for, and how many are before; not called when there is a place at
    /// once.</param>
    /// <returns>The turn; disposing it lets the next one in.</returns>
    public async Task<IDisposable> Enter(
        Lane lane,
        int places,
        JobId id,
        string who,
        Action<string> onWait,
        CancellationToken cancel
    )
    {
        // A request may ask for several turns, which come one after the other.
        var turn = new Turn(this, lane, (id.Number, Interlocked.Increment(ref _asked)), who, onWait);
        lock (_deciding)
        {
            var turns = _lanes.TryGetValue(lane, out var known) ? known : _lanes[lane] = new();
            turns.Places = places;
            turns.Waiting.Add(turn.Place, turn);
            Admit(turns);
        }
        await using var registration = cancel.Register(turn.Dispose);
        await turn.Mine;
        cancel.ThrowIfCancellationRequested();
        return turn;
    }

    /// <summary>Whether somebody is in this lane, or waits for it.</summary>
    public bool IsBusy(Lane lane)
    {
        lock (_deciding)
            return _lanes.ContainsKey(lane);
    }

    private void Leave(Turn turn)
    {
        lock (_deciding)
        {
            if (!_lanes.TryGetValue(turn.Lane, out var turns))
                return;
            turns.Waiting.Remove(turn.Place);
            turns.Inside.Remove(turn);
            Admit(turns);
            if (turns.Inside.Count == 0 && turns.Waiting.Count == 0)
                _lanes.Remove(turn.Lane);
        }
        turn.Open();
    }

    private static void Admit(Turns turns)
    {
        while (turns.Inside.Count < turns.Places && turns.Waiting.Count > 0)
        {
            var next = turns.Waiting.Values[0];
            turns.Waiting.RemoveAt(0);
            turns.Inside.Add(next);
            next.Open();
        }
        foreach (var (before, waiting) in turns.Waiting.Values.Index())
            waiting.OnWait(
                before == 0 ? turns.Inside[0].Who : $"{turns.Inside[0].Who}, and {before} more before this one"
            );
    }

    private sealed class Turns
    {
        public int Places { get; set; }
        public List<Turn> Inside { get; } = [];
        public SortedList<(long, long), Turn> Waiting { get; } = [];
    }

    private sealed class Turn(Lanes lanes, Lane lane, (long, long) place, string who, Action<string> onWait)
        : IDisposable
    {
        private readonly TaskCompletionSource _mine = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public Lane Lane { get; } = lane;

        /// <summary>The request's number, and behind it the turn's own.</summary>
        public (long, long) Place { get; } = place;
        public string Who { get; } = who;
        public Action<string> OnWait { get; } = onWait;
        public Task Mine => _mine.Task;

        public void Open() => _mine.TrySetResult();

        public void Dispose() => lanes.Leave(this);
    }
}
