namespace TestServers.Tests.Stories.Api;

/// <summary>Many people who write at once, seen from the kernel: how often the console has the disk written.</summary>
public sealed class WritersTest
{
    private const int Writers = 64;

    [Fact]
    public async Task Changes_that_wait_together_share_their_fsyncs_and_one_that_comes_alone_has_no_more_than_its_own()
    {
        await using var console = new ConsoleProcess();
        console.WriteDomains([.. Enumerable.Range(1, Writers).Select(n => ($"qa{n:00}", 1))]);
        await console.StartWithServers();
        await WriteAtOnce(console, "first");
        var alone = await Syncs(
            console,
            async () =>
            {
                for (var n = 1; n <= Writers; n++)
                    await Write(console, n, "alone");
            }
        );
        var together = await Syncs(console, () => WriteAtOnce(console, "together"));
        // The draft, the journal, the folder, the audit.
        Assert.Equal(4 * Writers, alone);
        Assert.True(together <= alone / 3, $"{together} fsyncs for {Writers} changes at once, {alone} one by one");
        await AreAll(console, "together");
        await console.Kill();
        await console.StartWithServers();
        await AreAll(console, "together");
    }

    private static Task WriteAtOnce(ConsoleProcess console, string purpose) =>
        Task.WhenAll(Enumerable.Range(1, Writers).Select(n => Write(console, n, purpose)));

    private static async Task Write(ConsoleProcess console, int number, string purpose)
    {
        using var answer = await console.Http.Put($"api/servers/qa{number:00}/reservation", new { purpose, hours = 1 });
        Assert.True(
            answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created,
            await answer.Content.ReadAsStringAsync()
        );
    }

    private static async Task AreAll(ConsoleProcess console, string purpose)
    {
        var servers = (await console.Http.Json("api/servers")).GetProperty("servers").EnumerateArray().ToList();
        Assert.Equal(Writers, servers.Count);
        Assert.All(servers, s => Assert.Equal(purpose, s.GetProperty("reservation").Text("purpose")));
        var lines = await File.ReadAllLinesAsync(Path.Combine(console.Folder, "state", "audit.log"));
        Assert.Equal(Writers, lines.Count(l => l.Contains($": {purpose}\"", StringComparison.Ordinal)));
    }

    private static async Task<int> Syncs(ConsoleProcess console, Func<Task> work)
    {
        var trace = Path.Combine(console.Folder, Path.GetRandomFileName());
        using var strace = await Strace.Attach(console, ["-y", "-e", "trace=fsync", "-o", trace]);
        await work();
        strace.Kill();
        await strace.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        // The console tries the disk now and then, whatever is written.
        return File.ReadLines(trace)
            .Count(l =>
                l.Contains("fsync(", StringComparison.Ordinal) && !l.Contains(".probe>", StringComparison.Ordinal)
            );
    }
}
