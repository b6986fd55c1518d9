namespace TestServers.Tests.Stories.Lab;

/// <summary>Sites with more files than three, of other kinds, and with workers.</summary>
[Collection("lab")]
public sealed class SitesTest(LabFixture lab) : IClassFixture<LabFixture>
{
    // Longer than every test, and of this run alone.
    private static readonly string Nap = $"sleep 613.{Environment.ProcessId}";

    [Fact]
    public async Task Workers_stop_before_a_build_and_run_after_it_and_those_of_a_failed_one_run_on_as_they_were()
    {
        await using var own = new LabConsole(
            lab,
            settings =>
            {
                var app = settings["apps"]![0]!;
                app["workers"] = new JsonObject
                {
                    ["mail"] = $". \"$FOLDER_SITE/.env\"; echo \"of $OF\"; exec {Nap}",
                    ["beat"] = "echo why; exit 3",
                };
                // In the middle of a build none runs.
                app["after"] = new JsonArray($"! pgrep -fx '{Nap}'");
                File.WriteAllText(Path.Combine(app["templates"]!.GetValue<string>(), ".env"), "OF='{{path}}'\n");
            }
        );
        try
        {
            await own.Process.StartWithServers();
            var http = own.Process.Http;
            var build = await http.BuildWell("own6", "plain", "trunk", database: false, code: true);
            Assert.Equal(
                ["workers", "code", "after", "settings", "health"],
                build.GetProperty("steps").EnumerateArray().Select(s => s.Text("name"))
            );
            Assert.Equal("None ran", build.Step("workers").Text("message"));
            Assert.Equal("In place, Apache reloaded, 1 of 2 workers run", build.Step("settings").Text("message"));
            var leftOut = build.GetProperty("leftOut").EnumerateArray().Select(l => l.GetString()!).ToList();
            Assert.Contains(
                leftOut,
                l =>
                    l.StartsWith(
                        "the worker `beat` does not stay up: it has ended with code 3",
                        StringComparison.Ordinal
                    )
            );
            Assert.Equal(["apache.conf", "wsgi.py", "settings.py", ".env"], await FilesOf(http, build));
            Assert.Equal(1, Napping());

            await Wait.Until(
                "the board says it, too",
                async () =>
                    (await http.GetStringAsync("api/servers/own6")).Contains(
                        "The worker beat of plain has ended with code 3, and is started again and again",
                        StringComparison.Ordinal
                    )
            );

            build = await http.BuildWell("own6", "plain", "trunk", database: false, code: true);
            Assert.Equal("2 stopped", build.Step("workers").Text("message"));
            Assert.Equal(1, Napping());

            own.PutSettings("{{nonsense}}");
            await http.Build("own6", "plain", "trunk", database: false, code: true);
            Assert.Equal(1, Napping());
            own.PutSettings("x = 1");
            var failed = await http.Build("own6", "plain", "branches/none", database: false, code: true);
            Assert.Equal("failed", failed.Step("code").Text("state"));
            await Wait.Until("the former worker runs again", () => Napping() == 1);
        }
        finally
        {
            await StopWorkers("qa06");
        }
        Assert.Equal(0, Napping());
    }

    [Fact]
    public async Task A_static_site_is_its_checkout_and_one_file()
    {
        await using var own = new LabConsole(
            lab,
            settings =>
            {
                var app = settings["apps"]![0]!;
                app["kind"] = "static";
                app["templates"] = Path.Combine(Samples, "static");
                app["health"] = "{url}shop/release.py";
            }
        );
        await own.Process.StartWithServers();
        var build = await own.Process.Http.BuildWell("own7", "plain", "trunk", database: false, code: true);
        Assert.Equal("In place, Apache reloaded", build.Step("settings").Text("message"));
        Assert.Equal(["apache.conf"], await FilesOf(own.Process.Http, build));
        Assert.StartsWith("HTTP 200", build.Step("health").Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gunicorn_behind_nginx_is_a_site_too_and_says_why_it_answers_with_an_error()
    {
        var port = LocalTools.FreePort();
        await using var own = new LabConsole(
            lab,
            settings =>
            {
                var app = settings["apps"]![0]!;
                app["kind"] = "gunicorn-nginx";
                app["templates"] = Path.Combine(Samples, "gunicorn-nginx");
                app["variables"] = new JsonObject { ["port"] = $"{port}" };
                app["workers"] = new JsonObject
                {
                    ["web"] = "exec gunicorn --config \"$FOLDER_SITE/gunicorn.conf.py\" wsgi:application",
                };
                app["health"] = $"http://{{address}}:{port}/";
                var broken = app.DeepClone();
                broken["name"] = "broken";
                broken["health"] = $"http://{{address}}:{port}/broken";
                settings["apps"]!.AsArray().Add(broken);
            }
        );
        try
        {
            await own.Process.StartWithServers();
            var http = own.Process.Http;
            var build = await http.BuildWell("own7", "plain", "trunk", database: false, code: true);
            Assert.Equal("In place, reloaded, 1 worker runs", build.Step("settings").Text("message"));
            Assert.StartsWith("HTTP 200", build.Step("health").Text("message"), StringComparison.Ordinal);
            Assert.Equal(["nginx.conf", "gunicorn.conf.py", "wsgi.py"], await FilesOf(http, build));

            var failed = await http.Build("own7", "broken", "trunk", database: false, code: true);
            Assert.Contains("and what its logs say of it", failed.Text("message"), StringComparison.Ordinal);
            var log = await http.GetStringAsync($"api/builds/{failed.Text("id")}/log");
            Assert.Contains("ValueError: it hides", log, StringComparison.Ordinal);
        }
        finally
        {
            await StopWorkers("qa07");
            await lab.AsOwner("rm", "-rf", "--", Path.Combine(lab.Folder, "guests/qa07/srv/code/broken"));
            await lab.AsOwner(
                "bash",
                "-c",
                "kill \"$(<\"$1\")\" || true",
                "-",
                Path.Combine(lab.Folder, "guests/qa07/nginx/nginx.pid")
            );
        }
    }

    private static readonly string Samples = Path.Combine(LabHost.Root(), "scripts/dev/samples/templates");

    private static async Task<IEnumerable<string?>> FilesOf(HttpClient http, JsonElement build)
    {
        var entry = await http.Json($"api/servers/{build.Text("server")}/history/{build.Text("id")}");
        return entry.GetProperty("settings").EnumerateArray().Select(f => f.Text("file"));
    }

    private Task<string> StopWorkers(string guest) =>
        lab.AsOwner(
            Path.Combine(lab.Folder, "console/scripts/guest/guest"),
            Path.Combine(lab.Folder, "guests", guest, "config"),
            "stop-workers"
        );

    // Workers have an environment of their own, without the lab's mark.
    private static int Napping()
    {
        var words = Nap.Replace(' ', '\0') + "\0";
        return Directory.EnumerateDirectories("/proc").Count(f => LabHost.Read(f + "/cmdline") == words);
    }
}
