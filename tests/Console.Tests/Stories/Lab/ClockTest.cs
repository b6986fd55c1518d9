namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// The machine's clock is stepped by an hour, forwards and back, while builds run and wait and servers are held: builds
/// take as long as they take, and a reservation ends once, when the clock says so. The clock is libfaketime's, which
/// leaves the monotonic one alone, as a real step does.
/// </summary>
[Collection("lab"), Trait("lab", "second")]
public sealed class ClockTest(LabFixture lab) : IClassFixture<LabFixture>, IDisposable
{
    private const string Faketime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The environment of a console whose clock is off by what stands in the file.</summary>
    internal static Dictionary<string, string> FakedBy(string file) =>
        new(StringComparer.Ordinal)
        {
            ["LD_PRELOAD"] = Faketime,
            ["FAKETIME_TIMESTAMP_FILE"] = file,
            ["FAKETIME_NO_CACHE"] = "1",
            ["DONT_FAKE_MONOTONIC"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        };

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_step_of_an_hour_neither_ends_nor_delays_a_build_and_counts_in_no_time(int hours)
    {
        await using var own = await Start(0);
        var http = own.Process.Http;
        await http.BuildWell("own6", "plain", "trunk", database: false, code: true);
        object ask = Body.ForBuild("plain", "trunk", database: false, code: true);
        var running = (await (await http.Post("api/servers/own6/builds", ask)).Json()).Text("id");
        var waiting = (await (await http.Post("api/servers/own6/builds", ask)).Json()).Text("id");
        await Wait.Until(
            "it runs its commands",
            async () => (await http.Json($"api/builds/{running}")).Step("after").Text("state") == "running",
            60
        );
        Step(hours);
        await Wait.Until(
            "the console has seen the step",
            async () => Math.Abs((await Now(http) - DateTimeOffset.UtcNow.AddHours(hours)).TotalMinutes) < 5
        );
        foreach (var id in new[] { running, waiting })
        {
            var end = (await http.Json($"api/builds/{id}")).GetProperty("estimatedEnd").GetDateTimeOffset();
            Assert.InRange((end - DateTimeOffset.UtcNow.AddHours(hours)).TotalMinutes, -1, 5);
        }
        foreach (var id in new[] { running, waiting })
        {
            var build = await http.EndOf(id);
            Assert.True(build.Text("state") == "succeeded", build.ToString());
            Assert.InRange(build.GetProperty("seconds").GetDouble(), 3, 60);
            Assert.InRange(build.Step("after").GetProperty("seconds").GetDouble(), 3, 40);
        }
        var entries = (await http.Json("api/servers/own6/history")).GetProperty("history").EnumerateArray().ToList();
        Assert.All(entries, entry => Assert.InRange(entry.GetProperty("seconds").GetDouble(), 3, 60));
    }

    [Fact]
    public async Task A_reservation_ends_once_when_the_clock_says_so_and_does_not_come_back_with_a_step_back()
    {
        await using var own = await Start(0);
        using var anna = own.Process.ClientFor("anna");
        using var ben = own.Process.ClientFor("ben");
        await anna.Put("api/servers/own6/reservation", new { purpose = "half an hour", hours = 0.5 });
        await anna.Put("api/servers/own7/reservation", new { purpose = "two hours", hours = 2 });
        Step(1);
        await Wait.Until("the half hour has ended", async () => await HolderOf(anna, "own6") is null, 5);
        Assert.Equal("anna", await HolderOf(anna, "own7"));
        await Wait.Until(
            "the end is on disk",
            () =>
                !File.ReadAllText(Path.Combine(own.Process.Folder, "state/reservations.json"))
                    .Contains("half an hour", StringComparison.Ordinal),
            5
        );
        Step(0);
        await Wait.Until(
            "the console has seen the step back",
            async () => await Now(anna) < DateTimeOffset.UtcNow.AddMinutes(5)
        );
        Assert.Null(await HolderOf(anna, "own6"));
        Assert.Equal("anna", await HolderOf(anna, "own7"));
        await ben.Put("api/servers/own6/reservation", new { purpose = "ben's hour", hours = 1 });
        Step(-1);
        await Wait.Until(
            "the console has seen the second step back",
            async () => await Now(anna) < DateTimeOffset.UtcNow.AddMinutes(-55)
        );
        Assert.Equal("ben", await HolderOf(anna, "own6"));
        Assert.Equal("anna", await HolderOf(anna, "own7"));
    }

    [Fact]
    public async Task Who_waits_for_a_free_server_waits_as_long_as_he_said()
    {
        await using var own = await Start(0);
        using var anna = own.Process.ClientFor("anna");
        using var ben = own.Process.ClientFor("ben");
        foreach (var server in new[] { "own6", "own7" })
            await anna.Put($"api/servers/{server}/reservation", new { purpose = "mine", hours = 5 });
        var began = System.Diagnostics.Stopwatch.StartNew();
        var waiting = ben.Post("api/reservations?wait=4", new { purpose = "any", hours = 1 });
        await Wait.Until("he waits", () => began.Elapsed.TotalSeconds > 1);
        Step(-1);
        await (await waiting).Problem(System.Net.HttpStatusCode.Conflict);
        Assert.InRange(began.Elapsed.TotalSeconds, 3.5, 12);
        waiting = ben.Post("api/reservations?wait=20", new { purpose = "any", hours = 1 });
        Step(0);
        await Wait.Until(
            "the console has seen the step",
            async () => await Now(anna) > DateTimeOffset.UtcNow.AddMinutes(-5)
        );
        await anna.DeleteAsync("api/servers/own7/reservation");
        Assert.Equal(System.Net.HttpStatusCode.Created, (await waiting).StatusCode);
    }

    private async Task<LabConsole> Start(int hours)
    {
        Step(hours);
        var own = new LabConsole(lab, settings => settings["apps"]![0]!["after"] = new JsonArray("sleep 3"));
        await own.Process.Start(environment: FakedBy(_folder["clock"]));
        await own.Process.StartedWithServers();
        return own;
    }

    // What the clock is away from the true time.
    private void Step(int hours)
    {
        File.WriteAllText(_folder["draft"], $"{(hours < 0 ? "-" : "+")}{Math.Abs(hours) * 3600}\n");
        File.Move(_folder["draft"], _folder["clock"], overwrite: true);
    }

    // What the console takes for now: the time at which virsh has answered.
    private static async Task<DateTimeOffset> Now(HttpClient http) =>
        (await http.Json("api/servers")).GetProperty("servers")[0].GetProperty("asOf").GetDateTimeOffset();

    private static async Task<string?> HolderOf(HttpClient http, string server) =>
        (await http.Json($"api/servers/{server}")).GetProperty("reservation")
            is { ValueKind: System.Text.Json.JsonValueKind.Object } held
            ? held.Text("holder")
            : null;
}
