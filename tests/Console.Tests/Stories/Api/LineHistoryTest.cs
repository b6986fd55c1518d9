using System.Diagnostics;
using System.Globalization;

namespace TestServers.Tests.Stories.Api;

/// <summary>
/// People reserve, share, wait, leave, ask, take over, give, release and take that back, on a few servers at once while
/// the console is killed, and turns and reservations end by the clock: there is an order of all that in which every
/// answer is right, the line is first come, first served, and each turn stands once in the audit and once among what is
/// to be told. CONSOLE_HOLDS_SEED repeats a run's choices.
/// </summary>
public sealed class LineHistoryTest(Xunit.Abstractions.ITestOutputHelper output)
{
    private static readonly int Seed = int.TryParse(
        Environment.GetEnvironmentVariable("CONSOLE_HOLDS_SEED"),
        out var seed
    )
        ? seed
        : Random.Shared.Next(1_000_000);

    // One moment by the clock that times calls, and by the machine's.
    private readonly (long Ticks, DateTimeOffset Time) _then = (Stopwatch.GetTimestamp(), DateTimeOffset.UtcNow);
    private readonly List<LineCall> _history = [];
    private int _people,
        _left,
        _pause;
    private string[] _servers = [];
    private volatile TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData(64, 4_000, 6, 60)]
    // Turns and reservations are over within seconds.
    [InlineData(10, 500, 2, 0.012)]
    public async Task Every_answer_about_a_line_fits_into_one_order_and_each_turn_is_told_once_whatever_is_killed(
        int people,
        int calls,
        int kills,
        double turnMinutes
    )
    {
        output.WriteLine($"CONSOLE_HOLDS_SEED={Seed}");
        // Turns are missed by who does something else meanwhile.
        (_people, _left, _pause) = (people, calls, turnMinutes < 1 ? 300 : 0);
        _servers = [.. Enumerable.Range(1, people / 2).Select(n => $"qa{n:00}")];
        await using var console = new ConsoleProcess();
        var minutes = turnMinutes.ToString(CultureInfo.InvariantCulture);
        console.WriteSettings(more: $$""", "reservations": { "turnMinutes": {{minutes}}, "kept": 1000 }""");
        console.WriteDomains([.. _servers.Select(s => (s, 1))]);
        await console.StartWithServers();
        _up.SetResult();
        var callers = Task.WhenAll(Enumerable.Range(0, people).Select(n => Task.Run(() => Call(console, n))));
        for (var kill = 1; kill <= kills; kill++)
        {
            await Wait.Until("so many calls were made", () => _left <= calls - calls * kill / (kills + 1), 120);
            var down = _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var killed = Stopwatch.GetTimestamp();
            await console.Kill();
            await console.StartWithServers();
            lock (_history)
                _history.AddRange(_servers.SelectMany(s => Restarted(s, killed, Stopwatch.GetTimestamp())));
            down.SetResult();
        }
        await callers;
        await Wait.Until("what is over has ended, and is written down", () => !MayEnd(console), 60);
        output.WriteLine($"{_history.Count} calls, {_history.Count(c => c.Status is null)} without an answer");

        Assert.True(_history.Count >= calls);
        var audit = await Audit(console);
        var missed = audit.Where(f => f.Text("what") == "turn missed").ToList();
        _history.AddRange(missed.Select(Missed));
        var ended = EndedByTime(console).ToList();
        _history.AddRange(ended.SelectMany(e => Ended(e.Server, e.Past)));
        output.WriteLine($"{missed.Count} turns missed, {ended.Count} reservations ended by time");
        Assert.Equal(turnMinutes < 1, missed.Count > 0);
        // Of few holds all may be ended by somebody before.
        Assert.True(turnMinutes < 1 || ended.Count == 0);
        Assert.Equal(audit.Count(f => f.Text("what") == "end reservation"), ended.Count);
        foreach (var server in _history.GroupBy(c => c.Server))
            Assert.True(LineOrder.Exists([.. server], out var why), $"{server.Key}: {why}");
        // Of few calls some kinds may all be refused.
        foreach (var what in Enum.GetValues<LineDeed>().Where(w => w < LineDeed.Miss))
            Assert.True(
                calls < 1000 || _history.Any(c => c.What == what && (int?)c.Status is >= 200 and < 300),
                $"no {what} was done"
            );
        await Wait.Until("all of it is told", () => !Pending(console).Any());
        var told = Told(console);
        foreach (var (what, kind) in new[] { ("turn", "yourTurn"), ("turn missed", "placeOver") })
        {
            var had = TurnsIn(audit, what).ToLookup(t => t.Split(' ')[1]);
            Assert.Equal(had.Count > 0, told.ContainsKey(kind));
            foreach (var person in had)
            {
                // Of one person's many the oldest are dropped.
                var heard = told[kind][person.Key].ToList();
                Assert.NotEmpty(heard);
                Assert.Equal(person.TakeLast(heard.Count), heard);
            }
            Assert.Equal(had.Count, told.GetValueOrDefault(kind)?.Count ?? 0);
        }
        Assert.True(TurnsIn(audit, "turn").Count > calls / 100);
    }

    private long TicksAt(DateTimeOffset time) =>
        _then.Ticks + (long)((time - _then.Time).TotalSeconds * Stopwatch.Frequency);

    // The act was decided at its time or when somebody else was refused because of it, up to a second before: the
    // clock is asked every second.
    private LineCall Missed(JsonElement fact)
    {
        var at = TicksAt(fact.GetProperty("at").GetDateTimeOffset());
        var (server, person) = (fact.Text("on")!, fact.Text("more")!.Split(' ')[3]);
        return new(server, person, LineDeed.Miss, "", at - Seconds(2), at + Seconds(5), HttpStatusCode.OK);
    }

    // It holds until its time, and is taken out, for the first in line, within a second.
    private IEnumerable<LineCall> Ended(string server, JsonElement past)
    {
        var held = past.GetProperty("held");
        var from = TicksAt(held.GetProperty("until").GetDateTimeOffset()) - Seconds(0.05);
        var to = TicksAt(past.GetProperty("endedAt").GetDateTimeOffset()) + Seconds(1);
        yield return new(server, held.Text("holder")!, LineDeed.End, "", from, to, HttpStatusCode.OK);
        yield return new(server, "", LineDeed.Offer, "", from, to, HttpStatusCode.OK);
    }

    // A turn that was over meanwhile is nobody's fault: as long as no host has told of its servers it is taken back,
    // and given again within a second after that.
    private static IEnumerable<LineCall> Restarted(string server, long killed, long up) =>
        [
            new(server, "", LineDeed.Lapse, "", killed, up + Seconds(0.2)),
            new(server, "", LineDeed.Offer, "", up, up + Seconds(5), HttpStatusCode.OK),
        ];

    private static long Seconds(double seconds) => (long)(seconds * Stopwatch.Frequency);

    private async Task Call(ConsoleProcess console, int n)
    {
        var random = new Random(Seed * 1000 + n);
        using var http = console.ClientFor($"p{n}");
        var (waits, holds, released) = (new List<string>(), new List<string>(), new List<string>());
        string? justReleased = null;
        // One of many reserves, releases and takes back a server that nobody else wants: however slow the others are.
        var wavers = n == 0 && _pause == 0;
        while (Interlocked.Decrement(ref _left) >= 0)
        {
            await _up.Task;
            await Task.Delay(random.Next(_pause));
            // Some take a release back at once, before anybody has come.
            var isSorry = justReleased is not null && (wavers || random.Next(4) == 0);
            var what =
                isSorry ? LineDeed.Undo
                : !wavers ? (LineDeed)random.Next((int)LineDeed.Miss)
                : holds.Count > 0 ? LineDeed.Release
                : LineDeed.Reserve;
            var to = $"p{(n + 1 + random.Next(_people - 1)) % _people}";
            // Who waits tries to take what they wait for, and who holds gives it back: so turns come and go.
            var known = what switch
            {
                LineDeed.Reserve => waits,
                LineDeed.Release or LineDeed.Give or LineDeed.Share => holds,
                LineDeed.Undo => released,
                _ => [],
            };
            // Half of them want the same few, whose lines are long; the others' are short or empty.
            var wanted = wavers
                ? _servers.Length - 1
                : random.Next(random.Next(2) == 0 ? _people / 10 : _servers.Length - 1);
            var server =
                isSorry ? justReleased!
                : known.Count > 0 ? known[random.Next(known.Count)]
                : _servers[wanted];
            var call = new LineCall(server, $"p{n}", what, to, Stopwatch.GetTimestamp());
            try
            {
                // What they have waited for is theirs for 1 to 4 s, where turns are short.
                using var answer = await Send(http, call, _pause == 0 ? 1 : 0.0003 + random.NextDouble() * 0.0008);
                call = await call.Answered(answer, Stopwatch.GetTimestamp(), TicksAt);
                Remember(call, waits, holds, released);
                justReleased = call is { What: LineDeed.Release, Status: HttpStatusCode.NoContent } ? server : null;
            }
            catch (HttpRequestException)
            {
                // Killed: it was done before, or never.
                call = call with
                {
                    Ended = Stopwatch.GetTimestamp(),
                };
            }
            lock (_history)
                _history.Add(call);
        }
    }

    private static void Remember(LineCall call, List<string> waits, List<string> holds, List<string> released)
    {
        if (call.What is LineDeed.Look or LineDeed.Ask or LineDeed.Share)
            return;
        released.Remove(call.Server);
        if (call.Status is not { } status || (int)status >= 300)
            return;
        waits.Remove(call.Server);
        if (call.What != LineDeed.Leave)
            holds.Remove(call.Server);
        if (call.What == LineDeed.Join)
            waits.Add(call.Server);
        if (call.What is LineDeed.Reserve or LineDeed.TakeOver or LineDeed.Undo)
            holds.Add(call.Server);
        // Some wait for it before they take their release back.
        if (call.What is LineDeed.Release or LineDeed.Join)
            released.Add(call.Server);
    }

    private static Task<HttpResponseMessage> Send(HttpClient http, LineCall call, double hours)
    {
        var server = $"api/servers/{call.Server}";
        return call.What switch
        {
            LineDeed.Reserve => http.Put($"{server}/reservation", new { purpose = "x" }),
            LineDeed.Release => http.DeleteAsync($"{server}/reservation"),
            LineDeed.TakeOver => http.Post($"{server}/reservation/takeover", new { reason = "x" }),
            LineDeed.Give => http.Post($"{server}/reservation/give", new { to = call.To }),
            LineDeed.Share => http.Post($"{server}/reservation/share", new { with = new[] { call.To } }),
            LineDeed.Ask => http.Post($"{server}/reservation/ask", new { }),
            LineDeed.Undo => http.Post($"{server}/reservation/undo", new { }),
            LineDeed.Join => http.Post($"{server}/line", new { purpose = "x", hours }),
            LineDeed.Leave => http.DeleteAsync($"{server}/line"),
            _ => http.GetAsync(server),
        };
    }

    private static async Task<List<JsonElement>> Audit(ConsoleProcess console) =>
        [
            .. (await File.ReadAllLinesAsync(Path.Combine(console.Folder, "state", "audit.log"))).Select(l =>
                JsonDocument.Parse(l).RootElement
            ),
        ];

    private static List<string> TurnsIn(List<JsonElement> audit, string what) =>
        [.. audit.Where(f => f.Text("what") == what).Select(f => $"{f.Text("on")} {f.Text("more")!.Split(' ')[3]}")];

    // Holds and turns within a minute, and an act whose line the audit may not have yet.
    private static bool MayEnd(ConsoleProcess console)
    {
        bool IsSoon(JsonProperty one) =>
            one.Value.GetProperty("until").GetDateTimeOffset() < DateTimeOffset.UtcNow.AddMinutes(1);
        var state = State(Path.Combine(console.Folder, "state", "reservations.json"));
        return state.GetProperty("held").EnumerateObject().Any(IsSoon)
            || state.GetProperty("turns").EnumerateObject().Any(IsSoon)
            || new FileInfo(Path.Combine(console.Folder, "state", "journal.log")).Length > 0;
    }

    private static IEnumerable<(string Server, JsonElement Past)> EndedByTime(ConsoleProcess console) =>
        from file in Directory.EnumerateFiles(Path.Combine(console.Folder, "state", "reservations"), "*.json")
        from past in State(file).GetProperty("ended").EnumerateArray()
        where past.Text("end") == "timeOver"
        select (Path.GetFileNameWithoutExtension(file), past);

    private static JsonElement.ArrayEnumerator Pending(ConsoleProcess console) =>
        State(Path.Combine(console.Folder, "state", "concerns.json")).GetProperty("pending").EnumerateArray();

    // By kind what each person was told, the oldest first.
    private static Dictionary<string, ILookup<string, string>> Told(ConsoleProcess console) =>
        Directory
            .EnumerateFiles(Path.Combine(console.Folder, "state", "messages"), "*.json")
            .Select(State)
            .SelectMany(of =>
                of.GetProperty("messages")
                    .EnumerateArray()
                    .Select(m => (Kind: m.Text("kind")!, Person: of.Text("person")!, Server: m.Text("server")))
            )
            .GroupBy(m => m.Kind, StringComparer.Ordinal)
            .ToDictionary(
                m => m.Key,
                m => m.ToLookup(one => one.Person, one => $"{one.Server} {one.Person}", StringComparer.Ordinal),
                StringComparer.Ordinal
            );

    private static JsonElement State(string file) => JsonDocument.Parse(File.ReadAllText(file)).RootElement;
}

