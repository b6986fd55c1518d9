using System.Diagnostics;

namespace TestServers.Tests.Stories.Api;

/// <summary>
/// 64 people and 10,000 calls for 15 servers while the console is killed 20 times: there is an order of the calls, each
/// somewhere between its begin and its answer, in which every answer is right, one server at a time. CONSOLE_HOLDS_SEED
/// repeats a run's choices.
/// </summary>
public sealed class HoldsHistoryTest(Xunit.Abstractions.ITestOutputHelper output)
{
    private const int People = 64,
        Calls = 10_000,
        Kills = 20;
    private static readonly int Seed = int.TryParse(
        Environment.GetEnvironmentVariable("CONSOLE_HOLDS_SEED"),
        out var seed
    )
        ? seed
        : Random.Shared.Next(1_000_000);
    private static readonly string[] Servers = [.. Enumerable.Range(1, 15).Select(n => $"qa{n:00}")];
    private readonly List<HeldCall> _history = [];
    private int _left = Calls;
    private volatile TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Every_answer_about_a_hold_fits_into_one_order_whatever_is_killed()
    {
        output.WriteLine($"CONSOLE_HOLDS_SEED={Seed}");
        await using var console = new ConsoleProcess();
        console.WriteDomains([.. Servers.Select(s => (s, 1))]);
        await console.StartWithServers();
        _up.SetResult();
        var took = Stopwatch.StartNew();
        var people = Task.WhenAll(Enumerable.Range(0, People).Select(n => Task.Run(() => Call(console, n))));
        for (var kill = 1; kill <= Kills; kill++)
        {
            await Wait.Until("so many calls were made", () => _left <= Calls - Calls * kill / (Kills + 1), 60);
            var down = _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
            await console.Kill();
            await console.StartWithServers();
            down.SetResult();
        }
        await people;
        output.WriteLine(
            $"{_history.Count} calls in {took.Elapsed.TotalSeconds:0.0} s, "
                + $"{_history.Count(c => c.Status is null)} without an answer"
        );

        Assert.True(_history.Count >= Calls);
        foreach (var server in _history.GroupBy(c => c.Server))
            Assert.True(HoldsOrder.Exists([.. server], out var why), $"{server.Key}: {why}");
        var given = _history
            .Where(c =>
                c.Status == HttpStatusCode.Created || c is { What: HeldDeed.TakeOver, Status: HttpStatusCode.OK }
            )
            .Select(c => c.Number!.Value)
            .ToList();
        Assert.Equal(given.Count, given.Distinct().Count());
        output.WriteLine($"{given.Count} reservations; checked after {took.Elapsed.TotalSeconds:0.0} s");
    }

    private async Task Call(ConsoleProcess console, int n)
    {
        var random = new Random(Seed * 1000 + n);
        using var http = console.ClientFor($"p{n}");
        var mine = new Dictionary<string, long>(StringComparer.Ordinal);
        while (Interlocked.Decrement(ref _left) >= 0)
        {
            await _up.Task;
            var server = Servers[random.Next(Servers.Length)];
            var what = (HeldDeed)random.Next(4);
            var number = mine.TryGetValue(server, out var known) && random.Next(4) > 0 ? known : (long?)null;
            var call = new HeldCall(server, $"p{n}", what, number, Stopwatch.GetTimestamp());
            try
            {
                using var answer = await Send(http, call);
                call = await call.Answered(answer, Stopwatch.GetTimestamp());
                if (call.Number is { } held)
                    mine[server] = held;
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

    private static Task<HttpResponseMessage> Send(HttpClient http, HeldCall call)
    {
        var at = $"api/servers/{call.Server}/reservation";
        return call.What switch
        {
            HeldDeed.Reserve => http.Put(at, new { purpose = "x", hours = 1 }),
            HeldDeed.Release => http.DeleteAsync(call.Meant is { } number ? $"{at}?number={number}" : at),
            HeldDeed.TakeOver => http.Post($"{at}/takeover", new { reason = "x", number = call.Meant }),
            _ => http.GetAsync($"api/servers/{call.Server}"),
        };
    }
}

internal enum HeldDeed
{
    Reserve,
    Release,
    TakeOver,
    Look,
}

/// <summary>A call and its answer.</summary>
/// <param name="Meant">The number it carried.</param>
/// <param name="Began">A timestamp before it was sent.</param>
/// <param name="Ended">One after its answer, or after the console was killed.</param>
/// <param name="Status">Null: there was no answer.</param>
/// <param name="Holder">Who held the server, as far as the answer says; null: nobody.</param>
internal sealed record HeldCall(
    string Server,
    string By,
    HeldDeed What,
    long? Meant,
    long Began,
    long Ended = 0,
    HttpStatusCode? Status = null,
    string? Holder = null,
    long? Number = null
) : ITimedCall
{
    public async Task<HeldCall> Answered(HttpResponseMessage answer, long at)
    {
        var call = this with { Ended = at, Status = answer.StatusCode };
        if (answer.StatusCode == HttpStatusCode.NoContent)
            return call;
        var body = await answer.Json();
        if (What == HeldDeed.Look)
            body = body.GetProperty("reservation");
        return body.ValueKind == JsonValueKind.Null
            ? call
            : call with
            {
                Holder = body.TryGetProperty("holder", out var holder) ? holder.GetString() : null,
                Number =
                    body.TryGetProperty("number", out var number) && number.ValueKind == JsonValueKind.Number
                        ? number.GetInt64()
                        : null,
            };
    }
}
