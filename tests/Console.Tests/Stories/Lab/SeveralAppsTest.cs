using System.Net;
using System.Text.Json;
using TestServers.Tests.Stage;

namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// Two apps on one server, each with its site on one Apache; and an app that is taken off with its site, its code and
/// its copy.
/// </summary>
[Collection("lab"), Trait("lab", "second")]
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
