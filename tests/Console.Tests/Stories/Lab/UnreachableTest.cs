using System.Diagnostics;

namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// A server goes away in the middle of a build and comes back: what was left on it is told, and cleaned up without
/// anybody asking.
/// </summary>
[Collection("lab"), StandingLab]
public sealed class UnreachableTest(LabFixture lab) : IClassFixture<LabFixture>
{
    [Fact]
    public async Task A_cancel_on_a_server_that_stands_still_is_told_and_the_server_is_cleaned_when_it_goes_on()
    {
        using var anna = lab.As("anna");
        await anna.BuildWell("qa06", "shop", "trunk", database: true, code: true);
        await using var qa06 = await SickGuest.Of(lab, "qa06");
        var build = await qa06.StandsHalfWay(anna);
        await qa06.Pause();

        var beside = anna.BuildWell("qa05", "shop", "trunk", database: true, code: true);
        var watch = Stopwatch.StartNew();
        var cancelled = await (await anna.PostAsync($"api/builds/{build}/cancel", null)).Json();
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
        await beside;
        Assert.Equal("cancelled", cancelled.Text("state"));
        Assert.Equal(
            "Cancelled, but qa06 could not be reached: whether the work there has ended is not "
                + "known. It is cleaned by itself as soon as it answers.",
            cancelled.Text("message")
        );
        Assert.NotEmpty(lab.Scripts());
        Assert.Equal(build, (await Cleaning(anna)).Text("build"));
        await Wait.Until(
            "it is told why qa06 is not cleaned yet",
            async () =>
                (await Cleaning(anna)).Text("problem") is { } problem
                && problem.StartsWith("qa06 cannot be reached: Connection timed out", StringComparison.Ordinal),
            60,
            async () => (await Cleaning(anna)).ToString()
        );

        await qa06.Resume();
        await IsCleaned(anna);
        await qa06.Recover();
        await WorksAgain(anna);
    }

    [Fact]
    public async Task A_server_that_crashed_half_way_is_cleaned_when_it_is_back_also_by_a_new_console()
    {
        using var anna = lab.As("anna");
        await anna.BuildWell("qa06", "shop", "trunk", database: true, code: true);
        await using var qa06 = await SickGuest.Of(lab, "qa06");
        var build = await qa06.StandsHalfWay(anna);
        await qa06.CrashWithProgram();
        var failed = await anna.EndOf(build);
        Assert.StartsWith(
            "failed at step code: The connection to qa06 broke off during checkout: ",
            failed.Text("message"),
            StringComparison.Ordinal
        );
        await Wait.Until(
            "it is told why qa06 is not cleaned yet",
            async () =>
                (await Cleaning(anna)).Text("problem")?.Contains("Connection refused", StringComparison.Ordinal)
                ?? false,
            30
        );
        await lab.Kill("console");
        Assert.NotEmpty(lab.Scripts());

        await qa06.Recover();
        await IsCleaned(anna);
        await WorksAgain(anna);
    }

    private static async Task<JsonElement> Cleaning(HttpClient anna) =>
        (await anna.Json("api/servers/qa06")).GetProperty("cleaning");

    private async Task IsCleaned(HttpClient anna)
    {
        await Wait.Until(
            "qa06 is cleaned",
            async () => (await Cleaning(anna)).ValueKind == JsonValueKind.Null,
            60,
            async () => (await Cleaning(anna)).ToString()
        );
        await lab.ScriptsHaveEnded("nothing of it runs");
    }

    private async Task WorksAgain(HttpClient anna)
    {
        var folder = Path.Combine(lab.Folder, "guests", "qa06", "srv", "code", "shop");
        Assert.DoesNotContain(
            (await LabHost.Run("svn", "status", folder)).Split('\n'),
            l => l.Length > 0 && !l.Contains("__pycache__", StringComparison.Ordinal)
        );
        var path = (await anna.Json("api/servers/qa06")).GetProperty("configuration").Text("path");
        Assert.Equal($"^/{path}", (await LabHost.Run("svn", "info", "--show-item", "relative-url", folder)).Trim());
        await anna.BuildWell("qa06", "shop", "branches/new-checkout", database: false, code: true);
        Assert.Contains("branches/new-checkout", await anna.PageOf("qa06"), StringComparison.Ordinal);
    }
}
