namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// Files on a server that its user may not remove: builds go on, what stays is told with its owner and its remedy, and
/// the board says what is on the disk. Only root can make files of somebody else.
/// </summary>
[Collection("lab")]
public sealed class SetAsideTest(LabFixture lab) : IClassFixture<LabFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var folder in Directory.EnumerateDirectories(CodeOn("qa05"), ".aside-*"))
            Directory.Delete(folder, recursive: true);
        await lab.Release("qa05");
    }

    [Theory]
    [InlineData("shop", "trunk", "branches/new-checkout")]
    [InlineData("tickets", "main", "1.0")]
    public async Task Somebody_elses_files_stop_no_build_of_any_app(string app, string path, string other)
    {
        if (Environment.UserName != "root")
            return;
        using var anna = lab.As("anna");
        await anna.BuildWell("qa05", app, path, database: true, code: true);
        var uploads = Directory.CreateDirectory(Path.Combine(CodeOn("qa05"), app, "uploads"));
        await File.WriteAllTextAsync(Path.Combine(uploads.FullName, "upload \u00e9"), "somebody's");

        var build = await anna.BuildWell("qa05", app, other, database: false, code: true);
        var log = await anna.GetStringAsync($"api/builds/{build.Text("id")}/log");
        Assert.Contains("belongs to root:root (mode 0755)", log, StringComparison.Ordinal);
        Assert.Contains($"<dd id=\"path\">{other}</dd>", await anna.PageOf("qa05"), StringComparison.Ordinal);
        var server = await anna.Json("api/servers/qa05");
        Assert.Equal(other, server.GetProperty("configuration").Text("path"));
        var folder = Assert.Single(server.GetProperty("setAside").EnumerateArray());
        Assert.Equal("root", folder.Text("owner"));
        Assert.StartsWith($"{CodeOn("qa05")}/.aside-", folder.Text("path"), StringComparison.Ordinal);
        Assert.Equal($"As root: rm -rf -- {folder.Text("path")}", folder.Text("remedy"));
        var age = DateTimeOffset.UtcNow - folder.GetProperty("since").GetDateTimeOffset();
        Assert.InRange(age.TotalMinutes, -1, 5);

        var (second, itsPath) = app == "shop" ? ("tickets", "main") : ("shop", "trunk");
        await anna.BuildWell("qa05", second, itsPath, database: true, code: true);
        Assert.Single((await anna.Json("api/servers/qa05")).GetProperty("setAside").EnumerateArray());
        Directory.Delete(folder.Text("path")!, recursive: true);
        await anna.BuildWell("qa05", app, path, database: false, code: true);
        Assert.Empty((await anna.Json("api/servers/qa05")).GetProperty("setAside").EnumerateArray());
    }

    [Fact]
    public async Task A_checkout_that_cannot_be_put_in_place_names_the_folder_and_the_board_says_what_is_there()
    {
        if (Environment.UserName != "root")
            return;
        using var anna = lab.As("anna");
        var before = await anna.BuildWell("qa05", "shop", "trunk", database: true, code: true);
        Directory.Delete(Path.Combine(CodeOn("qa05"), "shop/.svn"), recursive: true);
        var mode = File.GetUnixFileMode(CodeOn("qa05"));
        await LabHost.Run("chown", "root", CodeOn("qa05"));
        try
        {
            var failed = await anna.Build("qa05", "shop", "branches/new-checkout", database: false, code: true);
            Assert.Equal("failed", failed.Text("state"));
            var code = CodeOn("qa05");
            Assert.Contains(
                $"{code}/.draft-shop cannot be made: the folder {code} belongs to root:",
                failed.Text("message"),
                StringComparison.Ordinal
            );
            Assert.Contains($"As root: chown {lab.Owner} -- {code}.", failed.Text("message"), StringComparison.Ordinal);
            var now = (await anna.Json("api/servers/qa05")).GetProperty("configuration");
            Assert.Equal("trunk", now.Text("path"));
            Assert.Equal(before.GetProperty("result").Text("revision"), now.Text("revision"));
        }
        finally
        {
            await LabHost.Run("chown", lab.Owner, CodeOn("qa05"));
            File.SetUnixFileMode(CodeOn("qa05"), mode);
        }
        await anna.BuildWell("qa05", "shop", "branches/new-checkout", database: false, code: true);
    }

    private string CodeOn(string server) => Path.Combine(lab.Folder, "guests", server, "srv/code");
}
