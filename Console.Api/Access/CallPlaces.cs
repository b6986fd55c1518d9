namespace TestServers.Access;

/// <summary>What holds a worker of the web server for longer than an ordinary answer does.</summary>
public enum PlaceKind
{
    Stream,
    Wait,
    Restore,
    Log,
    Plan,
}

/// <summary>
/// Counts what is held, for each caller and in all, so that one person cannot stop the others. All places together are
/// fewer than the workers in apache-limits.conf (MaxRequestWorkers): the rest is always there for quick answers.
/// That a reader has gone shows when something is sent to him, at the second time; so before a caller is refused a
/// place, all that he has are asked, and what nobody reads any more does not count.
/// </summary>
public sealed class CallPlaces
{
    /// <summary>So many callers at once have others' places asked; one that comes then is refused without.</summary>
    private const int MostAsking = 8;
    private const int Askings = 8;
    private static readonly TimeSpan UntilNextAsking = TimeSpan.FromMilliseconds(100);
    private readonly Lock _counting = new();
    private readonly Dictionary<(PlaceKind, CallerKind, string), List<Place>> _taken = [];
    private int _asking;

    // An open page has one stream and follows one log; a plan starts programs on a server. A token is shared by many
    // jobs, and one that restores may be asked a hundred times for one night.
    private static readonly Dictionary<PlaceKind, Limit> Limits = new()
    {
        [PlaceKind.Stream] = new(
            "event streams open",
            Person: 6,
            Token: 6,
            All: 300,
            "Close some, or poll GET api/servers."
        ),
        [PlaceKind.Wait] = new(
            "calls that wait",
            Person: 10,
            Token: 30,
            All: 60,
            "Wait for some, or ask without `wait`."
        ),
        [PlaceKind.Restore] = new(
            "calls that wait for a restore",
            Person: 4,
            Token: 100,
            All: 120,
            "Ask without `wait`, then GET api/restores/ID?wait=10."
        ),
        [PlaceKind.Log] = new(
            "followed logs open",
            Person: 10,
            Token: 10,
            All: 40,
            "Close some, or ask without `follow`."
        ),
        [PlaceKind.Plan] = new("plans under way", Person: 4, Token: 4, All: 12, "Ask again in a moment."),
    };

    /// <summary>How many calls are held at most: the places of all kinds, and who waits for one.</summary>
    public static int InAll => Limits.Values.Sum(l => l.All) + MostAsking;

    /// <summary>How many are taken now, by kind.</summary>
    public IReadOnlyDictionary<PlaceKind, int> Taken
    {
        get
        {
            lock (_counting)
                return Limits.Keys.ToDictionary(k => k, k => TakenOf(k).Sum(t => t.Count));
        }
    }

    /// <summary>Takes a place; disposing it gives it back, once.</summary>
    /// <exception cref="Problem">429 with `limit`: this caller, or all together, have too many.</exception>
    public Place Take(PlaceKind kind, Caller caller)
    {
        var (limit, key) = (Limits[kind], (kind, caller.Kind, caller.Name));
        var own = OwnLimit(kind, caller);
        lock (_counting)
        {
            var held = _taken.GetValueOrDefault(key) ?? [];
            if (held.Count >= own)
            {
                var who = caller.Name.Length > 0 ? $"{caller.Name} has" : "Callers without a name have";
                throw TooMany($"{who} {own} {limit.What}, which is the limit. {limit.Instead}", own);
            }
            if (TakenOf(kind).Sum(t => t.Count) >= limit.All)
            {
                throw TooMany(
                    $"All together have {limit.All} {limit.What}, which is the limit. {limit.Instead}",
                    limit.All
                );
            }
            var place = new Place(this, key);
            _taken[key] = [.. held, place];
            return place;
        }
    }

    /// <summary>
    /// Takes a place of a kind whose holders send something when they are asked (<see cref="Place.Asked"/>), so that
    /// those who have gone are found out before anybody is refused.
    /// </summary>
    /// <exception cref="Problem">429 with `limit`: this caller, or all together, have too many that are
    /// read.</exception>
    public async Task<Place> TakeAsking(PlaceKind kind, Caller caller, CancellationToken cancel)
    {
        var asking = Interlocked.Increment(ref _asking) <= MostAsking;
        try
        {
            for (var asked = 0; ; asked++)
            {
                try
                {
                    return Take(kind, caller);
                }
                catch (Problem) when (asking && asked < Askings)
                {
                    AskHolders(kind, caller);
                }
                await Task.Delay(UntilNextAsking, cancel);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _asking);
        }
    }

    // Those in the way: the caller's own, or, as long as he may have more, all of the kind.
    private void AskHolders(PlaceKind kind, Caller caller)
    {
        List<Place> holders;
        lock (_counting)
        {
            var own = _taken.GetValueOrDefault((kind, caller.Kind, caller.Name));
            holders = own?.Count >= OwnLimit(kind, caller) ? own : [.. TakenOf(kind).SelectMany(t => t)];
        }
        foreach (var holder in holders)
            holder.Ask();
    }

    private static int OwnLimit(PlaceKind kind, Caller caller) =>
        caller.Kind == CallerKind.Token ? Limits[kind].Token : Limits[kind].Person;

    private IEnumerable<List<Place>> TakenOf(PlaceKind kind) =>
        _taken.Where(t => t.Key.Item1 == kind).Select(t => t.Value);

    private static Problem TooMany(string detail, int limit) =>
        Problem.TooMany(detail).With("limit", limit).RetriedAfter(TimeSpan.FromSeconds(2));

    private void GiveBack(Place place, (PlaceKind, CallerKind, string) key)
    {
        lock (_counting)
        {
            if (_taken.GetValueOrDefault(key) is not { } held || !held.Contains(place))
                return;
            if (held.Count == 1)
                _taken.Remove(key);
            else
                _taken[key] = [.. held.Where(p => p != place)];
        }
    }

    private sealed record Limit(string What, int Person, int Token, int All, string Instead);

    /// <summary>What a call holds as long as it lasts.</summary>
    public sealed class Place : IDisposable
    {
        private readonly CallPlaces _places;
        private readonly (PlaceKind, CallerKind, string) _key;
        private CancellationTokenSource _asked = new();

        internal Place(CallPlaces places, (PlaceKind, CallerKind, string) key) => (_places, _key) = (places, key);

        /// <summary>
        /// Cancelled, and another one from then on, when somebody else needs a place: whoever holds this one sends
        /// something, which shows whether it is still read.
        /// </summary>
        public CancellationToken Asked => Volatile.Read(ref _asked).Token;

        internal void Ask() => Interlocked.Exchange(ref _asked, new()).Cancel();

        public void Dispose() => _places.GiveBack(this, _key);
    }
}
