namespace TestServers.Tests.Stories.Api;

/// <summary>
/// A host that has a daemon is asked by a virsh that stays connected; whatever becomes of the two, the page tells the
/// truth, and nothing is left running.
/// </summary>
public sealed class KeptVirshTest : IAsyncLifetime, IAsyncDisposable
{
    private readonly ConsoleProcess _console = new();
    private OwnLibvirt _libvirt = null!;

    public async Task InitializeAsync()
    {
        _libvirt = await OwnLibvirt.Start();
        _console.WriteSettings(uri: _libvirt.Uri, servers: "^test$", address: "127.71.9.1", url: "");
        await _console.StartWithServers();
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _console.DisposeAsync();
        await _libvirt.DisposeAsync();
    }

    [Fact]
    public async Task One_process_stays_and_what_changes_on_the_host_is_seen()
    {
        var kept = await Kept();
        foreach (var (words, state) in new[] { ("suspend test", "paused"), ("resume test", "running") })
        {
            await _libvirt.Do(words);
            await Sees(state);
        }
        Assert.Equal([kept], VirshOf(_console.Id));
    }

    [Fact]
    public async Task One_that_is_killed_is_replaced_and_nobody_is_told_of_a_host_that_does_not_answer()
    {
        for (var round = 0; round < 3; round++)
        {
            var kept = await Kept();
            await LabProcesses.Signal("KILL", kept);
            var asOf = (await Host()).Text("asOf");
            await Wait.Until("it has answered again", async () => (await Host()).Text("asOf") != asOf);
            Assert.NotEqual(kept, await Kept());
        }
        Assert.DoesNotContain("vmhost: virsh", _console.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_libvirtd_that_is_started_anew_is_asked_by_one_that_stays_again()
    {
        await Kept();
        await _libvirt.StartAgain();
        await _libvirt.Do("suspend test");
        await Sees("paused");
        await Kept();
    }

    [Fact]
    public async Task A_libvirtd_that_hangs_is_told_and_asked_again_by_one_that_stays_when_it_goes_on()
    {
        var kept = await Kept();
        await _libvirt.Pause();
        await Wait.Until(
            "it is told",
            async () =>
                (await Host()).Text("problem")?.StartsWith("virsh did not answer within 5 s", StringComparison.Ordinal)
                == true
        );
        Assert.NotNull((await Host()).Text("askedAgain"));
        Assert.DoesNotContain(kept, VirshOf(_console.Id));
        await _libvirt.Resume();
        await Sees("running");
        Assert.Null((await Host()).Text("askedAgain"));
        await Kept();
    }

    [Theory, InlineData("TERM"), InlineData("KILL")]
    public async Task It_ends_with_the_console(string signal)
    {
        var kept = await Kept();
        await LabProcesses.Signal(signal, _console.Id);
        await Wait.Until("the console has ended", () => _console.HasExited);
        await Wait.Until("virsh has, too", () => !File.Exists($"/proc/{kept}/cmdline"), 5);
    }

    [Theory, InlineData("has another address"), InlineData("is removed")]
    public async Task It_ends_with_its_host_when_that(string change)
    {
        var kept = await Kept();
        await _console.Reload(settings =>
        {
            var host = settings["hosts"]![0]!;
            host["uri"] = $"test://{Path.Combine(_console.Folder, "domains.xml")}";
            if (change == "is removed")
                host["name"] = "another";
        });
        await Wait.Until("virsh has ended", () => !File.Exists($"/proc/{kept}/cmdline"), 5);
    }

    private async Task<JsonElement> Host() => (await _console.Http.Json("api/servers")).GetProperty("hosts")[0];

    private Task Sees(string state) =>
        Wait.Until(
            $"the page says {state}",
            async () =>
                (await _console.Http.Json("api/servers")).GetProperty("servers")[0] is var server
                && server.Text("state") == state
                && server.Text("problem") is null
        );

    // Returns when it has answered: the process of an answer that comes now was there before.
    private async Task<int> Kept()
    {
        await Wait.Until("one stays", () => VirshOf(_console.Id).Count == 1);
        var (kept, asOf) = (VirshOf(_console.Id)[0], (await Host()).Text("asOf"));
        await Wait.Until("it has answered", async () => (await Host()).Text("asOf") != asOf);
        return kept;
    }

    // One that only asks once says so in its arguments.
    private static List<int> VirshOf(int console) =>
        [
            .. LabProcesses
                .Tree(console)
                .Where(p => p.Name == "virsh")
                .Select(p => p.Id)
                .Where(id =>
                    LabHost.Read($"/proc/{id}/cmdline") is { Length: > 0 } words
                    && !words.Contains("list", StringComparison.Ordinal)
                ),
        ];
}
