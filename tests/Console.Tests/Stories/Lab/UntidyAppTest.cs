using System.Net.Http.Headers;
using System.Text;

namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// An app as untidy as life: a virtual environment, migrations, uploads by the web server's user, a variable with every
/// kind of quotes, and errors that it shows to nobody.
/// </summary>
[Collection("lab"), Trait("lab", "third")]
public sealed class UntidyAppTest(LabFixture lab) : IClassFixture<LabFixture>, IAsyncLifetime
{
    // Where a lab that root has started runs Apache as the web server's user.
    private const string Server = "qa03";
    private string Code => Path.Combine(lab.Folder, "guests", Server, "srv/code");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (Environment.UserName == "root")
            foreach (var folder in Directory.EnumerateDirectories(Code, ".aside-*"))
                Directory.Delete(folder, recursive: true);
        await lab.Release(Server);
    }

    [Fact]
    public async Task Uploads_stay_and_what_the_site_makes_in_its_working_copy_stops_no_build_and_is_told()
    {
        using var anna = lab.As("anna");
        await anna.BuildWell(Server, "photos", "trunk", database: true, code: true);
        await Upload(anna, "a \"cat\" & <dog>");
        Assert.Contains("a &quot;cat&quot; &amp; &lt;dog&gt;</a>", await anna.PageOf(Server), StringComparison.Ordinal);
        var upload = Directory
            .GetFiles(Path.Combine(Code, "photos/media"), "*.txt", SearchOption.AllDirectories)
            .Single();
        var preview = Directory
            .GetFiles(Path.Combine(Code, "photos/previews"), "*.txt", SearchOption.AllDirectories)
            .Single();

        var asRoot = Environment.UserName == "root";
        var owner = (await LabHost.Run("stat", "--format=%U", upload)).Trim();
        Assert.Equal(asRoot ? "www-data" : lab.Owner, owner);
        await anna.BuildWell(Server, "photos", "branches/für Größen", database: false, code: true);
        Assert.True(File.Exists(upload));
        Assert.False(File.Exists(preview));
        var page = await anna.PageOf(Server);
        Assert.Contains("<dd id=\"path\">branches/für Größen</dd>", page, StringComparison.Ordinal);
        Assert.Contains("<dd id=\"photos\">1</dd>", page, StringComparison.Ordinal);
        var aside = (await anna.Json($"api/servers/{Server}")).GetProperty("setAside").EnumerateArray().ToList();
        Assert.Equal(asRoot ? ["www-data"] : [], aside.Select(a => a.Text("owner")));

        await anna.BuildWell(Server, "tickets", "main", database: true, code: true);
        await anna.BuildWell(Server, "photos", "trunk", database: true, code: true);
        await Upload(anna, "once more");
    }

    [Fact]
    public async Task Migrations_run_on_fresh_data_alone_too_and_those_that_do_not_fit_are_told_before_and_after()
    {
        using var anna = lab.As("anna");
        await anna.BuildWell(Server, "photos", "branches/captions", database: true, code: true);
        var data = await anna.BuildWell(Server, "photos", null, database: true, code: false);
        Assert.Equal(
            ["database", "after", "settings", "health"],
            data.GetProperty("steps").EnumerateArray().Select(s => s.Text("name"))
        );
        Assert.StartsWith("1 command; the last words: ", data.Step("after").Text("message"), StringComparison.Ordinal);
        Assert.Empty(ToldOfMigrations(data));
        Assert.Empty(UnknownIn(await Plan(anna, "branches/captions", database: false)));

        var plan = await Plan(anna, "trunk", database: false);
        Assert.Equal(["photos.0002_caption", "photos.0003_place"], UnknownIn(plan));
        Assert.Equal(
            "The kept database has 2 migrations that this code does not know: take a fresh copy.",
            plan.GetProperty("migrations").Text("advice")
        );
        var kept = await anna.BuildWell(Server, "photos", "trunk", database: false, code: true);
        Assert.Equal(
            "migrations of the database: it has 2 (photos.0002_caption, photos.0003_place) that this code does not "
                + "know. Build the database, too, for a fresh copy, or code that has them.",
            Assert.Single(ToldOfMigrations(kept))
        );

        plan = await Plan(anna, "trunk", database: true);
        Assert.Equal(JsonValueKind.Null, plan.GetProperty("migrations").ValueKind);
        Assert.Empty(ToldOfMigrations(await anna.BuildWell(Server, "photos", "trunk", database: true, code: true)));
        Assert.Empty(UnknownIn(await Plan(anna, "trunk", database: false)));
    }

    private static Task<JsonElement> Plan(HttpClient anna, string path, bool database) =>
        anna.Json(
            $"api/servers/{Server}/plan?app=photos&path={path}&code=true&database={(database ? "true" : "false")}"
        );

    private static IEnumerable<string> UnknownIn(JsonElement plan) =>
        plan.GetProperty("migrations").GetProperty("unknown").EnumerateArray().Select(m => m.GetString()!);

    private static IEnumerable<string> ToldOfMigrations(JsonElement build) =>
        build
            .GetProperty("leftOut")
            .EnumerateArray()
            .Select(t => t.GetString()!)
            .Where(t => t.StartsWith("migrations ", StringComparison.Ordinal));

    [Fact]
    public async Task A_variable_with_quotes_is_on_the_site_as_it_is_in_the_settings()
    {
        using var anna = lab.As("anna");
        await anna.BuildWell(Server, "photos", "branches/larger pages", database: true, code: true);
        var settings = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(lab.Folder, "console.json")))!;
        var app = settings["apps"]!.AsArray().First(a => a!["name"]!.GetValue<string>() == "photos")!;
        var motto = app["variables"]!["motto"]!.GetValue<string>();
        Assert.Contains("'", motto, StringComparison.Ordinal);
        Assert.Contains("\"", motto, StringComparison.Ordinal);
        using var plain = new HttpClient();
        var url = (await anna.Json($"api/servers/{Server}")).Text("url") + "health";
        Assert.Equal(motto, (await (await plain.GetAsync(url)).Json()).Text("motto"));
    }

    [Fact]
    public async Task An_error_that_the_site_shows_to_nobody_is_told_from_Apaches_own_log()
    {
        using var anna = lab.As("anna");
        await anna.BuildWell(Server, "photos", "trunk", database: true, code: true);
        var failed = await anna.Build(Server, "photos", "branches/broken-album", database: false, code: true);
        Assert.StartsWith("built, but", failed.Text("message"), StringComparison.Ordinal);
        var text = failed.GetProperty("health").Text("text");
        Assert.DoesNotContain("the album has no page 0", text, StringComparison.Ordinal);
        var log = await anna.GetStringAsync($"api/builds/{failed.Text("id")}/log");
        Assert.Contains(" health   RuntimeError: the album has no page 0\n", log, StringComparison.Ordinal);
        await anna.BuildWell(Server, "photos", "trunk", database: false, code: true);
    }

    private static async Task Upload(HttpClient anna, string title)
    {
        using var plain = new HttpClient();
        using var file = new ByteArrayContent(Encoding.UTF8.GetBytes("an upload"));
        file.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        using var name = new StringContent(title);
        using var form = new MultipartFormDataContent { { name, "title" }, { file, "file", "upload.txt" } };
        var answer = await plain.PostAsync((await anna.Json($"api/servers/{Server}")).Text("url"), form);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, page);
        Assert.Contains(title, WebUtility.HtmlDecode(page), StringComparison.Ordinal);
    }
}
