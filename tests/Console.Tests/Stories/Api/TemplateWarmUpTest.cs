namespace TestServers.Tests.Stories.Api;

/// <summary>Razor's compiler is there before the first build when there are Razor templates, and else never.</summary>
public sealed class TemplateWarmUpTest
{
    private const string Compiled = "The Razor templates are compiled, in ";

    [Fact]
    public async Task Whoever_has_no_Razor_template_pays_nothing_for_it()
    {
        await using var app = new ConsoleWithApp(connectSeconds: 1);
        await StartHolding(app);
        // A plan renders the templates that there are.
        Assert.StartsWith("qa01 cannot be reached since ", await Failure(app), StringComparison.Ordinal);
        Assert.Empty(LoadedParts(app));
    }

    [Fact]
    public async Task Razor_templates_are_compiled_before_anybody_asks_for_a_build()
    {
        await using var app = new ConsoleWithApp(connectSeconds: 1);
        PutRazor(app, "A = '@Model.server.name'");
        await app.Console.StartWithServers();
        await Wait.Until(
            "the templates are compiled",
            () => app.Console.Log.Contains(Compiled, StringComparison.Ordinal)
        );
        Assert.Contains("RazorLight.dll", LoadedParts(app));
        Assert.Contains("Microsoft.CodeAnalysis.CSharp.dll", LoadedParts(app));
    }

    [Fact]
    public async Task A_broken_one_is_told_by_healthz_until_it_is_corrected_and_the_console_serves()
    {
        await using var app = new ConsoleWithApp(connectSeconds: 1);
        PutRazor(app, "A = '@Model.sever.name'");
        await StartHolding(app);
        const string Fault = "settings.py.cshtml does not render (line 1): there is no value sever for it.";
        await Wait.Until("healthz tells", async () => (await Health(app)).Contains(Fault, StringComparison.Ordinal));
        Assert.Contains("Send SIGHUP to have it looked at again.", await Health(app), StringComparison.Ordinal);
        Assert.Contains(Fault, await Failure(app), StringComparison.Ordinal);
        PutRazor(app, "A = '@Model.server.name'");
        Shell.Run($"kill -HUP {app.Console.Id}");
        await Wait.Until("healthz is well", async () => !(await Health(app)).Contains(Fault, StringComparison.Ordinal));
        Assert.StartsWith("qa01 cannot be reached since ", await Failure(app), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_others_may_write_stops_the_start_and_changes_nothing_when_it_is_read_anew()
    {
        await using var app = new ConsoleWithApp(connectSeconds: 1);
        PutRazor(app, "A = 1");
        File.SetUnixFileMode(Template(app), (UnixFileMode)0b110_110_100);
        const string Fault = "which run as the console does, only their owner may write; others may write ";
        Assert.Contains(Fault, await app.Console.StartInVain(), StringComparison.Ordinal);
        File.SetUnixFileMode(Template(app), (UnixFileMode)0b110_100_100);
        await StartHolding(app);
        File.SetUnixFileMode(Template(app), (UnixFileMode)0b110_100_110);
        Shell.Run($"kill -HUP {app.Console.Id}");
        await Wait.Until("healthz tells", async () => (await Health(app)).Contains(Fault, StringComparison.Ordinal));
        Assert.Contains("others than its owner may write", await Failure(app), StringComparison.Ordinal);
    }

    // A plan on a free server that it does not reach refuses the build for that alone; on one's own it says what else
    // would fail.
    private static async Task StartHolding(ConsoleWithApp app)
    {
        await app.Console.StartWithServers();
        using var held = await app.Console.Http.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 });
        Assert.Equal(HttpStatusCode.Created, held.StatusCode);
    }

    private static async Task<string?> Failure(ConsoleWithApp app)
    {
        const string Plan = "api/servers/qa01/plan?app=shop&path=trunk&database=false&code=true";
        return (await app.Console.Http.Json(Plan)).Text("failure");
    }

    private static string Template(ConsoleWithApp app) =>
        Path.Combine(app.Console.Folder, "templates/settings.py.cshtml");

    private static void PutRazor(ConsoleWithApp app, string text)
    {
        File.Delete(Path.Combine(app.Console.Folder, "templates/settings.py"));
        File.WriteAllText(Template(app), text);
        Shell.Run("chmod 755 templates; chmod 644 templates/*", app.Console.Folder);
    }

    private static Task<string> Health(ConsoleWithApp app) => app.Console.Http.GetStringAsync("healthz");

    private static List<string> LoadedParts(ConsoleWithApp app) =>
        [
            .. File.ReadLines($"/proc/{app.Console.Id}/maps")
                .Select(Path.GetFileName)
                .OfType<string>()
                .Where(name =>
                    name.Contains("Razor", StringComparison.Ordinal)
                    || name.Contains("CodeAnalysis", StringComparison.Ordinal)
                )
                .Distinct(),
        ];
}
