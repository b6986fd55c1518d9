using System.Diagnostics;

namespace TestServers.Tests.Stories.Api;

/// <summary>
/// One person cannot stop the others: what holds a worker of the web server is counted, through the real Apache.
/// </summary>
[Collection("alone")]
public sealed class OthersTest
{
    private const int Waits = 420,
        Logs = 200,
        Plans = 60,
        Streams = 300;

    [Fact]
    public async Task Whatever_one_person_holds_open_others_are_served_as_usual_and_when_he_goes_all_is_free()
    {
        await using var own = new ConsoleWithApp(connectSeconds: 8);
        await own.Console.StartWithServers();
        await using var apache = await ApacheProcess.Before(own.Console, "anna", "ben", "carla");
        using var ben = apache.As("ben", new CookieContainer());
        using var carla = apache.As("carla");
        foreach (var server in new[] { "qa01", "qa02" })
            await carla.Put($"api/servers/{server}/reservation", new { purpose = "x", hours = 1 });
        // The last of these waits for a long time, and its log is silent.
        for (var i = 0; i < 20; i++)
            await carla.Post("api/servers/qa01/builds", Body.ForBuild("shop", "trunk", database: false, code: true));
        var usual = await TimesOf(ben, 300);

        var anna = apache.As("anna");
        List<Task<HttpResponseMessage>> waits = Open(
                Waits,
                () => anna.PostAsJsonAsync("api/reservations?wait=600", new { purpose = "any", hours = 1 })
            ),
            logs = Open(Logs, () => Get("api/builds/20/log?follow=true")),
            plans = Open(Plans, () => Get("api/servers/qa01/plan?app=shop&path=trunk&database=false&code=true")),
            streams = Open(Streams, () => Get("api/events"));
        Task<HttpResponseMessage> Get(string path) => anna.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        var held = new (List<Task<HttpResponseMessage>> Calls, int Most)[]
        {
            (waits, 10),
            (logs, 10),
            (plans, 4),
            (streams, 6),
        };
        foreach (var (calls, most) in held)
        {
            await Wait.Until(
                $"at most {most} of {calls.Count} are held",
                () => Task.FromResult(calls.Count(IsHeld) <= most),
                30,
                () => Task.FromResult<string?>($"{Count(calls)} {apache.Errors}")
            );
            Assert.True(calls.Count(IsRefused) > calls.Count / 2, Count(calls));
        }
        var meanwhile = await TimesOf(ben, 1000);
        Assert.True(
            Percentile(meanwhile, 50) < (2 * Percentile(usual, 50)) + 2,
            $"median {Percentile(meanwhile, 50):0.0} ms, usually {Percentile(usual, 50):0.0}"
        );
        Assert.True(
            Percentile(meanwhile, 99) < (2 * Percentile(usual, 99)) + 20,
            $"p99 {Percentile(meanwhile, 99):0.0} ms, usually {Percentile(usual, 99):0.0}"
        );
        foreach (var refused in held.Select(h => h.Calls.First(IsRefused).Result))
        {
            Assert.NotNull(refused.Headers.RetryAfter);
            Assert.Contains(
                "anna has",
                await refused.Problem(HttpStatusCode.TooManyRequests),
                StringComparison.Ordinal
            );
        }
        Assert.Contains(
            (await (await anna.GetAsync("api/events")).Json()).EnumerateObject(),
            f => f.Name == "limit" && f.Value.GetInt32() == 6
        );

        anna.Dispose();
        foreach (var call in held.SelectMany(h => h.Calls).Where(c => c.IsCompletedSuccessfully))
            (await call).Dispose();
        var gone = Stopwatch.StartNew();
        // Followed logs and streams write at least every 4 s, and the second write after he has gone tells.
        await Wait.Until(
            "his logs and streams are free",
            async () => await IsFree("log") && await IsFree("stream"),
            12
        );
        await Wait.Until(
            "his waits and plans are free",
            async () => await IsFree("wait") && await IsFree("plan"),
            20 - Math.Min(10, gone.Elapsed.TotalSeconds)
        );
        async Task<bool> IsFree(string kind) =>
            (await ben.GetStringAsync("metrics")).Contains(
                $"console_places{{kind=\"{kind}\"}} 0\n",
                StringComparison.Ordinal
            );
    }

    // Apache may close a connection in the moment at which a client uses it again.
    private static bool IsHeld(Task<HttpResponseMessage> call) => !call.IsFaulted && !IsRefused(call);

    private static bool IsRefused(Task<HttpResponseMessage> call) =>
        call.IsCompletedSuccessfully && call.Result.StatusCode == HttpStatusCode.TooManyRequests;

    private static string Count(IEnumerable<Task<HttpResponseMessage>> calls) =>
        string.Join(
            ' ',
            calls
                .GroupBy(c =>
                    c.IsCompletedSuccessfully
                        ? $"{c.Result.StatusCode}"
                        : c.Exception?.GetBaseException().Message ?? $"{c.Status}"
                )
                .Select(g => $"{g.Key}: {g.Count()}")
        );

    private static List<Task<HttpResponseMessage>> Open(int number, Func<Task<HttpResponseMessage>> call) =>
        [.. Enumerable.Range(0, number).Select(_ => call())];

    private static async Task<List<double>> TimesOf(HttpClient http, int number)
    {
        var times = new List<double>();
        for (var i = 0; i < number; i++)
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync("api/servers");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        return times;
    }

    private static double Percentile(List<double> times, int percent) =>
        times.Order().ElementAt(times.Count * percent / 100);
}

/// <summary>Tests that measure: nothing else runs meanwhile.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;
