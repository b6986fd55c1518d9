using TestServers.Http;

namespace TestServers.Access;

/// <summary>
/// Puts into the audit what somebody tried to change and was refused: without the right, or because of others' rights.
/// Not what was not understood, and nobody without a name. Nobody's answer waits for it: the lines are written together
/// every second, so that a kill loses those of the last one. Each person has so many a minute, all together so many;
/// of the others it is written how many they were.
/// </summary>
public sealed class RefusedDeeds(Journal journal, Audit audit, TimeProvider clock, ILogger<RefusedDeeds> log)
    : BackgroundService
{
    /// <summary>So many of one person's are written a minute, of so many people; of these more are counted.</summary>
    internal const int MostOfOne = 10,
        MostPeople = 100;

    private const int LongestTarget = 100;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1),
        Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _noting = new();
    private readonly Loop _loop = new(Pause, log);
    private Dictionary<string, Tally> _tallies = new(StringComparer.Ordinal);
    private List<AuditFact> _waiting = [];
    private long _began = clock.GetTimestamp();

    /// <summary>Looks at how a call ends.</summary>
    public async Task Watch(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Problem problem)
        {
            Note(context, problem);
            throw;
        }
    }

    /// <summary>What was refused since the last second is written before the end.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Write(isLast: true);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        _loop.Run(_ => Write(isLast: false), stoppingToken);

    private void Note(HttpContext context, Problem problem)
    {
        var caller = Caller.Of(context);
        if (
            caller.Kind == CallerKind.Nobody
            || problem is not ({ Status: 403 } or { Status: 409, Type: not Problem.NothingFree })
            || context.GetEndpoint()?.Metadata.GetMetadata<DeedWords>() is not { } words
        )
            return;
        var fact = audit.FactOf(caller, words.What, On(words, context.Request.RouteValues), problem.Message) with
        {
            Refused = true,
        };
        lock (_noting)
        {
            // Where anybody may take any name, names are not bounded.
            var key = _tallies.ContainsKey(caller.Name) || _tallies.Count < MostPeople ? caller.Name : "";
            if (!_tallies.TryGetValue(key, out var tally))
                _tallies[key] = tally = new(key.Length == 0 ? Caller.TheConsole : caller);
            if (key.Length > 0 && tally.Told < MostOfOne)
            {
                tally.Told++;
                _waiting.Add(fact);
            }
            else
                tally.More++;
        }
    }

    // Nothing of the address was looked at yet when the right is missing.
    private static string On(DeedWords words, RouteValueDictionary values)
    {
        var on = values.Aggregate(
            words.On,
            (text, value) => text.Replace($"{{{value.Key}}}", $"{value.Value}", StringComparison.Ordinal)
        );
        return on.Length > LongestTarget ? on[..LongestTarget] : on;
    }

    private async Task<TimeSpan> Write(bool isLast)
    {
        var facts = Taken(isLast);
        if (facts.Count == 0)
            return Pause;
        try
        {
            await journal.Do(act => facts.ForEach(fact => audit.Write(act, fact)));
            return Pause;
        }
        // It is told where it is noticed, and those of this second are lost.
        catch (DiskRefused)
        {
            return Minute;
        }
    }

    private List<AuditFact> Taken(bool isLast)
    {
        lock (_noting)
        {
            var taken = _waiting;
            _waiting = [];
            if (!isLast && clock.GetElapsedTime(_began) < Minute)
                return taken;
            taken.AddRange(_tallies.Values.Where(t => t.More > 0).Select(Rest));
            _tallies = new(StringComparer.Ordinal);
            _began = clock.GetTimestamp();
            return taken;
        }
    }

    private AuditFact Rest(Tally tally) =>
        audit.FactOf(
            tally.Caller,
            "try",
            $"{tally.More} more",
            $"So many more {(tally.Caller == Caller.TheConsole ? "of others " : "")}were refused within a minute."
        ) with
        {
            Refused = true,
        };

    private sealed class Tally(Caller caller)
    {
        public Caller Caller => caller;
        public int Told { get; set; }
        public int More { get; set; }
    }
}
