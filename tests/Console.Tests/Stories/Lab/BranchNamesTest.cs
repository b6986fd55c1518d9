namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// Branches as teams call them, on the whole way: pushed to the lab's repositories, listed, planned, built, shown by
/// the app's own page, kept in the history, and built again after they have been deleted.
/// </summary>
[Collection("lab"), Trait("lab", "second")]
public sealed class BranchNamesTest(LabFixture lab) : IClassFixture<LabFixture>, IAsyncLifetime
{
    private static readonly string[] Names = ["feature/x#12", "release@2", "føø 'n \"bar\"%41+{{path}}", "日本語/😀"];

    private string Tickets => Path.Combine(lab.Folder, "repositories/git/tickets.git");
    private string Shop => $"file://{lab.Folder}/repositories/svn/shop";

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => lab.Release("qa04", "qa05");

    [Fact]
    public async Task Git_branches_are_built_as_they_are_called_and_again_when_they_are_gone()
    {
        var names = Names.Select(n => n.Replace(' ', '_')).ToList();
        foreach (var name in names)
            await Git("branch", "--force", "--", name, "new-colours");
        try
        {
            await AllAreBuilt("qa05", "tickets", names, async name => await Git("branch", "-D", "--", name));
        }
        finally
        {
            foreach (var name in names)
                await LabProcesses.Try("git", "-c", "safe.directory=*", "-C", Tickets, "branch", "-D", "--", name);
        }
    }

    [Fact]
    public async Task Subversion_branches_are_built_as_they_are_called_and_again_when_they_are_gone()
    {
        var names = Names.Select(n => "branches/" + n.Replace('/', '!')).ToList();
        foreach (var name in names)
            await Svn("copy", $"{Shop}/trunk", Address(name));
        await AllAreBuilt("qa04", "shop", names, name => Svn("rm", Address(name)));
    }

    [Fact]
    public async Task A_name_of_a_branch_and_a_tag_builds_the_branch_and_says_so_and_each_can_be_chosen()
    {
        await Git("tag", "--force", "faster-list", "new-colours");
        try
        {
            using var anna = lab.As("anna");
            await Wait.Until(
                "both are listed",
                async () =>
                    (await anna.Json("api/apps/tickets/paths?q=faster"))
                        .GetProperty("paths")
                        .EnumerateArray()
                        .Select(p => (p.Text("path"), p.Text("kind")))
                        .SequenceEqual([("refs/heads/faster-list", "branch"), ("refs/tags/faster-list", "tag")]),
                60
            );
            const string sentence =
                "the tag faster-list: a branch has that name, too, and is built. Choose "
                + "refs/tags/faster-list for the tag.";
            var plan = await anna.Json("api/servers/qa05/plan?app=tickets&path=faster-list&database=false&code=true");
            Assert.Contains(sentence, LeftOut(plan));
            var plain = await anna.BuildWell("qa05", "tickets", "faster-list", database: true, code: true);
            Assert.Contains(sentence, LeftOut(plain));
            Assert.Contains(
                $"left out: {sentence}",
                await anna.GetStringAsync($"api/builds/{plain.Text("id")}/log"),
                StringComparison.Ordinal
            );
            var branch = await anna.BuildWell("qa05", "tickets", "refs/heads/faster-list", database: false, code: true);
            var tag = await anna.BuildWell("qa05", "tickets", "refs/tags/faster-list", database: false, code: true);
            Assert.Equal(RevisionOf(plain), RevisionOf(branch));
            Assert.NotEqual(RevisionOf(plain), RevisionOf(tag));
            Assert.DoesNotContain(sentence, LeftOut(tag));
        }
        finally
        {
            await Git("tag", "-d", "faster-list");
        }
    }

    private async Task AllAreBuilt(string server, string app, List<string> names, Func<string, Task> delete)
    {
        using var anna = lab.As("anna");
        await Wait.Until("the new branches are listed", async () => names.All((await Paths(anna, app)).Contains), 60);
        var built = new List<(string Name, JsonElement Build)>();
        foreach (var name in names)
        {
            var plan = await anna.Json(
                $"api/servers/{server}/plan?app={app}&path={Uri.EscapeDataString(name)}&database=false&code=true"
            );
            Assert.Null(plan.GetProperty("code").Text("problem"));
            var build = await anna.BuildWell(server, app, name, database: built.Count == 0, code: true);
            Assert.Equal(name, build.Text("path"));
            Assert.Contains($"<dd id=\"path\">{Html(name)}</dd>", await anna.PageOf(server), StringComparison.Ordinal);
            Assert.Equal(name, (await anna.Json($"api/servers/{server}")).GetProperty("configuration").Text("path"));
            built.Add((name, build));
        }
        foreach (var (name, build) in built)
        {
            await delete(name);
            var retry = await (await anna.Post($"api/builds/{build.Text("id")}/retry", new { })).Json();
            var again = await anna.EndOf(retry.Text("id"));
            Assert.True(again.Text("state") == "succeeded", again.Text("message"));
            Assert.Equal(RevisionOf(build), RevisionOf(again));
            Assert.Equal(
                name,
                (await anna.Json($"api/servers/{server}/history")).GetProperty("history")[0].Text("path")
            );
        }
    }

    private static async Task<List<string?>> Paths(HttpClient anna, string app) =>
        [
            .. (await anna.Json($"api/apps/{app}/paths"))
                .GetProperty("paths")
                .EnumerateArray()
                .Select(p => p.Text("path")),
        ];

    private static IEnumerable<string?> LeftOut(JsonElement element) =>
        element.GetProperty("leftOut").EnumerateArray().Select(t => t.GetString());

    private static string? RevisionOf(JsonElement build) => build.GetProperty("result").Text("revision");

    // As Django writes a text into a page.
    private static string Html(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("'", "&#x27;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal);

    private string Address(string name) => $"{Shop}/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}@";

    private Task<string> Git(params string[] command) => lab.AsOwner(["git", "-C", Tickets, .. command]);

    private Task<string> Svn(string verb, params string[] command) =>
        lab.AsOwner(["svn", verb, "--quiet", "--non-interactive", "-m", verb, "--", .. command]);
}
