using System.Diagnostics;

namespace TestServers.Tests.Stories.Api;

/// <summary>
/// Many builds at once: a limit a person and one in all, told with what to do; nobody else notices a flood.
/// </summary>
public sealed class FloodTest
{
    private static readonly object Ask = Body.ForBuild("shop", "trunk", database: false, code: true);

    [Fact]
    public async Task One_person_has_at_most_20_builds_waiting_and_a_cancel_makes_room()
    {
        await using var own = new ConsoleWithApp();
        await own.Console.StartWithServers();
        using var anna = own.Console.ClientFor("anna");
        using var ben = own.Console.ClientFor("ben");
        var refused = await FillUp(anna, "qa01");
        Assert.Equal(
            "anna has 20 builds waiting, which is the limit. Wait for some, or cancel some.",
            refused.Text("detail")
        );
        Assert.Equal(20, refused.GetProperty("limit").GetInt32());
        Assert.Equal(HttpStatusCode.Accepted, (await ben.Post("api/servers/qa02/builds", Ask)).StatusCode);
        var last = (await anna.Json("api/builds?state=queued&server=qa01")).GetProperty("builds")[0].Text("id");
        Assert.Equal(HttpStatusCode.OK, (await anna.PostAsync($"api/builds/{last}/cancel", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await anna.Post("api/servers/qa01/builds", Ask)).StatusCode);
    }

    [Fact]
    public async Task There_is_a_limit_for_all_together()
    {
        await using var own = new ConsoleWithApp("""{ "perPerson": 5, "waiting": 7 }""");
        await own.Console.StartWithServers();
        using var anna = own.Console.ClientFor("anna");
        using var ben = own.Console.ClientFor("ben");
        await FillUp(anna, "qa01");
        var refused = await FillUp(ben, "qa02");
        Assert.Equal("7 builds are waiting, which is the limit. Try again later.", refused.Text("detail"));
        Assert.Equal(7, refused.GetProperty("limit").GetInt32());
        Assert.InRange((await anna.Json("api/builds?state=queued")).GetProperty("builds").GetArrayLength(), 5, 7);
    }

    [Fact]
    public async Task A_flood_of_builds_gets_429_and_others_are_served_meanwhile()
    {
        const int Posts = 2000,
            Clients = 16,
            Calls = 21;
        await using var own = new ConsoleWithApp();
        await own.Console.StartWithServers();
        using var ben = own.Console.ClientFor("ben");
        // His own, not the build's: that one is given back when nothing was touched, and qa02 does not answer.
        Assert.Equal(
            HttpStatusCode.Created,
            (await ben.Put("api/servers/qa02/reservation", new { purpose = "mine", hours = 1 })).StatusCode
        );
        var answers = new System.Collections.Concurrent.ConcurrentBag<(HttpStatusCode Status, string Text)>();
        var waits = new List<double>();
        var served = 0;
        var flood = Task.WhenAll(
            Enumerable
                .Range(0, Clients)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        using var anna = own.Console.ClientFor("anna");
                        for (var i = 0; i < Posts / Clients || Volatile.Read(ref served) < Calls; i++)
                        {
                            using var answer = await anna.Post("api/servers/qa01/builds", Ask);
                            answers.Add((answer.StatusCode, await answer.Content.ReadAsStringAsync()));
                        }
                    })
                )
        );
        var build = await Timed(waits, () => ben.Post("api/servers/qa02/builds", Ask));
        Assert.Equal(HttpStatusCode.Accepted, build.StatusCode);
        for (; !flood.IsCompleted; Volatile.Write(ref served, waits.Count))
        {
            Assert.Equal(HttpStatusCode.OK, (await Timed(waits, () => ben.GetAsync("api/servers"))).StatusCode);
            Assert.Equal(
                HttpStatusCode.OK,
                (
                    await Timed(
                        waits,
                        () => ben.Put("api/servers/qa02/reservation", new { purpose = "mine", hours = 1 })
                    )
                ).StatusCode
            );
        }
        await flood;

        Assert.All(
            answers,
            a =>
                Assert.True(
                    a.Status is HttpStatusCode.Accepted or HttpStatusCode.TooManyRequests,
                    $"{a.Status}: {a.Text}"
                )
        );
        // One runs at a time, each for 5 s.
        Assert.InRange(answers.Count(a => a.Status == HttpStatusCode.Accepted), 20, 40);
        Assert.All(
            answers.Where(a => a.Status == HttpStatusCode.TooManyRequests),
            a =>
                Assert.Contains(
                    "20 builds waiting, which is the limit. Wait for some, or cancel some.",
                    a.Text,
                    StringComparison.Ordinal
                )
        );
        Assert.True(
            waits.Count >= Calls && waits.Order().ElementAt(waits.Count * 9 / 10) < 1,
            $"Others waited {string.Join(' ', waits.OrderDescending().Take(10))} s"
        );
        // What was refused has left no trace in the numbers, either.
        Assert.InRange(int.Parse((await (await ben.Post("api/servers/qa02/builds", Ask)).Json()).Text("id")!), 20, 80);
        await Wait.Until(
            "ben's build was not delayed",
            async () => (await ben.Json($"api/builds/{(await build.Json()).Text("id")}")).Text("state") == "failed"
        );
    }

    // The first refusal.
    private static async Task<System.Text.Json.JsonElement> FillUp(HttpClient http, string server)
    {
        for (var i = 0; i < 40; i++)
        {
            var answer = await http.Post($"api/servers/{server}/builds", Ask);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                return await answer.Json();
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }
        throw new Xunit.Sdk.XunitException("No limit was met.");
    }

    private static async Task<HttpResponseMessage> Timed(List<double> waits, Func<Task<HttpResponseMessage>> call)
    {
        var began = Stopwatch.StartNew();
        var answer = await call();
        waits.Add(began.Elapsed.TotalSeconds);
        return answer;
    }
}
