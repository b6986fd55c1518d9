namespace TestServers.Tests.Stories.Api;

/// <summary>Two hosts have a server of one name: people have both, and each host hears its own name.</summary>
public sealed class SameNamesTest : IAsyncLifetime, IAsyncDisposable
{
    private readonly ConsoleWithApp _running = new();

    private ConsoleProcess Console => _running.Console;

    private string Calls => Path.Combine(Console.Folder, "calls");

    public async Task InitializeAsync()
    {
        var bin = Directory.CreateDirectory(Path.Combine(Console.Folder, "bin")).FullName;
        // Lists are the real virsh's, and what else it is told is written down.
        File.WriteAllText(
            Path.Combine(bin, "virsh"),
            $"""
            #!/bin/bash
            [ "$1" != --readonly ] || exec /usr/bin/virsh "$@"
            echo "$*" >> {Calls}
            """
        );
        File.SetUnixFileMode(
            Path.Combine(bin, "virsh"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        WriteSecond(stateOf07: 1);
        Console.WriteDomains(("qa01", 1), ("qa03", 5), ("qa07", 3));
        Console.Change(s =>
        {
            s["groups"] = JsonNode.Parse("""[ { "name": "release", "users": ["carla"] } ]""");
            s["protected"] = JsonNode.Parse("""[ { "servers": "^qa07$", "groups": ["release"] } ]""");
            s["hosts"]!
                .AsArray()
                .Add(
                    JsonNode.Parse(
                        $$"""
                        { "name": "kvm2", "uri": "test://{{Console.Folder}}/kvm2.xml", "servers": "^qa[0-9]+$",
                          "address": "127.71.8.{number}", "url": "http://{server}.kvm2.test/",
                          "power": ["start", "shutdown", "reset"], "powerUri": "qemu+ssh://power@kvm2/system" }
                        """
                    )
                );
        });
        await Console.Start(
            environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}",
            }
        );
        await Wait.Until(
            "both are on the board",
            async () => (await Console.Http.Json("api/servers")).GetProperty("servers").GetArrayLength() == 6
        );
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _running.DisposeAsync();

    [Fact]
    public async Task Both_are_held_by_whom_they_are_and_each_host_hears_its_own_name()
    {
        using HttpClient anna = Console.ClientFor("anna"),
            ben = Console.ClientFor("ben");
        var other = await anna.Json("api/servers/qa01.kvm2");
        Assert.Equal(
            ("qa01.kvm2", "kvm2", "127.71.8.1", "http://qa01.kvm2.test/"),
            (other.Text("name"), other.Text("host"), other.Text("address"), other.Text("url"))
        );
        Assert.Equal("127.71.9.1", (await anna.Json("api/servers/qa01")).Text("address"));
        var hold = new { purpose = "two of one name", hours = 1 };
        foreach (var (who, server) in new[] { (anna, "qa01.kvm2"), (ben, "qa01"), (anna, "qa03.kvm2") })
            Assert.Equal(HttpStatusCode.Created, (await who.Put($"api/servers/{server}/reservation", hold)).StatusCode);
        Assert.StartsWith(
            "qa01.kvm2 is reserved by anna",
            await (await ben.Put("api/servers/qa01.kvm2/reservation", hold)).Problem(HttpStatusCode.Conflict),
            StringComparison.Ordinal
        );
        foreach (var (server, action) in new[] { ("qa01.kvm2", "reset"), ("qa03.kvm2", "start") })
            Assert.Equal(
                HttpStatusCode.OK,
                (await anna.Post($"api/servers/{server}/power", new { action })).StatusCode
            );
        Assert.Equal(
            [
                "--connect qemu+ssh://power@kvm2/system reset --domain qa01",
                "--connect qemu+ssh://power@kvm2/system start --domain qa03",
            ],
            File.ReadAllLines(Calls)
        );
        // What is built goes to the address of the one that is meant: the other's takes connections, and is silent.
        var build = await (
            await anna.Post("api/servers/qa01.kvm2/builds", Body.ForBuild("shop", "trunk", database: false, code: true))
        ).Json();
        var end = await anna.EndOf(build.Text("id")!);
        Assert.Contains("Connection refused", end.Text("message"), StringComparison.Ordinal);
        Assert.NotNull((await anna.Json("api/servers/qa01.kvm2")).Text("unusable"));
        Assert.Null((await anna.Json("api/servers/qa01")).Text("unusable"));
    }

    [Fact]
    public async Task What_is_to_be_done_is_said_by_the_names_of_the_host_and_both_are_protected()
    {
        using var ben = Console.ClientFor("ben");
        WriteSecond(stateOf07: 3);
        Console.WriteDomains(("qa01", 1), ("qa03", 5), ("qa07", 3));
        await Wait.Until(
            "it is paused",
            async () => (await ben.Json("api/servers/qa07.kvm2")).Text("state") == "paused"
        );
        Assert.Equal(
            "qa07.kvm2 is paused. Resume it on kvm2 (virsh resume qa07), or take another server.",
            (await ben.Json("api/servers/qa07.kvm2")).Text("unusable")
        );
        foreach (var server in new[] { "qa07", "qa07.kvm2" })
            Assert.StartsWith(
                $"{server} is protected: only members of release may",
                (await ben.Json($"api/servers/{server}")).GetProperty("protected").Text("why"),
                StringComparison.Ordinal
            );
        Assert.Null((await ben.Json("api/servers/qa01.kvm2")).Text("protected"));
    }

    private void WriteSecond(int stateOf07)
    {
        Console.WriteDomains(("qa01", 1), ("qa03", 5), ("qa07", stateOf07));
        File.Move(
            Path.Combine(Console.Folder, "domains.xml"),
            Path.Combine(Console.Folder, "kvm2.xml"),
            overwrite: true
        );
    }
}
