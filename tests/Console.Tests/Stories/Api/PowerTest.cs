namespace TestServers.Tests.Stories.Api;

/// <summary>Start, shut down and reset, by HTTP.</summary>
public sealed class PowerTest : IAsyncLifetime, IAsyncDisposable
{
    private readonly ConsoleWithApp _running = new();

    private ConsoleProcess Console => _running.Console;

    private string Calls => Path.Combine(Console.Folder, "calls");

    // What the next call does instead.
    private string Trouble => Path.Combine(Console.Folder, "trouble");

    public async Task InitializeAsync()
    {
        var bin = Directory.CreateDirectory(Path.Combine(Console.Folder, "bin")).FullName;
        // The test driver forgets what was switched with the end of each connection: lists are the real virsh's, and
        // what else it is told is written down.
        File.WriteAllText(
            Path.Combine(bin, "virsh"),
            $"""
            #!/bin/bash
            [ "$1" != --readonly ] || exec /usr/bin/virsh "$@"
            echo "$*" >> {Calls}
            [ ! -e {Trouble} ] || . {Trouble}
            """
        );
        File.SetUnixFileMode(
            Path.Combine(bin, "virsh"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        Console.Change(s =>
        {
            s["roles"] = JsonNode.Parse("""[ { "role": "administrator", "users": ["carla"] } ]""");
            s["hosts"]![0]!["power"] = JsonNode.Parse("""[ "start", "shutdown", "reset" ]""");
            s["hosts"]![0]!["powerUri"] = "qemu+ssh://power@kvm1/system";
        });
        await Console.Start(
            environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}",
            }
        );
        await Console.StartedWithServers();
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _running.DisposeAsync();

    [Fact]
    public async Task A_stopped_server_is_reserved_to_be_started_and_whom_it_concerns_is_told()
    {
        using HttpClient anna = Console.ClientFor("anna"),
            ben = Console.ClientFor("ben"),
            carla = Console.ClientFor("carla");
        var stopped = await anna.Json("api/servers/qa03");
        Assert.Equal("qa03 is shut off. Who holds it can start it here.", stopped.Text("unusable"));
        Assert.Equal(
            ["start", "shutdown", "reset"],
            stopped.GetProperty("power").EnumerateArray().Select(a => a.GetString())
        );
        // Nobody is given it unasked, and nothing is built on it.
        for (var free = 2; free > 0; free--)
            Assert.Equal(
                HttpStatusCode.Created,
                (await ben.Post("api/reservations", new { purpose = "any" })).StatusCode
            );
        await (await ben.Post("api/reservations", new { purpose = "any" })).Problem(HttpStatusCode.Conflict);
        await (await Switch(ben, "start")).Problem(HttpStatusCode.Conflict);
        Assert.Equal(HttpStatusCode.Created, (await Hold(anna)).StatusCode);
        var build = Body.ForBuild("shop", "trunk", database: false, code: true);
        await (await ben.Post("api/servers/qa03/builds", build)).Problem(HttpStatusCode.Conflict);
        Assert.StartsWith(
            "qa03 is reserved by anna",
            await (await Switch(ben, "start")).Problem(HttpStatusCode.Conflict),
            StringComparison.Ordinal
        );
        Assert.Empty(Called());

        var answer = await (await Switch(anna, "start")).Json();
        Assert.Equal("qa03 is started. It can be used when its system is up.", answer.Text("message"));
        Assert.Equal(["--connect qemu+ssh://power@kvm1/system start --domain qa03"], Called());
        await Becomes(1, "running");
        Assert.Equal(
            "qa03 is running already. Nothing was done.",
            (await (await Switch(anna, "start")).Json()).Text("message")
        );
        // By somebody else, with a key: once.
        for (var time = 0; time < 2; time++)
        {
            using var ask = new HttpRequestMessage(HttpMethod.Post, "api/servers/qa03/power")
            {
                Content = JsonContent.Create(new { action = "reset" }),
            };
            ask.Headers.Add("Idempotency-Key", "reset-once");
            Assert.Equal(HttpStatusCode.OK, (await carla.SendAsync(ask)).StatusCode);
        }
        Assert.Equal(2, Called().Length);
        await Wait.Until(
            "anna is told",
            async () =>
                (await anna.Json("api/messages"))
                    .GetProperty("messages")
                    .EnumerateArray()
                    .Any(m => m.Text("text") == "carla has reset qa03." && m.Text("kind") == "power")
        );
        var facts = (await carla.Json("api/audit?server=qa03")).GetProperty("facts").EnumerateArray().ToList();
        Assert.Equal(
            ["carla power reset, number 3 of anna", "anna power start, number 3 of anna"],
            facts
                .Where(f => f.Text("action") == "power" && f.Text("outcome") == "done")
                .Select(f => $"{f.Text("actor")} {f.Text("action")} {f.Text("detail")}")
        );
    }

    [Fact]
    public async Task What_was_switched_a_moment_ago_is_looked_at_before_it_is_switched_again()
    {
        using var anna = Console.ClientFor("anna");
        await Hold(anna);
        // What is done to it is so at once, and is seen with the next list alone.
        var (domains, listed) = (new Dictionary<string, string>(), Path.Combine(Console.Folder, "domains.xml"));
        foreach (var (action, state) in new[] { ("start", 1), ("shutdown", 5), ("reset", 1) })
        {
            Console.WriteDomains(("qa01", 1), ("qa02", 1), ("qa03", state), ("qa04", 3));
            domains[action] = File.ReadAllText(listed);
        }
        await Becomes(5, "shut off");
        foreach (var (action, text) in domains)
            File.WriteAllText($"{Trouble}.{action}", text);
        File.WriteAllText(Trouble, $"cp {Trouble}.$3 {listed}.new && mv {listed}.new {listed}");
        foreach (var action in new[] { "start", "shutdown", "start", "shutdown" })
        {
            var answer = await (await Switch(anna, action)).Json();
            Assert.DoesNotContain("Nothing was done", answer.Text("message"), StringComparison.Ordinal);
            Assert.Equal(
                action == "start" ? "running" : "shut off",
                (await anna.Json("api/servers/qa03")).Text("state")
            );
        }
        Assert.Equal(["start", "shutdown", "start", "shutdown"], Called().Select(call => call.Split(' ')[2]));
        await (await Switch(anna, "reset")).Problem(HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData(3, "paused", "start", "qa03 is paused, and cannot be started. Ask an administrator of vmhost")]
    [InlineData(3, "paused", "shutdown", "qa03 is paused, and cannot be shut down.")]
    [InlineData(5, "shut off", "reset", "qa03 is shut off, and cannot be reset. Start it.")]
    public async Task What_does_not_fit_its_state_is_refused_with_what_to_do(
        int state,
        string word,
        string action,
        string said
    )
    {
        using var anna = Console.ClientFor("anna");
        await Hold(anna);
        await Becomes(state, word);
        var refused = await (await Switch(anna, action)).Problem(HttpStatusCode.Conflict);
        Assert.StartsWith(said, refused, StringComparison.Ordinal);
        Assert.Empty(Called());
    }

    [Fact]
    public async Task What_the_host_cannot_do_is_told_and_in_the_audit_and_nothing_is_left_under_way()
    {
        using HttpClient anna = Console.ClientFor("anna"),
            carla = Console.ClientFor("carla");
        await Hold(anna);
        File.WriteAllText(Trouble, "echo 'error: Cannot access storage file' >&2; exit 1");
        Assert.Equal(
            "qa03 could not be started: virsh failed: error: Cannot access storage file",
            await (await Switch(anna, "start")).Problem(HttpStatusCode.BadGateway)
        );
        var fact = (await carla.Json("api/audit?server=qa03")).GetProperty("facts")[0];
        Assert.Equal("power failed", fact.Text("action"));
        Assert.Equal("start: virsh failed: error: Cannot access storage file", fact.Text("detail"));

        // A second click while the first one is under way.
        var gate = Path.Combine(Console.Folder, "gate");
        File.WriteAllText(Trouble, $"until [ -e {gate} ]; do sleep 0.05; done");
        var first = Switch(anna, "start");
        await Wait.Until("it is under way", () => Called().Length == 2);
        Assert.Equal(
            "qa03 is being started. Wait until that has ended.",
            await (await Switch(anna, "start")).Problem(HttpStatusCode.Conflict)
        );
        File.WriteAllText(gate, "");
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        await (await Switch(anna, "start", 99)).Problem(HttpStatusCode.Conflict);
        await (await Switch(anna, "explode")).Problem(HttpStatusCode.BadRequest);
        Assert.Equal(2, Called().Length);
    }

    [Fact]
    public async Task Who_takes_a_server_over_while_it_is_reset_is_told_and_a_name_of_digits_is_refused()
    {
        using HttpClient anna = Console.ClientFor("anna"),
            ben = Console.ClientFor("ben");
        await anna.Put("api/servers/qa01/reservation", Purpose);
        var gate = Path.Combine(Console.Folder, "gate");
        File.WriteAllText(Trouble, $"until [ -e {gate} ]; do sleep 0.05; done");
        var reset = Switch(anna, "reset", server: "qa01");
        await Wait.Until("it is under way", () => Called().Length == 1);
        var over = new { reason = "a customer waits", purpose = "hotfix" };
        var taken = await ben.Post("api/servers/qa01/reservation/takeover", over);
        Assert.True(taken.IsSuccessStatusCode, await taken.Content.ReadAsStringAsync());
        File.WriteAllText(gate, "");
        Assert.Equal(HttpStatusCode.OK, (await reset).StatusCode);
        await Wait.Until(
            "ben is told",
            async () =>
                (await ben.Json("api/messages"))
                    .GetProperty("messages")
                    .EnumerateArray()
                    .Any(m => m.Text("text") == "anna has reset qa01.")
        );

        // virsh would take it for a running domain's number.
        await Console.Reload(s => s["hosts"]![0]!["servers"] = "^(qa)?[0-9]+$");
        Console.WriteDomains(("qa01", 1), ("qa02", 1), ("12", 1));
        await Wait.Until("12 is there", async () => (await anna.GetAsync("api/servers/12")).IsSuccessStatusCode);
        await anna.Put("api/servers/12/reservation", Purpose);
        Assert.Equal(
            "12 could not be reset: virsh takes `12` for the number of some domain. Give it a name with a letter.",
            await (await Switch(anna, "reset", server: "12")).Problem(HttpStatusCode.BadGateway)
        );
        Assert.Single(Called());
    }

    [Fact]
    public async Task A_host_whose_settings_do_not_say_so_only_lists()
    {
        using HttpClient anna = Console.ClientFor("anna"),
            carla = Console.ClientFor("carla");
        Assert.Equal(HttpStatusCode.Created, (await anna.Put("api/servers/qa01/reservation", Purpose)).StatusCode);
        await Console.Reload(s => s["hosts"]![0]!["power"] = JsonNode.Parse("""[ "start" ]"""));
        foreach (var (client, action) in new[] { (anna, "reset"), (carla, "shutdown") })
            Assert.StartsWith(
                "Servers of vmhost are not ",
                await (await Switch(client, action, server: "qa01")).Problem(HttpStatusCode.Forbidden),
                StringComparison.Ordinal
            );
        await Console.Reload(s =>
        {
            s["hosts"]![0]!.AsObject().Remove("power");
            s["hosts"]![0]!.AsObject().Remove("powerUri");
        });
        var shown = await anna.Json("api/servers/qa03");
        Assert.False(shown.TryGetProperty("power", out _));
        Assert.Equal(
            "qa03 is shut off. Start it on vmhost (virsh start qa03), or take another server.",
            shown.Text("unusable")
        );
        await (await Hold(anna)).Problem(HttpStatusCode.Conflict);
        Assert.Empty(Called());
    }

    private static object Purpose => new { purpose = "a kernel that hangs", hours = 1 };

    private static Task<HttpResponseMessage> Hold(HttpClient by) => by.Put("api/servers/qa03/reservation", Purpose);

    private static Task<HttpResponseMessage> Switch(
        HttpClient by,
        string action,
        long? number = null,
        string server = "qa03"
    ) => by.Post($"api/servers/{server}/power", new { action, number });

    private string[] Called() => File.Exists(Calls) ? File.ReadAllLines(Calls) : [];

    private async Task Becomes(int state, string word)
    {
        Console.WriteDomains(("qa01", 1), ("qa02", 1), ("qa03", state), ("qa04", 3));
        await Wait.Until(
            $"qa03 is {word}",
            async () => (await Console.Http.Json("api/servers/qa03")).Text("state") == word
        );
    }
}
