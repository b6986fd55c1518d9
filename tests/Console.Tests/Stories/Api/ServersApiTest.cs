namespace TestServers.Tests.Stories.Api;

public sealed class ServersApiTest
{
    [Fact]
    public async Task Every_server_is_shown_with_its_state_and_only_servers_are()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var list = await console.Http.Json("api/servers");
        Assert.Equal(
            ["qa01 running", "qa02 running", "qa03 shut off", "qa04 paused"],
            list.GetProperty("servers").EnumerateArray().Select(s => $"{s.Text("name")} {s.Text("state")}")
        );
        Assert.Equal("127.71.9.4", list.GetProperty("servers")[3].Text("address"));
        Assert.Equal(1, list.GetProperty("hosts")[0].GetProperty("others").GetInt32());

        console.WriteDomains(("qa01", 5), ("qa99", 1));
        await Wait.Until(
            "the page shows the new truth",
            async () =>
                (await console.Http.Json("api/servers"))
                    .GetProperty("servers")
                    .EnumerateArray()
                    .Select(s => $"{s.Text("name")} {s.Text("state")}")
                    .SequenceEqual(["qa01 shut off", "qa99 running"]),
            6
        );
        await (await console.Http.GetAsync("api/servers/qa02")).Problem(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Who_has_the_list_already_is_told_so_until_something_changes()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var tag = (await console.Http.GetAsync("api/servers")).Headers.ETag!;
        using var again = new HttpRequestMessage(HttpMethod.Get, "api/servers") { Headers = { IfNoneMatch = { tag } } };
        Assert.Equal(HttpStatusCode.NotModified, (await console.Http.SendAsync(again)).StatusCode);
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 });
        using var after = new HttpRequestMessage(HttpMethod.Get, "api/servers") { Headers = { IfNoneMatch = { tag } } };
        Assert.Equal(HttpStatusCode.OK, (await console.Http.SendAsync(after)).StatusCode);
    }

    [Fact]
    public async Task A_list_that_is_sent_in_parts_comes_whole_and_its_HEAD_says_how_long_it_is()
    {
        await using var console = new ConsoleProcess();
        var names = Enumerable.Range(1, 255).Select(n => $"qa{n:000}").ToList();
        console.WriteDomains([.. names.Select(n => (n, 1))]);
        await console.StartWithServers();
        var purpose = new string('x', 190);
        foreach (var name in names.Where((_, n) => n % 6 == 0))
            await console.Http.Put($"api/servers/{name}/reservation", new { purpose, hours = 1 });
        using var answer = await console.Http.GetAsync("api/servers");
        var servers = (await answer.Json()).GetProperty("servers").EnumerateArray().ToList();
        Assert.Equal(names, servers.Select(s => s.Text("name")));
        Assert.Equal(purpose, servers[252].GetProperty("reservation").Text("purpose"));
        Assert.InRange(answer.Content.Headers.ContentLength!.Value, 70_000, 200_000);
        using var ask = new HttpRequestMessage(HttpMethod.Head, "api/servers");
        using var head = await console.Http.SendAsync(ask);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(answer.Headers.ETag, head.Headers.ETag);
        Assert.Equal(answer.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Some_servers_are_asked_for_by_host_and_state_and_in_parts_each_of_which_names_the_next()
    {
        await using var console = new ConsoleProcess();
        console.WriteDomains(("qa01", 1), ("qa03", 5), ("qa05", 1));
        File.Copy(Path.Combine(console.Folder, "domains.xml"), Path.Combine(console.Folder, "first.xml"));
        console.WriteDomains(("qa02", 1), ("qa04", 3));
        console.WriteSettings(
            uri: $"test://{console.Folder}/first.xml",
            extraHosts: $$"""{ "name": "kvm2", "uri": "test://{{console.Folder}}/domains.xml", "servers": "^qa" }"""
        );
        await console.Start();
        await Wait.Until("both have answered", async () => (await Names("api/servers")).Count == 5);
        Assert.Equal(["qa01", "qa03", "qa05", "qa02", "qa04"], await Names("api/servers"));
        Assert.Equal(["qa02", "qa04"], await Names("api/servers?host=kvm2"));
        Assert.Equal(["qa01", "qa02", "qa05"], await Names("api/servers?state=running"));
        Assert.Equal(["qa03", "qa04"], await Names("api/servers?state=shut%20off,paused"));
        Assert.Equal(["qa04"], await Names("api/servers?host=kvm2&state=paused"));

        using var first = await console.Http.GetAsync("api/servers?state=running&limit=2");
        Assert.Equal(["qa01", "qa02"], NamesIn(await first.Json()));
        var link = first.Headers.GetValues("Link").Single();
        Assert.Equal("</console/api/servers?state=running&limit=2&after=qa02>; rel=\"next\"", link);
        using var last = await console.Http.GetAsync(
            new Uri(first.RequestMessage!.RequestUri!, link[1..link.IndexOf('>', StringComparison.Ordinal)])
        );
        Assert.Equal(["qa05"], NamesIn(await last.Json()));
        Assert.False(last.Headers.Contains("Link"));

        Assert.Equal(HttpStatusCode.NotModified, await Again(first));
        await console.Http.Put("api/servers/qa05/reservation", new { purpose = "x", hours = 1 });
        Assert.Equal(HttpStatusCode.NotModified, await Again(first));
        Assert.Equal(HttpStatusCode.OK, await Again(last));

        async Task<List<string?>> Names(string address) => NamesIn(await console.Http.Json(address));
        async Task<HttpStatusCode> Again(HttpResponseMessage answer)
        {
            using var again = new HttpRequestMessage(HttpMethod.Get, answer.RequestMessage!.RequestUri)
            {
                Headers = { IfNoneMatch = { answer.Headers.ETag! } },
            };
            return (await console.Http.SendAsync(again)).StatusCode;
        }
        static List<string?> NamesIn(System.Text.Json.JsonElement list) =>
            [.. list.GetProperty("servers").EnumerateArray().Select(s => s.Text("name"))];
    }

    [Theory]
    [InlineData("host=kvm9", "The parameter `host` is not right: it must be one of vmhost, kvm2.")]
    [InlineData(
        "state=runing",
        "The parameter `state` is not right: it must be one or more of no state, running, idle, paused, in shutdown, "
            + "shut off, crashed, pmsuspended, with commas between them."
    )]
    [InlineData("state=running,", "The parameter `state` is not right")]
    [InlineData("limit=0", "The parameter `limit` is not right: it must be a whole number from 1 to 200.")]
    [InlineData("limit=201", "The parameter `limit` is not right")]
    [InlineData("after=-rf", "The parameter `after` is not right: it must be 1 to 32 letters, digits, dots")]
    [InlineData("host=", "The parameter `host` is empty: it must be a text.")]
    [InlineData(
        "before=qa01",
        "There is no such parameter: `before`. This call knows `host`, `state`, `limit`, `after`."
    )]
    public async Task A_part_that_there_cannot_be_is_refused_with_what_there_is(string query, string said)
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(extraHosts: """, { "name": "kvm2", "uri": "test:///nowhere.xml", "servers": "^x" }""");
        await console.Start();
        using var answer = await console.Http.GetAsync($"api/servers?{query}");
        Assert.StartsWith(said, await answer.Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_virsh_that_hangs_or_talks_nonsense_hurts_nobody_and_one_process_at_a_time_asks_it()
    {
        await using var console = new ConsoleProcess();
        var bin = Directory.CreateDirectory(Path.Combine(console.Folder, "bin")).FullName;
        var mark = Path.Combine(console.Folder, "hang");
        // Stands for a libvirtd in trouble, which cannot be had on order: the real virsh until a file says how to
        // misbehave.
        File.WriteAllText(
            Path.Combine(bin, "virsh"),
            $"""
            #!/bin/bash
            if [ -e {mark} ]; then
              (flock -n 9 || echo two >> {mark}.two; bash {mark}) 9> {mark}.lock
            else exec /usr/bin/virsh "$@"
            fi
            """
        );
        File.SetUnixFileMode(
            Path.Combine(bin, "virsh"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        await console.Start(
            environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}",
            }
        );
        await Wait.Until(
            "virsh has answered",
            async () => (await console.Http.Json("api/servers")).GetProperty("servers").GetArrayLength() == 4
        );

        foreach (
            var (trouble, said) in new[]
            {
                ("exec sleep 60", "did not answer within"),
                ("echo '<html>'", "no list of domains"),
                ("echo 'error: failed to connect' >&2; exit 1", "failed to connect"),
                ("yes", "no end"),
            }
        )
        {
            File.WriteAllText(mark + ".new", trouble);
            File.Move(mark + ".new", mark, overwrite: true);
            await Wait.Until(
                $"the page says: {said}",
                async () =>
                    (await console.Http.Json("api/servers"))
                        .GetProperty("hosts")[0]
                        .Text("problem")
                        ?.Contains(said, StringComparison.Ordinal) == true,
                15
            );
            var list = await console.Http.Json("api/servers");
            Assert.Equal(4, list.GetProperty("servers").GetArrayLength());
            Assert.NotNull(list.GetProperty("servers")[0].Text("asOf"));
        }
        Assert.False(File.Exists(mark + ".two"), "Two processes asked at once.");
        File.Delete(mark);
        await Wait.Until(
            "it is well again",
            async () => (await console.Http.Json("api/servers")).GetProperty("hosts")[0].Text("problem") is null,
            10
        );
    }

    [Fact]
    public async Task A_host_that_is_down_does_not_hide_the_others()
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(extraHosts: """, { "name": "kvm2", "uri": "test:///nowhere.xml", "servers": "^x" }""");
        await console.StartWithServers();
        await console.SecondHostFails();
        var list = await console.Http.Json("api/servers");
        Assert.Equal(4, list.GetProperty("servers").GetArrayLength());
        Assert.Null(list.GetProperty("hosts")[0].Text("problem"));
    }
}
