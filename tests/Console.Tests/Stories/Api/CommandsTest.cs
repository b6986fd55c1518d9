using System.Formats.Tar;
using System.IO.Compression;
using TestServers.Administration;

namespace TestServers.Tests.Stories.Api;

/// <summary>The commands of the program, given in a shell beside a console that runs.</summary>
public sealed class CommandsTest
{
    [Fact]
    public async Task Every_command_says_what_it_takes_and_what_is_none_is_refused()
    {
        var help = await ConsoleShell.Give(["--help"]);
        Assert.Equal(0, help.Exit);
        foreach (var command in ConsoleCommands.MakeRoot("").Subcommands)
        {
            Assert.True(ConsoleCommands.Are([command.Name]), command.Name);
            Assert.Contains(command.Name, help.Output, StringComparison.Ordinal);
            Assert.Contains($"console {command.Name}", Manual, StringComparison.Ordinal);
            Assert.Contains($"console {command.Name}", Guide, StringComparison.Ordinal);
        }
        var wrong = await ConsoleShell.Give(["backup"]);
        Assert.Equal(2, wrong.Exit);
        Assert.Contains("FILE", wrong.Errors, StringComparison.Ordinal);
        foreach (var words in new[] { new[] { "chek" }, ["--setings", "x"], ["--settings="] })
        {
            var unknown = await ConsoleShell.Give(words);
            Assert.Equal(2, unknown.Exit);
            Assert.Matches("`console --help` lists|`--settings` is wrong", unknown.Errors);
        }
    }

    [Fact]
    public async Task The_settings_may_be_named_before_the_command_or_behind_it()
    {
        foreach (var words in new[] { new[] { "--settings", "/none", "check" }, ["--settings=/none", "check"] })
        {
            foreach (var order in new[] { words, [words[^1], .. words[..^1]] })
            {
                var end = await ConsoleShell.Give(order);
                Assert.Equal(1, end.Exit);
                Assert.Matches("wrong +settings +The settings file /none cannot be used", end.Output);
            }
        }
    }

    [Fact]
    public async Task The_shell_is_told_how_a_word_goes_on()
    {
        var end = await ConsoleShell.Give(["[suggest:9]", "console c"]);
        Assert.Contains("check", end.Output.Split('\n'));
    }

