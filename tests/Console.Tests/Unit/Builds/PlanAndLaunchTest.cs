using TestServers.Databases;
using TestServers.Plans;

namespace TestServers.Tests.Unit.Builds;

/// <summary>Plan and launch are one rule: what one refuses, the other does, with the same sentence.</summary>
public sealed class PlanAndLaunchTest
{
    private const string Apps = """
        "guests": {
          "ssh": { "user": "nobody", "port": 9, "key": "/dev/null", "knownHosts": "/dev/null", "connectSeconds": 1 } },
        "databaseHosts": [
          { "name": "db1", "address": "127.71.9.1", "port": 9, "local": { "program": "program",
            "config": "password" } } ],
        "bases": [ { "name": "shop", "host": "db1", "dump": "shop.dump", "owner": "shop" } ],
        "apps": [
          { "name": "shop", "repository": { "kind": "svn", "url": "svn://127.71.9.1/shop" }, "templates": "templates",
            "base": "shop", "database": { "user": "shop", "passwordFile": "password" } },
          { "name": "plain", "repository": { "kind": "git", "url": "https://127.71.9.1/plain" },
            "templates": "templates", "defaultPath": "main" } ],
        "builds": { "perPerson": 2, "waiting": 3 }
        """;

    private static readonly Dictionary<string, string> Histories = new(StringComparer.Ordinal)
    {
        ["qa02"] = """ "copies": {"shop": "2026-11-24T01:00:00Z"}, "code": {} """,
        ["qa03"] = """ "copies": {}, "code": {"shop": {"path": "trunk", "revision": "12"}} """,
        ["qa04"] = """
            "copies": {"shop": "2026-11-24T01:00:00Z"}, "code": {"shop": {"path": "trunk", "revision": "12"},
              "plain": {"path": "main", "revision": "0123456789"}}
            """,
        ["qa05"] = """
            "copies": {"shop": null}, "code": {"shop": {"path": "trunk", "revision": "12", "incomplete": true},
              "plain": {"path": "main", "revision": "0123456789", "incomplete": true}}
            """,
    };

    // All that can be said of a build, one by one.
    private static IEnumerable<Wanted> Wishes()
    {
        foreach (var app in new[] { "shop", "plain", "none" })
        foreach (var path in new[] { null, "trunk", "main", "branches/x", "a..b", "tags/1:2" })
        foreach (var revision in path == "trunk" ? new[] { null, "12" } : [null])
            for (var parts = 0; parts < 4; parts++)
                yield return new(
                    AppName.From(app)!,
                    path is null ? null : RepositoryPath.From(path),
                    revision is null ? null : Revision.From(revision),
                    (parts & 1) == 1,
                    (parts & 2) == 2
                );
    }

    [Fact]
    public async Task What_the_launch_refuses_the_plan_refuses_with_the_same_sentence_and_what_it_takes_the_plan_takes()
    {
        var servers = Enumerable
            .Range(1, 11)
            .Select(n =>
                (
                    $"qa{n:00}",
                    n is 6 ? 5
                    : n is 7 ? 3
                    : 1
                )
            )
            .ToList();
        await using var parts = new PartsInPlace(servers, Histories, Apps);
        await parts.Begin();
        var held = (await parts.Reserve("qa08", "anna")).Number;
        await parts.Reserve("qa09", "ben");
        // Over, but for the build that runs under it.
        var over = await parts.Reserve("qa10", "anna", 0.0005);
        await parts
            .The<Journal>()
            .Do(act => parts.The<BuildsUnderHolds>().Begin(act, over.Server, over.Number, JobId.Of(7)));
        await Wait.Until("its time is over", () => over.Until < DateTimeOffset.UtcNow);
        parts.The<Reachability>().NoteUnreachable(ServerName.From("qa11")!, "it was unplugged.");
        var (taken, refusals) = (0, new HashSet<string>(StringComparer.Ordinal));
        foreach (var server in servers.Select(s => s.Item1).Append("qa99"))
        {
            foreach (var number in new long?[] { null, held, 55 })
            {
                foreach (var wanted in Wishes())
                {
                    var planned = PlanOf(parts, server, wanted, number);
                    var launched = await LaunchOf(parts, server, wanted, number);
                    var both = $"the plan says {planned ?? "yes"}, the launch {launched ?? "yes"}";
                    Assert.True(planned == launched, $"{server} {number} {wanted}: {both}");
                    if (launched is null)
                        taken++;
                    else
                        refusals.Add(launched);
                }
            }
        }
        // Kinds of both, or the table would say nothing.
        Assert.True(taken > 100, $"only {taken} were taken");
        Assert.True(refusals.Count > 30, string.Join('\n', refusals));
    }

