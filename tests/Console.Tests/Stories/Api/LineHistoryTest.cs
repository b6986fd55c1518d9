using System.Diagnostics;
using System.Net;
using System.Text.Json;
using TestServers.Tests.Stage;

namespace TestServers.Tests.Stories.Api;

/// <summary>
/// 24 people reserve, wait, leave, take over, give and release six servers at once while the console is killed: there
/// is an order of the calls in which every answer is right, the line is first come, first served, and each turn stands
/// once in the audit and once among what is to be told. CONSOLE_HOLDS_SEED repeats a run's choices.
/// </summary>
public sealed class LineHistoryTest(Xunit.Abstractions.ITestOutputHelper output)
{
    private const int People = 24,
        Calls = 3_000,
        Kills = 6;
    private static readonly int Seed = int.TryParse(
        Environment.GetEnvironmentVariable("CONSOLE_HOLDS_SEED"),
        out var seed
    )
        ? seed
        : Random.Shared.Next(1_000_000);
    private static readonly string[] Servers = [.. Enumerable.Range(1, 6).Select(n => $"qa{n:00}")];
    private readonly List<LineCall> _history = [];
    private int _left = Calls;
    private volatile TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Every_answer_about_a_line_fits_into_one_order_and_each_turn_is_told_once_whatever_is_killed()
    {
        output.WriteLine($"CONSOLE_HOLDS_SEED={Seed}");
        await using var console = new ConsoleProcess();
        console.WriteSettings(more: """, "reservations": { "turnMinutes": 60 }""");
        console.WriteDomains([.. Servers.Select(s => (s, 1))]);
        await console.StartWithServers();
        _up.SetResult();
        var people = Task.WhenAll(Enumerable.Range(0, People).Select(n => Task.Run(() => Call(console, n))));
        for (var kill = 1; kill <= Kills; kill++)
        {
            await Wait.Until("so many calls were made", () => _left <= Calls - Calls * kill / (Kills + 1), 120);
            var down = _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
            await console.Kill();
            await console.StartWithServers();
            down.SetResult();
        }
        await people;
        output.WriteLine($"{_history.Count} calls, {_history.Count(c => c.Status is null)} without an answer");

        Assert.True(_history.Count >= Calls);
        foreach (var server in _history.GroupBy(c => c.Server))
            Assert.True(LineOrder.Exists([.. server], out var why), $"{server.Key}: {why}");
        var turns = await TurnsInAudit(console);
        var told = await TurnsToTell(console);
        output.WriteLine($"{turns.Count} turns, {told.Count} of them to be told");
        Assert.True(told.Count > 15, $"{told.Count} turns");
        // Of more than two thousand things the oldest are dropped.
        Assert.Equal(turns.TakeLast(told.Count), told);
    }

    private async Task Call(ConsoleProcess console, int n)
    {
        var random = new Random(Seed * 1000 + n);
        using var http = console.ClientFor($"p{n}");
        var (waits, holds) = (new List<string>(), new List<string>());
        while (Interlocked.Decrement(ref _left) >= 0)
        {
            await _up.Task;
            var what = (LineDeed)random.Next(Enum.GetValues<LineDeed>().Length);
            var to = $"p{(n + 1 + random.Next(People - 1)) % People}";
            // Who waits tries to take what they wait for, and who holds gives it back: so turns come and go.
            var known = what switch
            {
                LineDeed.Reserve => waits,
                LineDeed.Release or LineDeed.Give => holds,
                _ => [],
            };
            var server = known.Count > 0 ? known[random.Next(known.Count)] : Servers[random.Next(Servers.Length)];
            var call = new LineCall(server, $"p{n}", what, to, Stopwatch.GetTimestamp());
            try
            {
                using var answer = await Send(http, call);
                call = await call.Answered(answer, Stopwatch.GetTimestamp());
                Remember(call, waits, holds);
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

    private static void Remember(LineCall call, List<string> waits, List<string> holds)
    {
        if (call.What == LineDeed.Look || call.Status is not { } status || (int)status >= 300)
            return;
        waits.Remove(call.Server);
        if (call.What != LineDeed.Leave)
            holds.Remove(call.Server);
        if (call.What == LineDeed.Join)
            waits.Add(call.Server);
        if (call.What is LineDeed.Reserve or LineDeed.TakeOver)
            holds.Add(call.Server);
    }

    private static Task<HttpResponseMessage> Send(HttpClient http, LineCall call)
    {
        var server = $"api/servers/{call.Server}";
        return call.What switch
        {
            LineDeed.Reserve => http.Put($"{server}/reservation", new { purpose = "x" }),
            LineDeed.Release => http.DeleteAsync($"{server}/reservation"),
            LineDeed.TakeOver => http.Post($"{server}/reservation/takeover", new { reason = "x" }),
            LineDeed.Give => http.Post($"{server}/reservation/give", new { to = call.To }),
            LineDeed.Join => http.Post($"{server}/line", new { purpose = "x" }),
            LineDeed.Leave => http.DeleteAsync($"{server}/line"),
            _ => http.GetAsync(server),
        };
    }

    private static async Task<List<string>> TurnsInAudit(ConsoleProcess console) =>
        [
            .. (await File.ReadAllLinesAsync(Path.Combine(console.Folder, "state", "audit.log")))
                .Select(l => JsonDocument.Parse(l).RootElement)
                .Where(f => f.Text("what") == "turn")
                .Select(f => $"{f.Text("on")} {f.Text("more")!.Split(' ')[3]}"),
        ];

    private static async Task<List<string>> TurnsToTell(ConsoleProcess console) =>
        [
            .. JsonDocument
                .Parse(await File.ReadAllTextAsync(Path.Combine(console.Folder, "state", "concerns.json")))
                .RootElement.GetProperty("pending")
                .EnumerateArray()
                .Where(c => c.Text("kind") == "yourTurn")
                .Select(c => $"{c.Text("server")} {c.Text("person")}"),
        ];
}

internal enum LineDeed
{
    Reserve,
    Release,
    TakeOver,
    Give,
    Join,
    Leave,
    Look,
}

/// <summary>A call and its answer.</summary>
/// <param name="To">To whom a server is given.</param>
/// <param name="Began">A timestamp before it was sent.</param>
/// <param name="Ended">One after its answer, or after the console was killed.</param>
/// <param name="Status">Null: there was no answer.</param>
/// <param name="Holder">Of a look: who held the server.</param>
/// <param name="Line">Of a look: who waited, each with a blank behind.</param>
/// <param name="Turn">Of a look: whose turn it was.</param>
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
    string? Turn = null
)
{
    public async Task<LineCall> Answered(HttpResponseMessage answer, long at)
    {
        var call = this with { Ended = at, Status = answer.StatusCode };
        if (What != LineDeed.Look)
            return call;
        var body = await answer.Json();
        var (held, line) = (body.GetProperty("reservation"), body.GetProperty("line"));
        call = call with { Holder = held.ValueKind == JsonValueKind.Null ? null : held.Text("holder") };
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
