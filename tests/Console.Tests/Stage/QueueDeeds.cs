namespace TestServers.Tests.Stage;

/// <summary>What the hosts were really made to do, held against the builds, which have all ended.</summary>
/// <param name="builds">Each server's in the order of their numbers.</param>
internal sealed class QueueDeeds(Workload work, List<JsonElement> builds, List<HostDeed> journal)
{
    /// <summary>
    /// Each server's checkouts began in the builds' order, one after the other, each once; those of builds that
    /// succeeded are whole.
    /// </summary>
    public void CheckoutsKeepTheOrder()
    {
        var checkouts = journal.Where(d => d.Verb is "checkout" or "cut-checkout").ToList();
        Assert.Distinct(checkouts.Select(d => d.What));
        foreach (
            var (before, after) in checkouts.GroupBy(d => d.What.Split('/')[0]).SelectMany(server => server.Pairwise())
        )
        {
            Assert.True(
                NumberOf(before) < NumberOf(after),
                $"The checkout of {after.What} came after that of {before.What}."
            );
            Assert.True(
                before.Ended <= after.Began,
                $"The checkout of {after.What} began before that of {before.What} had ended."
            );
        }
        var whole = checkouts.ToDictionary(d => d.What, StringComparer.Ordinal);
        Assert.All(
            builds.Where(HasSucceeded),
            b =>
                Assert.True(
                    whole[b.Text("path")!].Verb == "checkout" && IsWithin(b, whole[b.Text("path")!]),
                    $"Build {b.Text("id")} has not checked out."
                )
        );
    }

    /// <summary>
    /// The journal names a copy's base and server, not its build: no more copies of a pair had begun at any time than
    /// builds had asked for one, and one that succeeded has made exactly one.
    /// </summary>
    public void NoCopyIsMadeAgain()
    {
        var copies = journal.Where(d => d.Verb is "copy" or "cut-copy").ToLookup(d => d.What, StringComparer.Ordinal);
        var pairs = builds
            .Where(b => b.GetProperty("database").GetBoolean())
            .ToLookup(
                b => $"{work.Builds.First(w => w.Path == b.Text("path")).Base}/{b.Text("server")}",
                StringComparer.Ordinal
            );
        Assert.All(copies, pair => Assert.True(pairs.Contains(pair.Key), $"Nobody has asked for the copy {pair.Key}."));
        foreach (var pair in pairs)
        {
            var asked = pair.Where(b => b.Step("database").Text("startedAt") is not null).ToList();
            Assert.True(
                copies[pair.Key].Count() <= asked.Count,
                $"The copy {pair.Key} was made {copies[pair.Key].Count()} times for {asked.Count} builds."
            );
            Assert.All(
                copies[pair.Key].Zip(asked),
                p =>
                    Assert.True(
                        p.Second.Step("database").Instant("startedAt") <= p.First.Began,
                        $"The copy {pair.Key} was made before build {p.Second.Text("id")} asked for it."
                    )
            );
            Assert.All(
                pair.Where(HasSucceeded),
                b => Assert.Single(copies[pair.Key], d => d.Verb == "copy" && IsWithin(b, d))
            );
        }
    }

    /// <summary>By how many seconds the slowest deed outlived the end of the console that wanted it.</summary>
    /// <param name="kills">When the consoles were killed.</param>
    public double LongestAfter(IReadOnlyCollection<double> kills) =>
        journal
            .Select(d => kills.Where(k => d.Began < k && k < d.Ended).Select(k => d.Ended - k).DefaultIfEmpty(0).Max())
            .Max();

    private static int NumberOf(HostDeed checkout) => int.Parse(checkout.What.Split('/')[1]);

    private static bool HasSucceeded(JsonElement build) => build.Text("state") == "succeeded";

    private static bool IsWithin(JsonElement build, HostDeed deed) =>
        build.Instant("startedAt") <= deed.Began && deed.Ended <= build.Instant("endedAt");
}
