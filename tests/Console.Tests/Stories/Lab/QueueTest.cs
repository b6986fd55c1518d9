namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// Many builds at once, on stand-ins whose every call takes a known time. `scripts/dev/bench queue` runs it with
/// CONSOLE_QUEUE_BUILDS=1000 and holds the finishing time against the best possible one; else it is a matter of
/// seconds, and of the order in which things happen.
/// </summary>
[Collection("lab")]
public sealed class QueueTest(LabFixture lab, Xunit.Abstractions.ITestOutputHelper output) : IClassFixture<LabFixture>
{
    /// <summary>
    /// Between what a program writes down and what the console knows of it, in seconds: ssh, and processes that wait
    /// for a processor.
    /// </summary>
    private const double Margin = 0.25;

    private static readonly bool Long = Environment.GetEnvironmentVariable("CONSOLE_QUEUE_BUILDS") == "1000";
    private readonly Workload _work = Long
        ? new(builds: 1000, servers: 60, bases: 10, places: 8, copies: 0.88, checkouts: 1)
        : new(builds: 60, servers: 12, bases: 3, places: 2, copies: 0.2, checkouts: 0.08);

    private sealed record Done(Work Work, JsonElement Build, HostDeed? Copy, HostDeed Checkout)
    {
        public double Started { get; } = Build.Instant("startedAt");
        public double Ended { get; } = Build.Instant("endedAt");
        public double Asked { get; } = Copy is null ? 0 : Build.Step("database").Instant("startedAt");
    }

    [Fact]
    public async Task Queued_builds_take_their_turns_first_come_first_served()
    {
        await using var queue = await QueueConsole.Install(lab, _work);
        var (console, hosts) = (queue.Process, queue.Hosts);
        await console.StartWithServers();
        using var reader = console.ClientFor("reader");
        using var live = await reader.GetStreamAsync("api/events");
        var machine = new Usage(console.Id);
        var ids = await PostAll(console, _work.Builds);
        foreach (var id in ids)
            await Wait.Until(
                $"build {id} has ended",
                async () => (await console.Http.Json($"api/builds/{id}?wait=10")).Text("endedAt") is not null,
                600
            );
        var used = machine.Now();

        var done = await Collect(console, ids, hosts.Journal);
        var took = done.Max(d => d.Ended) - done.Min(d => d.Build.Instant("at"));
        Tell(took, used, hosts.Journal);
        Assert.All(done.GroupBy(d => d.Work.Server), OneAfterTheOther);
        Assert.All(done.Where(d => d.Copy is not null).GroupBy(d => d.Work.Base!), FirstComeFirstServed);
        AtMost(_work.Places, [.. done.Select(d => d.Copy).OfType<HostDeed>()]);
        NoCheckoutWaitsForABase(done);
        if (Long)
            Assert.True(IsQuick(took), "It took more than a tenth longer than the best possible time.");

        await Wait.Until(
            "spares were looked after behind the last copy of each base",
            () =>
                done.Where(d => d.Copy is not null)
                    .GroupBy(d => d.Work.Base!)
                    .All(g =>
                        hosts.Journal.Any(d =>
                            d.Verb == "prepare" && d.What == g.Key && d.Began > g.Max(b => b.Copy!.Ended)
                        )
                    )
        );
        await Wait.Until("no program is left", () => !hosts.Running.Any());
        Assert.Empty(queue.Drafts);
    }

    [Fact]
    public async Task Nobody_waits_for_a_lane_that_his_step_does_not_need()
    {
        await using var queue = await QueueConsole.Install(
            lab,
            new([
                new(0, "qa01", "app0", "b0_takes_10", 0.01, 0.01),
                new(1, "qa02", "app0", "b0_takes_10", 0.01, 0.01),
                new(2, "qa03", "plain", null, 0, 0.01),
                new(3, "qa04", "app1", "b1_takes_10", 0.01, 0.01),
            ])
        );
        await queue.Process.StartWithServers();
        var http = queue.Process.Http;
        queue.Hosts.HoldCopies();
        var ids = await PostAll(queue.Process, queue.Work.Builds.Take(1));
        await Wait.Until(
            "the base is being copied",
            () => queue.Hosts.Journal.Any(d => d is { Verb: "hold", What: "b0_takes_10/qa01" })
        );
        ids.AddRange(await PostAll(queue.Process, queue.Work.Builds.Skip(1)));
        await Wait.Until(
            "who needs no base has ended, while the copies are held",
            async () => (await http.Json($"api/builds/{ids[2]}?wait=10")).Text("state") == "succeeded"
        );
        await Wait.Until(
            "who waits for the base has his code already",
            async () => (await http.Json($"api/builds/{ids[1]}")).Step("code").Text("state") == "succeeded"
        );
        await Wait.Until(
            "what he waits for is told",
            async () =>
                (await http.Json($"api/builds/{ids[1]}")).Step("database").Text("waitsFor")
                == "the base b0_takes_10 is busy with the copy for qa01"
        );
        await Wait.Until(
            "another base is being copied, too",
            () => queue.Hosts.Journal.Any(d => d is { Verb: "hold", What: "b1_takes_10/qa04" })
        );
        queue.Hosts.EndCopies();
        foreach (var id in ids)
            await Wait.Until(
                $"build {id} is ready",
                async () => (await http.Json($"api/builds/{id}?wait=10")).Text("state") == "succeeded"
            );
    }