    [Theory]
    [InlineData("qa04", "plain", false, true, null)]
    [InlineData("qa04", "shop", true, false, 55L)]
    [InlineData("qa05", "plain", false, true, null)]
    [InlineData("qa05", "shop", true, false, null)]
    [InlineData("qa06", "plain", true, true, null)]
    [InlineData("qa06", "plain", false, false, null)]
    public async Task A_plan_itself_has_the_sentence_whatever_is_asked_for(
        string server,
        string app,
        bool database,
        bool code,
        long? number
    )
    {
        await using var parts = new PartsInPlace([("qa04", 5), ("qa05", 1), ("qa06", 1)], Histories, Apps);
        await parts.Begin();
        await parts.Reserve("qa05", "ben");
        var wanted = new Wanted(AppName.From(app)!, null, null, database, code);
        var plan = await parts
            .The<Planner>()
            .Of(ServerName.From(server)!, wanted, number, PartsInPlace.DeedOf("anna").Caller, CancellationToken.None);
        Assert.NotNull(plan.Refusal);
        Assert.Equal(await LaunchOf(parts, server, wanted, number), plan.Refusal);
    }

    [Fact]
    public async Task The_limits_of_waiting_builds_are_the_plan_s_too()
    {
        var servers = Enumerable.Range(1, 4).Select(n => ($"qa0{n}", 1));
        await using var parts = new PartsInPlace(servers, new Dictionary<string, string>(StringComparer.Ordinal), Apps);
        await parts.Begin();
        var code = new Wanted(AppName.From("plain")!, null, null, Database: false, Code: true);
        var queue = parts.The<BuildQueue>();
        foreach (var (server, by) in new[] { ("qa01", "anna"), ("qa02", "anna") })
            await queue.Enqueue(ServerName.From(server)!, code, null, PartsInPlace.DeedOf(by));
        var refusal = PlanOf(parts, "qa03", code, null);
        Assert.Contains("which is the limit", refusal, StringComparison.Ordinal);
        Assert.Equal(refusal, await LaunchOf(parts, "qa03", code, null));
        Assert.Null(PlanOf(parts, "qa03", code, null, "ben"));
        await queue.Enqueue(ServerName.From("qa03")!, code, null, PartsInPlace.DeedOf("ben"));
        refusal = PlanOf(parts, "qa04", code, null, "carl");
        Assert.Contains("which is the limit", refusal, StringComparison.Ordinal);
        Assert.Equal(refusal, await LaunchOf(parts, "qa04", code, null, "carl"));
    }

    [Fact]
    public async Task What_the_launch_takes_and_the_build_would_fail_at_the_plan_says_before()
    {
        await using var parts = new PartsInPlace([("qa04", 1)], Histories, Apps);
        await parts.Begin();
        var name = parts.Settings.Bases[0].Name;
        var data = new Wanted(AppName.From("shop")!, null, null, Database: true, Code: false);
        Assert.Contains("was never restored", await FailureOf(parts, data), StringComparison.Ordinal);
        parts.The<BaseFacts>().Note(name, facts => facts with { Exists = true, DataTime = DateTimeOffset.UnixEpoch });
        Assert.Null(await FailureOf(parts, data));

        foreach (var broken in new[] { "x\n{{colour.of.sky}}\n", "x\n{{#if path}}\n", "x\n{{path" })
        {
            File.WriteAllText(parts.FileOf("templates/settings.py"), broken);
            var failure = await FailureOf(parts, data);
            Assert.Contains("settings.py does not render (line ", failure, StringComparison.Ordinal);
            Assert.Equal(failure, (await PlanOf(parts, data)).Failure);
            Assert.Empty((await PlanOf(parts, data)).Settings);
        }
        File.WriteAllText(parts.FileOf("templates/settings.py"), "");
        Assert.Null(await FailureOf(parts, data));

        // One's own server that cannot be reached any more: the launch takes it, as it may be back.
        await parts.Reserve("qa04", "anna");
        parts.The<Reachability>().NoteUnreachable(ServerName.From("qa04")!, "it was unplugged.");
        Assert.Contains("it was unplugged.", await FailureOf(parts, data), StringComparison.Ordinal);
    }

    // And the launch takes it.
    private static async Task<string?> FailureOf(PartsInPlace parts, Wanted wanted)
    {
        var plan = await PlanOf(parts, wanted);
        Assert.Null(plan.Refusal);
        Assert.Null(await LaunchOf(parts, "qa04", wanted, null));
        return plan.Failure;
    }

    private static Task<Plan> PlanOf(PartsInPlace parts, Wanted wanted) =>
        parts
            .The<Planner>()
            .Of(ServerName.From("qa04")!, wanted, null, PartsInPlace.DeedOf("anna").Caller, CancellationToken.None);

    private static string? PlanOf(PartsInPlace parts, string server, Wanted wanted, long? number, string by = "anna") =>
        parts.The<BuildRules>().RefusalOf(ServerName.From(server)!, wanted, number, PartsInPlace.DeedOf(by).Caller);

    // What is taken is cancelled again, with the reservation that it has made.
    private static async Task<string?> LaunchOf(
        PartsInPlace parts,
        string server,
        Wanted wanted,
        long? number,
        string by = "anna"
    )
    {
        var (queue, deed) = (parts.The<BuildQueue>(), PartsInPlace.DeedOf(by));
        try
        {
            var build = await queue.Enqueue(ServerName.From(server)!, wanted, number, deed);
            await queue.Cancel(build.Id, deed, CancellationToken.None);
            return null;
        }
        catch (Problem refused)
        {
            return refused.Message;
        }
    }
}
