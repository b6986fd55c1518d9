using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace TestServers.Tests.Stories.Api;

/// <summary>What the log of the real program has of what happens: a line a fact.</summary>
public sealed class FactLogTest
{
    private static string[] Facts(ConsoleProcess console) =>
        [
            .. console
                .Log.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => Regex.Replace(l, @"\A(\S+Z )?(<\d>)?", "")),
        ];

    private static Task Says(ConsoleProcess console, string pattern, double seconds = 20) =>
        Wait.Until(
            $"the log says {pattern}",
            () => Task.FromResult(Facts(console).Any(l => Regex.IsMatch(l, pattern))),
            seconds,
            () => Task.FromResult<string?>(console.Log)
        );

    [Fact]
    public async Task Every_change_of_a_reservation_is_a_line()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        using var ben = console.ClientFor("ben");
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "basket <6>test", hours = 1 });
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "till", hours = 2 });
        await ben.Post("api/servers/qa01/reservation/takeover", new { reason = "anna is away" });
        await ben.DeleteAsync("api/servers/qa01/reservation");
        await console.Http.Put("api/servers/qa02/reservation", new { purpose = "short", hours = 0.0003 });
        await Says(console, "^info: [A-Za-z.]+: anna: reserve qa01: number 1, until .* UTC: basket <6>test$");
        await Says(console, "^info: [A-Za-z.]+: anna: change reservation qa01: number 1, until .* UTC: till$");
        await Says(
            console,
            @"^info: [A-Za-z.]+: ben: take over qa01: from anna \(number 1\): anna is away; number 2, "
        );
        await Says(console, "^info: [A-Za-z.]+: ben: release qa01: number 2$");
        await Says(console, "^info: [A-Za-z.]+: anna: reserve qa02: number 3, ");
        await Says(console, "^info: [A-Za-z.]+: console: end reservation qa02: number 3 of anna: its time ended at ");
        // Refused is no fact.
        await ben.DeleteAsync("api/servers/qa04/reservation");
        Assert.Equal(6, Facts(console).Count(l => l.Contains("FactLog: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_build_is_a_line_when_it_begins_and_when_it_has_ended_and_a_server_when_it_is_not_reached()
    {
        await using var own = new ConsoleWithApp(connectSeconds: 1);
        await own.Console.StartWithServers();
        var asked = await own.Console.Http.Post(
            "api/servers/qa01/builds",
            Body.ForBuild("shop", null, database: false, code: true)
        );
        await own.Console.Http.EndOf((await asked.Json()).Text("id"));
        await Says(own.Console, "^info: [A-Za-z.]+: anna: build qa01: build 1: shop trunk, code$");
        await Says(own.Console, "^info: [A-Za-z.]+: Build 1 on qa01 begins: shop trunk, code, for anna.$");
        await Says(
            own.Console,
            @"^warn: [A-Za-z.]+: Build 1 on qa01 failed at step code after \d+\.\d s: qa01 cannot be reached: "
        );
        await Says(own.Console, "^warn: [A-Za-z.]+: Server qa01: qa01 cannot be reached: ");
        await Says(
            own.Console,
            "^info: [A-Za-z.]+: console: release qa01: number 1 of anna: build 1 has touched nothing$"
        );
        foreach (var once in new[] { " begins: ", " failed at ", ": anna: build ", " Server qa01: " })
            Assert.Equal(1, Facts(own.Console).Count(l => l.Contains(once, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_restore_is_a_line_when_it_begins_and_an_error_when_it_has_failed()
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(more: HealthTest.UnreachableBase);
        await console.StartWithServers();
        using var cron = new HttpRequestMessage(HttpMethod.Post, "api/bases/shop/restore?wait=true");
        cron.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "secret");
        using var anybody = console.ClientFor("anna");
        anybody.DefaultRequestHeaders.Remove("X-Remote-User");
        Assert.Equal(HttpStatusCode.BadGateway, (await anybody.SendAsync(cron)).StatusCode);
        await Says(console, @"^info: [A-Za-z.]+: cron \(token\): restore shop: restore 1$");
        await Says(console, "^info: [A-Za-z.]+: Restore 1 of shop begins, for cron.$");
        await Says(
            console,
            @"^fail: [A-Za-z.]+: Restore 1 of shop failed( at step [a-z]+)? after \d+\.\d s: db1 cannot be reached: "
        );
        await Says(console, "^warn: [A-Za-z.]+: Database host db1: db1 cannot be reached: ");
        await Says(console, "^warn: [A-Za-z.]+: The base shop has no data that is known. Restore it.$");
        Assert.DoesNotContain("secret", console.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_is_a_line_when_it_is_down_and_when_it_is_back()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        await Says(console, "^info: [A-Za-z.]+: Host vmhost answers: 4 servers$");
        var domains = Path.Combine(console.Folder, "domains.xml");
        var before = File.ReadAllText(domains);
        File.WriteAllText(domains, "<node>");
        await Says(console, "^warn: [A-Za-z.]+: Host vmhost: virsh failed: ");
        File.WriteAllText(domains, before);
        await Wait.Until(
            "it is told that it is back",
            () => Facts(console).Count(l => l.Contains("Host vmhost answers", StringComparison.Ordinal)) == 2
        );
    }

    [Fact]
    public async Task Tokens_that_are_not_known_are_told_rarely_and_never_themselves()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        using var stranger = console.ClientFor("x");
        stranger.DefaultRequestHeaders.Remove("X-Remote-User");
        stranger.DefaultRequestHeaders.Add("X-Forwarded-For", "127.0.0.1, 192.0.2.7");
        for (var i = 0; i < 300; i++)
        {
            stranger.DefaultRequestHeaders.Authorization = new("Bearer", $"guess-{i}");
            Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("api/me")).StatusCode);
        }
        await Says(console, "^warn: [A-Za-z.]+: A token that is not known was refused, from 192.0.2.7.$");
        Assert.Equal(1, Facts(console).Count(l => l.Contains("not known was refused", StringComparison.Ordinal)));
        Assert.DoesNotContain("guess", console.Log, StringComparison.Ordinal);
        Assert.Contains(
            "console_sign_in_refusals_total{reason=\"token\"} 300\n",
            await console.Http.GetStringAsync("metrics"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_settings_that_hold_are_a_line()
    {
        await using var console = new ConsoleProcess();
        await console.Start();
        var file = Path.Combine(console.Folder, "console.json");
        await Says(console, $"Settings read from {file}: hosts 1, database hosts 0, bases 0, apps 0, tokens 1.$");
    }

    [Theory]
    [InlineData("", false), InlineData("\"log\": \"journal\",", true)]
    public async Task Every_line_says_its_time_or_for_the_journal_its_priority(string setting, bool forJournal)
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(state: $"{setting} \"state\": \"state\"");
        await console.StartWithServers();
        AssertLines(console, forJournal);
    }

    [Fact]
    public async Task What_the_journal_reads_has_priorities_by_itself()
    {
        await using var console = new ConsoleProcess
        {
            Within = ["bash", "-c", "export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/$$/fd/1); exec \"$@\"", "journal"],
        };
        await console.StartWithServers();
        AssertLines(console, forJournal: true);
    }

    private static void AssertLines(ConsoleProcess console, bool forJournal)
    {
        var begin = forJournal
            ? @"<[2-7]>[A-Za-z]"
            : @"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (dbug|info|warn|fail|crit): [A-Za-z]";
        var lines = console.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        Assert.All(lines, l => Assert.Matches($"^{begin}[A-Za-z.]*: .", l));
    }
}
