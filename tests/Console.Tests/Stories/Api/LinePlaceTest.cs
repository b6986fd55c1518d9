using System.Diagnostics;

namespace TestServers.Tests.Stories.Api;

/// <summary>
/// The place of a script that asks, whatever it is answered. It takes a minute and hardly computes: for so long a place
/// stays that nobody asks for.
/// </summary>
public sealed class LinePlaceTest
{
    private static readonly TimeSpan LongerThanAPlaceStays = TimeSpan.FromSeconds(66),
        MostTries = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task A_script_that_is_refused_for_its_persons_many_calls_keeps_its_place_as_long_as_it_asks()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        using HttpClient anna = console.ClientFor("anna"),
            ci = console.ClientFor("ci");
        var board = await anna.Json("api/servers");
        foreach (var server in board.GetProperty("servers").EnumerateArray().Select(s => s.Text("name")))
            await anna.Put($"api/servers/{server}/reservation", new { purpose = "x", hours = 1 });
        await (await Ask(ci, "asks", 0.1)).Problem(HttpStatusCode.Conflict);
        await (await Ask(ci, "silent", 0.1)).Problem(HttpStatusCode.Conflict);
        using var end = new CancellationTokenSource();
        // As many again as may wait: when one has waited in vain, another is there at once.
        var others = Enumerable.Range(0, 20).Select(_ => AskOn(console, end.Token)).ToList();
        await Wait.Until("no more may wait", () => IsRefused(ci));
        // One that is let in after all begins anew.
        var began = Stopwatch.StartNew();
        for (var refused = Stopwatch.StartNew(); refused.Elapsed < LongerThanAPlaceStays; )
        {
            if (!await IsRefused(ci))
                refused.Restart();
            Assert.True(began.Elapsed < MostTries, "It was let in again and again.");
            await Task.Delay(TimeSpan.FromSeconds(8));
        }
        await end.CancelAsync();
        await Task.WhenAll(others);
        var left = (await ci.Json("api/line")).GetProperty("own").EnumerateArray();
        Assert.Equal([1], left.Select(p => p.GetProperty("place").GetInt64()));
    }

    private static async Task<bool> IsRefused(HttpClient ci) =>
        (await Ask(ci, "asks", 0.1)).StatusCode == HttpStatusCode.TooManyRequests;

    private static async Task AskOn(ConsoleProcess console, CancellationToken end)
    {
        using var ci = console.ClientFor("ci");
        try
        {
            while (true)
            {
                await Ask(ci, key: null, 10, end);
                await Task.Delay(TimeSpan.FromMilliseconds(100), end);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested) { }
    }

    private static async Task<HttpResponseMessage> Ask(
        HttpClient who,
        string? key,
        double wait,
        CancellationToken cancel = default
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"api/reservations?wait={wait}")
        {
            Content = JsonContent.Create(new { purpose = "nightly", hours = 1 }),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await who.SendAsync(request, cancel);
    }
}
