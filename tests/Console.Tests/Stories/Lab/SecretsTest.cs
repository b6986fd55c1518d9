namespace TestServers.Tests.Stories.Lab;

/// <summary>A secret of an app is in its site, and nowhere else, whoever prints it.</summary>
[Collection("lab")]
public sealed class SecretsTest(LabFixture lab) : IClassFixture<LabFixture>
{
    private const string Secret = "open 'sesame' \\ <now>";
    private const string Page = """
        import settings
        def application(environ, start_response):
            start_response('500 Internal Server Error', [('Content-Type', 'text/plain')])
            return [('The secret is ' + settings.SECRET + ' and ' + repr(settings.SECRET)).encode()]
        """;

    [Fact]
    public async Task A_secret_that_a_command_and_a_failing_page_print_is_shown_nowhere()
    {
        await using var own = new LabConsole(
            lab,
            settings =>
            {
                var app = settings["apps"]![0]!;
                app["secrets"] = new JsonObject { ["word"] = Secret };
                app["after"] = new JsonArray(
                    "cat \"$FOLDER_SITE/settings.py\"; python3 -c \"import sys; sys.path[:0] = "
                        + "['$FOLDER_SITE']; import settings; print(settings.SECRET)\""
                );
            }
        );
        own.PutPage("import sys\nsys.dont_write_bytecode = True\nsys.path[:0] = ['{{folders.site}}']\n" + Page);
        own.PutSettings("SECRET = '{{variables.word}}'");
        await own.Process.StartWithServers();
        var http = own.Process.Http;
        var failed = await http.Build("own6", "plain", "trunk", database: false, code: true);
        Assert.StartsWith("built, but http", failed.Text("message"), StringComparison.Ordinal);
        Assert.Contains("The secret is ********", failed.GetProperty("health").Text("text"), StringComparison.Ordinal);
        var log = await http.GetStringAsync($"api/builds/{failed.Text("id")}/log");
        Assert.Contains("SECRET = '********'", log, StringComparison.Ordinal);
        Assert.Contains(" after    ********\n", log, StringComparison.Ordinal);
        var files = Directory
            .EnumerateFiles(Path.Combine(own.Process.Folder, "state"), "*", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(f) != "lock")
            .Select(File.ReadAllText);
        var plan = await http.GetStringAsync("api/servers/own6/plan?app=plain&path=trunk&database=false&code=true");
        var history = await http.GetStringAsync($"api/servers/own6/history/{failed.Text("id")}");
        Assert.Contains("SECRET = '********'", history, StringComparison.Ordinal);
        Assert.All(
            [.. files, log, plan, history, failed.ToString()],
            text => Assert.DoesNotContain("sesame", text, StringComparison.Ordinal)
        );
        Assert.Contains(
            "sesame",
            File.ReadAllText(Path.Combine(lab.Folder, "guests/qa06/srv/site/settings.py")),
            StringComparison.Ordinal
        );
    }
}
