using System.Diagnostics;
using System.Text.RegularExpressions;
using TestServers.Live;

namespace TestServers.Tests.Stories.Api;

/// <summary>Event streams and followed logs through the real Apache: reloads, and readers who have gone.</summary>
[Collection("alone")]
public sealed class FrontStreamsTest
{
    [Fact]
    public async Task Forty_reloads_with_fifty_streams_open_change_nothing()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var people = Enumerable.Range(1, 10).Select(n => $"p{n}").ToArray();
        await using var apache = new Httpd(console, people);
        await apache.Start($"{apache.Limits}Define CONSOLE_CLEARTEXT\n{Httpd.Proxy}");
        var clients = people.Select(p => apache.Client("http://qa.example/console/", p)).ToList();
        var open = new Queue<(HttpClient Of, HttpResponseMessage Stream)>();
        foreach (var client in Enumerable.Range(0, 50).Select(n => clients[n % 10]))
            open.Enqueue((client, await Open(client)));
        var slowest = TimeSpan.Zero;
        for (var reload = 0; reload < 40; reload++)
        {
            await apache.Reload();
            // As a page does whose stream has ended: so each generation of processes has one that it must wait for.
            for (var resumed = 0; resumed < 2; resumed++)
            {
                var (client, stream) = open.Dequeue();
                stream.Dispose();
                open.Enqueue((client, await Open(client)));
            }
            var asked = Stopwatch.StartNew();
            Assert.Equal(HttpStatusCode.OK, (await clients[reload % 10].GetAsync("api/servers")).StatusCode);
            if (asked.Elapsed > slowest)
                slowest = asked.Elapsed;
        }
        Assert.DoesNotContain("scoreboard is full", apache.Errors, StringComparison.Ordinal);
        Assert.True(slowest.TotalSeconds < 5, $"An answer took {slowest.TotalSeconds:0.0} s.");
        foreach (var (_, stream) in open)
            stream.Dispose();
        foreach (var client in clients)
            client.Dispose();
    }

    /// <summary>`scripts/dev/bench pages` has 300 of them.</summary>
    [Fact]
    public async Task Sixty_pages_hear_of_thirty_changes_a_second_within_two_seconds()
    {
        await using var console = new ConsoleProcess();
        var servers = Enumerable.Range(1, 10).Select(n => $"qa{n:00}").ToArray();
        console.WriteDomains([.. servers.Select(s => (s, 1))]);
        await console.StartWithServers();
        var people = Enumerable.Range(1, 10).Select(n => $"p{n}").ToArray();
        await using var apache = new Httpd(console, people);
        await apache.Start($"{apache.Limits}Define CONSOLE_CLEARTEXT\n{Httpd.Proxy}");
        var clients = people.Select(p => apache.Client("http://qa.example/console/", p)).ToList();
        foreach (var (client, server) in clients.Zip(servers))
            await client.Put($"api/servers/{server}/reservation", new { purpose = "first", hours = 1 });
        const int Changes = 90;
        var sent = new long[Changes];
        var waits = new System.Collections.Concurrent.ConcurrentBag<double>();
        var open = new List<HttpResponseMessage>();
        foreach (var client in Enumerable.Range(0, 60).Select(n => clients[n % 10]))
            open.Add(await Open(client));
        var heard = open.Select(stream => Hear(stream, Changes, n => waits.Add(Seconds(sent[n])))).ToList();
        var began = Stopwatch.GetTimestamp();
        var answers = new List<Task<HttpResponseMessage>>();
        for (var n = 0; n < Changes; n++)
        {
            var due = TimeSpan.FromSeconds(n / 30.0) - Stopwatch.GetElapsedTime(began);
            if (due > TimeSpan.Zero)
                await Task.Delay(due);
            sent[n] = Stopwatch.GetTimestamp();
            var at = $"api/servers/{servers[n % 10]}/reservation";
            answers.Add(clients[n % 10].Put(at, new { purpose = $"change {n}" }));
        }
        Assert.All(await Task.WhenAll(answers), a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        await Task.WhenAll(heard).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(60 * Changes, waits.Count);
        var late = waits.Order().ElementAt(waits.Count * 99 / 100);
        Assert.True(late < 2, $"99 of 100 were heard within {late:0.00} s.");
        foreach (var stream in open)
            stream.Dispose();
        foreach (var client in clients)
            client.Dispose();
    }

    private static double Seconds(long since) => Stopwatch.GetElapsedTime(since).TotalSeconds;

    // Reads a page's stream until it has told of all changes; one of a server tells of those of it before, too.
    private static async Task Hear(HttpResponseMessage stream, int changes, Action<int> tell)
    {
        var missing = Enumerable.Range(0, changes).ToHashSet();
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        while (missing.Count > 0 && await reader.ReadLineAsync() is { } line)
        {
            var told = Regex.Match(line, "\"purpose\":\"change ([0-9]+)\"");
            if (!told.Success)
                continue;
            for (var n = int.Parse(told.Groups[1].Value); n >= 0 && missing.Remove(n); n -= 10)
                tell(n);
        }
    }

    [Theory]
    [InlineData("api/events")]
    [InlineData("api/builds/20/log?follow=true")]
    public async Task What_was_closed_does_not_count_at_once(string path)
    {
        await using var own = new ConsoleWithApp(connectSeconds: 8);
        await own.Console.StartWithServers();
        await using var apache = new Httpd(own.Console, "anna");
        await apache.Start($"{apache.Limits}Define CONSOLE_CLEARTEXT\n{Httpd.Proxy}");
        using var anna = apache.Client("http://qa.example/console/", "anna");
        // The last of these waits for a long time, and its log is silent.
        for (var i = 0; i < 20; i++)
            await anna.Post("api/servers/qa01/builds", Body.ForBuild("shop", "trunk", database: false, code: true));
        var began = Stopwatch.StartNew();
        for (var i = 0; i < 25; i++)
            (await Open(anna, path)).Dispose();
        Assert.True(began.Elapsed.TotalSeconds < 15, $"25 took {began.Elapsed.TotalSeconds:0.0} s.");
    }

    [Fact]
    public async Task What_is_read_counts_and_stays_and_one_too_many_is_refused_soon()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        await using var apache = new Httpd(console, "anna");
        await apache.Start($"{apache.Limits}Define CONSOLE_CLEARTEXT\n{Httpd.Proxy}");
        using var anna = apache.Client("http://qa.example/console/", "anna");
        var open = new List<HttpResponseMessage>();
        for (var i = 0; i < 6; i++)
            open.Add(await Open(anna));
        var readers = open.Select(async o =>
            {
                using var r = new StreamReader(await o.Content.ReadAsStreamAsync());
                while (await r.ReadLineAsync() is not null) { }
            })
            .ToList();
        var asked = Stopwatch.StartNew();
        using var seventh = await anna.GetAsync("api/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Contains(
            "anna has 6 event streams open",
            await seventh.Problem(HttpStatusCode.TooManyRequests),
            StringComparison.Ordinal
        );
        Assert.True(asked.Elapsed.TotalSeconds < 3, $"It took {asked.Elapsed.TotalSeconds:0.0} s.");
        Assert.All(readers, r => Assert.False(r.IsCompleted));
        open[0].Dispose();
        (await Open(anna)).Dispose();
        foreach (var stream in open)
            stream.Dispose();
    }

    [Fact]
    public async Task A_stream_has_an_age_and_says_that_it_is_resumed_at_once()
    {
        var token = new Caller("cron", CallerKind.Token, TokenRights.All);
        Assert.Equal(TimeSpan.FromHours(1), LiveApi.LongestOf(token));
        Assert.Equal(TimeSpan.FromSeconds(60), LiveApi.LongestOf(token with { Believed = TimeSpan.FromSeconds(60) }));
        var stream = new EventStream();
        using var listener = stream.Listen(null, "anna");
        using var place = new CallPlaces().Take(PlaceKind.Stream, token);
        var told = new List<System.Net.ServerSentEvents.SseItem<string>>();
        await foreach (
            var item in LiveApi.Items(
                listener,
                place,
                TimeProvider.System,
                TimeSpan.FromSeconds(0.3),
                CancellationToken.None,
                CancellationToken.None,
                CancellationToken.None
            )
        )
            told.Add(item);
        Assert.Equal("hello", told[0].EventType);
        Assert.NotNull(told[^1].ReconnectionInterval);
    }

    private static async Task<HttpResponseMessage> Open(HttpClient client, string path = "api/events")
    {
        var answer = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        Assert.True(
            answer.IsSuccessStatusCode,
            $"{answer.StatusCode}: {(answer.IsSuccessStatusCode ? "" : await answer.Content.ReadAsStringAsync())}"
        );
        return answer;
    }
}
