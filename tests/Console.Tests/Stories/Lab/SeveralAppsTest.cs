namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// Two apps on one server, each with its site on one Apache; and an app that is taken off with its site, its code and
/// its copy.
/// </summary>
[Collection("lab"), StandingLab, Trait("lab", "second")]
public sealed class SeveralAppsTest(LabFixture lab) : IClassFixture<LabFixture>
{
    private const string Server = "qa05";

    [Fact]
    public async Task Two_stand_beside_each_other_and_one_is_taken_off_while_the_other_answers()
    {
        using var templates = new TemporaryFolder();
        File.WriteAllText(
            templates["apache.conf"],
            """
            Alias "/notes" "{{folders.code}}/"
            <Directory "{{folders.code}}">
              Require all granted
            </Directory>
            """
        );
        await using var own = new LabConsole(
            lab,
            settings =>
            {
                settings["guests"]!["severalApps"] = "^own6$";
                var plain = settings["apps"]![0]!;
                var notes = plain.DeepClone();
                (notes["name"], notes["kind"]) = ("notes", "static");
                (notes["templates"], notes["health"]) = (templates.Path, "{url}notes/shop/release.py");
                settings["apps"]!.AsArray().Add(notes);
                plain["health"] = "{url}plain";
                var apache = Path.Combine(plain["templates"]!.GetValue<string>(), "apache.conf");
                File.WriteAllText(
                    apache,
                    File.ReadAllText(apache).Replace("Alias / ", "Alias /plain ", StringComparison.Ordinal)
                );
            }
        );
        try
        {
            await own.Process.StartWithServers();
            var http = own.Process.Http;
            await http.BuildWell("own6", "plain", "trunk", database: false, code: true);
            var notes = await http.BuildWell("own6", "notes", "trunk", database: false, code: true);
            Assert.Equal("In place, Apache reloaded, beside plain", notes.Step("settings").Text("message"));
            Assert.StartsWith("trunk r", await Page(http, "plain"), StringComparison.Ordinal);
            var server = await http.Json("api/servers/own6");
            Assert.Equal("notes", server.GetProperty("configuration").Text("app"));
            Assert.Equal(["plain"], server.GetProperty("beside").EnumerateArray().Select(a => a.GetString()));
            Assert.Equal(["notes True", "plain True"], await AppsOn(http, "own6"));

            // Each is built by itself, and the other goes on.
            await http.BuildWell("own6", "plain", null, database: false, code: true);
            Assert.StartsWith("HTTP 200", notes.Step("health").Text("message"), StringComparison.Ordinal);
            Assert.Contains("Spring sale", await Page(http, "notes/shop/release.py"), StringComparison.Ordinal);

            var off = await TakeOff(http, "own6", "plain");
            Assert.Equal("plain is taken off own6", off.Text("message"));
            Assert.Equal("Site and code removed", off.Step("off").Text("message"));
            Assert.Equal(["notes True"], await AppsOn(http, "own6"));
            await Assert.ThrowsAsync<HttpRequestException>(() => Page(http, "plain"));
            Assert.Contains("Spring sale", await Page(http, "notes/shop/release.py"), StringComparison.Ordinal);
            var gone = await http.DeleteAsync("api/servers/own6/apps/plain");
            Assert.StartsWith(
                "Nothing of plain is on own6.",
                await gone.Problem(HttpStatusCode.NotFound),
                StringComparison.Ordinal
            );
            Assert.Empty((await http.Json("api/servers/own6")).GetProperty("otherwise").EnumerateArray());

            // What needs it keeps it there.
            await http.BuildWell("own6", "plain", "trunk", database: false, code: true);
            var place = Path.Combine(lab.Folder, "guests/qa06/srv/site/plain/settings.py");
            File.AppendAllText(Path.Combine(templates.Path, "apache.conf"), $"\nInclude {place}\n");
            await http.BuildWell("own6", "notes", "trunk", database: false, code: true);
            var refused = await TakeOff(http, "own6", "plain");
            Assert.Contains(
                "Apache does not accept this server without the site of plain",
                refused.Text("message"),
                StringComparison.Ordinal
            );
            Assert.StartsWith("trunk r", await Page(http, "plain"), StringComparison.Ordinal);
            Assert.Equal(["notes True", "plain True"], await AppsOn(http, "own6"));
        }
        finally
        {
            await lab.AsOwner("rm", "-rf", "--", Path.Combine(lab.Folder, "guests/qa06/srv/code/notes"));
        }
    }

