namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// A repository that is down, that hangs, or that has not what is asked for: told within a limit, with cause and
/// remedy. The old code serves on, a build on another server is not delayed, and the next build is well.
/// </summary>
[Collection("lab"), StandingLab, Trait("lab", "second")]
public sealed class RepositoryFaultTest(LabFixture lab) : IClassFixture<LabFixture>, IAsyncLifetime
{
    private sealed record Kind(
        string Server,
        string App,
        string Path,
        string Process,
        string Beside,
        string OtherApp,
        string OtherPath
    );

    private static readonly Dictionary<string, Kind> Kinds = new(StringComparer.Ordinal)
    {
        ["svn"] = new("qa04", "shop", "trunk", "svnserve", "qa05", "tickets", "main"),
        ["git"] = new("qa05", "tickets", "main", "sshd-repositories", "qa04", "shop", "trunk"),
    };

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => lab.Release("qa04", "qa05");

    [Theory]
    [InlineData(
        "svn",
        "99999",
        "There is no revision 99999 in .*/shop. Choose an older one, or leave it empty for the newest"
    )]
    [InlineData(
        "git",
        "0123456789012345678901234567890123456789",
        "There is no commit 0123456789.* in .*/tickets.git: no branch or tag leads to it, "
            + ".*Choose a branch, a tag, or a commit that has been pushed"
    )]
    public Task A_revision_that_is_not_there_is_told(string kind, string revision, string sentence) =>
        Told(Kinds[kind], revision, sentence, () => Task.CompletedTask, () => Task.CompletedTask);

    [Theory]
    [InlineData(
        "svn",
        "The repository svn://.*/shop does not answer this server .*Check that it runs and can "
            + "be reached from here, then build again"
    )]
    [InlineData(
        "git",
        "Git could not get main from ssh://.*/tickets.git .*Check that the repository exists, "
            + "runs and lets this server in, then build again"
    )]
    public Task A_repository_that_is_down_is_told(string kind, string sentence) =>
        Told(Kinds[kind], null, sentence, () => lab.Kill(Kinds[kind].Process), () => lab.Mend());

    [Theory]
    [InlineData(
        "svn",
        "The repository svn://.*/shop does not answer this server .*no answer within 3 s.*Check that it runs"
    )]
    [InlineData(
        "git",
        "Git could not get main from ssh://.*/tickets.git .*no answer within 3 s.*Check that the repository exists"
    )]
    public Task A_repository_that_accepts_and_never_answers_is_told_within_the_servers_limit(
        string kind,
        string sentence
    ) =>
        Told(
            Kinds[kind],
            null,
            sentence,
            async () =>
            {
                await File.AppendAllTextAsync(
                    Path.Combine(lab.Folder, "guests", Kinds[kind].Server, "config"),
                    "repository_seconds=3\n"
                );
                await lab.Signal(Kinds[kind].Process, "STOP");
            },
            async () =>
            {
                await lab.Signal(Kinds[kind].Process, "CONT");
                await lab.Mend();
            }
        );

    // Both builds are posted at once; the one beside has another repository and must not notice anything.
    private async Task Told(Kind it, string? revision, string sentence, Func<Task> breakIt, Func<Task> mend)
    {
        using var anna = lab.As("anna");
        await anna.BuildWell(it.Server, it.App, it.Path, database: true, code: true);
        await anna.BuildWell(it.Beside, it.OtherApp, it.OtherPath, database: true, code: true);
        var page = await anna.PageOf(it.Server);
        await breakIt();
        try
        {
            var failing = anna.Build(it.Server, it.App, it.Path, database: false, code: true, revision);
            var beside = await anna.BuildWell(it.Beside, it.OtherApp, it.OtherPath, database: false, code: true);
            var failed = await failing;
            Assert.Equal("failed", failed.Text("state"));
            Assert.Matches($"^failed at step code: .*{sentence}", failed.Text("message"));
            Assert.InRange(Seconds(failed), 0, 20);
            Assert.InRange(Seconds(beside), 0, 12);
            Assert.Equal("skipped", failed.Step("settings").Text("state"));
            Assert.Equal(page, await anna.PageOf(it.Server));
        }
        finally
        {
            await mend();
        }
        await anna.BuildWell(it.Server, it.App, it.Path, database: false, code: true);
        await lab.ScriptsHaveEnded("nothing of it runs");
    }

    private static double Seconds(JsonElement build) => build.GetProperty("seconds").GetDouble();
}
