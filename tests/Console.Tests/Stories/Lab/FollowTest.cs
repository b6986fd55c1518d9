namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// Servers follow branches of real repositories: Git's is asked again and again, Subversion's says by its post-commit
/// hook that there is something new.
/// </summary>
[Collection("lab")]
public sealed class FollowTest(LabFixture lab) : IClassFixture<LabFixture>, IAsyncLifetime
{
    private const string Key = "a key of hooks",
        Walk = "branches/walk";
    private static readonly object Code = new { database = false };

    private string Tickets => Path.Combine(lab.Folder, "repositories/git/tickets.git");
    private string Shop => $"file://{lab.Folder}/repositories/svn/shop";
    private string PostCommit => Path.Combine(lab.Folder, "repositories/svn/shop/hooks/post-commit");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        File.Delete(PostCommit);
        File.Delete(PostCommit + ".key");
        await lab.AsOwner("bash", "-c", $"git -C {Tickets} branch -D walk || true");
        await lab.AsOwner("rm", "-rf", Path.Combine(lab.Folder, "guests/qa07/srv/code/twig"));
    }

    [Fact]
    public async Task New_commits_of_Git_are_built_once_each_and_what_fails_is_told_once()
    {
        await using var own = await Start(seconds: 1);
        using HttpClient anna = own.Process.ClientFor("anna"),
            ben = own.Process.ClientFor("ben");
        await (await anna.Put("api/servers/own7/follow", Code)).Problem(HttpStatusCode.Conflict);
        await Git("branch", "--force", "walk", "main");
        await anna.BuildWell("own7", "twig", "walk", database: false, code: true);
        await (await ben.Put("api/servers/own7/follow", Code)).Problem(HttpStatusCode.Conflict);
        await (await anna.Put("api/servers/own7/follow", new { database = true })).Problem(HttpStatusCode.BadRequest);
        var following = await (await anna.Put("api/servers/own7/follow", Code)).Json();
        Assert.Equal(("walk", "anna", 1), (following.Text("path"), following.Text("by"), Number(following, "seconds")));
        Assert.Equal(await Head(), following.Text("seen"));

        // A new commit is built, by whom and why is said, and nothing else comes of it.
        var first = await Push();
        var built = await BuildOf(anna, first);
        Assert.Equal(("succeeded", "anna", "true"), (built.Text("state"), built.Text("by"), Lower(built, "follows")));
        Assert.Equal(first, (await Following(anna)).Text("seen"));

        // Two that fail are told once. They are not built again, neither by themselves nor after a kill.
        own.PutPage("raise SystemExit('broken')");
        foreach (var _ in new[] { 1, 2 })
            Assert.Equal("failed", (await BuildOf(anna, await Push())).Text("state"));
        Assert.Single(await Told(anna, "buildFailed"));
        var before = await Builds(anna);
        await own.Process.Kill();
        await Run(own);
        await Wait.Until(
            "it is followed",
            async () => (await Server(anna)).GetProperty("following").ValueKind == JsonValueKind.Object
        );
        own.PutGoodPage();
        var set = await Push();
        Assert.Equal("succeeded", (await BuildOf(anna, set)).Text("state"));
        Assert.Equal(before + 1, await Builds(anna));
        var right = Assert.Single(
            await Told(anna, "buildSucceeded"),
            m => m.Contains("follows walk", StringComparison.Ordinal)
        );
        Assert.Contains("has succeeded", right, StringComparison.Ordinal);

        // Set back by force, to what was built before: it is on the branch, so it is built.
        await Git("update-ref", "refs/heads/walk", first);
        await BuildOf(anna, first, after: await Builds(anna));

        // Deleted: said and told once, and followed again when it is back.
        await Git("branch", "-D", "walk");
        await Wait.Until("it is said", async () => (await Following(anna)).Text("problem") is not null);
        Assert.StartsWith(
            "walk is not in the repository of twig since ",
            (await Following(anna)).Text("problem"),
            StringComparison.Ordinal
        );
        await Git("branch", "walk", set);
        await BuildOf(anna, set, after: await Builds(anna));
        Assert.Null((await Following(anna)).Text("problem"));
        Assert.Single(await Told(anna, "pathGone"));

        // Its repository is silent for a while: told once, after more than one question, and built when it is back.
        await lab.AsOwner("mv", Tickets, Tickets + ".away");
        try
        {
            await Wait.Until("it is told", async () => (await Told(anna, "repositorySilent")).Count > 0, 40);
        }
        finally
        {
            await lab.AsOwner("mv", Tickets + ".away", Tickets);
        }
        await BuildOf(anna, await Push());
        Assert.StartsWith(
            "own7 follows walk of twig, whose repository does not answer any more.",
            Assert.Single(await Told(anna, "repositorySilent")),
            StringComparison.Ordinal
        );

        // Nothing is built while it is out of service, and it goes on behind it.
        using var carla = own.Process.ClientFor("carla");
        await carla.Put("api/servers/own7/service", new { @out = true, note = "a new disk" });
        var held = await Push();
        await Wait.Until("it waits", async () => (await Following(anna)).Text("problem") is not null);
        Assert.Contains("a new disk", (await Following(anna)).Text("problem"), StringComparison.Ordinal);
        await carla.Put("api/servers/own7/service", new { @out = false });
        await BuildOf(anna, held);

        // Who may build there or is an administrator ends it. It also ends with what else is built, and with the hold.
        await (await ben.DeleteAsync("api/servers/own7/follow")).Problem(HttpStatusCode.Conflict);
        Assert.Equal(HttpStatusCode.NoContent, (await carla.DeleteAsync("api/servers/own7/follow")).StatusCode);
        Assert.Null((await Server(anna)).Text("following"));
        Assert.Equal(HttpStatusCode.OK, (await anna.Put("api/servers/own7/follow", Code)).StatusCode);
        await ben.Post("api/servers/own7/reservation/takeover", new { reason = "urgent" });
        Assert.Null((await Server(anna)).Text("following"));
        var count = await Builds(anna);
        await anna.Post("api/servers/own7/reservation/takeover", new { reason = "mine" });
        await Push();
        await anna.BuildWell("own7", "twig", "main", database: false, code: true);
        Assert.Equal(count + 1, await Builds(anna));
        await (await anna.Put("api/servers/own7/follow", new { database = false, number = 1 })).Problem(
            HttpStatusCode.Conflict
        );
        await Git("tag", "--force", "standing", "main");
        await anna.BuildWell("own7", "twig", "refs/tags/standing", database: false, code: true);
        foreach (var path in new[] { "refs/tags/standing", "standing", await Head("main") })
        {
            await anna.BuildWell("own7", "twig", path, database: false, code: true);
            var why = await (await anna.Put("api/servers/own7/follow", Code)).Problem(HttpStatusCode.Conflict);
            Assert.Contains("does not move", why, StringComparison.Ordinal);
        }
        await Git("tag", "-d", "standing");
    }

    [Fact]
    public async Task A_commit_to_Subversion_is_built_when_its_hook_tells_of_it_and_once_when_it_tells_twice()
    {
        await using var own = await Start(seconds: 3600);
        using var anna = own.Process.ClientFor("anna");
        await Svn("copy", $"{Shop}/trunk", $"{Shop}/{Walk}");
        try
        {
            await Svn("mkdir", $"{Shop}/branches/elsewhere");
            await anna.BuildWell("own6", "plain", Walk, database: false, code: true);
            // The path itself last changed one revision before; there is nothing to do until somebody touches it.
            var now = (await Server(anna, "own6")).GetProperty("configuration");
            Assert.Equal(Number(now.Text("revision")) - 1, Number(now.Text("lastChanged")));
            var plan = $"api/servers/own6/plan?app=plain&path={Walk}&database=false&code=true";
            Assert.Equal("true", Lower(await anna.Json(plan), "nothing"));
            Assert.Equal(now.Text("lastChanged"), (await anna.Json(plan)).GetProperty("code").Text("lastChanged"));
            Assert.Equal(now.Text("lastChanged"), await OfHistory(anna));
            var file = Path.Combine(lab.Folder, "guests/qa06/srv/code/plain/README");
            await lab.AsOwner("bash", "-c", $"echo '# touched' >>{file}");
            Assert.Equal("false", Lower(await anna.Json(plan), "nothing"));
            await lab.AsOwner("svn", "revert", "--quiet", file);
            Assert.Equal(HttpStatusCode.OK, (await anna.Put("api/servers/own6/follow", Code)).StatusCode);
            await PutHook(own);
            // Elsewhere in the repository: nothing of what is followed.
            await Svn("mkdir", $"{Shop}/branches/elsewhere/more");
            await Svn("mkdir", $"{Shop}/{Walk}/more");
            var revision = (await lab.AsOwner("svn", "info", "--show-item", "revision", Shop)).Trim();
            var build = await BuildOf(anna, revision, server: "own6");
            Assert.Equal(("succeeded", "true"), (build.Text("state"), Lower(build, "follows")));
            Assert.Equal(revision, (await Server(anna, "own6")).GetProperty("following").Text("seen"));
            var count = await Builds(anna, "own6");
            foreach (var _ in new[] { 1, 2 })
                await lab.AsOwner(PostCommit, "x", revision);
            await Svn("rm", $"{Shop}/branches/elsewhere");
            await Svn("rm", $"{Shop}/{Walk}");
            await Wait.Until(
                "it is said to be gone",
                async () => (await Server(anna, "own6")).GetProperty("following").Text("problem") is not null
            );
            Assert.Equal(count, await Builds(anna, "own6"));
        }
        finally
        {
            foreach (var path in new[] { "branches/elsewhere", Walk })
                await lab.AsOwner("bash", "-c", $"svn rm --quiet -m rm {Shop}/{path} || true");
        }
    }

    private async Task<LabConsole> Start(int seconds)
    {
        var own = new LabConsole(
            lab,
            settings =>
            {
                var apps = settings["apps"]!.AsArray();
                var twig = apps[0]!.DeepClone();
                twig["name"] = "twig";
                twig["defaultPath"] = "main";
                twig["repository"] = JsonNode.Parse(File.ReadAllText(Path.Combine(lab.Folder, "console.json")))![
                    "apps"
                ]![1]!["repository"]!.DeepClone();
                apps.Add(twig);
                foreach (var app in apps)
                    app!["follow"] = new JsonObject { ["seconds"] = seconds, ["hookSecretFile"] = "hook" };
                settings["roles"] = JsonNode.Parse("""[ { "role": "administrator", "users": ["carla"] } ]""");
            }
        );
        await File.WriteAllTextAsync(Path.Combine(own.Process.Folder, "hook"), Key);
        await Run(own);
        return own;
    }

    // Git reaches the lab's repository by a key of the lab's.
    private async Task Run(LabConsole own)
    {
        await own.Process.Start(
            environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["GIT_SSH_COMMAND"] = $"ssh -F {lab.Folder}/repositories/ssh_config",
            }
        );
        await own.Process.StartedWithServers();
    }

    // The line of docs/following.md, by this console's socket.
    private async Task PutHook(LabConsole own)
    {
        var text = await File.ReadAllTextAsync(Sources.Of("docs/following.md"));
        var script = text.Split("```bash\n")[1].Split("```")[0];
        File.SetUnixFileMode(own.Process.Folder, FileModes.Reachable);
        File.SetUnixFileMode(own.Process.Socket, FileModes.Open);
        await File.WriteAllTextAsync(
            PostCommit,
            script
                .Replace(
                    "https://vmhost/",
                    $"--unix-socket {own.Process.Socket} http://vmhost/",
                    StringComparison.Ordinal
                )
                .Replace("/hooks/shop", "/hooks/plain", StringComparison.Ordinal)
                .Replace("@/etc/shop.hook", $"@{PostCommit}.key", StringComparison.Ordinal)
        );
        await File.WriteAllTextAsync(PostCommit + ".key", $"X-Gitlab-Token: {Key}\n");
        File.SetUnixFileMode(PostCommit, (UnixFileMode)0b111_101_101);
        await Wait.Until("it can be used", () => File.Exists(PostCommit));
    }

    private static Task<JsonElement> Server(HttpClient http, string server = "own7") =>
        http.Json($"api/servers/{server}");

    private static async Task<JsonElement> Following(HttpClient http) => (await Server(http)).GetProperty("following");

    private static async Task<int> Builds(HttpClient http, string server = "own7") =>
        (await http.Json($"api/builds?server={server}")).GetProperty("builds").GetArrayLength();

    /// <summary>The build that has put a revision there, when it has ended.</summary>
    private static async Task<JsonElement> BuildOf(
        HttpClient http,
        string revision,
        int after = 0,
        string server = "own7"
    )
    {
        JsonElement found = default;
        await Wait.Until(
            $"{revision} is built",
            async () =>
            {
                var builds = (await http.Json($"api/builds?server={server}")).GetProperty("builds");
                var last = builds.EnumerateArray().First();
                if (
                    builds.GetArrayLength() <= after
                    || last.Text("endedAt") is null
                    || last.GetProperty("result").ValueKind == JsonValueKind.Null
                    || last.GetProperty("result").Text("revision") != revision
                )
                    return false;
                found = last;
                return true;
            },
            60
        );
        return found;
    }

    private static async Task<List<string>> Told(HttpClient http, string kind) =>
        [
            .. (await http.Json("api/messages"))
                .GetProperty("messages")
                .EnumerateArray()
                .Where(m => m.Text("kind") == kind)
                .Select(m => m.Text("text")!),
        ];

    private static async Task<string?> OfHistory(HttpClient http) =>
        (await http.Json("api/servers/own6/history")).GetProperty("history")[0].Text("lastChanged");

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static int Number(string? text) => int.Parse(text!, System.Globalization.CultureInfo.InvariantCulture);

    private static string Lower(JsonElement element, string name) => element.Text(name)!.ToLowerInvariant();

    private async Task<string> Head(string branch = "walk") => (await Git("rev-parse", branch)).Trim();

    /// <summary>A new commit on the branch, whose files are as before.</summary>
    private async Task<string> Push()
    {
        string[] who = ["-c", "user.name=lab", "-c", "user.email=lab@lab.example"];
        var commit = (
            await Git([.. who, "commit-tree", "-p", "walk", "-m", $"{Guid.NewGuid()}", "walk^{tree}"])
        ).Trim();
        await Git("update-ref", "refs/heads/walk", commit);
        return commit;
    }

    private Task<string> Git(params string[] command) => lab.AsOwner(["git", "-C", Tickets, .. command]);

    private Task<string> Svn(string verb, params string[] command) =>
        lab.AsOwner(["svn", verb, "--quiet", "--non-interactive", "-m", verb, "--", .. command]);
}