    private static void OneAfterTheOther(IGrouping<string, Done> server)
    {
        foreach (var (before, after) in server.OrderBy(d => d.Work.Number).Pairwise())
        {
            Assert.True(before.Ended <= after.Started, $"{after.Work} began before {before.Work} had ended.");
        }
    }

    private static void FirstComeFirstServed(IGrouping<string, Done> lane)
    {
        var turns = lane.OrderBy(d => d.Copy!.Began).ToList();
        foreach (var (before, after) in turns.Pairwise())
        {
            Assert.True(
                before.Copy!.Ended <= after.Copy!.Began,
                $"The copies of {lane.Key} for {before.Work} and {after.Work} were made at the same time."
            );
            var overtaken = turns.Where(d =>
                d.Work.Number < after.Work.Number
                && d.Copy!.Began > after.Copy.Began
                && d.Asked < before.Copy.Ended - Margin
            );
            Assert.True(
                !overtaken.Any(),
                $"{after.Work} was served before {overtaken.FirstOrDefault()?.Work}, who waited already."
            );
        }
    }

    private static void AtMost(int places, List<HostDeed> copies) =>
        Assert.True(
            copies.Max(c => copies.Count(other => other.Began <= c.Began && c.Began < other.Ended)) <= places,
            $"More than {places} copies were made at the same time."
        );

    private static void NoCheckoutWaitsForABase(List<Done> done)
    {
        var waited = done.Where(d => d.Copy is not null)
            .GroupBy(d => d.Work.Base!)
            .SelectMany(g => g.OrderBy(d => d.Copy!.Began).Pairwise())
            .Where(p => p.After.Asked < p.Before.Copy!.Ended - Margin);
        Assert.All(
            waited,
            p =>
                Assert.True(
                    p.After.Build.Step("code").Instant("startedAt") < p.Before.Copy!.Ended,
                    $"The checkout of {p.After.Work} waited for the base."
                )
        );
    }

    private void Tell(double took, (double Console, double Whole, double Memory) used, List<HostDeed> journal)
    {
        output.WriteLine(
            $"{_work.Builds.Count} builds, {_work.Servers.Count} servers, {_work.Bases.Count} "
                + $"bases, {_work.Places} copies at once"
        );
        output.WriteLine(
            $"best possible: {_work.BestPossible:0.0} s (busiest server {_work.ByServer:0.0} s, "
                + $"busiest base {_work.ByBase:0.0} s, database host {_work.ByHost:0.0} s)"
        );
        output.WriteLine($"reached: {took:0.0} s, {took / _work.BestPossible:0.000} times the best possible");
        output.WriteLine(
            $"at most a tenth more than the best possible time: {(IsQuick(took) ? "reached" : "not reached")}"
        );
        output.WriteLine(
            $"the console used {used.Console:0.0} s of processor time and {used.Memory:0} MB; "
                + $"the machine was busy for {used.Whole:0} %; "
                + $"{journal.Count(d => d.Verb == "prepare")} calls for spares"
        );
    }

    private bool IsQuick(double took) => took <= 1.1 * _work.BestPossible;

    private static async Task<List<string>> PostAll(ConsoleProcess console, IEnumerable<Work> builds)
    {
        var people = builds
            .Select(b => b.Server)
            .Distinct()
            .ToDictionary(s => s, s => console.ClientFor($"user-{s}"), StringComparer.Ordinal);
        var ids = new List<string>();
        foreach (var work in builds)
        {
            var answer = await QueueConsole.Post(people[work.Server], work);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            ids.Add((await answer.Json()).Text("id")!);
        }
        foreach (var person in people.Values)
            person.Dispose();
        return ids;
    }

    private async Task<List<Done>> Collect(ConsoleProcess console, List<string> ids, List<HostDeed> journal)
    {
        var done = new List<Done>();
        var copies = journal
            .Where(d => d.Verb == "copy")
            .GroupBy(d => d.What)
            .ToDictionary(g => g.Key, g => new Queue<HostDeed>(g), StringComparer.Ordinal);
        var checkouts = journal.Where(d => d.Verb == "checkout").ToDictionary(d => d.What, StringComparer.Ordinal);
        foreach (var (work, id) in _work.Builds.Zip(ids))
        {
            var build = await console.Http.Json($"api/builds/{id}");
            Assert.True(build.Text("state") == "succeeded", $"{work}: {build.Text("message")}");
            done.Add(
                new(
                    work,
                    build,
                    work.Base is null ? null : copies[$"{work.Base}/{work.Server}"].Dequeue(),
                    checkouts[work.Path]
                )
            );
        }
        Assert.All(copies.Values, Assert.Empty);
        return done;
    }
}
