namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// Builds, cancels, retries, restores and kill -9 at random, for CONSOLE_CHAOS_SECONDS (30); then everything is looked
/// at from the outside: databases, working copies, processes and pages are as the history says. A run is repeated with
/// CONSOLE_CHAOS_SEED, which it prints.
/// </summary>
[Collection("lab"), StandingLab, Trait("lab", "third")]
public sealed class ChaosTest(LabFixture lab, Xunit.Abstractions.ITestOutputHelper output) : IClassFixture<LabFixture>
{
    private const int Kept = 500;
    private static readonly string[] Servers = ["qa01", "qa02", "qa03", "qa04", "qa05"];
    private static readonly string[] Paths = ["trunk", "branches/new-checkout", "branches/price-with-tax", "tags/1.0"];

    [Fact]
    public async Task After_any_mixture_of_work_and_accidents_everything_is_as_the_history_says()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("CONSOLE_CHAOS_SEED"), out var given)
            ? given
            : Random.Shared.Next(1_000_000);
        var seconds = int.TryParse(Environment.GetEnvironmentVariable("CONSOLE_CHAOS_SECONDS"), out var long_)
            ? long_
            : 30;
        output.WriteLine($"CONSOLE_CHAOS_SEED={seed}");
        var random = new Random(seed);
        using var anna = lab.As("anna");
        using var cron = lab.Cron();
        foreach (var server in Servers)
            await anna.BuildWell(server, "shop", "trunk", database: true, code: true);
        var accepted = new List<string>();
        for (var end = DateTime.UtcNow.AddSeconds(seconds); DateTime.UtcNow < end; await Task.Delay(random.Next(250)))
        {
            await Act(random, anna, cron, accepted);
        }
        output.WriteLine($"{accepted.Count} builds");
        for (var i = 0; i < accepted.Count; i++)
            await Wait.Until(
                $"build {accepted[i]} has ended",
                () => HasEnded(anna, accepted[i], newer: accepted.Count - i - 1),
                90
            );
        await Wait.Until(
            "no restore is open",
            async () => (await cron.Json("api/bases/shop")).Text("restore") is null,
            60
        );
        await lab.ScriptsHaveEnded("no script is left on any host", 20);
        await Wait.Until("no database is left over", async () => (await lab.Leftovers()).Length == 0, 60);
        foreach (var server in Servers)
            await Wait.Until(
                $"{server} is as its history says",
                async () => await Difference(anna, server) is null,
                30,
                async () => await Difference(anna, server)
            );
        foreach (var server in Servers)
            await anna.BuildWell(server, "shop", "trunk", database: true, code: true);
    }

    private async Task Act(Random random, HttpClient anna, HttpClient cron, List<string> accepted)
    {
        var server = Servers[random.Next(Servers.Length)];
        switch (random.Next(20))
        {
            case < 11:
                var (database, code) = random.Next(3) switch
                {
                    0 => (true, false),
                    1 => (false, true),
                    _ => (true, true),
                };
                await Accept(
                    await anna.Post(
                        $"api/servers/{server}/builds",
                        new
                        {
                            app = "shop",
                            path = code ? Paths[random.Next(Paths.Length)] : null,
                            database,
                            code,
                        }
                    ),
                    accepted
                );
                break;
            case < 15 when accepted.Count > 0:
                await anna.PostAsync(
                    $"api/builds/{accepted[random.Next(Math.Max(0, accepted.Count - 6), accepted.Count)]}/cancel",
                    null
                );
                break;
            case < 18 when accepted.Count > 0:
                await Accept(
                    await anna.Post(
                        $"api/builds/{accepted[random.Next(accepted.Count)]}/retry",
                        random.Next(2) == 0 ? new { from = (string?)"failed" } : new { from = (string?)null }
                    ),
                    accepted
                );
                break;
            case 18:
                await cron.PostAsync("api/bases/shop/restore", null);
                break;
            default:
                await lab.Kill("console");
                await lab.Mend();
                break;
        }
    }

    // A long run makes more builds than are kept: then an old one is gone, but never one that has not ended.
    private static async Task<bool> HasEnded(HttpClient anna, string id, int newer)
    {
        var answer = await anna.GetAsync($"api/builds/{id}?wait=5");
        if (answer.StatusCode == System.Net.HttpStatusCode.NotFound && newer >= Kept)
            return true;
        return (await answer.Json()).Text("endedAt") is not null;
    }

    private static async Task Accept(HttpResponseMessage answer, List<string> accepted)
    {
        Assert.True((int)answer.StatusCode < 500, await answer.Content.ReadAsStringAsync());
        if (answer.StatusCode == System.Net.HttpStatusCode.Accepted)
            accepted.Add((await answer.Content.ReadFromJsonAsync<JsonElement>()).Text("id")!);
    }

    /// <summary>What is not as the configuration says, or null.</summary>
    private async Task<string?> Difference(HttpClient anna, string server)
    {
        var configuration = (await anna.Json($"api/servers/{server}")).GetProperty("configuration");
        var comment =
            (
                await lab.Sql(
                    "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE "
                        + $"datname = 'copy_shop_{server}'"
                )
            ).SingleOrDefault() ?? "no copy";
        var dataTime = configuration
            .GetProperty("dataTime")
            .GetDateTimeOffset()
            .UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ");
        if (!comment.Contains($"data time {dataTime}", StringComparison.Ordinal))
            return $"{server} should have data of {dataTime}, but its copy says: {comment}";
        var folder = Path.Combine(lab.Folder, "guests", server, "srv", "code", "shop");
        var url = (await LabHost.Run("svn", "info", "--show-item", "relative-url", folder)).Trim();
        if (url != $"^/{configuration.Text("path")}")
            return $"{server} should have {configuration.Text("path")}, but has {url}";
        var revision = (await LabHost.Run("svn", "info", "--show-item", "revision", folder)).Trim();
        if (revision != configuration.Text("revision"))
            return $"{server} should have revision {configuration.Text("revision")}, but has {revision}";
        var status = (await LabHost.Run("svn", "status", folder)).Trim();
        if (status.Split('\n').Any(l => l.Length > 0 && !l.Contains("__pycache__", StringComparison.Ordinal)))
            return $"{server} has a working copy that is not clean: {status}";
        return
            configuration.Text("result") != "succeeded"
            || (await anna.PageOf(server)).Contains(
                $"<dd id=\"path\">{configuration.Text("path")}</dd>",
                StringComparison.Ordinal
            )
            ? null
            : $"{server} does not show {configuration.Text("path")}";
    }
}
