using System.Diagnostics;

namespace TestServers.Tests.Stories.Api;

/// <summary>A stop waits for what needs time, and for nothing that hangs.</summary>
public sealed class StopTest
{
    // What hangs is given up after 5 s at the earliest; a stop that waits for nothing takes less than one, also on a
    // machine that is busy with all the tests.
    private const double Seconds = 4;

    [Fact]
    public async Task A_stop_does_not_wait_for_a_host_whose_virsh_hangs()
    {
        await using var console = new ConsoleProcess();
        var bin = Directory.CreateDirectory(Path.Combine(console.Folder, "bin")).FullName;
        var hangs = Path.Combine(console.Folder, "hangs");
        await File.WriteAllTextAsync(
            Path.Combine(bin, "virsh"),
            $"""
            #!/bin/bash
            [[ -e {hangs} ]] || exec /usr/bin/virsh "$@"
            trap '' TERM
            touch {hangs}.now
            while :; do sleep 60; done
            """
        );
        Shell.Run($"chmod +x {bin}/virsh");
        await console.Start(
            environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}",
            }
        );
        await console.StartedWithServers();
        await File.WriteAllTextAsync(hangs, "");
        await Wait.Until("virsh hangs", () => File.Exists(hangs + ".now"));
        Assert.InRange(await Stop(console), 0, Seconds);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_server_that_hangs_and_its_build_is_told_to_be_interrupted()
    {
        await using var with = new ConsoleWithApp(connectSeconds: 60);
        var console = with.Console;
        await console.StartWithServers();
        var running = await Launch(console);
        await Wait.Until(
            "it runs",
            async () => (await console.Http.Json($"api/builds/{running}")).Text("state") == "running"
        );
        var waiting = await Launch(console);
        Assert.InRange(await Stop(console), 0, Seconds);
        Assert.DoesNotContain("   at ", console.Log, StringComparison.Ordinal);

        await console.StartWithServers();
        var ended = await console.Http.Json($"api/builds/{running}");
        Assert.Equal("interrupted", ended.Text("state"));
        Assert.Contains("Interrupted by a stop of the console", ended.Text("message"), StringComparison.Ordinal);
        Assert.NotEqual("interrupted", (await console.Http.Json($"api/builds/{waiting}")).Text("state"));
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_those_who_wait_follow_and_listen()
    {
        await using var with = new ConsoleWithApp(connectSeconds: 60);
        var console = with.Console;
        await console.StartWithServers();
        await Launch(console);
        var waiting = await Launch(console);
        await Task.WhenAll(
            new[] { "qa02" }.Select(s =>
                console.Http.Put($"api/servers/{s}/reservation", new { purpose = "x", hours = 1 })
            )
        );
        using var log = await console.Http.GetAsync(
            $"api/builds/{waiting}/log?follow=true",
            HttpCompletionOption.ResponseHeadersRead
        );
        await using var events = await console.Http.GetStreamAsync("api/events");
        Task[] calls =
        [
            console.Http.GetAsync($"api/builds/{waiting}?wait=10"),
            console.Http.Post("api/reservations?wait=10", new { purpose = "x", hours = 1 }),
        ];
        await Wait.Until(
            "all are there",
            async () =>
                (await console.Http.GetStringAsync("metrics")).Contains("kind=\"wait\"} 2", StringComparison.Ordinal)
        );
        Assert.InRange(await Stop(console), 0, Seconds);
        await Task.WhenAll(calls).ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_console_whose_terminal_is_closed_ends_and_leaves_nothing_locked()
    {
        await using var console = new ConsoleProcess
        {
            // Opens a terminal for it, and closes it when it is told to.
            Within =
            [
                "python3",
                "-c",
                """
                    import os, pty, sys, time
                    pid, terminal = pty.fork()
                    if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
                    while not os.path.exists(sys.argv[-1] + ".close"): time.sleep(0.02)
                    os.close(terminal)
                    os.waitpid(pid, 0)
                    """,
            ],
        };
        await console.Start();
        await File.WriteAllTextAsync(Path.Combine(console.Folder, "console.json.close"), "");
        await Wait.Until("it has ended", () => console.HasExited, 10);
    }

    private static async Task<string?> Launch(ConsoleProcess console) =>
        (
            await (
                await console.Http.Post(
                    "api/servers/qa01/builds",
                    new
                    {
                        app = "shop",
                        path = "trunk",
                        code = true,
                        database = false,
                    }
                )
            ).Json()
        ).Text("id");

    private static async Task<double> Stop(ConsoleProcess console)
    {
        var began = Stopwatch.StartNew();
        Shell.Run($"kill {console.Id}");
        await Wait.Until("it has ended", () => console.HasExited, 40);
        return began.Elapsed.TotalSeconds;
    }
}