    [Fact]
    public async Task Taken_off_its_site_code_and_copy_are_gone_and_it_can_be_built_again()
    {
        await lab.Release(Server);
        using var anna = lab.As("anna");
        using var ben = lab.As("ben");
        await anna.BuildWell(Server, "shop", "trunk", database: true, code: true);
        Assert.Equal(
            $"copy_shop_{Server}",
            (await anna.Json($"api/servers/{Server}/apps"))
                .GetProperty("apps")[0]
                .GetProperty("copies")[0]
                .Text("database")
        );
        await (await ben.DeleteAsync($"api/servers/{Server}/apps/shop")).Problem(HttpStatusCode.Conflict);
        await (await anna.DeleteAsync($"api/servers/{Server}/apps/shop?number=1")).Problem(HttpStatusCode.Conflict);
        await (await anna.DeleteAsync($"api/servers/{Server}/apps/shop?folders=all")).Problem(
            HttpStatusCode.BadRequest
        );

        var off = await TakeOff(anna, Server, "shop");
        Assert.Equal(("succeeded", $"shop is taken off {Server}"), (off.Text("state"), off.Text("message")));
        Assert.Equal("No copy of shop is left", off.Step("copies").Text("message"));
        var log = await anna.GetStringAsync($"api/builds/{off.Text("id")}/log");
        Assert.Contains($"Dropped the copy of shop for {Server} on db1", log, StringComparison.Ordinal);
        Assert.Empty(await AppsOn(anna, Server));
        var server = await anna.Json($"api/servers/{Server}");
        Assert.Equal(JsonValueKind.Null, server.GetProperty("configuration").ValueKind);
        var room = await anna.GetStringAsync("api/room");
        Assert.DoesNotContain($"copy_shop_{Server}", room, StringComparison.Ordinal);
        Assert.Contains("Nothing has been built", await anna.PageOf(Server), StringComparison.Ordinal);
        await (await anna.DeleteAsync($"api/servers/{Server}/apps/shop")).Problem(HttpStatusCode.NotFound);

        using var carla = lab.As("carla");
        var audit = await carla.GetStringAsync($"api/audit?action=take%20off&server={Server}");
        Assert.Contains($"build {off.Text("id")}: shop", audit, StringComparison.Ordinal);
        await anna.BuildWell(Server, "shop", "trunk", database: true, code: true);
        await lab.Release(Server);
    }