    [Fact]
    public async Task A_check_tells_each_part_and_what_to_do_about_what_is_wrong()
    {
        await using var console = new ConsoleProcess();
        var down = await console.Command("check");
        Assert.Equal(1, down.Exit);
        Assert.Matches("wrong +console +None answers at .*k.sock: .*systemctl start console", down.Output);
        await console.StartWithServers();
        var up = await console.Command("check");
        Assert.True(up.Exit == 0, up.Output + up.Errors);
        Assert.Matches("ok +host vmhost +4 servers of 5 domains, 2 running", up.Output);
        Assert.Matches("warning +web server +It was not looked at: name where people open", up.Output);
        Directory.Delete(console.Folder + "/run");
        File.SetUnixFileMode(console.Folder + "/state", (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(console.Folder + "/console.json", (UnixFileMode)0b110_100_110);
        console.WriteDomains(("other", 1));
        var open = await console.Command("check", "--json");
        Assert.Equal(1, open.Exit);
        var parts = JsonDocument.Parse(open.Output).RootElement.GetProperty("parts").EnumerateArray().ToList();
        string MessageOf(string part, string state) =>
            parts.First(p => p.Text("part") == part && p.Text("state") == state).Text("message")!;
        Assert.Contains("chmod 700", MessageOf("state", "wrong"), StringComparison.Ordinal);
        Assert.Contains("chmod go-w", MessageOf("files", "wrong"), StringComparison.Ordinal);
        Assert.Contains(
            "None of its 1 domain is a test server",
            MessageOf("host", "warning"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_console_without_its_scripts_says_once_that_it_compares_no_host_s_program()
    {
        await using var console = new ConsoleProcess();
        using var alone = new TemporaryFolder();
        Shell.Run($"cp -r {Path.GetDirectoryName(ConsoleProcess.Program)} {alone["app"]}");
        var own = Path.Combine(alone["app"], Path.GetFileName(ConsoleProcess.Program));
        var settings = Path.Combine(console.Folder, "console.json");
        async Task<string[]> Told() =>
            [
                .. JsonDocument
                    .Parse((await ConsoleShell.Give(["check", "--json", "--settings", settings], null, own)).Output)
                    .RootElement.GetProperty("parts")
                    .EnumerateArray()
                    .Where(p => p.Text("part") == "host programs")
                    .Select(p => $"{p.Text("state")}: {p.Text("message")}"),
            ];
        // No host has a program.
        Assert.Empty(await Told());
        console.WriteSettings(more: HealthTest.UnreachableBase);
        Assert.Equal(
            [
                "warning: Whether the hosts have this version's programs was not looked at: no folder scripts/ is in "
                    + $"{alone["app"]} or above it. Install the package again, or copy this version's scripts/ to "
                    + $"{alone["scripts"]}.",
            ],
            await Told()
        );
        // As it says.
        Directory.CreateSymbolicLink(alone["scripts"], Sources.Of("scripts"));
        Assert.Empty(await Told());
    }

    [Fact]
    public async Task Settings_that_are_wrong_are_the_one_part_that_a_check_tells()
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(more: """, "colour": "red" """);
        var end = await console.Command("check");
        Assert.Equal(1, end.Exit);
        Assert.Matches("wrong +settings +.*`colour` is not known.* Nothing else was looked at", end.Output);
    }

    [Fact]
    public async Task A_web_server_that_lets_callers_say_who_they_are_is_found()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        // As one does that was written by hand: it asks for a password, and passes on whatever came.
        await using var careless = await CarelessFront.Start(console.Socket);
        var end = await console.Command("check", "--url", careless.Address + "/console");
        Assert.Equal(1, end.Exit);
        Assert.Matches("wrong +web server +.* X-Remote-User, -Groups or -Address comes through", end.Output);
    }

    [Fact]
    public async Task A_web_server_that_cannot_look_at_passwords_is_found()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        await using var apache = await ApacheProcess.Before(console, "anna");
        var url = $"http://127.0.0.1:{apache.Port}/console";
        Assert.Matches("ok +web server +.* asks for a password", (await console.Command("check", "--url", url)).Output);
        apache.LoseUsers();
        var end = await console.Command("check", "--url", url);
        Assert.Equal(1, end.Exit);
        Assert.Matches("wrong +web server +.* cannot look at passwords: it answers 500 .*CONSOLE_USERS", end.Output);
    }

    [Fact]
    public async Task A_certificate_is_looked_at_beside_the_web_server_and_hides_nothing()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        await using var apache = new Httpd(console, "anna");
        await apache.Start(
            apache.Limits
                + $"""

                <VirtualHost 127.0.0.1:{apache.TlsPort}>
                  SSLEngine on
                  SSLCertificateFile {apache["cert.pem"]}
                  SSLCertificateKeyFile {apache["key.pem"]}
                  Define CONSOLE_SOCKET {console.Socket}
                  Define CONSOLE_USERS {apache["users"]}
                  Include {ApacheProcess.ConfFile()}
                </VirtualHost>

                """,
            "ssl"
        );
        var end = await console.Command("check", "--url", $"https://127.0.0.1:{apache.TlsPort}/console");
        Assert.Matches("ok +web server +.* asks for a password", end.Output);
        Assert.Matches("warning +certificate +https://127.* has made for itself: browsers warn of it", end.Output);
    }

    [Fact]
    public async Task A_backup_is_one_moment_of_a_console_that_is_written_to_and_can_be_put_back()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        using var stop = new CancellationTokenSource();
        var writing = Task.WhenAll(new[] { "qa01", "qa02" }.Select(server => Write(console, server, stop.Token)));
        for (var round = 0; round < 2; round++)
        {
            var file = Path.Combine(console.Folder, $"{round}.tar.gz");
            var end = await console.Command("backup", file);
            Assert.True(end.Exit == 0, end.Errors);
            Assert.Contains("was read back and is whole", end.Output, StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
        await stop.CancelAsync();
        await writing;
        var before = (await console.Http.Json("api/servers/qa01")).GetProperty("reservation").Text("purpose");
        var last = Path.Combine(console.Folder, "last.tar.gz");
        Assert.Equal(0, (await console.Command("backup", last)).Exit);
        using (var holder = console.ClientFor("qa01-tester"))
            (
                await holder.Put("api/servers/qa01/reservation", new { purpose = "after", hours = 1 })
            ).EnsureSuccessStatusCode();

        // While it runs it keeps its state; its next start has the backup's.
        var restored = await console.Command("restore", last);
        Assert.True(restored.Exit == 0, restored.Errors);
        Assert.Contains("its next start takes the backup", restored.Output, StringComparison.Ordinal);
        Assert.Equal("after", await PurposeIn(console));
        await console.Kill();
        await console.StartWithServers();
        Assert.Equal(before, await PurposeIn(console));
        Assert.Contains("was put back from a backup; the one before is", console.Log, StringComparison.Ordinal);
        var former = Assert.Single(Directory.GetDirectories(console.Folder, "state.before-*"));
        Assert.Contains("after", File.ReadAllText(Path.Combine(former, "reservations.json")), StringComparison.Ordinal);

        // Where none runs it is in place at once.
        await console.Kill();
        Directory.Delete(Path.Combine(console.Folder, "state"), recursive: true);
        var atOnce = await console.Command("restore", last);
        Assert.True(atOnce.Exit == 0, atOnce.Errors);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.Combine(console.Folder, "state"))
        );
        Assert.Equal(0, (await console.Command("state", "check")).Exit);
        await console.StartWithServers();
        Assert.Equal(before, await PurposeIn(console));
    }

