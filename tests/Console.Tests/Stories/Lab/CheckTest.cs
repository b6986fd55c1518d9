namespace TestServers.Tests.Stories.Lab;

/// <summary>`console check`, `console hosts trust` and `console drain` on an installation that is whole.</summary>
[Collection("lab")]
public sealed class CheckTest(LabFixture lab) : IClassFixture<LabFixture>
{
    [Fact]
    public async Task A_whole_installation_is_ok_in_every_part()
    {
        var end = await Check(
            Path.Combine(lab.Folder, "console.json"),
            "--url",
            lab.Console,
            "--apache",
            $"{lab.Folder}/front/apache.conf"
        );
        var parts = PartsOf(end);
        // What stories before this one have left to be looked at is no fault of the installation.
        Assert.DoesNotContain(parts, p => p.Text("state") == "wrong" && p.Text("part") is not ("base" or "restore"));
        foreach (
            var (part, name) in new[]
            {
                ("settings", ""),
                ("templates", ""),
                ("files", ""),
                ("state", ""),
                ("disk", ""),
                ("tool", "virsh"),
                ("tool", "git"),
                ("tool", "svn"),
                ("console", ""),
                ("web server", ""),
                ("web server's calls", ""),
                ("repository", "shop"),
                ("repository", "photos"),
                ("power", "vmhost"),
                ("database host", "db1"),
                ("server", "qa01"),
                ("server", "qa08"),
            }
        )
            Assert.Contains(parts, p => p.Text("part") == part && p.Text("name") == name && p.Text("state") == "ok");
        // The walk in install.md shows one of each kind, a second tool, and its machine's own certificate; it has no
        // power switched.
        var kinds = parts
            .Where(p => p.Text("state") == "ok")
            .Select(p => p.Text("part"))
            .Append("base")
            .Where(p => p != "power")
            .ToHashSet()
            .Count;
        Assert.Contains($"{kinds + 2} parts: 0 wrong, 1 to look at.", File.ReadAllLines(Sources.Of("docs/install.md")));
    }

    [Fact]
    public async Task Each_fault_of_a_host_is_told_where_it_is()
    {
        using var folder = new TemporaryFolder();
        await LabHost.Run("chmod", "a+rx", folder.Path);
        var settings = JsonNode.Parse(File.ReadAllText(Path.Combine(lab.Folder, "console.json")))!.AsObject();
        File.WriteAllText(folder["known_hosts"], "");
        // Its own folder, so that the first start is to come and nothing of the lab's is touched.
        settings["state"] = $"{lab.Folder}/no-state-{Environment.ProcessId}";
        settings["listen"]!["socket"] = folder["k.sock"];
        settings["guests"]!["ssh"]!["knownHosts"] = folder["known_hosts"];
        settings["databaseHosts"]![0]!["port"] = 1;
        settings["bases"]!
            .AsArray()
            .Add(JsonNode.Parse("""{ "name": "other", "host": "db1", "dump": "x.dump", "owner": "not_there" }"""));
        settings["apps"]!.AsArray().First(a => a!["name"]!.ToString() == "shop")!["repository"]!["url"] =
            "svn://127.0.0.1:1/none";
        settings["hosts"]![0]!["powerUri"] = "test:///no/such/power.xml";
        foreach (
            var host in new[]
            {
                """{ "name": "kvm2", "uri": "test:///no/such/file.xml", "servers": "^x" }""",
                """
                    { "name": "kvm3", "uri": "test:///default", "servers": "^test$", "address": "127.0.0.1",
                      "power": ["start"] }
                    """,
            }
        )
            settings["hosts"]!.AsArray().Add(JsonNode.Parse(host));
        var elsewhere = settings["hosts"]![0]!.DeepClone().AsObject();
        (elsewhere["name"], elsewhere["servers"]) = ("kvm4", "^nothing$");
        (elsewhere["powerUri"], elsewhere["makeUri"]) = ("test:///default", "test:///default");
        settings["hosts"]!.AsArray().Add(elsewhere);
        File.WriteAllText(folder["console.json"], settings.ToJsonString());
        await LabHost.Run("chmod", "a+r", folder["console.json"], folder["known_hosts"]);
        var end = await Check(folder["console.json"]);
        Assert.Equal(1, end.Exit);
        var parts = PartsOf(end);
        void Wrong(string part, string name, string words) => Told("wrong", part, name, words);
        void Told(string state, string part, string name, string words) =>
            Assert.Contains(
                parts,
                p =>
                    p.Text("state") == state
                    && p.Text("part") == part
                    && p.Text("name") == name
                    && p.Text("message")!.Contains(words, StringComparison.Ordinal)
            );
        Wrong("host", "kvm2", "virsh failed");
        Wrong("power", "vmhost", "By `powerUri`: virsh failed");
        Wrong("power", "kvm4", "`powerUri` leads elsewhere: it shows none of the ");
        Wrong("making", "kvm4", "`makeUri` leads elsewhere: it shows none of the ");
        Told("ok", "power", "kvm3", "`uri` shows 1 domain, too; nothing was tried with them.");
        Wrong("server", "qa01", "host key is known for");
        Wrong("database host", "db1", "CREATE ROLE not_there LOGIN");
        Wrong("repository", "shop", "does not answer");
        Wrong("console", "", "None answers");
    }