    [Fact]
    public async Task A_console_that_is_killed_while_an_app_is_taken_off_says_so_and_a_second_time_ends_it()
    {
        await using var own = new LabConsole(lab);
        await own.Process.StartWithServers();
        var (http, place) = (own.Process.Http, Path.Combine(lab.Folder, "guests/qa06/srv"));
        // Before the server has begun, and at any moment after that.
        foreach (var moment in new int?[] { null, 0, 100, 250, 500 })
        {
            await http.BuildWell("own6", "plain", "trunk", database: false, code: true);
            using var locked = moment is null ? await lab.Hold("guests/qa06/srv/.lock") : null;
            var id = (await (await http.DeleteAsync("api/servers/own6/apps/plain")).Json()).Text("id")!;
            await Wait.Until(
                "it has begun",
                async () => (await http.Json($"api/builds/{id}")).Text("state") != "queued"
            );
            await Task.Delay(moment ?? 300);
            await own.Process.Kill();
            locked?.Dispose();
            await own.Process.StartWithServers();
            var build = await http.EndOf(id);
            if (build.Text("state") != "succeeded")
            {
                Assert.Equal("interrupted", build.Text("state"));
                Assert.EndsWith("Take plain off again.", build.Text("message"), StringComparison.Ordinal);
                Assert.Equal("succeeded", (await TakeOff(http, "own6", "plain")).Text("state"));
            }
            else
                Assert.NotNull(moment);
            Assert.Empty(await AppsOn(http, "own6"));
            Assert.False(Directory.Exists(Path.Combine(place, "code/plain")));
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(place, "site")));
        }
    }

    [Fact]
    public async Task A_console_that_is_killed_before_the_copy_is_dropped_lists_it_until_it_is_taken_off_again()
    {
        await lab.Release(Server);
        using var anna = lab.As("anna");
        await anna.BuildWell(Server, "shop", "trunk", database: true, code: true);
        using var held = await lab.Hold("database-host", "work", "locks", $"copy_shop_{Server}");
        var id = (await (await anna.DeleteAsync($"api/servers/{Server}/apps/shop")).Json()).Text("id")!;
        await Wait.Until(
            "the copy is about to go",
            async () => (await anna.Json($"api/builds/{id}")).Step("copies").Text("state") == "running"
        );
        await lab.Kill("console");
        await lab.Mend();
        held.Dispose();
        Assert.Equal("interrupted", (await anna.EndOf(id)).Text("state"));
        Assert.Equal(["shop False"], await AppsOn(anna, Server));
        var off = await TakeOff(anna, Server, "shop");
        Assert.Equal("No copy of shop is left", off.Step("copies").Text("message"));
        Assert.Empty(await AppsOn(anna, Server));
        Assert.Empty(await lab.Sql($"SELECT 1 FROM pg_database WHERE datname = 'copy_shop_{Server}'"));
        await anna.BuildWell(Server, "shop", "trunk", database: true, code: true);
        await lab.Release(Server);
    }

    [Fact]
    public async Task An_app_that_the_settings_do_not_name_any_more_stays_until_it_is_taken_off_with_its_copy()
    {
        JsonNode? photos = null;
        await using var own = new LabConsole(
            lab,
            settings =>
            {
                var labs = JsonNode.Parse(File.ReadAllText(Path.Combine(lab.Folder, "console.json")))!;
                settings["databaseHosts"] = new JsonArray(labs["databaseHosts"]![0]!.DeepClone());
                var shop = labs["bases"]!.AsArray().First(b => b!["name"]!.GetValue<string>() == "shop")!.DeepClone();
                (shop["name"], shop["spares"]) = ("former", 0);
                settings["bases"] = new JsonArray(shop);
                photos = settings["apps"]![0]!.DeepClone();
                (photos["name"], photos["base"]) = ("former", "former");
                photos["database"] = labs["apps"]![0]!["database"]!.DeepClone();
                settings["apps"]!.AsArray().Add(photos.DeepClone());
            }
        );
        var http = own.Process.Http;
        await own.Process.StartWithServers();
        try
        {
            using var cron = new HttpRequestMessage(HttpMethod.Post, "api/bases/former/restore?wait=true")
            {
                Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json"),
            };
            var restored = await http.SendAsync(cron);
            Assert.True(restored.IsSuccessStatusCode, await restored.Content.ReadAsStringAsync());
            await http.BuildWell("own6", "former", "trunk", database: true, code: true);

            own.Change(settings =>
            {
                settings["apps"]!.AsArray().RemoveAt(1);
                settings["bases"] = new JsonArray();
            });
            Shell.Run($"kill -HUP {own.Process.Id}");
            await Wait.Until(
                "the settings are others",
                async () => (await http.Json("api/apps")).GetProperty("apps").GetArrayLength() == 1
            );
            var here = (await http.Json("api/servers/own6/apps")).GetProperty("apps")[0];
            Assert.True(here.GetProperty("former").GetBoolean());
            Assert.Equal("copy_former_own6", here.GetProperty("copies")[0].Text("database"));
            var off = await TakeOff(http, "own6", "former");
            Assert.Equal(("succeeded", "former is taken off own6"), (off.Text("state"), off.Text("message")));
            Assert.Equal("No copy of former is left", off.Step("copies").Text("message"));
            Assert.Empty(await AppsOn(http, "own6"));
            Assert.Empty(await lab.Sql("SELECT 1 FROM pg_database WHERE datname = 'copy_former_own6'"));
        }
        finally
        {
            await own.Process.Kill();
            await lab.AsOwner("rm", "-rf", "--", Path.Combine(lab.Folder, "guests/qa06/srv/code/former"));
            foreach (var name in await lab.Sql("SELECT datname FROM pg_database WHERE datname ~ '_former'"))
            {
                await lab.Sql($"ALTER DATABASE \"{name}\" IS_TEMPLATE false");
                await lab.Sql($"DROP DATABASE \"{name}\" WITH (FORCE)");
            }
        }
    }

    private static async Task<JsonElement> TakeOff(HttpClient http, string server, string app)
    {
        var answer = await http.DeleteAsync($"api/servers/{server}/apps/{app}");
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        return await http.EndOf((await answer.Json()).Text("id"));
    }

    private static async Task<IEnumerable<string>> AppsOn(HttpClient http, string server) =>
        (await http.Json($"api/servers/{server}/apps"))
            .GetProperty("apps")
            .EnumerateArray()
            .Select(a => $"{a.Text("app")} {a.GetProperty("site").GetBoolean()}")
            .Order(StringComparer.Ordinal);

    private static async Task<string> Page(HttpClient http, string path)
    {
        using var plain = new HttpClient();
        return await plain.GetStringAsync((await http.Json("api/servers/own6")).Text("url") + path);
    }
}
