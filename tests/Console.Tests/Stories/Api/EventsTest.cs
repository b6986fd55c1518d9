namespace TestServers.Tests.Stories.Api;

public sealed class EventsTest
{
    private static async Task<(StreamReader Reader, HttpResponseMessage Answer)> Open(
        ConsoleProcess console,
        string? last = null
    )
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "api/events");
        if (last is not null)
            request.Headers.Add("Last-Event-ID", last);
        var answer = await console.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return (new(await answer.Content.ReadAsStreamAsync()), answer);
    }

    private static async Task<(string Name, string Data, string Id)> Next(
        StreamReader reader,
        Func<string, string, bool> wanted
    )
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)) is { } line)
        {
            if (line.Length > 0)
                fields[line.Split(": ", 2)[0]] = line.Split(": ", 2)[^1];
            else if (fields.TryGetValue("event", out var name) && wanted(name, fields["data"]))
                return (name, fields["data"], fields["id"]);
            else
                fields.Clear();
        }
        throw new EndOfStreamException();
    }

    [Fact]
    public async Task A_change_is_told_at_once_and_a_cut_stream_resumes_without_loss_or_doubling()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var (reader, answer) = await Open(console);
        var id = (await Next(reader, (n, _) => n == "hello")).Id;
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "one", hours = 1 });
        var first = await Next(reader, (n, d) => n == "server" && d.Contains("\"one\"", StringComparison.Ordinal));
        answer.Dispose();

        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "two", hours = 1 });
        await console.Http.Put("api/servers/qa02/reservation", new { purpose = "three", hours = 1 });
        await Wait.Until(
            "the board shows it",
            async () => (await console.Http.Json("api/servers/qa02")).Text("reservation") is not null
        );
        var (resumed, second) = await Open(console, first.Id);
        var seen = new List<string> { (await Next(resumed, (n, _) => n == "server")).Data };
        if (!seen[0].Contains("three", StringComparison.Ordinal))
            seen.Add((await Next(resumed, (_, d) => d.Contains("three", StringComparison.Ordinal))).Data);
        Assert.DoesNotContain(seen, d => d.Contains("\"one\"", StringComparison.Ordinal));
        Assert.Contains(seen, d => d.Contains("\"two\"", StringComparison.Ordinal));
        second.Dispose();

        var (all, third) = await Open(console, id);
        Assert.Contains("\"one\"", (await Next(all, (n, _) => n == "server")).Data, StringComparison.Ordinal);
        third.Dispose();
        var (stranger, fourth) = await Open(console, "another-7");
        Assert.Equal("reset", (await Next(stranger, (_, _) => true)).Name);
        fourth.Dispose();

        // A place in the line for any server is no server's change.
        var (waiting, fifth) = await Open(console);
        await Next(waiting, (n, _) => n == "hello");
        await console.Http.Post("api/line", new { purpose = "any" });
        Assert.Equal("{}", (await Next(waiting, (n, _) => n == "line")).Data);
        fifth.Dispose();
    }

    [Fact]
    public async Task A_stream_says_the_time_at_once_also_when_resumed_and_is_never_silent_for_three_seconds()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var (first, answer) = await Open(console);
        var id = (await Next(first, (n, _) => n == "hello")).Id;
        answer.Dispose();
        var (reader, resumed) = await Open(console, id);
        for (var beats = 0; beats < 3; )
        {
            var line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));
            if (line != "event: heartbeat")
                continue;
            var said = DateTimeOffset.Parse((await reader.ReadLineAsync())!["data: ".Length..], null);
            Assert.InRange((DateTimeOffset.UtcNow - said).TotalSeconds, -0.1, 2);
            beats++;
        }
        resumed.Dispose();
    }

    [Fact]
    public async Task Who_waits_behind_a_build_hears_his_new_place_when_it_begins()
    {
        await using var own = new ConsoleWithApp();
        await own.Console.StartWithServers();
        var (reader, answer) = await Open(own.Console);
        for (var i = 0; i < 3; i++)
            await own.Console.Http.Post(
                "api/servers/qa01/builds",
                Body.ForBuild("shop", "trunk", database: false, code: true)
            );
        var told = await Next(
            reader,
            (name, data) =>
                name == "build"
                && data.Contains("\"id\":\"3\"", StringComparison.Ordinal)
                && data.Contains("\"position\":1", StringComparison.Ordinal)
        );
        Assert.Contains("qa01 is busy with build 2 of anna", told.Data, StringComparison.Ordinal);
        Assert.Equal(
            1,
            (await own.Console.Http.Json("api/servers/qa01")).GetProperty("build").GetProperty("waiting").GetInt32()
        );
        answer.Dispose();
    }

    [Fact]
    public async Task One_person_has_at_most_six_streams()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var open = new List<HttpResponseMessage>();
        for (var i = 0; i < 6; i++)
            open.Add((await Open(console)).Answer);
        Assert.All(open, a => Assert.True(a.IsSuccessStatusCode));
        var (_, seventh) = await Open(console);
        await seventh.Problem(System.Net.HttpStatusCode.TooManyRequests);
        foreach (var answer in open)
            answer.Dispose();
    }
}