    [Fact]
    public async Task Wrong_settings_beside_a_console_that_goes_on_keep_nobody_from_looking_after_its_state()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        console.Change(settings => settings["colour"] = "red");
        var file = Path.Combine(console.Folder, "wrong.tar.gz");
        foreach (
            var words in new[] { new[] { "backup", file }, ["state", "check"], ["drain"], ["drain", "--end"] }.Append([
                "restore",
                file,
            ])
        )
        {
            var end = await console.Command(words);
            Assert.True(end.Exit == 0, end.Errors);
            var name = words[^1] is "check" ? "check" : words[0];
            Assert.Matches($"^console {name}: .*`colour` is not known.* needs only `state`", end.Errors);
        }
        // Each needs what it needs.
        console.Change(settings => settings["listen"] = 5);
        Assert.Equal(0, (await console.Command("backup", file + "2")).Exit);
        var drain = await console.Command("drain");
        Assert.Equal(1, drain.Exit);
        Assert.Matches("`listen` is wrong: it is 5", drain.Errors);
        console.Change(settings => settings["state"] = 5);
        foreach (var words in new[] { new[] { "backup", file + "3" }, ["state", "check"], ["drain", "--end"] })
        {
            var end = await console.Command(words);
            Assert.Equal(1, end.Exit);
            Assert.Matches("`state` is wrong: it is 5", end.Errors);
        }
    }

    [Fact]
    public async Task A_backup_where_there_is_no_state_yet_is_a_fault_unless_it_was_asked_for_if_any()
    {
        await using var console = new ConsoleProcess();
        var file = Path.Combine(console.Folder, "none.tar.gz");
        Assert.Equal(1, (await console.Command("backup", file)).Exit);
        var end = await console.Command("backup", file, "--if-any");
        Assert.Equal((0, ""), (end.Exit, end.Errors));
        Assert.Contains($"no state in {console.Folder}/state yet", end.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task A_backup_needs_no_room_but_beside_its_file_and_none_for_what_is_only_compared()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var log = Path.Combine(console.Folder, "state", "builds", "7.log");
        File.WriteAllBytes(log, new byte[8 << 20]);
        async Task<ConsoleAnswer> Backup(string name, params string[] environment)
        {
            var settings = Path.Combine(console.Folder, "console.json");
            // So many KiB may a file have that the program writes: none as long as the log.
            return await ConsoleShell.Give(
                ["backup", Path.Combine(console.Folder, name), "--settings", settings],
                [
                    "bash",
                    "-c",
                    "ulimit -f 4096; exec env DOTNET_EnableWriteXorExecute=0 \"$@\"",
                    "backup",
                    .. environment,
                ]
            );
        }
        var made = new System.Collections.Concurrent.ConcurrentQueue<string?>();
        using var watcher = new FileSystemWatcher(console.Folder, ".console-state-*");
        watcher.Created += (_, created) => made.Enqueue(created.Name);
        watcher.EnableRaisingEvents = true;
        var end = await Backup("beside.gz", "--unset=TMPDIR");
        Assert.True(end.Exit == 0, end.Errors);
        await Wait.Until("it was seen", () => !made.IsEmpty);
        var nowhere = await Backup("elsewhere.gz", "TMPDIR=/none");
        Assert.Equal(1, nowhere.Exit);
        Assert.Contains("/none", nowhere.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(console.Folder, ".console-state-*"));
    }

    [Fact]
    public async Task A_backup_that_is_not_whole_is_refused_before_anything_is_touched()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "kept", hours = 1 });
        var good = Path.Combine(console.Folder, "good.tar.gz");
        Assert.Equal(0, (await console.Command("backup", good)).Exit);
        Assert.Contains("is there already", (await console.Command("backup", good)).Errors, StringComparison.Ordinal);
        var bytes = File.ReadAllBytes(good);
        var broken = new Dictionary<string, byte[]>
        {
            ["cut"] = bytes[..(bytes.Length / 2)],
            ["turned"] = [.. bytes.Select((b, at) => at == bytes.Length / 2 ? (byte)~b : b)],
            ["empty"] = [],
            ["text"] = "no backup"u8.ToArray(),
            ["changed"] = Repacked(good, "reservations.json", text => text.Replace("kept", "lost")),
            ["outside"] = Repacked(good, "reservations.json", text => text, "../outside.json"),
            ["twice"] = Repacked(good, "reservations.json", text => text, "tokens.json"),
            ["beneath"] = Repacked(good, "reservations.json", text => text, "tokens.json/reservations.json"),
            ["above"] = Repacked(good, "reservations.json", text => text, "history"),
            ["long"] = Repacked(good, "reservations.json", text => text, new string('\u00fc', 130)),
        };
        await console.Kill();
        var state = Shell.Listing(Path.Combine(console.Folder, "state"));
        foreach (var (name, content) in broken)
        {
            var file = Path.Combine(console.Folder, name);
            File.WriteAllBytes(file, content);
            var end = await console.Command("restore", file);
            Assert.True(end.Exit == 1, name + end.Output);
            Assert.Contains($"{file} is no whole backup", end.Errors, StringComparison.Ordinal);
            Assert.Equal(state, Shell.Listing(Path.Combine(console.Folder, "state")));
        }
        Assert.Empty(Directory.GetFileSystemEntries(console.Folder, "*rest*"));
        Assert.False(File.Exists(Path.Combine(console.Folder, "outside.json")));

        // Whatever byte is another: it is refused, or was of no weight, as some of the padding at the end are.
        static string Content(string folder) =>
            string.Join(
                '\n',
                Directory
                    .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                    .Order(StringComparer.Ordinal)
                    .Select(f => $"{f[folder.Length..]} {Convert.ToBase64String(File.ReadAllBytes(f))}")
            );
        var whole = Path.Combine(console.Folder, "whole");
        await StateBackup.Unpack(good, whole, default);
        var last = Enumerable.Range(bytes.Length - 20, 20);
        for (var at = 10; at < bytes.Length; at += Math.Max(1, bytes.Length / 150))
            last = last.Append(at);
        foreach (var at in last)
        {
            var (file, folder) = (Path.Combine(console.Folder, "flipped"), Path.Combine(console.Folder, "unpacked"));
            File.WriteAllBytes(file, [.. bytes.Select((b, place) => place == at ? (byte)~b : b)]);
            var fault = await Record.ExceptionAsync(() => StateBackup.Unpack(file, folder, default));
            var told = await Record.ExceptionAsync(() => StateBackup.Verify(file, default));
            Assert.Equal(fault?.Message, told?.Message);
            if (fault is null)
                Assert.Equal(Content(whole), Content(folder));
            else
                Assert.True(fault is UnreadableFile, $"byte {at} of {bytes.Length}: {fault}");
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_state_with_a_broken_file_is_told_with_the_file_s_own_place()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 });
        Assert.Contains("is whole", (await console.Command("state", "check")).Output, StringComparison.Ordinal);
        await console.Kill();
        var file = Path.Combine(console.Folder, "state", "reservations.json");
        File.WriteAllText(file, "{");
        var before = Shell.Listing(Path.Combine(console.Folder, "state"));
        foreach (var words in new[] { new[] { "state", "check" }, ["backup", Path.Combine(console.Folder, "x.gz")] })
        {
            var end = await console.Command(words);
            Assert.Equal(1, end.Exit);
            Assert.Contains(file, end.Errors, StringComparison.Ordinal);
        }
        Assert.False(File.Exists(Path.Combine(console.Folder, "x.gz")));
        Assert.Equal(before, Shell.Listing(Path.Combine(console.Folder, "state")));
    }

    [Fact]
    public async Task A_token_that_was_made_is_one_that_the_settings_take()
    {
        await using var console = new ConsoleProcess();
        var end = await console.Command("token", "nightly", "--may", "restore", "build");
        Assert.True(end.Exit == 0, end.Errors);
        var lines = end.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        console.Change(settings => settings["tokens"]!.AsArray().Add(System.Text.Json.Nodes.JsonNode.Parse(lines[3])!));
        await console.Start();
        using var http = console.ClientFor("anna");
        http.DefaultRequestHeaders.Clear();
        http.DefaultRequestHeaders.Add("Authorization", $"Bearer {lines[1]}");
        Assert.Equal("nightly", (await http.Json("api/me")).Text("name"));
        Assert.Contains(
            "is wrong",
            (await console.Command("token", "x", "--may", "all")).Errors,
            StringComparison.Ordinal
        );
        Assert.Contains("already", (await console.Command("token", "cron")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drain_of_a_console_that_does_nothing_ends_soon_and_is_told_until_it_is_over()
    {
        await using var console = new ConsoleProcess();
        Assert.Contains("nothing to wait for", (await console.Command("drain")).Output, StringComparison.Ordinal);
        await console.StartWithServers();
        var end = await console.Command("drain", "--minutes", "1");
        Assert.True(end.Exit == 0, end.Errors);
        Assert.Contains("Nothing runs any more", end.Output, StringComparison.Ordinal);
        Assert.Contains("console drain", await console.Http.GetStringAsync("healthz"), StringComparison.Ordinal);
        Assert.Equal(0, (await console.Command("drain", "--end")).Exit);
        Assert.DoesNotContain("console drain", await console.Http.GetStringAsync("healthz"), StringComparison.Ordinal);
        await console.Command("drain", "--minutes", "1");
        await console.Kill();
        await console.Start();
        Assert.DoesNotContain("console drain", await console.Http.GetStringAsync("healthz"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drain_does_not_take_for_quiet_what_it_cannot_ask()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        console.Change(settings => settings["pathBase"] = "/moved");
        var moved = await console.Command("drain", "--minutes", "1");
        Assert.Equal((1, ""), (moved.Exit, moved.Output));
        Assert.Contains(
            " to /moved/metrics. It was started with other settings",
            moved.Errors,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("console drain", await console.Http.GetStringAsync("healthz"), StringComparison.Ordinal);
        console.Change(settings => settings["pathBase"] = "/console");

        Shell.Run($"kill -STOP {console.Id}");
        var silent = await console.Command("drain", "--minutes", "0");
        Assert.Equal(1, silent.Exit);
        Assert.Contains("What still runs is not known", silent.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await console.Command("drain", "--end")).Exit);
        string[] words = ["drain", "--minutes", "5", "--settings", Path.Combine(console.Folder, "console.json")];
        var ended = await ConsoleShell.Give(words, ["timeout", "--preserve-status", "--signal=INT", "4"]);
        Shell.Run($"kill -CONT {console.Id}");
        Assert.Equal((1, "console drain: It was ended before it was done.\n"), (ended.Exit, ended.Errors));
        Assert.DoesNotContain("console drain", await console.Http.GetStringAsync("healthz"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Systemd_is_told_when_the_console_serves_and_when_it_ends()
    {
        await using var console = new ConsoleProcess();
        var path = Path.Combine(console.Folder, "notify");
        using var manager = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix,
            System.Net.Sockets.SocketType.Dgram,
            System.Net.Sockets.ProtocolType.Unspecified
        );
        manager.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
        manager.ReceiveTimeout = 30_000;
        console.Launch(new Dictionary<string, string> { ["NOTIFY_SOCKET"] = path });
        string Hear()
        {
            var word = new byte[100];
            return System.Text.Encoding.ASCII.GetString(word, 0, manager.Receive(word));
        }
        Assert.Equal("READY=1", await Task.Run(Hear));
        Assert.True((await console.Http.GetAsync("healthz")).IsSuccessStatusCode);
        Shell.Run($"kill -TERM {console.Id}");
        Assert.Equal("STOPPING=1", await Task.Run(Hear));
    }

    private static string Manual => File.ReadAllText(Sources.Of("scripts/package.d/console.8"));

    private static string Guide => File.ReadAllText(Sources.Of("docs/administrate.md"));

    private static async Task<string?> PurposeIn(ConsoleProcess console) =>
        (await console.Http.Json("api/servers/qa01")).GetProperty("reservation").Text("purpose");

    private static async Task Write(ConsoleProcess console, string server, CancellationToken stop)
    {
        using var http = console.ClientFor(server + "-tester");
        for (var i = 1; !stop.IsCancellationRequested; i++)
            (
                await http.Put($"api/servers/{server}/reservation", new { purpose = $"{i}", hours = 1 })
            ).EnsureSuccessStatusCode();
    }

    // The same backup, with one entry of it changed, and perhaps of another name.
    private static byte[] Repacked(string file, string name, Func<string, string> change, string? place = null)
    {
        using var read = new TarReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        using var result = new MemoryStream();
        using (var packed = new GZipStream(result, CompressionLevel.Fastest, leaveOpen: true))
        using (var write = new TarWriter(packed))
        {
            while (read.GetNextEntry(copyData: true) is { } entry)
            {
                if (entry.Name == name)
                {
                    using var text = new StreamReader(entry.DataStream!);
                    entry = new PaxTarEntry(TarEntryType.RegularFile, place ?? name)
                    {
                        DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(change(text.ReadToEnd()))),
                    };
                }
                write.WriteEntry(entry);
            }
        }
        return result.ToArray();
    }
}
