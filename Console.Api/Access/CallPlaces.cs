namespace TestServers.Access;

/// <summary>What holds a worker of the web server for longer than an ordinary answer does.</summary>
public enum PlaceKind { Stream, Wait, Restore, Log, Plan }

/// <summary>
/// Counts what is held, for each caller and in all, so that one person cannot stop the others. All places together are
/// fewer than the workers in apache-proxy.conf (MaxRequestWorkers): the rest is always there for quick answers.
/// </summary>
public sealed class CallPlaces
{
    private readonly Lock _counting = new();
    private readonly Dictionary<(PlaceKind, CallerKind, string), int> _taken = [];

    // An open page has one stream and follows one log; a plan starts programs on a server. A token is shared by many jobs,
    // and one that restores may be asked a hundred times for one night.
    private static readonly Dictionary<PlaceKind, Limit> Limits = new()
    {
        [PlaceKind.Stream] = new("event streams open", Person: 6, Token: 6, All: 300, "Close some, or poll GET api/servers."),
        [PlaceKind.Wait] = new("calls that wait", Person: 10, Token: 30, All: 60, "Wait for some, or ask without `wait`."),
        [PlaceKind.Restore] = new("calls that wait for a restore", Person: 4, Token: 100, All: 120,
            "Ask without `wait`, then GET api/restores/ID?wait=10."),
        [PlaceKind.Log] = new("followed logs open", Person: 10, Token: 10, All: 40, "Close some, or ask without `follow`."),
        [PlaceKind.Plan] = new("plans under way", Person: 4, Token: 4, All: 12, "Ask again in a moment."),
    };

    /// <summary>How many places there are of all kinds together.</summary>
    public static int InAll => Limits.Values.Sum(l => l.All);

    /// <summary>How many are taken now, by kind.</summary>
    public IReadOnlyDictionary<PlaceKind, int> Taken
    {
        get
        {
            lock (_counting) return Limits.Keys.ToDictionary(k => k, k => _taken.Where(t => t.Key.Item1 == k).Sum(t => t.Value));
        }
    }

    /// <summary>Takes a place; disposing it gives it back, once.</summary>
    /// <exception cref="Problem">429 with `limit`: this caller, or all together, have too many.</exception>
    public IDisposable Take(PlaceKind kind, Caller caller)
    {
        var (limit, key) = (Limits[kind], (kind, caller.Kind, caller.Name));
        var own = caller.Kind == CallerKind.Token ? limit.Token : limit.Person;
        lock (_counting)
        {
            var held = _taken.GetValueOrDefault(key);
            if (held >= own)
            {
                var who = caller.Name.Length > 0 ? $"{caller.Name} has" : "Callers without a name have";
                throw TooMany($"{who} {own} {limit.What}, which is the limit. {limit.Instead}", own);
            }
            if (_taken.Where(t => t.Key.Item1 == kind).Sum(t => t.Value) >= limit.All)
            {
                throw TooMany($"All together have {limit.All} {limit.What}, which is the limit. {limit.Instead}", limit.All);
            }
            _taken[key] = held + 1;
        }
        return new Place(this, key);
    }

    private static Problem TooMany(string detail, int limit) =>
        Problem.TooMany(detail).With("limit", limit).RetriedAfter(TimeSpan.FromSeconds(2));

    private void GiveBack((PlaceKind, CallerKind, string) key)
    {
        lock (_counting)
        {
            if (--_taken[key] == 0) _taken.Remove(key);
        }
    }

    private sealed record Limit(string What, int Person, int Token, int All, string Instead);

    private sealed class Place(CallPlaces places, (PlaceKind, CallerKind, string) key) : IDisposable
    {
        private int _given;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 1) == 0) places.GiveBack(key);
        }
    }
}
