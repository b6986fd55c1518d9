namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// A server whose disk is full: told with what to do, the old code and settings serve on, nobody else notices, and with
/// room again the next build is well.
/// </summary>
[Collection("lab"), StandingLab, Trait("lab", "second")]
public sealed class FullDiskTest(LabFixture lab, Xunit.Abstractions.ITestOutputHelper output)
    : IClassFixture<LabFixture>
{
    [SmallDiskTheory]
    [InlineData("shop", "trunk", "branches/new-checkout", 0)]
    [InlineData("shop", "trunk", "branches/new-checkout", 16)]
    [InlineData("tickets", "main", "faster-list", 0)]
    [InlineData("tickets", "main", "faster-list", 4)]
    public async Task A_checkout_on_a_full_disk_is_told_and_works_when_there_is_room_again(
        string app,
        string path,
        string next,
        int leave
    )
    {
        using var anna = lab.As("anna");
        await using var qa06 = await SickGuest.Of(lab, "qa06");
        await using var disk = await qa06.ServeOnSmallDisk("6m");
        await anna.BuildWell("qa06", app, path, database: true, code: true);
        var page = await anna.PageOf("qa06");
        await disk.Fill(leave);

        var failed = await Fails(
            anna,
            new
            {
                app,
                path = next,
                database = false,
                code = true,
            }
        );
        Assert.Matches(
            $"^failed at step code: The disk of this server is full: the checkout of {next} into "
                + ".* was not completed. Free some space there, then build again.$",
            failed.Text("message")
        );
        Assert.Equal("skipped", failed.Step("settings").Text("state"));
        Assert.Equal(page, await anna.PageOf("qa06"));
        await lab.ScriptsHaveEnded("no script is left on any host");

        await disk.Empty();
        await anna.BuildWell("qa06", app, next, database: false, code: true);
        Assert.Contains($"<dd id=\"path\">{next}</dd>", await anna.PageOf("qa06"), StringComparison.Ordinal);
        await End(anna, qa06);
    }

    [SmallDiskFact]
    public async Task Settings_that_a_full_disk_does_not_take_are_told_and_the_build_goes_on_when_there_is_room()
    {
        using var anna = lab.As("anna");
        await using var qa06 = await SickGuest.Of(lab, "qa06");
        await using var disk = await qa06.ServeOnSmallDisk("6m");
        await anna.BuildWell("qa06", "shop", "trunk", database: true, code: true);
        await disk.Fill(leave: 0);

        var failed = await Fails(anna, Body.ForBuild("shop", null, database: true, code: false));
        Assert.Matches(
            @"^failed at step settings: \S+/(apache\.conf|wsgi\.py|settings\.py) cannot be written: "
                + @".*No space left on device\. "
                + @"Free some space on this disk, then try again\. The former settings are in use\.$",
            failed.Text("message")
        );
        Assert.Equal("succeeded", failed.Step("database").Text("state"));
        Assert.Contains("<dd id=\"path\">trunk</dd>", await anna.PageOf("qa06"), StringComparison.Ordinal);

        await disk.Empty();
        var resumed = await (await anna.Post($"api/builds/{failed.Text("id")}/retry", new { from = "failed" })).Json();
        Assert.Equal("ready", (await anna.EndOf(resumed.Text("id"))).Text("message"));
        await End(anna, qa06);
    }

    /// <summary>Builds on qa06 in vain, and beside it on qa05.</summary>
    private async Task<JsonElement> Fails(HttpClient anna, object wish)
    {
        var failing = await (await anna.Post("api/servers/qa06/builds", wish)).Json();
        await anna.BuildWell("qa05", "shop", "trunk", database: true, code: true);
        var failed = await anna.EndOf(failing.Text("id"));
        output.WriteLine($"{failed.GetProperty("seconds")} s: {failed.Text("message")}");
        Assert.Equal("failed", failed.Text("state"));
        return failed;
    }

    // Back on the disk that the lab's guest has, on which the history's last build has never been.
    private static async Task End(HttpClient anna, SickGuest qa06)
    {
        await qa06.Recover();
        await anna.BuildWell("qa06", "shop", "trunk", database: true, code: true);
    }
}
