namespace TestServers.Tests.Stories.Api;

/// <summary>
/// Servers that cannot be offered are left out with a line; their host, and every other server, is as well as before.
/// </summary>
public sealed class LeftOutTest
{
    [Theory]
    [InlineData("two words qa", "cannot be", "`two words qa` is left out: a server's name has")]
    [InlineData("qa$(reboot)", "cannot be", "`qa$(reboot)` is left out")]
    [InlineData("qa12345678901234567890123456789012", "too long", "is left out: a server's name has")]
    [InlineData("qa300", "no address", "qa300 is left out: its address, `127.71.9.300` by `hosts.vmhost.address`")]
    public async Task One_odd_domain_is_left_out_with_a_line_and_its_host_is_well(string name, string why, string said)
    {
        Assert.NotEmpty(why);
        await using var console = new ConsoleProcess();
        console.WriteDomains(("qa01", 1), (name, 1));
        console.WriteSettings(servers: "qa");
        await console.StartWithServers();
        var list = await console.Http.Json("api/servers");
        Assert.Equal(["qa01"], Names(list));
        Assert.Contains(said, Notices(list, 0), StringComparison.Ordinal);
        Assert.Null(list.GetProperty("hosts")[0].Text("problem"));
        Assert.Contains(
            "console_host_up{host=\"vmhost\"} 1",
            await console.Http.GetStringAsync("metrics"),
            StringComparison.Ordinal
        );
        Assert.Equal(0, (await console.Http.Json("healthz")).GetProperty("problems").GetArrayLength());
        await Wait.Until("the log says it", () => console.Log.Contains(said, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://{address}:9{number}99/"), InlineData("http://127.0.0.{number}/")]
    public async Task A_server_whose_page_is_no_address_is_left_out_with_the_settings_key(string url)
    {
        await using var console = new ConsoleProcess();
        // Right for others: whether it is, a server's name decides.
        console.WriteSettings(url: url, address: "127.71.9.1");
        console.WriteDomains(("qa01", 1), ("qa0999", 1));
        await console.Start();
        await Wait.Until(
            "it is said",
            async () =>
                Notices(await console.Http.Json("api/servers"), 0)
                    .Contains("`hosts.vmhost.url`, is no http or https address", StringComparison.Ordinal)
        );
        Assert.Contains(
            "vmhost: qa0999 is left out",
            (await (await console.Http.GetAsync("api/servers/qa0999")).Problem(System.Net.HttpStatusCode.NotFound)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_row_that_virsh_writes_oddly_is_left_out_and_a_thousand_fill_no_page()
    {
        await using var console = new ConsoleProcess();
        var bin = Directory.CreateDirectory(Path.Combine(console.Folder, "bin")).FullName;
        // Stands for a libvirt with a state of its own.
        Shell.Run(
            "printf '#!/bin/bash\\necho \" Id   Name    State\"; echo -----; echo \" 1    qa01   running\"; for i "
                + $"in {{2..999}}; do echo \" $i    qa$i   melting\"; done\\n' > virsh; chmod 755 virsh",
            bin
        );
        await console.Start(
            environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}",
            }
        );
        await console.StartedWithServers();
        var list = await console.Http.Json("api/servers");
        Assert.Equal(["qa01"], Names(list));
        Assert.Contains(
            "`qa10` is left out: virsh's line for it is not understood: 10    qa10   melting",
            Notices(list, 0),
            StringComparison.Ordinal
        );
        Assert.Contains("988 more domains are left out.", Notices(list, 0), StringComparison.Ordinal);
        Assert.Null(list.GetProperty("hosts")[0].Text("problem"));
    }

    [Fact]
    public async Task A_name_that_two_hosts_have_stays_with_one_server_and_its_hold_also_over_restarts_and_moves()
    {
        await using var console = new ConsoleProcess();
        Hosts(console, "qa01 qa05", "qa05 qa06");
        console.WriteSettings(
            extraHosts: $$"""
            , { "name": "kvm2", "uri": "test://{{console.Folder}}/kvm2.xml", "servers": "^qa",
                "address": "127.71.8.{number}" }
            """
        );
        await console.Start();
        await Wait.Until(
            "both have answered",
            async () =>
                Names(await console.Http.Json("api/servers")).SequenceEqual(["qa01", "qa05", "qa05.kvm2", "qa06"])
        );
        await IsOn("vmhost", "the first of the settings");
        Assert.Equal("127.71.8.5", (await console.Http.Json("api/servers/qa05.kvm2")).Text("address"));
        Assert.Equal("", Notices(await console.Http.Json("api/servers"), 1));
        var number = (
            await (await console.Http.Put("api/servers/qa05/reservation", new { purpose = "x", hours = 1 })).Json()
        )
            .GetProperty("number")
            .GetInt64();

        // Not seen for once: the other machine of that name does not get its hold.
        Hosts(console, "qa01", "qa05 qa06");
        await Wait.Until("it is not offered", async () => await HostOf() is null);
        Hosts(console, "qa01 qa05", "qa05 qa06");
        await Wait.Until("it is back", async () => await HostOf() == "vmhost");
        // One that moves is seen on one host at a time.
        Hosts(console, "qa01 qa05", "qa06");
        await Wait.Until(
            "the other is gone",
            async () => !Names(await console.Http.Json("api/servers")).Contains("qa05.kvm2")
        );
        Hosts(console, "qa01", "qa06");
        await Wait.Until("neither has it", async () => await HostOf() is null);
        Hosts(console, "qa01", "qa05 qa06");
        await Wait.Until("it is on kvm2", async () => await HostOf() == "kvm2");
        Assert.Equal(
            number,
            (await console.Http.Json("api/servers/qa05")).GetProperty("reservation").GetProperty("number").GetInt64()
        );
        // The old host shows one of that name again: it stays where it is.
        Hosts(console, "qa01 qa05", "qa05 qa06");
        await Wait.Until(
            "the other has a name of its own",
            async () => Names(await console.Http.Json("api/servers")).Contains("qa05.vmhost")
        );
        await IsOn("kvm2", "the one that had it");
        // Also after a restart, and while its host does not answer.
        await console.Kill();
        File.Move(Path.Combine(console.Folder, "kvm2.xml"), Path.Combine(console.Folder, "kvm2.gone"));
        await console.StartWithServers();
        await console.SecondHostFails();
        Assert.Equal(["qa01", "qa05.vmhost"], Names(await console.Http.Json("api/servers")));
        Assert.Contains(
            "The one on vmhost is another server, qa05.vmhost.",
            await (await console.Http.GetAsync("api/servers/qa05")).Problem(System.Net.HttpStatusCode.NotFound),
            StringComparison.Ordinal
        );
        File.Move(Path.Combine(console.Folder, "kvm2.gone"), Path.Combine(console.Folder, "kvm2.xml"));
        await Wait.Until(
            "its host answers",
            async () =>
                Names(await console.Http.Json("api/servers")).SequenceEqual(["qa01", "qa05", "qa05.vmhost", "qa06"])
        );
        await IsOn("kvm2", "the one that had it");

        async Task<string?> HostOf() =>
            (await console.Http.Json("api/servers"))
                .GetProperty("servers")
                .EnumerateArray()
                .Where(s => s.Text("name") == "qa05")
                .Select(s => s.Text("host"))
                .SingleOrDefault();

        // Over several answers of both.
        async Task IsOn(string host, string why)
        {
            var seen = new HashSet<string?>();
            await Wait.Until(
                $"four answers have come with qa05 on {host}, {why}",
                async () =>
                {
                    Assert.Equal(host, await HostOf());
                    return seen.Add(
                            (await console.Http.Json("api/servers"))
                                .GetProperty("hosts")[host == "kvm2" ? 1 : 0]
                                .Text("asOf")
                        )
                        && seen.Count >= 4;
                }
            );
        }
    }

    [Fact]
    public async Task A_host_that_is_named_twice_offers_each_server_once()
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(
            extraHosts: $$""", { "name": "again", "uri": "test://{{console.Folder}}/domains.xml", "servers": "^qa" }"""
        );
        await console.StartWithServers();
        await Wait.Until(
            "the second was asked",
            async () =>
                (await console.Http.Json("api/servers")).GetProperty("hosts")[1].GetProperty("notices").GetArrayLength()
                == 4
        );
        Assert.Equal(["qa01", "qa02", "qa03", "qa04"], Names(await console.Http.Json("api/servers")));
    }

    [Theory]
    // As it is when nothing else is said, and as one machine with two names has it.
    [InlineData("{server}", "{server}", "qa05 is the address of both")]
    [InlineData("127.71.9.{number}", "127.71.9.{number}", "127.71.9.5 is the address of both")]
    public async Task Two_servers_of_one_name_and_one_address_are_not_two(string one, string two, string said)
    {
        await using var console = new ConsoleProcess();
        Hosts(console, "qa01 qa05", "qa05 qa06");
        console.WriteSettings(
            address: one,
            extraHosts: $$"""
            , { "name": "kvm2", "uri": "test://{{console.Folder}}/kvm2.xml", "servers": "^qa", "address": "{{two}}" }
            """
        );
        await console.StartWithServers();
        await Wait.Until(
            "it is said",
            async () => Notices(await console.Http.Json("api/servers"), 1).Contains(said, StringComparison.Ordinal)
        );
        Assert.Equal(["qa01", "qa05", "qa06"], Names(await console.Http.Json("api/servers")));
        // Also while the other's host is not heard of.
        await console.Kill();
        File.Move(Path.Combine(console.Folder, "domains.xml"), Path.Combine(console.Folder, "domains.gone"));
        await console.StartWithServers();
        Assert.Contains(said, Notices(await console.Http.Json("api/servers"), 1), StringComparison.Ordinal);
        await console.Reload(s => s["hosts"]![1]!["address"] = "127.71.8.{number}");
        await Wait.Until(
            "it is offered",
            async () => Names(await console.Http.Json("api/servers")).Contains("qa05.kvm2")
        );
    }

    private static void Hosts(ConsoleProcess console, string vmhost, string kvm2)
    {
        console.WriteDomains([.. kvm2.Split(' ').Select(n => (n, 1))]);
        File.Move(
            Path.Combine(console.Folder, "domains.xml"),
            Path.Combine(console.Folder, "kvm2.xml"),
            overwrite: true
        );
        console.WriteDomains([.. vmhost.Split(' ').Select(n => (n, 1))]);
    }

    private static IEnumerable<string?> Names(JsonElement list) =>
        list.GetProperty("servers").EnumerateArray().Select(s => s.Text("name")).Order(StringComparer.Ordinal);

    private static string Notices(JsonElement list, int host) =>
        string.Join(
            '\n',
            list.GetProperty("hosts")[host].GetProperty("notices").EnumerateArray().Select(n => n.GetString())
        );
}