internal enum LineDeed
{
    Reserve,
    Release,
    TakeOver,
    Give,
    Share,
    Ask,
    Undo,
    Join,
    Leave,
    Look,

    /// <summary>No call: a turn was over.</summary>
    Miss,

    /// <summary>No call: a reservation's time was over.</summary>
    End,

    /// <summary>No call: a turn was taken back, and its place stays.</summary>
    Lapse,

    /// <summary>No call: from here on a free server is the first one's in its line.</summary>
    Offer,
}

/// <summary>A call and its answer.</summary>
/// <param name="To">To whom a server is given, or with whom it is shared.</param>
/// <param name="Began">A timestamp before it was sent.</param>
/// <param name="Ended">One after its answer, or after the console was killed.</param>
/// <param name="Status">Null: there was no answer.</param>
/// <param name="Holder">Of a look: who held the server.</param>
/// <param name="Line">Of a look: who waited, each with a blank behind.</param>
/// <param name="Turn">Of a look: whose turn it was.</param>
/// <param name="Shared">Of a look: with whom it was shared.</param>
/// <param name="Until">Of a reservation: the timestamp of its end; 0: it is not known.</param>
internal sealed record LineCall(
    string Server,
    string By,
    LineDeed What,
    string To,
    long Began,
    long Ended = 0,
    HttpStatusCode? Status = null,
    string? Holder = null,
    string Line = "",
    string? Turn = null,
    string Shared = "",
    long Until = 0
) : ITimedCall
{
    public async Task<LineCall> Answered(HttpResponseMessage answer, long at, Func<DateTimeOffset, long> ticksAt)
    {
        var call = this with { Ended = at, Status = answer.StatusCode };
        if (What is LineDeed.Reserve or LineDeed.TakeOver && answer.IsSuccessStatusCode)
            return call with { Until = ticksAt((await answer.Json()).GetProperty("until").GetDateTimeOffset()) };
        if (What != LineDeed.Look)
            return call;
        var body = await answer.Json();
        var (held, line) = (body.GetProperty("reservation"), body.GetProperty("line"));
        if (held.ValueKind != JsonValueKind.Null)
            call = call with
            {
                Holder = held.Text("holder"),
                Shared = string.Concat(held.GetProperty("sharedWith").EnumerateArray().Select(p => p.GetString())),
            };
        if (line.ValueKind == JsonValueKind.Null)
            return call;
        var turn = line.GetProperty("turn");
        return call with
        {
            Line = string.Concat(line.GetProperty("waiting").EnumerateArray().Select(w => w.Text("person") + " ")),
            Turn = turn.ValueKind == JsonValueKind.Null ? null : turn.Text("person"),
        };
    }
}
