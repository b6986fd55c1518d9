using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// What the settings file shows as an example is what an administrator begins with: its base is restored, and its app
/// built, as they stand in the file. Only places and names are the lab's.
/// </summary>
[Collection("lab")]
public sealed partial class ExampleTest(LabFixture lab) : IClassFixture<LabFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var database in await lab.Sql("SELECT datname FROM pg_database WHERE datname ~ '_example'"))
        {
            await lab.Sql($"ALTER DATABASE \"{database}\" IS_TEMPLATE false");
            await lab.Sql($"DROP DATABASE \"{database}\" WITH (FORCE)");
        }
    }

    [Fact]
    public async Task The_base_and_the_app_of_the_settings_file_work_as_they_stand_there_and_a_second_build_does()
    {
        await using var own = new LabConsole(lab, Change);
        await own.Process.StartWithServers();
        var http = own.Process.Http;
        using (var cron = own.Process.ClientFor(null))
        {
            cron.DefaultRequestHeaders.Remove("X-Remote-User");
            cron.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", lab.Token);
            var restore = await cron.PostAsync("api/bases/example/restore?wait=true", null);
            Assert.True(restore.IsSuccessStatusCode, await restore.Content.ReadAsStringAsync());
        }
        await http.BuildWell("own6", "plain", "trunk", database: true, code: true);
        var kept = Path.Combine(lab.Folder, "guests/qa06/srv/kept/plain");
        Assert.True(File.Exists(Path.Combine(kept, "venv/bin/python")));
        Assert.Equal(
            Path.Combine(kept, "uploads"),
            new FileInfo(Path.Combine(lab.Folder, "guests/qa06/srv/code/plain/media")).LinkTarget
        );
        Assert.Contains("<dd id=\"photos\">0</dd>", await http.PageOf("own6"), StringComparison.Ordinal);

        // The checkout has removed nothing of what stays, and nothing is made anew that is as it should be.
        await lab.AsOwner("touch", Path.Combine(kept, "venv/of-the-first-build"));
        await lab.AsOwner("touch", Path.Combine(kept, "uploads/of-a-visitor"));
        var second = await http.BuildWell("own6", "plain", "branches/fix#7", database: false, code: true);
        Assert.True(File.Exists(Path.Combine(kept, "venv/of-the-first-build")));
        Assert.True(File.Exists(Path.Combine(kept, "uploads/of-a-visitor")));
        Assert.Contains(
            " after    Folder venv: the virtual environment has what requirements.txt asks for.\n",
            await http.GetStringAsync($"api/builds/{second.Text("id")}/log"),
            StringComparison.Ordinal
        );
        Assert.Contains("branches/fix#7", await http.PageOf("own6"), StringComparison.Ordinal);
    }

    // The first example of each key, with a name of this test's own: another console has the base shop.
    private void Change(JsonObject settings)
    {
        var labs = JsonNode.Parse(File.ReadAllText(Path.Combine(lab.Folder, "console.json")))!;
        var theirs = labs["apps"]!.AsArray().First(a => a!["name"]!.GetValue<string>() == "photos")!;
        var (app, database) = (Example("apps"), Example("bases"));
        database["name"] = "example";
        app["name"] = "plain";
        app["base"] = "example";
        foreach (var place in new[] { "repository", "templates", "variables", "secrets" })
            app[place] = theirs[place]!.DeepClone();
        app["database"]!["passwordFile"] = theirs["database"]!["passwordFile"]!.DeepClone();
        app["follow"]!["hookSecretFile"] = theirs["database"]!["passwordFile"]!.DeepClone();
        settings["databaseHosts"] = labs["databaseHosts"]!.DeepClone();
        settings["bases"] = new JsonArray(database);
        settings["apps"] = new JsonArray(app);
    }

    private static JsonNode Example(string key)
    {
        var text = File.ReadAllText(Path.Combine(LabHost.Root(), "Console.Api/console.json"));
        var without = Comment().Replace(text[text.IndexOf($"// \"{key}\": [", StringComparison.Ordinal)..], "");
        var end = without.IndexOf("\n\n", StringComparison.Ordinal);
        var whole = $"{{ {without[..end].TrimEnd().TrimEnd(',')} }}";
        return JsonSerializer.Deserialize<JsonNode>(whole)![key]![0]!.DeepClone();
    }

    [GeneratedRegex(@"^ *// ?", RegexOptions.Multiline, 1000)]
    private static partial Regex Comment();
}
