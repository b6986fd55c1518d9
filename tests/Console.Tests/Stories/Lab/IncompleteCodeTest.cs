namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// A checkout that ends half-way leaves files of two paths: that is told, nothing is built upon it, and the next
/// checkout makes it whole.
/// </summary>
[Collection("lab"), StandingLab]
public sealed class IncompleteCodeTest(LabFixture lab) : IClassFixture<LabFixture>
{
    // As Subversion marks a working copy that it has begun to switch, until the last file has come.
    private const string HalfWay = """
        import sqlite3, sys
        db = sqlite3.connect(sys.argv[1])
        db.execute("update nodes set presence = 'incomplete' where local_relpath = '' and op_depth = 0")
        db.commit()
        """;

    [Fact]
    public async Task A_checkout_that_is_cancelled_half_way_is_told_and_nothing_is_built_upon_it()
    {
        using var anna = lab.As("anna");
        await anna.BuildWell("qa06", "shop", "trunk", database: true, code: true);
        await using var qa06 = await SickGuest.Of(lab, "qa06");
        var build = await qa06.StandsHalfWay(anna);
        var waiting = await (
            await anna.Post("api/servers/qa06/builds", Body.ForBuild("shop", null, database: true, code: false))
        ).Json();
        await lab.AsOwner("python3", "-c", HalfWay, Path.Combine(lab.Folder, "guests/qa06/srv/code/shop/.svn/wc.db"));
        Assert.Equal(
            "cancelled",
            (await (await anna.PostAsync($"api/builds/{build}/cancel", null)).Json()).Text("state")
        );

        var failed = await anna.EndOf(waiting.Text("id"));
        Assert.Equal(
            "The checkout of shop on qa06 is incomplete: one of trunk ended half-way. Nothing "
                + "was touched. Build the code, too.",
            failed.Text("message")
        );
        Assert.True(await IsIncomplete(anna));
        Assert.Contains(
            "Ask for `code` too.",
            await (
                await anna.Post("api/servers/qa06/builds", Body.ForBuild("shop", null, database: true, code: false))
            ).Problem(HttpStatusCode.Conflict),
            StringComparison.Ordinal
        );

        await qa06.Recover();
        await anna.BuildWell("qa06", "shop", "branches/new-checkout", database: true, code: true);
        Assert.False(await IsIncomplete(anna));
    }

    private static async Task<bool> IsIncomplete(HttpClient anna) =>
        (await anna.Json("api/servers/qa06")).GetProperty("configuration").GetProperty("incomplete").GetBoolean();
}
