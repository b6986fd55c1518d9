namespace TestServers.Jobs;

/// <summary>
/// Turns for things that only so many may use at once: a base that is copied, a database host. Each lane serves in the
/// order of the requests' numbers, so that who came first is served first, also when his turn to wait began later.
/// </summary>
public sealed class Lanes
{
    private readonly Lock _deciding = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <summary>Waits for a turn.</summary>
    /// <param name="places">How many may be in this lane at once.</param>
    /// <param name="who">What the one in the lane is doing, for those who wait behind him.</param>
    /// <param name="onWait">Told what is waited for, and how many are before; not called when there is a place at
    /// once.</param>
    /// <returns>The turn; disposing it lets the next one in.</returns>
    public async Task<IDisposable> Enter(
        string name,
        int places,
        JobId id,
        string who,
        Action<string> onWait,
        CancellationToken cancel
    )
    {
        var turn = new Turn(this, name, id, who, onWait);
        lock (_deciding)
        {
            var lane = _lanes.TryGetValue(name, out var known) ? known : _lanes[name] = new();
            lane.Places = places;
            lane.Waiting.Add(id.Number, turn);
            Admit(lane);
        }
        await using var registration = cancel.Register(turn.Dispose);
        await turn.Mine;
        cancel.ThrowIfCancellationRequested();
        return turn;
    }

    /// <summary>Whether somebody is in this lane, or waits for it.</summary>
    public bool IsBusy(string name)
    {
        lock (_deciding)
            return _lanes.ContainsKey(name);
    }

    private void Leave(Turn turn)
    {
        lock (_deciding)
        {
            if (!_lanes.TryGetValue(turn.Lane, out var lane))
                return;
            if (lane.Waiting.GetValueOrDefault(turn.Id.Number) == turn)
                lane.Waiting.Remove(turn.Id.Number);
            lane.Inside.Remove(turn);
            Admit(lane);
            if (lane.Inside.Count == 0 && lane.Waiting.Count == 0)
                _lanes.Remove(turn.Lane);
        }
        turn.Open();
    }

    private static void Admit(Lane lane)
    {
        while (lane.Inside.Count < lane.Places && lane.Waiting.Count > 0)
        {
            var next = lane.Waiting.Values[0];
            lane.Waiting.RemoveAt(0);
            lane.Inside.Add(next);
            next.Open();
        }
        foreach (var (before, waiting) in lane.Waiting.Values.Index())
            waiting.OnWait(
                before == 0 ? lane.Inside[0].Who : $"{lane.Inside[0].Who}, and {before} more before this one"
            );
    }

    private sealed class Lane
    {
        public int Places { get; set; }
        public List<Turn> Inside { get; } = [];
        public SortedList<long, Turn> Waiting { get; } = [];
    }

    private sealed class Turn(Lanes lanes, string lane, JobId id, string who, Action<string> onWait) : IDisposable
    {
        private readonly TaskCompletionSource _mine = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public string Lane { get; } = lane;
        public JobId Id { get; } = id;
        public string Who { get; } = who;
        public Action<string> OnWait { get; } = onWait;
        public Task Mine => _mine.Task;

        public void Open() => _mine.TrySetResult();

        public void Dispose() => lanes.Leave(this);
    }
}
