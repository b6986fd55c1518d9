using System.Diagnostics;
using System.Text.RegularExpressions;
using TestServers.Monitoring;

namespace TestServers.Tests.Stories.Api;

/// <summary>A fact that asks promtool; without it the test is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute() =>
        Skip = Promtool() is null
            ? "promtool is not installed (Debian: prometheus); the text is checked without it"
            : null;

    internal static string? Promtool() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Select(folder => Path.Combine(folder, "promtool"))
            .FirstOrDefault(File.Exists);

    /// <summary>Runs promtool, and gives back what it says when it fails.</summary>
    internal static async Task<string> Says(string input, params string[] arguments)
    {
        using var promtool = Process.Start(
            new ProcessStartInfo(Promtool()!, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var (output, errors) = (promtool.StandardOutput.ReadToEndAsync(), promtool.StandardError.ReadToEndAsync());
        await promtool.StandardInput.WriteAsync(input);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return promtool.ExitCode == 0 ? await errors : $"{promtool.ExitCode}: {await output}{await errors}";
    }
}

/// <summary>
/// The metrics of the real program: true, in Prometheus' form, bounded, and as the documentation has them.
/// </summary>
public sealed partial class MetricsTest
{
    private const string OddName = "kvm \"two\" \\ {x=\\\"y\\\"}";

    [Fact]
    public async Task A_host_s_name_with_quotes_breaks_nothing()
    {
        await using var console = await WithOddHost();
        var metrics = await MetricsText.Of(console.Http);
        Assert.Equal(0, metrics.Value("console_host_up", $"host={OddName}"));
        Assert.Equal(1, metrics.Value("console_host_up", "host=vmhost"));
    }

    [PromtoolFact]
    public async Task Promtool_finds_no_fault()
    {
        await using var console = await WithOddHost();
        var text = await console.Http.GetStringAsync("metrics");
        Assert.Equal("", await PromtoolFactAttribute.Says(text, "check", "metrics"));
    }

    [PromtoolFact]
    public async Task Promtool_takes_the_example_s_rules_and_settings()
    {
        Assert.Equal("", await PromtoolFactAttribute.Says("", "check", "rules", Doc("prometheus/alerts.yml")));
        Assert.Equal("", await PromtoolFactAttribute.Says("", "test", "rules", Doc("prometheus/alerts.test.yml")));
        var config = Doc("prometheus/prometheus.yml");
        Assert.Equal("", await PromtoolFactAttribute.Says("", "check", "config", "--syntax-only", config));
    }

    [Fact]
    public async Task Builds_are_counted_by_result_and_step_and_measured_with_their_steps_and_waits()
    {
        await using var own = new ConsoleWithApp(connectSeconds: 1);
        await own.Console.StartWithServers();
        var before = await MetricsText.Of(own.Console.Http);
        Assert.Equal(0, before.Value("console_builds_ended_total", "app=shop", "result=failed", "step=code"));
        Assert.Equal(0, before.Value("console_builds", "state=queued"));
        foreach (var server in new[] { "qa01", "qa02" })
        {
            var asked = await own.Console.Http.Post(
                $"api/servers/{server}/builds",
                Body.ForBuild("shop", null, database: false, code: true)
            );
            await own.Console.Http.EndOf((await asked.Json()).Text("id"));
        }
        var after = await MetricsText.Of(own.Console.Http);
        Assert.Equal(2, after.Value("console_builds_ended_total", "app=shop", "result=failed", "step=code"));
        Assert.Equal(2, after.Value("console_build_duration_seconds_count", "app=shop", "result=failed"));
        Assert.InRange(after.Value("console_build_duration_seconds_sum", "app=shop", "result=failed")!.Value, 1, 20);
        Assert.Equal(2, after.Value("console_build_step_duration_seconds_count", "step=code", "result=failed"));
        Assert.Equal(2, after.Value("console_build_wait_seconds_count"));
        Assert.Equal(2, after.Value("console_builds", "state=failed"));
        Assert.Equal(2, after.Value("console_servers_unreachable"));
        Assert.Equal(2, after.Value("console_reservation_changes_total", "what=made"));
        Assert.True(after.Value("console_virsh_duration_seconds_count", "host=vmhost", "result=answered") > 0);
        // A number of a server or of a build is no label.
        Assert.DoesNotContain(
            after.Families.SelectMany(f => f.Rows),
            r => r.Labels.Values.Any(v => v.StartsWith("qa0", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Restores_are_counted_and_bases_have_an_age()
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(more: HealthTest.UnreachableBase);
        await console.StartWithServers();
        await console.Http.Post("api/bases/shop/restore?wait=true", new { });
        var metrics = await MetricsText.Of(console.Http);
        var failed = metrics["console_restores_ended_total"]
            .Rows.Where(r => r.Labels["base"] == "shop" && r.Labels["result"] == "failed");
        Assert.Equal(1, failed.Sum(r => r.Value));
        Assert.Equal(1, metrics.Value("console_restore_duration_seconds_count", "base=shop", "result=failed"));
        Assert.Equal(0, metrics.Value("console_base_restore_ok", "base=shop"));
        Assert.Equal(1, metrics.Value("console_base_stale", "base=shop"));
        Assert.Equal(0, metrics.Value("console_database_host_up", "host=db1"));
        // Its age is not known, and not 0.
        Assert.Null(metrics.Value("console_base_data_age_seconds", "base=shop"));
    }

    [Fact]
    public async Task Problems_are_counted_by_the_part_of_healthz_and_a_part_that_is_well_has_none()
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(more: HealthTest.UnreachableBase);
        await console.StartWithServers();
        await console.Http.Post("api/bases/shop/restore?wait=true", new { });
        var right = await File.ReadAllTextAsync(Path.Combine(console.Folder, "console.json"));
        await File.WriteAllTextAsync(Path.Combine(console.Folder, "console.json"), "{");
        Shell.Run($"kill -HUP {console.Id}");
        await Wait.Until("the settings are wrong", async () => await Count(console, "settings") == 1);
        var problems = (await console.Http.Json("healthz")).GetProperty("problems").EnumerateArray();
        var told = problems.CountBy(p => p.Text("part")!).ToDictionary();
        Assert.Equal(["base", "databaseHost", "restore", "settings"], told.Keys.Order(StringComparer.Ordinal));
        var rows = (await MetricsText.Of(console.Http))["console_health_problems"].Rows;
        Assert.All(rows, r => Assert.Equal(told.GetValueOrDefault(r.Labels["part"]), r.Value));
        await File.WriteAllTextAsync(Path.Combine(console.Folder, "console.json"), right);
        Shell.Run($"kill -HUP {console.Id}");
        await Wait.Until("the settings are well", async () => await Count(console, "settings") == 0);
    }

    [Fact]
    public async Task The_documentation_has_every_part_of_healthz_and_each_has_a_row()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var parts = (await MetricsText.Of(console.Http))["console_health_problems"].Rows.Select(r => r.Labels["part"]);
        var health = (await File.ReadAllTextAsync(Doc("monitoring.md"))).Split("## Health\n")[1].Split("## ")[0];
        var documented =
            from Match row in PartRow().Matches(health)
            from Match word in PartWord().Matches(row.Groups["parts"].Value)
            select word.Groups["part"].Value;
        Assert.Equal(documented.Order(StringComparer.Ordinal), parts.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_part_with_an_alert_of_its_own_raises_no_second_one()
    {
        var rules = await File.ReadAllTextAsync(Doc("prometheus/alerts.yml"));
        var left = LeftOut().Match(rules).Groups["parts"].Value.Split('|');
        var words = Enum.GetValues<HealthPart>().Select(HealthProblem.WordOf);
        Assert.All(left, part => Assert.Contains(part, words));
        Assert.Equal(["settings", "making", "bases", "webhook", "mail"], words.Except(left));
    }

    [Fact]
    public async Task A_state_that_no_server_has_is_nought_and_not_missing()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var metrics = await MetricsText.Of(console.Http);
        Assert.Equal(0, metrics.Value("console_servers", "state=pmsuspended"));
        var servers = (await console.Http.Json("api/servers")).GetProperty("servers").EnumerateArray();
        Assert.Equal(servers.Count(), metrics["console_servers"].Rows.Sum(r => r.Value));
    }

    [Fact]
    public async Task What_callers_make_up_adds_no_series()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        await Flood(console, "first");
        await MetricsText.Of(console.Http);
        var before = (await MetricsText.Of(console.Http)).Families.Sum(f => f.Rows.Count);
        for (var round = 0; round < 50; round++)
            await Flood(console, $"round{round}");
        var after = await MetricsText.Of(console.Http);
        Assert.Equal(before, after.Families.Sum(f => f.Rows.Count));
        var routes = after["console_http_request_duration_seconds"]
            .Rows.Select(r => r.Labels["route"])
            .Distinct()
            .ToList();
        Assert.Contains("/api/servers/{server}", routes);
        Assert.DoesNotContain(
            routes,
            r => r.Contains("qa", StringComparison.Ordinal) || r.Contains("round", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task The_program_and_its_process_are_told()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var metrics = await MetricsText.Of(console.Http);
        var info = Assert.Single(metrics["console_build_info"].Rows);
        Assert.Equal(1, info.Value);
        Assert.Matches(@"^\d+\.\d+\.\d+", info.Labels["version"]);
        Assert.True(metrics.Value("process_start_time_seconds") > 1.6e9);
        Assert.True(metrics.Value("process_cpu_seconds_total") > 0);
        Assert.True(metrics.Value("console_state_disk_free_bytes") > 0);
        Assert.True(metrics.Value("console_state_disk_size_bytes") > 0);
        using var answer = await console.Http.GetAsync("metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task The_documentation_has_every_metric_with_its_kind_labels_and_help()
    {
        await using var console = await WithOddHost();
        await console.Http.Post("api/bases/shop/restore?wait=true", new { });
        var metrics = await MetricsText.Of(console.Http);
        var own = metrics.Families.Where(f => f.Name.StartsWith("console_", StringComparison.Ordinal)).ToList();
        var documented = TableRow().Matches(await File.ReadAllTextAsync(Doc("monitoring.md"))).ToList();
        Assert.Equal(
            string.Join('\n', own.Select(f => $"{f.Name} | {f.Type} | {f.Help}").Order(StringComparer.Ordinal)),
            string.Join(
                '\n',
                documented
                    .Select(r => $"{r.Groups["name"]} | {r.Groups["kind"]} | {r.Groups["help"]}")
                    .Order(StringComparer.Ordinal)
            )
        );
        // Of those that have rows here.
        foreach (var family in own.Where(f => f.Rows.Count > 0))
        {
            var labels = family.Rows[0].Labels.Keys.Where(l => l != "le").Order(StringComparer.Ordinal);
            var said = documented.Single(r => r.Groups["name"].Value == family.Name).Groups["labels"].Value;
            var told = Word().Matches(said).Select(w => w.Value).Order(StringComparer.Ordinal);
            Assert.True(labels.SequenceEqual(told), $"{family.Name}: {said}");
        }
        // And what the rules and the dashboard look at is there.
        var looked = await File.ReadAllTextAsync(Doc("prometheus/alerts.yml"));
        looked += await File.ReadAllTextAsync(Doc("prometheus/dashboard.json"));
        foreach (var name in OwnName().Matches(looked).Select(m => Regex.Replace(m.Value, "_(count|bucket)$", "")))
            Assert.Contains(own, f => f.Name == name);
    }

    [Fact]
    public async Task What_to_do_is_said_of_every_alert_and_each_is_tried()
    {
        var rules = await File.ReadAllTextAsync(Doc("prometheus/alerts.yml"));
        var alerts = Alert().Matches(rules).Select(m => m.Groups["name"].Value).ToList();
        Assert.NotEmpty(alerts);
        var remedies = RemedyRow().Matches(await File.ReadAllTextAsync(Doc("monitoring.md")));
        Assert.Equal(alerts, remedies.Select(m => m.Groups["name"].Value));
        var tried = Tried().Matches(await File.ReadAllTextAsync(Doc("prometheus/alerts.test.yml")));
        Assert.Equal(
            alerts.Order(StringComparer.Ordinal),
            tried.Select(m => m.Groups["name"].Value).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task The_dashboard_asks_in_the_words_of_the_labels_that_there_are()
    {
        using var board = System.Text.Json.JsonDocument.Parse(
            await File.ReadAllTextAsync(Doc("prometheus/dashboard.json"))
        );
        var documented = TableRow()
            .Matches(await File.ReadAllTextAsync(Doc("monitoring.md")))
            .ToDictionary(
                r => r.Groups["name"].Value,
                r => Word().Matches(r.Groups["labels"].Value).Select(w => w.Value)
            );
        var asked = (
            from panel in board.RootElement.GetProperty("panels").EnumerateArray()
            where panel.TryGetProperty("targets", out _)
            from target in panel.GetProperty("targets").EnumerateArray()
            let expression = target.GetProperty("expr").GetString()!
            from Match label in Legend().Matches(target.GetProperty("legendFormat").GetString()!)
            from Match name in OwnName().Matches(expression)
            select (Metric: Regex.Replace(name.Value, "_(count|bucket)$", ""), Label: label.Groups["label"].Value)
        ).ToList();
        Assert.NotEmpty(asked);
        Assert.All(asked, a => Assert.Contains(a.Label, documented[a.Metric]));
    }

    [PromtoolFact]
    public async Task Prometheus_reads_every_question_of_the_dashboard()
    {
        using var board = System.Text.Json.JsonDocument.Parse(
            await File.ReadAllTextAsync(Doc("prometheus/dashboard.json"))
        );
        var questions = (
            from panel in board.RootElement.GetProperty("panels").EnumerateArray()
            where panel.TryGetProperty("targets", out _)
            from target in panel.GetProperty("targets").EnumerateArray()
            select target.GetProperty("expr").GetString()
        ).ToList();
        Assert.NotEmpty(questions);
        // As a rule each, which Prometheus's own tool looks at.
        async Task<string> Look(IEnumerable<string?> asked)
        {
            using var folder = new TemporaryFolder();
            var rules = asked.Select((expr, at) => new { record = $"asked_{at}", expr });
            var groups = new[] { new { name = "dashboard", rules } };
            await File.WriteAllTextAsync(
                folder["rules.json"],
                System.Text.Json.JsonSerializer.Serialize(new { groups })
            );
            return await PromtoolFactAttribute.Says("", "check", "rules", folder["rules.json"]);
        }
        Assert.Equal("", await Look(questions));
        Assert.Contains("could not parse", await Look([.. questions, "sum(console_servers"]), StringComparison.Ordinal);
    }

    private static async Task<ConsoleProcess> WithOddHost()
    {
        var console = new ConsoleProcess();
        var name = System.Text.Json.JsonSerializer.Serialize(OddName);
        console.WriteSettings(
            more: HealthTest.UnreachableBase,
            extraHosts: $$""", { "name": {{name}}, "uri": "test:///nowhere.xml", "servers": "^q$" }"""
        );
        await console.StartWithServers();
        await Wait.Until(
            "all hosts were asked",
            () => console.Log.Contains("Database host db1", StringComparison.Ordinal)
        );
        return console;
    }

    private static async Task Flood(ConsoleProcess console, string word)
    {
        foreach (
            var path in new[]
            {
                $"api/servers/qa{word}",
                $"{word}",
                $"api/{word}",
                $"api/builds/{word}",
                $"js/{word}.js",
            }
        )
        {
            foreach (var method in new[] { "GET", "HEAD", "DELETE", $"X{word.ToUpperInvariant()}" })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                using var answer = await console.Http.SendAsync(request);
            }
        }
    }

    private static async Task<double?> Count(ConsoleProcess console, string part) =>
        (await MetricsText.Of(console.Http)).Value("console_health_problems", $"part={part}");

    private static string Doc(string name) => Sources.Of("docs/" + name);

    [GeneratedRegex(
        @"^\| `(?<name>console_[a-z_]+)` \| (?<kind>\w+) \|(?<labels>.*?)\| (?<help>.*?) \|$",
        RegexOptions.Multiline
    )]
    private static partial Regex TableRow();

    [GeneratedRegex(@"^\| (?<parts>`[a-zA-Z]+`(?:, `[a-zA-Z]+`)*) \|", RegexOptions.Multiline)]
    private static partial Regex PartRow();

    [GeneratedRegex("`(?<part>[a-zA-Z]+)`")]
    private static partial Regex PartWord();

    [GeneratedRegex("""console_health_problems\{part!~"(?<parts>[^"]+)"\}""")]
    private static partial Regex LeftOut();

    [GeneratedRegex(@"^ +- alert: (?<name>\w+)$", RegexOptions.Multiline)]
    private static partial Regex Alert();

    [GeneratedRegex(@"^\| `(?<name>[A-Z]\w+)` \| .+ \|$", RegexOptions.Multiline)]
    private static partial Regex RemedyRow();

    // With what it says when it comes.
    [GeneratedRegex(@"alertname: (?<name>\w+)\n +exp_alerts:")]
    private static partial Regex Tried();

    [GeneratedRegex(@"\{\{(?<label>\w+)\}\}")]
    private static partial Regex Legend();

    [GeneratedRegex("[a-z_]+")]
    private static partial Regex Word();

    [GeneratedRegex("console_[a-z_]+")]
    private static partial Regex OwnName();
}
