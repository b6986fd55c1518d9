namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// What a killed client or a bad disk leaves in a working copy is mended by the next build, and nobody is asked.
/// </summary>
[Collection("lab"), Trait("lab", "second")]
public sealed class WorkingCopyFaultTest(LabFixture lab) : IClassFixture<LabFixture>, IAsyncLifetime
{
    // The lock that a killed svn leaves.
    private const string Lock = """
        import sqlite3, sys
        db = sqlite3.connect(sys.argv[1])
        db.execute("insert into wc_lock values (1, '', -1)")
        db.commit()
        """;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => lab.Release("qa04");

    [Fact]
    public async Task A_locked_working_copy_of_Subversion_is_mended()
    {
        await lab.AsOwner("python3", "-c", Lock, await Built("shop", "trunk") + "/.svn/wc.db");
        Assert.Contains(
            "The working copy needs a repair",
            await Mended("shop", "branches/new-checkout"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_client_of_Subversion_that_was_killed_half_way_is_mended()
    {
        foreach (var delay in new[] { "0.008", "0.012", "0.016", "0.025" })
        {
            var copy = await Built("shop", "branches/new-checkout");
            await lab.AsOwner(
                "bash",
                "-c",
                "timeout -s KILL \"$1\" svn update --quiet --revision 1 \"$2\" || true",
                "-",
                delay,
                copy
            );
            await Mended("shop", "trunk");
        }
    }

    [Theory]
    [InlineData("head -c 3000 /dev/urandom >\"$1/.svn/wc.db\"", "made anew")]
    [InlineData("rm -r \"$1/.svn\"", "made anew")]
    [InlineData("find \"$1\" -name '*.py' -delete; rm -r \"$1/.svn/pristine\"", "made anew")]
    public async Task A_damaged_working_copy_of_Subversion_is_made_anew(string damage, string said)
    {
        await lab.AsOwner("bash", "-c", damage, "-", await Built("shop", "trunk"));
        Assert.Contains(said, await Mended("shop", "trunk"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("touch \"$1/.git/index.lock\" \"$1/.git/HEAD.lock\"", "")]
    [InlineData("find \"$1/.git/objects\" -type f -exec sh -c 'chmod u+w \"$1\" && : >\"$1\"' - {} ';'", "made anew")]
    [InlineData("head -c 100 /dev/urandom >\"$1/.git/index\"", "")]
    [InlineData("echo garbage >\"$1/.git/HEAD\"", "")]
    public async Task A_locked_or_damaged_clone_of_Git_is_mended(string damage, string said)
    {
        await lab.AsOwner("bash", "-c", damage, "-", await Built("tickets", "main"));
        Assert.Contains(said, await Mended("tickets", "main"), StringComparison.Ordinal);
    }

    // The working copy, as a build has made it.
    private async Task<string> Built(string app, string path)
    {
        using var anna = lab.As("anna");
        await anna.BuildWell("qa04", app, path, database: true, code: true);
        return Path.Combine(lab.Folder, "guests/qa04/srv/code", app);
    }

    // The log of the build that has found the fault.
    private async Task<string> Mended(string app, string path)
    {
        using var anna = lab.As("anna");
        var build = await anna.BuildWell("qa04", app, path, database: false, code: true);
        var page = await anna.PageOf("qa04");
        Assert.Contains($"<dd id=\"path\">{path}</dd>", page, StringComparison.Ordinal);
        Assert.Contains(build.GetProperty("result").Text("revision")!, page, StringComparison.Ordinal);
        return await anna.GetStringAsync($"api/builds/{build.Text("id")}/log");
    }
}
