namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// What somebody wants under a reservation that has ended: 1,000 actions of every kind, builds that wait included,
/// after each way in which a reservation ends. None is carried out, and the hosts are not touched.
/// </summary>
[Collection("lab")]
public sealed class OldActionsTest(LabFixture lab) : IClassFixture<LabFixture>
{
    private const int Waiting = 9,
        EachKind = 8,
        Takes = 6000;
    private static readonly string[] Servers = ["qa01", "qa02", "qa03", "qa04", "qa05"];

    [Theory]
    [InlineData("release")]
    [InlineData("take-over")]
    [InlineData("end by time")]
    [InlineData("restart")]
    public async Task Nothing_is_done_under_a_reservation_that_has_ended(string end)
    {
        var work = new Workload([.. Servers.Select((s, n) => new Work(n, s, "plain", null, 0, 0.1))]);
        await using var queue = await QueueConsole.Install(lab, work);
        await queue.Process.StartWithServers();
        using HttpClient anna = queue.Process.ClientFor("anna"),
            ben = queue.Process.ClientFor("ben");
        var old = await Task.WhenAll(Servers.Select(s => Prepare(anna, s)));
        await Wait.Until(
            "each server checks out",
            () => Checkouts(queue).Count == 0 && queue.Hosts.Running.Count() >= Servers.Length
        );

        await End(queue, end, anna, ben, old);
        var bens = await Task.WhenAll(Servers.Select(s => NumberOf(ben, s)));

        // The builds that waited have lost their right; each says whose the server is by now.
        foreach (var id in old.SelectMany(o => o.Builds.Skip(1)))
        {
            var build = await anna.Json($"api/builds/{id}?wait=20");
            Assert.Equal("cancelled", build.Text("state"));
            Assert.Null(build.Text("startedAt"));
            Assert.Contains("Nothing was touched", build.Text("message"), StringComparison.Ordinal);
        }
        var answers = await Task.WhenAll(
            old.SelectMany(o => Enumerable.Range(0, EachKind).SelectMany(_ => OldActions(anna, o)))
        );
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Conflict, a.StatusCode));
        Assert.Equal(250, answers.Length + Servers.Length * (Waiting + 1));
        Assert.Equal(bens, await Task.WhenAll(Servers.Select(s => NumberOf(ben, s))));
        Assert.Empty((await ben.Json("api/builds?state=queued,running")).GetProperty("builds").EnumerateArray());

        // Nothing but the builds that ran when it ended was on any host; and the server is ben's to build on.
        Assert.All(Checkouts(queue), c => Assert.EndsWith($"/0/{Takes}", c, StringComparison.Ordinal));
        var own = await (
            await ben.Post("api/servers/qa01/builds", Body.ForBuild("plain", "qa01/99/10", database: false, code: true))
        ).Json();
        Assert.Equal("succeeded", (await ben.Json($"api/builds/{own.Text("id")}?wait=30")).Text("state"));
    }

    private sealed record Old(string Server, long Number, List<string> Builds);

    private static async Task<Old> Prepare(HttpClient anna, string server)
    {
        var number = (
            await (await anna.Put($"api/servers/{server}/reservation", new { purpose = "old", hours = 1 })).Json()
        )
            .GetProperty("number")
            .GetInt64();
        var builds = new List<string>();
        for (var n = 0; n <= Waiting; n++)
        {
            var answer = await anna.Post(
                $"api/servers/{server}/builds",
                new
                {
                    app = "plain",
                    path = $"{server}/{n}/{Takes}",
                    database = false,
                    code = true,
                    number,
                }
            );
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            var build = await answer.Json();
            Assert.Equal(number, build.GetProperty("reservation").GetInt64());
            builds.Add(build.Text("id")!);
        }
        return new(server, number, builds);
    }

    private static async Task End(QueueConsole queue, string end, HttpClient anna, HttpClient ben, Old[] old)
    {
        // The build that runs outlasts the time of its reservation.
        if (end is "end by time" or "restart")
        {
            var until = DateTimeOffset.UtcNow.AddSeconds(1);
            var shortened = await Task.WhenAll(
                old.Select(o => anna.Put($"api/servers/{o.Server}/reservation", new { until, number = o.Number }))
            );
            Assert.All(shortened, s => Assert.Equal(HttpStatusCode.OK, s.StatusCode));
        }
        switch (end)
        {
            case "release":
                var released = await Task.WhenAll(
                    old.Select(o => anna.DeleteAsync($"api/servers/{o.Server}/reservation?number={o.Number}"))
                );
                Assert.All(released, r => Assert.Equal(HttpStatusCode.NoContent, r.StatusCode));
                break;
            case "take-over":
                var taken = await Task.WhenAll(
                    old.Select(o =>
                        ben.Post(
                            $"api/servers/{o.Server}/reservation/takeover",
                            new { reason = "urgent", number = o.Number }
                        )
                    )
                );
                Assert.All(taken, t => Assert.Equal(HttpStatusCode.OK, t.StatusCode));
                break;
            case "restart":
                await queue.Process.Kill();
                await Task.Delay(TimeSpan.FromSeconds(1));
                await queue.Process.StartWithServers();
                break;
        }
        if (end == "take-over")
            return;
        foreach (var o in old)
        {
            HttpResponseMessage? reserved = null;
            await Wait.Until(
                $"{o.Server} is ben's",
                async () =>
                    (
                        reserved = await ben.Put(
                            $"api/servers/{o.Server}/reservation",
                            new { purpose = "mine", hours = 1 }
                        )
                    ).IsSuccessStatusCode,
                why: async () => await reserved!.Content.ReadAsStringAsync()
            );
        }
    }

    private static IEnumerable<Task<HttpResponseMessage>> OldActions(HttpClient anna, Old old)
    {
        var at = $"api/servers/{old.Server}";
        yield return anna.Put(
            $"{at}/reservation",
            new
            {
                purpose = "again",
                hours = 1,
                number = old.Number,
            }
        );
        yield return anna.DeleteAsync($"{at}/reservation?number={old.Number}");
        yield return anna.Post($"{at}/reservation/takeover", new { reason = "again", number = old.Number });
        yield return anna.Post(
            $"{at}/builds",
            new
            {
                app = "plain",
                path = $"{old.Server}/50/10",
                database = false,
                code = true,
                number = old.Number,
            }
        );
        yield return anna.Post($"api/builds/{old.Builds[0]}/retry", new { number = old.Number });
    }

    private static async Task<long> NumberOf(HttpClient http, string server)
    {
        var held = (await http.Json($"api/servers/{server}")).GetProperty("reservation");
        Assert.Equal("ben", held.Text("holder"));
        return held.GetProperty("number").GetInt64();
    }

    private static List<string> Checkouts(QueueConsole queue) =>
        [.. queue.Hosts.Journal.Where(d => d.Verb is "checkout" or "cut-checkout").Select(d => d.What)];
}
