using System.Text.RegularExpressions;

namespace TestServers.Tests.Stories.Api;

/// <summary>The page's files: what the frame names is there and kept for ever, and always of one version.</summary>
public sealed partial class PageFilesTest(RunningConsole running) : IClassFixture<RunningConsole>
{
    private HttpClient Http => running.Console.Http;

    /// <summary>Where a frame says that a file of the page is.</summary>
    internal static string Address(string frame, string name) =>
        Assert.Single(
            Named().Matches(frame).Select(m => m.Value).Distinct(),
            a => a.EndsWith(name, StringComparison.Ordinal)
        );

    [Fact]
    public async Task What_the_frame_names_is_there_has_its_type_and_is_kept_for_ever()
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [".js"] = "text/javascript",
            [".css"] = "text/css",
            [".svg"] = "image/svg+xml",
        };
        var names = Named().Matches(await Http.GetStringAsync("")).Select(m => m.Value).Distinct().ToList();
        Assert.True(names.Count > 80, $"{names.Count} files");
        Assert.Single(names.Select(n => n.Split('/')[1]).Distinct());
        Assert.Contains(names, n => n.EndsWith("js/servers/row.js", StringComparison.Ordinal));
        foreach (var name in names)
        {
            using var file = await Http.GetAsync(name);
            Assert.Equal((name, HttpStatusCode.OK), (name, file.StatusCode));
            Assert.Equal((name, types[Path.GetExtension(name)]), (name, file.Content.Headers.ContentType!.MediaType));
            Assert.Equal("max-age=31536000, immutable", Assert.Single(file.Headers.GetValues("Cache-Control")));
            Assert.NotEmpty(await file.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task The_frame_is_asked_for_each_time_and_not_sent_twice()
    {
        using var frame = await Http.GetAsync("");
        Assert.Equal("no-cache", Assert.Single(frame.Headers.GetValues("Cache-Control")));
        using var again = new HttpRequestMessage(HttpMethod.Get, "index.html");
        again.Headers.IfNoneMatch.Add(frame.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await Http.SendAsync(again)).StatusCode);
    }

    [Fact]
    public async Task Without_its_last_slash_the_path_leads_to_the_frame() =>
        Assert.Contains("<html", await Http.GetStringAsync("/console"), StringComparison.Ordinal);

    [Theory]
    [InlineData("js/start.js")]
    [InlineData("favicon.svg")]
    [InlineData("assets/0123456789abcdef/js/start.js")]
    [InlineData("assets/HASH/js/nothing.js")]
    [InlineData("assets/HASH/index.html")]
    [InlineData("assets/HASH/vendor/.package-lock.json")]
    [InlineData("assets/HASH/js/../../../console.json")]
    [InlineData("assets/HASH/js/..%2f..%2f..%2fconsole.json")]
    [InlineData("assets/HASH/")]
    public async Task Nothing_else_is_a_file_of_the_page(string path)
    {
        var hash = Address(await Http.GetStringAsync(""), "js/start.js").Split('/')[1];
        await (await Http.GetAsync(path.Replace("HASH", hash, StringComparison.Ordinal))).Problem(
            HttpStatusCode.NotFound
        );
    }

    [Fact]
    public async Task A_page_is_of_one_version_until_the_console_is_told_to_read_it_again()
    {
        await using var console = new ConsoleProcess();
        using var page = new TemporaryFolder();
        Directory.CreateDirectory(page["js"]);
        await File.WriteAllTextAsync(page["index.html"], "<script type=\"module\" src=\"js/start.js\"></script>");
        await File.WriteAllTextAsync(page["js/start.js"], "import './first.js';\n");
        await File.WriteAllTextAsync(page["js/first.js"], "one();");
        console.WriteSettings(more: $", \"wwwroot\": \"{page.Path}\"");
        await console.StartWithServers();
        var before = await console.Http.GetStringAsync("");
        await File.WriteAllTextAsync(page["js/first.js"], "two();");
        Assert.Equal(before, await console.Http.GetStringAsync(""));
        Assert.Equal("one();", await console.Http.GetStringAsync(Address(before, "js/first.js")));
        LocalTools.Run("kill", "-HUP", $"{console.Id}");
        await Wait.Until("it is read again", async () => await console.Http.GetStringAsync("") != before);
        var after = await console.Http.GetStringAsync("");
        Assert.Equal("two();", await console.Http.GetStringAsync(Address(after, "js/first.js")));
        Assert.Equal(HttpStatusCode.NotFound, (await console.Http.GetAsync(Address(before, "js/first.js"))).StatusCode);
    }

    [GeneratedRegex("(?<=(href|src)=\")assets/[^\"]+")]
    private static partial Regex Named();
}