    [Fact]
    public async Task A_host_s_key_is_shown_and_pinned_once_and_another_one_never_replaces_it()
    {
        using var folder = new TemporaryFolder();
        var settings = JsonNode.Parse(File.ReadAllText(Path.Combine(lab.Folder, "console.json")))!.AsObject();
        var known = folder["known_hosts"];
        File.WriteAllText(known, "# without an end");
        settings["guests"]!["ssh"]!["knownHosts"] = known;
        settings["databaseHosts"]![0]!["ssh"]!["knownHosts"] = known;
        File.WriteAllText(folder["console.json"], settings.ToJsonString());
        Task<ConsoleAnswer> Trust(params string[] words) =>
            ConsoleShell.Give(["hosts", "trust", .. words, "--settings", folder["console.json"]]);
        var unsure = await Trust("qa01");
        Assert.Equal(1, unsure.Exit);
        Assert.Contains("It was not pinned", unsure.Errors, StringComparison.Ordinal);
        Assert.Single(File.ReadAllLines(known));
        var all = await Trust("all", "--yes");
        Assert.True(all.Exit == 0, all.Errors);
        // What the console then finds is what the lab's own file says.
        var right = await File.ReadAllTextAsync(settings["guests"]!["ssh"]!["key"]!.ToString() + ".pub");
        Assert.NotEmpty(right);
        var fingerprint = (
            await LabHost.Run("ssh-keygen", "-lf", known, "-F", $"[{lab.AddressOf("qa01")}]:{lab.SshPort}")
        ).Split(' ', '\n');
        Assert.Contains(
            fingerprint,
            word => word.StartsWith("SHA256:", StringComparison.Ordinal) && all.Output.Contains(word)
        );
        var lines = File.ReadAllLines(known).Length;
        var again = await Trust("qa01", "--yes");
        Assert.Equal(0, again.Exit);
        Assert.Equal(lines, File.ReadAllLines(known).Length);
        var other = File.ReadAllLines(known).First(l => l.Contains(lab.AddressOf("qa02"))).Split(' ', 2)[1];
        File.WriteAllText(known, $"[{lab.AddressOf("qa01")}]:{lab.SshPort} {other}\n");
        var changed = await Trust("qa01", "--yes");
        Assert.Equal(1, changed.Exit);
        Assert.Contains("has another key of it", changed.Errors, StringComparison.Ordinal);
        Assert.Single(File.ReadAllLines(known));
        Assert.Contains("did you mean `qa01`", (await Trust("qa0l")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drain_waits_for_the_build_that_runs_and_what_waits_goes_on_after_the_next_start()
    {
        await using var console = new LabConsole(
            lab,
            settings => settings["apps"]![0]!["after"] = new JsonArray("until [ -e ../../drained ]; do sleep 0.1; done")
        );
        await console.Process.StartWithServers();
        var running = await Launch(console, "own6");
        await Wait.Until(
            "the build runs its command",
            async () =>
                (await console.Process.Http.Json($"api/builds/{running}")).ToString() is var build
                && build.Contains("\"running\"", StringComparison.Ordinal)
                && build.Contains("after", StringComparison.Ordinal)
        );
        var drain = console.Process.Command("drain", "--minutes", "2");
        await Wait.Until(
            "nothing begins",
            async () =>
                (await console.Process.Http.GetStringAsync("healthz")).Contains(
                    "console drain",
                    StringComparison.Ordinal
                )
        );
        var waiting = await Launch(console, "own7");
        Assert.False(drain.IsCompleted);
        await lab.AsOwner("touch", $"{lab.Folder}/guests/qa06/srv/drained", $"{lab.Folder}/guests/qa07/srv/drained");
        var end = await drain;
        Assert.True(end.Exit == 0, end.Output + end.Errors);
        Assert.Contains("Builds, restores and savepoints that run: 1", end.Output, StringComparison.Ordinal);
        Assert.Equal("succeeded", (await console.Process.Http.Json($"api/builds/{running}")).Text("state"));
        Assert.Equal("queued", (await console.Process.Http.Json($"api/builds/{waiting}")).Text("state"));
        await console.Process.Kill();
        await console.Process.StartWithServers();
        Assert.Equal("succeeded", (await console.Process.Http.Json($"api/builds/{waiting}?wait=60")).Text("state"));
        await lab.AsOwner("rm", $"{lab.Folder}/guests/qa06/srv/drained", $"{lab.Folder}/guests/qa07/srv/drained");
    }

    private static async Task<string> Launch(LabConsole console, string server)
    {
        var answer = await console.Process.Http.Post(
            $"api/servers/{server}/builds",
            Body.ForBuild("plain", "trunk", database: false, code: true, revision: null)
        );
        return (await answer.Json()).Text("id")!;
    }

    // As the lab's own account: what that sees is what is told.
    private Task<ConsoleAnswer> Check(string settings, params string[] more) =>
        ConsoleShell.Give(
            ["check", "--json", "--settings", settings, .. more],
            [
                LabProcesses.ProgramAs(lab.Owner),
                .. LabProcesses.ArgumentsAs(lab.Owner),
                "env",
                $"HOME={lab.Folder}/home",
            ]
        );

    private static List<JsonElement> PartsOf(ConsoleAnswer end)
    {
        Assert.True(end.Output.StartsWith('{'), end.Output + end.Errors);
        return [.. JsonDocument.Parse(end.Output).RootElement.GetProperty("parts").EnumerateArray()];
    }
}
