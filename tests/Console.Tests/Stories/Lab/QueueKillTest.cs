using System.Diagnostics;

namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// Builds of several people while the console is killed again and again, on stand-ins whose journal tells what was
/// really done. CONSOLE_QUEUE_KILLS asks for another number of kills than 8, with 20 builds for each over 60 servers
/// and 10 bases. Moments and order are repeated with CONSOLE_QUEUE_SEED, which it prints.
/// </summary>
[Collection("lab")]
public sealed class QueueKillTest(LabFixture lab, Xunit.Abstractions.ITestOutputHelper output)
    : IClassFixture<LabFixture>
{
    private static readonly int? Asked = int.TryParse(
        Environment.GetEnvironmentVariable("CONSOLE_QUEUE_KILLS"),
        out var kills
    )
        ? kills
        : null;
    private static readonly int Seed = int.TryParse(
        Environment.GetEnvironmentVariable("CONSOLE_QUEUE_SEED"),
        out var seed
    )
        ? seed
        : Random.Shared.Next(1_000_000);
    private readonly Workload _work = Asked is { } kills
        ? new(20 * kills, servers: 60, bases: 10, places: 8, copies: 0.2, checkouts: 0.08)
        : new(builds: 60, servers: 12, bases: 3, places: 2, copies: 0.2, checkouts: 0.08);
    private readonly Dictionary<string, string> _ends = new(StringComparer.Ordinal);
    private double _interrupted;

    [Fact]
    public async Task However_often_it_is_killed_no_build_is_lost_or_doubled_or_out_of_order_or_done_again_by_itself()
    {
        output.WriteLine($"CONSOLE_QUEUE_SEED={Seed}");
        var (random, took) = (new Random(Seed), Stopwatch.StartNew());
        await using var queue = await QueueConsole.Install(lab, _work);
        await queue.Process.StartWithServers();
        var kills = new Kills(queue, random, longest: 3000);
        var people = _work.Servers.ToDictionary(s => s, s => new QueueClient(queue.Process, s), StringComparer.Ordinal);
        foreach (var wave in Waves(random))
        {
            var launches = Task.WhenAll(wave.GroupBy(w => w.Server).Select(g => people[g.Key].Launch(g)).ToList());
            await kills.Strike(launches);
            await queue.Process.Start();
            await ThoseFoundRunningEnd(queue, kills);
            await launches;
            await kills.NothingRunsOn();
            EverythingIsThere(await BuildsOf(queue), people.Values);
        }
        var builds = await EndsOf(queue, people);
        var deeds = new QueueDeeds(_work, builds, queue.Hosts.Journal);
        output.WriteLine(
            $"{builds.Count} builds on {_work.Servers.Count} servers, {kills.Times.Count} kills, "
                + $"{took.Elapsed.TotalSeconds:0} s"
        );
        output.WriteLine(
            $"{kills.Found.Count} builds were found running, "
                + $"{kills.Found.Values.Count(end => end != "interrupted")} of them with their end "
                + $"in the history; {_interrupted:0.00} s after an answer none was called running"
        );
        output.WriteLine(
            $"{people.Values.Sum(p => p.Unanswered)} launches had no answer, "
                + $"{people.Values.Sum(p => p.AcceptedUnheard)} of them had been accepted; no host "
                + $"worked on longer than {deeds.LongestAfter(kills.Times):0.00} s after a kill"
        );

        EverythingIsThere(builds, people.Values);
        Assert.Equal(
            _work.Servers.SelectMany(s => _work.Builds.Where(w => w.Server == s)).Select(w => w.Path),
            builds.Select(b => b.Text("path"))
        );
        foreach (var build in builds)
            EndedAsFound(build, kills.Found.GetValueOrDefault(build.Text("id")!, "succeeded"));
        foreach (var server in builds.GroupBy(b => b.Text("server")!))
            OneAfterTheOther(server);
        foreach (var server in builds.GroupBy(b => b.Text("server")!))
            EachIsInTheHistory(queue, server);
        deeds.CheckoutsKeepTheOrder();
        deeds.NoCopyIsMadeAgain();
        Assert.InRange(deeds.LongestAfter(kills.Times), 0, 10);
        // Else the kills came too late or too often to show anything.
        Assert.Superset(
            new HashSet<string>(["interrupted", "succeeded"]),
            builds.Select(b => b.Text("state")!).ToHashSet(StringComparer.Ordinal)
        );
        foreach (var person in people.Values)
            person.Dispose();
    }

    /// <summary>Two or three builds at once on some servers, before each kill; each server's in their order.</summary>
    private IEnumerable<IEnumerable<Work>> Waves(Random random)
    {
        var bursts = _work
            .Builds.GroupBy(w => w.Server)
            .ToDictionary(g => g.Key, g => new Queue<Work[]>(g.Chunk(3)), StringComparer.Ordinal);
        var servers = bursts.SelectMany(s => s.Value.Select(_ => s.Key)).ToArray();
        random.Shuffle(servers);
        var (waves, each) = (Asked ?? 8, (int)Math.Ceiling(servers.Length / (double)(Asked ?? 8)));
        return Enumerable
            .Range(0, waves)
            .Select(n => servers.Skip(n * each).Take(each).SelectMany(s => bursts[s].Dequeue()).ToList());
    }

    private async Task ThoseFoundRunningEnd(QueueConsole queue, Kills kills)
    {
        var answers = Stopwatch.StartNew();
        await Wait.Until(
            "no build that a kill has cut off is called running",
            async () =>
                !(await queue.Process.Http.Json("api/builds?state=running"))
                    .GetProperty("builds")
                    .EnumerateArray()
                    .Any(b => kills.Found.ContainsKey(b.Text("id")!)),
            5
        );
        _interrupted = Math.Max(_interrupted, answers.Elapsed.TotalSeconds);
    }

    /// <summary>
    /// Waits until all have ended and nothing is left of the work; a launch that is asked for once more gives the same
    /// build.
    /// </summary>
    private async Task<List<JsonElement>> EndsOf(QueueConsole queue, Dictionary<string, QueueClient> people)
    {
        foreach (var (work, id) in people.Values.SelectMany(p => p.Accepted))
        {
            await Wait.Until(
                $"build {id} has ended",
                async () => (await queue.Process.Http.Json($"api/builds/{id}?wait=10")).Text("endedAt") is not null,
                300
            );
            Assert.Equal(id, (await people[work.Server].Ask(work))?.Text("id"));
        }
        await Wait.Until("no program is left", () => !queue.Hosts.Running.Any(), 10);
        await Wait.Until("no half-written file is left", () => !queue.Drafts.Any(), 10);
        return await BuildsOf(queue);
    }

    /// <summary>
    /// Every build that the console knows: server by server, each server's in the order of their numbers.
    /// </summary>
    private async Task<List<JsonElement>> BuildsOf(QueueConsole queue)
    {
        var builds = new List<JsonElement>();
        foreach (var server in _work.Servers)
            builds.AddRange(
                (await queue.Process.Http.Json($"api/builds?server={server}"))
                    .GetProperty("builds")
                    .EnumerateArray()
                    .Reverse()
            );
        return builds;
    }

    private void EverythingIsThere(List<JsonElement> builds, IEnumerable<QueueClient> people)
    {
        var there = builds.ToDictionary(b => b.Text("id")!, StringComparer.Ordinal);
        Assert.Distinct(builds.Select(b => b.Text("path")));
        Assert.All(
            people.SelectMany(p => p.Accepted),
            launch =>
                Assert.True(
                    there.TryGetValue(launch.Value, out var build) && build.Text("path") == launch.Key.Path,
                    $"Build {launch.Value}, {launch.Key}, is lost."
                )
        );
        Assert.All(_ends, end => Assert.Equal(end.Value, EndOf(there[end.Key])));
        foreach (var build in builds.Where(b => b.Text("endedAt") is not null))
            _ends[build.Text("id")!] = EndOf(build);
    }

    private static string EndOf(JsonElement build) =>
        $"{build.Text("state")} from {build.Text("startedAt")} to {build.Text("endedAt")}: {build.Text("message")}";

    private static void EndedAsFound(JsonElement build, string end)
    {
        Assert.True(
            build.Text("state") == end,
            $"Build {build.Text("id")} should be {end} after what the kills have left, but is {EndOf(build)}"
        );
        if (build.Text("state") != "interrupted")
            return;
        // The message was made just before the end was noted, to the minute.
        var ended = build.GetProperty("endedAt").GetDateTimeOffset();
        Assert.Contains(
            build.Text("message"),
            new[] { ended, ended.AddSeconds(-5) }.Select(time =>
                (
                    "Interrupted by a restart of the console, found at "
                    + $"{time.UtcDateTime:yyyy-MM-dd HH:mm} UTC. Build again."
                )
            )
        );
    }

    private static void OneAfterTheOther(IEnumerable<JsonElement> server)
    {
        foreach (var (before, after) in server.Pairwise())
        {
            Assert.True(
                before.Instant("endedAt") <= after.Instant("startedAt"),
                $"Build {after.Text("id")} began before {before.Text("id")} had ended."
            );
        }
    }

    private static void EachIsInTheHistory(QueueConsole queue, IGrouping<string, JsonElement> server)
    {
        var history = JsonSerializer.Deserialize<JsonElement>(
            File.ReadAllBytes(Path.Combine(queue.State, "history", $"{server.Key}.json"))
        );
        Assert.Equal(
            server.Select(b => $"{b.Text("id")} {b.Text("state")}"),
            history
                .GetProperty("entries")
                .EnumerateArray()
                .Reverse()
                .Select(e => $"{e.Text("build")} {e.Text("result")}")
        );
    }
}
