namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// Settings that do not render, and settings that Apache does not take: a failed step that names file and line, and the
/// old ones serve on.
/// </summary>
[Collection("lab"), Trait("lab", "second")]
public sealed class SettingsFaultTest(LabFixture lab) : IClassFixture<LabFixture>, IAsyncLifetime
{
    private const string Server = "qa06",
        Beside = "qa07";

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => lab.Release(Server, Beside);

    [Theory]
    [InlineData(
        "tickets",
        "settings.py",
        "{{colour.of.sky}}",
        "/settings.py does not render (line 3): there is no value colour.of.sky for it. "
    )]
    [InlineData(
        "tickets",
        "settings.py",
        "{{#if path}} never closed",
        "/settings.py does not render (line 3): Reached end of template before block expression 'if' was closed. "
    )]
    [InlineData("tickets", "wsgi.py", "{{path", "/wsgi.py does not render (line 3): ")]
    [InlineData(
        "shop",
        "settings.py.cshtml",
        "@Model.server.sky",
        "/settings.py.cshtml does not render (line 3): there is no value server.sky for it. "
    )]
    [InlineData(
        "shop",
        "settings.py.cshtml",
        "@if (true) { never closed",
        "/settings.py.cshtml does not render (line 3): The if block is missing a closing "
    )]
    [InlineData(
        "shop",
        "wsgi.py.cshtml",
        "@sky",
        "/wsgi.py.cshtml does not render (line 3): The name 'sky' does not exist "
    )]
    public async Task A_template_that_does_not_render_is_told_with_file_and_line_before_anything_is_touched(
        string app,
        string file,
        string line,
        string sentence
    )
    {
        var (failed, plan) = await Fails(
            app,
            file,
            text => string.Join('\n', text.Split('\n').Take(2).Append(line).Concat(text.Split('\n').Skip(2)))
        );
        Assert.Contains(sentence, failed.Text("message"), StringComparison.Ordinal);
        Assert.EndsWith(
            $"Correct it; the next build reads it again. Nothing on {Server} was touched.",
            failed.Text("message"),
            StringComparison.Ordinal
        );
        Assert.All(failed.GetProperty("steps").EnumerateArray(), step => Assert.Equal("skipped", step.Text("state")));
        Assert.Contains(sentence, plan.Text("failure"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "NoSuchWord on",
        @"Apache does not accept the settings of shop: .*line \d+ of .*site/apache.conf.*NoSuchWord.*"
            + @"The former settings are back; correct the template apache.conf of shop"
    )]
    [InlineData(
        "Listen 192.0.2.7:9",
        "Apache did not load the settings of shop: it ended while it read them. The former "
            + "settings are back; look at Apache's error log on this server"
    )]
    public async Task Settings_that_Apache_does_not_accept_or_does_not_survive_are_told(string line, string sentence)
    {
        var (failed, _) = await Fails("shop", "apache.conf.cshtml", text => text + line + "\n");
        Assert.Matches($"^failed at step settings: {sentence}", failed.Text("message"));
        Assert.Equal("skipped", failed.Step("health").Text("state"));
    }

    // One file of an app's templates is broken, for the time of one build; the old settings serve on, and the build
    // after it is well.
    private async Task<(JsonElement Build, JsonElement Plan)> Fails(
        string app,
        string file,
        Func<string, string> broken
    )
    {
        var (path, other, beside, path2) =
            app == "shop"
                ? ("trunk", "branches/new-checkout", "tickets", "main")
                : ("main", "faster-list", "shop", "trunk");
        using var anna = lab.As("anna");
        await anna.BuildWell(Server, app, path, database: true, code: true);
        var (page, site) = (await anna.PageOf(Server), Site());
        var template = Path.Combine(lab.Folder, "console/scripts/dev/samples/templates", app, file);
        var good = await File.ReadAllTextAsync(template);
        await File.WriteAllTextAsync(template, broken(good));
        JsonElement failed,
            plan;
        try
        {
            var well = anna.Build(Beside, beside, path2, database: true, code: true);
            plan = await anna.Json($"api/servers/{Server}/plan?app={app}&path={path}&database=false&code=true");
            failed = await anna.Build(Server, app, path, database: false, code: true);
            Assert.Equal("failed", failed.Text("state"));
            Assert.Equal(site, Site());
            Assert.Equal(page, await anna.PageOf(Server));
            Assert.Equal("succeeded", (await well).Text("state"));
        }
        finally
        {
            await File.WriteAllTextAsync(template, good);
        }
        await anna.BuildWell(Server, app, other, database: false, code: true);
        Assert.NotEqual(site, Site());
        return (failed, plan);
    }

    private string Site() =>
        string.Concat(
            Directory
                .EnumerateFiles(Path.Combine(lab.Folder, "guests", Server, "srv/site"))
                .Order(StringComparer.Ordinal)
                .Select(f => f + "\n" + File.ReadAllText(f))
        );
}
