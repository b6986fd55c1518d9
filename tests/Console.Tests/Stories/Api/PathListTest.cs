namespace TestServers.Tests.Stories.Api;

/// <summary>
/// Every branch and tag of a real repository is listed, or counted with the reason; each can be asked for.
/// </summary>
public sealed class PathListTest(NamedRepositories here) : IClassFixture<NamedRepositories>
{
    [Fact]
    public async Task A_thousand_names_of_Git_are_listed()
    {
        // What the plain name would not mean is listed by its whole reference.
        static string Listed(string n) =>
            n.StartsWith('-')
            || n.StartsWith("refs/heads/", StringComparison.Ordinal)
            || n.StartsWith("refs/tags/", StringComparison.Ordinal)
                ? "refs/heads/" + n
                : n;
        await AllAreListed("git", [.. here.GitNames.Select(Listed)]);
        var answer = await here.Console.Http.Json("api/apps/git/paths");
        var cut = answer.GetProperty("leftOut").EnumerateArray().Select(t => t.GetString()!).ToList();
        Assert.Equal(
            [
                "504 of 1,004 paths are not shown: give more of the name.",
                "2 names are not listed, as each holds a character that cannot be seen: "
                    + "a[U+202E]b, tab[U+200B]. Rename them in the repository to build them.",
                "1 name is not listed, as it is not in UTF-8: b[U+FFFD]r. Rename it in the repository to build it.",
                $"1 name is not listed, as it has more than 1,000 bytes: {new string('l', 60)}…. "
                    + "Rename it in the repository to build it.",
            ],
            (await here.Console.Http.Json("api/apps/git/paths"))
                .GetProperty("leftOut")
                .EnumerateArray()
                .Select(t => t.GetString())
        );
    }

    [Fact]
    public async Task A_name_of_both_a_branch_and_a_tag_is_listed_as_each()
    {
        var both = (await Paths("git", "both"))
            .Select(p => (p.Text("path"), p.Text("kind"), p.Text("revision")))
            .ToList();
        var (branch, tag) = (
            here.Git("rev-parse", "refs/heads/both").Trim()[..12],
            here.Git("rev-parse", "refs/tags/both^{commit}").Trim()[..12]
        );
        Assert.Equal([("refs/heads/both", "branch", branch), ("refs/tags/both", "tag", tag)], both);
        Assert.Equal(
            ("refs/tags/main", "tag"),
            (await Paths("git", "main"))
                .Where(p => p.Text("kind") == "tag")
                .Select(p => (p.Text("path"), p.Text("kind")))
                .Single()
        );
        Assert.Equal(
            "refs/heads/main",
            (await Paths("git", "main")).Single(p => p.Text("kind") == "trunk").Text("path")
        );
    }

    [Fact]
    public async Task A_thousand_names_of_Subversion_are_listed()
    {
        await AllAreListed("svn", [.. here.SvnNames.Select(n => "branches/" + n)]);
        var left = (await here.Console.Http.Json("api/apps/svn/paths"))
            .GetProperty("leftOut")
            .EnumerateArray()
            .Select(t => t.GetString()!)
            .ToList();
        Assert.Contains(
            "1 name is not listed, as it holds a character that cannot be seen: "
                + "branches/a[U+202E]b. Rename it in the repository to build it.",
            left
        );
        Assert.Contains(
            "1 name is not listed, as it is not in UTF-8: tags/n[U+FFFD]. Rename it in the repository to build it.",
            left
        );
        Assert.Equal(3, left.Count);
    }

    [Fact]
    public async Task What_Git_cannot_have_is_refused_with_its_rule_before_anything_is_queued()
    {
        foreach (var name in BranchNames.OfSubversionAlone)
        {
            var detail = await (
                await here.Console.Http.Post(
                    "api/servers/qa01/builds",
                    Body.ForBuild("git", name, database: false, code: true)
                )
            ).Problem(HttpStatusCode.BadRequest);
            Assert.StartsWith(
                $"`path` is {name}, and the repository of git cannot have it: Git takes no ",
                detail,
                StringComparison.Ordinal
            );
            var plan = await here.Console.Http.Json(
                $"api/servers/qa01/plan?app=git&path={Uri.EscapeDataString(name)}&database=false&code=true"
            );
            Assert.Contains("Git takes no ", plan.Text("refusal"), StringComparison.Ordinal);
        }
        Assert.Empty((await here.Console.Http.Json("api/builds")).GetProperty("builds").EnumerateArray());
    }

    [Theory]
    [InlineData("x"), InlineData("ü"), InlineData("日"), InlineData("😀")]
    public async Task The_longest_name_can_be_asked_for_in_an_address_and_in_a_body(string letter)
    {
        var name = string.Concat(Enumerable.Repeat(letter, 1000 / System.Text.Encoding.UTF8.GetByteCount(letter)));
        var plan = await here.Console.Http.Json(
            $"api/servers/qa01/plan?app=git&path={Uri.EscapeDataString(name)}&database=false&code=true"
        );
        Assert.Equal(name, plan.GetProperty("code").GetProperty("to").Text("path"));
        var build = Body.ForBuild("git", name + letter, database: false, code: true);
        var detail = await (await here.Console.Http.Post("api/servers/qa01/builds", build)).Problem(
            HttpStatusCode.BadRequest
        );
        Assert.Contains("at most 1,000 bytes", detail, StringComparison.Ordinal);
    }

    private async Task<List<JsonElement>> Paths(string app, string q) =>
        [
            .. (await here.Console.Http.Json($"api/apps/{app}/paths?q={Uri.EscapeDataString(q)}"))
                .GetProperty("paths")
                .EnumerateArray(),
        ];

    private async Task AllAreListed(string app, IReadOnlyCollection<string> names)
    {
        Assert.Equal(NamedRepositories.Many, names.Count);
        foreach (var name in names)
            Assert.Contains(await Paths(app, name), p => p.Text("path") == name);
    }
}
