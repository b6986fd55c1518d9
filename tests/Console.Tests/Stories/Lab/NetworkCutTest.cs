using System.Diagnostics;

namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// The network between the console and a server is cut, and comes back. A console of the test's own and its server qa02
/// are on this side of the wire, qa01 on the other; the console gives up a silent host after 4 s.
/// </summary>
public abstract class NetworkCutStories(LabFixture lab, Xunit.Abstractions.ITestOutputHelper output, string transport)
    : IAsyncLifetime
{
    private const double Silence = 4,
        Patience = 5;
    private readonly string _folder = Path.Combine(lab.Folder, "wire");
    private readonly List<Process> _processes = [];
    private Wire? _wire;
    private WiredGuest? _qa01,
        _qa02;
    private ConsoleProcess? _console;

    [WireFact]
    public async Task A_build_whose_network_is_cut_ends_in_time_and_the_next_one_after_the_cut_succeeds()
    {
        var http = _console!.Http;
        var usual = (await http.BuildWell("qa02", "shop", "trunk", database: false, code: true))
            .GetProperty("seconds")
            .GetDouble();
        var build = await HalfWay();
        await _wire!.Cut();
        var watch = Stopwatch.StartNew();
        var beside = await http.BuildWell("qa02", "shop", "branches/new-checkout", database: false, code: true);
        var failed = await http.Json($"api/builds/{build}?wait=25");
        output.WriteLine(
            $"{watch.Elapsed.TotalSeconds:0.0} s, beside {beside.GetProperty("seconds")} s: {failed.Text("message")}"
        );
        Assert.StartsWith(
            "failed at step code: The connection to qa01 broke off during checkout: ",
            failed.Text("message"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "silent for 4 seconds. Look whether it is up and reachable",
            failed.Text("message"),
            StringComparison.Ordinal
        );
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, Silence + Patience);
        Assert.InRange(beside.GetProperty("seconds").GetDouble(), 0, usual + Patience);
        Assert.True(
            beside.GetProperty("endedAt").GetDateTimeOffset() < failed.GetProperty("endedAt").GetDateTimeOffset()
        );

        var next = await http.Build("qa01", "shop", "trunk", database: false, code: true);
        output.WriteLine(next.Text("message"));
        Assert.Contains("qa01 cannot be reached: ", next.Text("message"), StringComparison.Ordinal);
        Assert.InRange(next.GetProperty("seconds").GetDouble(), 0, Silence + Patience);
        await IsBack();
    }

    protected async Task CancelWhileItIsCut()
    {
        var http = _console!.Http;
        var build = await HalfWay();
        await _wire!.Cut();
        var watch = Stopwatch.StartNew();
        var cancelled = await (await http.PostAsync($"api/builds/{build}/cancel", null)).Json();
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
        output.WriteLine(cancelled.Text("message"));
        Assert.Equal("cancelled", cancelled.Text("state"));
        Assert.StartsWith(
            "Cancelled, but qa01 could not be reached: ",
            cancelled.Text("message"),
            StringComparison.Ordinal
        );
        Assert.Equal(build, (await Cleaning()).Text("build"));
        await IsBack();
    }

    public async Task InitializeAsync()
    {
        _wire = await Wire.Lay();
        _qa01 = await WiredGuest.Start(lab, Path.Combine(_folder, "qa01"), _wire.There, Wire.ThereAddress);
        _qa02 = await WiredGuest.Start(lab, Path.Combine(_folder, "qa02"), _wire.Here, Wire.HereAddress);
        _console = await MakeConsole(_wire.Here);
        _processes.Add(
            lab.StartWithin(
                _wire.Here,
                "python3",
                "-m",
                "http.server",
                "--bind",
                "127.0.0.1",
                "--directory",
                Path.Combine(_folder, "page"),
                "8000"
            )
        );
        await _console.StartWithServers();
        await _console.Http.BuildWell("qa01", "shop", "trunk", database: false, code: true);
    }

    public async Task DisposeAsync()
    {
        if (_console is not null)
            await _console.DisposeAsync();
        foreach (var guest in new[] { _qa01, _qa02 })
        {
            if (guest is not null)
                await guest.DisposeAsync();
        }
        foreach (var process in _processes)
        {
            process.Kill();
            process.Dispose();
        }
        if (_wire is not null)
            await _wire.DisposeAsync();
        await lab.AsOwner("rm", "-rf", _folder);
    }

    private async Task<ConsoleProcess> MakeConsole(string[] side)
    {
        var templates = Path.Combine(_folder, "templates");
        await lab.AsOwner("mkdir", "-p", templates, Path.Combine(_folder, "page"));
        foreach (var name in new[] { "apache.conf", "wsgi.py", "settings.py" })
            await File.WriteAllTextAsync(Path.Combine(templates, name), "# {{server}}\n");
        var key = string.Join(' ', (await File.ReadAllTextAsync(WiredGuest.HostKey(lab) + ".pub")).Split(' ').Take(2));
        var known = Path.Combine(_folder, "known_hosts");
        await File.WriteAllLinesAsync(
            known,
            new[] { Wire.HereAddress, Wire.ThereAddress }.Select(a => $"[{a}]:{WiredGuest.Port} {key}")
        );
        var console = new ConsoleProcess { Within = side };
        console.WriteSettings(
            address: "10.71.9.{number}",
            more: $$"""
            , "guests": { "ssh": { "user": "{{lab.Owner}}", "port": {{WiredGuest.Port}},
              "key": "{{lab.Folder}}/keys/guest", "knownHosts": "{{known}}", "connectSeconds": 3,
                "silenceSeconds": {{Silence}},
              "transport": "{{transport}}" } },
            "apps": [ { "name": "shop", "repository": { "kind": "svn",
              "url": "file://{{lab.Folder}}/repositories/svn/shop" }, "templates": "{{templates}}",
                "health": "http://127.0.0.1:8000/" } ]
            """
        );
        return console;
    }

    private async Task<string> HalfWay()
    {
        StandingSvn.Write(_qa01!.Svn, _qa01.Reached);
        var build = await (
            await _console!.Http.Post(
                "api/servers/qa01/builds",
                Body.ForBuild("shop", "branches/new-checkout", database: false, code: true)
            )
        ).Json();
        await Wait.Until("the build on qa01 is half-way through its step", () => File.Exists(_qa01.Reached));
        File.Delete(_qa01.Svn);
        return build.Text("id")!;
    }

    private async Task<JsonElement> Cleaning() =>
        (await _console!.Http.Json("api/servers/qa01")).GetProperty("cleaning");

    private async Task IsBack()
    {
        await _wire!.Mend();
        await Wait.Until(
            "qa01 is cleaned",
            async () => (await Cleaning()).ValueKind == JsonValueKind.Null,
            60,
            async () => (await Cleaning()).ToString()
        );
        await lab.ScriptsHaveEnded("nothing of it runs");
        Assert.DoesNotContain((await LabHost.Run("svn", "status", _qa01!.Code)).Split('\n'), l => l.Length > 0);
        await _console!.Http.BuildWell("qa01", "shop", "branches/new-checkout", database: false, code: true);
        Assert.Equal(
            "^/branches/new-checkout",
            (await LabHost.Run("svn", "info", "--show-item", "relative-url", _qa01.Code)).Trim()
        );
    }
}

/// <summary>The stories as the console is shipped: it speaks ssh itself.</summary>
[Collection("lab")]
public sealed class NetworkCutTest(LabFixture lab, Xunit.Abstractions.ITestOutputHelper output)
    : NetworkCutStories(lab, output, "sshnet"),
        IClassFixture<LabFixture>
{
    [WireFact]
    public Task A_cancel_while_the_network_is_cut_is_told_and_the_server_is_cleaned_when_it_is_back() =>
        CancelWhileItIsCut();
}

/// <summary>The same with the program ssh.</summary>
[Collection("lab"), Trait("lab", "second")]
public sealed class NetworkCutByOpenSshTest(LabFixture lab, Xunit.Abstractions.ITestOutputHelper output)
    : NetworkCutStories(lab, output, "openssh"),
        IClassFixture<LabFixture>;
