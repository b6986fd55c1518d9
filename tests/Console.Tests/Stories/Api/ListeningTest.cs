using System.Diagnostics;
using System.Net.Sockets;

namespace TestServers.Tests.Stories.Api;

/// <summary>Where the console listens, and what it leaves alone there.</summary>
public sealed class ListeningTest
{
    [Fact]
    public async Task A_second_console_with_another_state_leaves_the_socket_to_the_first()
    {
        await using var first = new ConsoleProcess();
        await first.StartWithServers();
        await using var second = new ConsoleProcess();
        second.WriteSettings(socket: first.Socket);
        var said = await second.StartInVain();
        Assert.Contains(
            $"`listen.socket` is wrong: {first.Socket} is in use by another process. Stop the other console first",
            said,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await first.Http.GetAsync("healthz")).StatusCode);
    }

    [Fact]
    public async Task Of_consoles_that_start_at_once_on_one_socket_one_wins_and_the_others_refuse()
    {
        await using var first = new ConsoleProcess();
        await using var second = new ConsoleProcess();
        await using var third = new ConsoleProcess();
        // As a killed console leaves it: each of them finds it dead.
        Shell.Run($"perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1)' {first.Socket}");
        ConsoleProcess[] all = [first, second, third];
        foreach (var console in all)
            console.WriteSettings(socket: first.Socket);
        foreach (var console in all)
            console.Launch();
        await Wait.Until("all but one have ended", () => all.Count(c => c.HasExited) == 2);
        await Wait.Until("the one answers", async () => await Answers(first.Http));
        Assert.All(
            all.Where(c => c.HasExited),
            c => Assert.Contains("is in use by another process", c.Log, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task The_dead_socket_of_a_killed_console_is_removed()
    {
        await using var console = new ConsoleProcess();
        await console.Start();
        await console.Kill();
        Assert.True(File.Exists(console.Socket));
        await console.Start();
    }

    [Theory]
    [InlineData(
        "perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 5); sleep 30' {0} & "
            + "until [ -S {0} ]; do sleep 0.01; done",
        "in use"
    )]
    [InlineData(
        "perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Local => $ARGV[0], Type => SOCK_DGRAM); sleep "
            + "30' {0} & until [ -S {0} ]; do sleep 0.01; done",
        "in use"
    )]
    [InlineData(
        "perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1); my @c = map { "
            + "IO::Socket::UNIX->new(Peer => $ARGV[0]) } 1, 2; sleep 30' {0} & until [ -S {0} ]; do sleep 0.01; "
            + "done; sleep 0.3",
        "in use"
    )]
    [InlineData("echo mine > {0}", "is a regular file and no socket")]
    [InlineData("mkdir {0}", "is a folder and no socket")]
    [InlineData("ln -s nowhere {0}", "is a link and no socket")]
    [InlineData(
        "perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1)' {0}.real; ln -s "
            + "{0}.real {0}",
        "is a link and no socket"
    )]
    [InlineData("mkfifo {0}", "is a pipe and no socket")]
    [InlineData("mkdir {0}.lock", "Cannot take the lock")]
    [InlineData("ln -s elsewhere {0}.lock", "Cannot take the lock")]
    public async Task What_is_in_the_sockets_place_is_left_as_it_is_and_named(string make, string said)
    {
        await using var console = new ConsoleProcess();
        using var group = Process.Start(
            new ProcessStartInfo(
                "setsid",
                ["bash", "-c", make.Replace("{0}", console.Socket, StringComparison.Ordinal) + "; echo made; wait"]
            )
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        try
        {
            while (await group.StandardOutput.ReadLineAsync() is { } line && line != "made") { }
            var before = Shell.Run($"stat -c '%n %i %F %s' {console.Socket}* | sed '/lock/d'");
            var log = await console.StartInVain();
            Assert.Contains("The console does not start. `listen.socket` is wrong: ", log, StringComparison.Ordinal);
            Assert.Contains(said, log, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", log, StringComparison.Ordinal);
            Assert.Equal(before, Shell.Run($"stat -c '%n %i %F %s' {console.Socket}* | sed '/lock/d'"));
        }
        finally
        {
            Shell.Run($"kill -- -{group.Id} 2>/dev/null || true");
        }
    }

    [Theory]
    [InlineData("000"), InlineData("022"), InlineData("077"), InlineData("177")]
    public async Task Owner_and_group_can_connect_and_nobody_else_whatever_the_umask(string umask)
    {
        await using var console = new ConsoleProcess
        {
            Within = ["bash", "-c", $"umask {umask}; exec \"$@\"", "umask"],
        };
        await console.Start();
        Assert.Equal("660", Shell.Run($"stat -c %a {console.Socket}").Trim());
    }

    [Theory]
    [InlineData("022"), InlineData("077")]
    public async Task The_group_of_a_folder_that_hands_it_on_may_connect_and_sees_nothing_of_the_state(string umask)
    {
        await using var console = new ConsoleProcess
        {
            Within = ["bash", "-c", $"umask {umask}; exec \"$@\"", "umask"],
        };
        var group = Shell.Run("id -G").Trim().Split(' ')[^1];
        Shell.Run($"mkdir web; chgrp {group} web; chmod 2750 web", console.Folder);
        console.WriteSettings(socket: console.Folder + "/web/k.sock");
        console.Launch();
        await Wait.Until("the socket is there", () => File.Exists(console.Folder + "/web/k.sock"));
        Assert.Equal($"660 {group}", Shell.Run($"stat -c '%a %g' {console.Folder}/web/k.sock").Trim());
        Assert.Equal("700", Shell.Run($"stat -c %a {console.Folder}/state").Trim());
    }

    [Theory]
    [InlineData("\"socket\": \"/nowhere/at/all/k.sock\"", "there is no folder /nowhere/at/all")]
    [InlineData("\"socket\": \"console.json/k.sock\"", "there is no folder")]
    [InlineData("\"socket\": \"/proc/k.sock\"", "`listen.socket` is wrong")]
    [InlineData("\"socket\": \" \"", "`listen.socket` is wrong")]
    [InlineData("\"socket\": \"/tmp/ääääääääääääääääääääääääääääääääääääääääääääääääääää\"", "at most 107 bytes")]
    [InlineData("\"loopback\": 0", "`listen.loopback` is wrong")]
    [InlineData("\"loopback\": 65536", "`listen.loopback` is wrong")]
    [InlineData("\"loopback\": 5, \"socket\": \"k.sock\"", "`listen` is wrong")]
    public async Task A_place_that_cannot_be_is_refused_in_a_sentence(string listen, string said)
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(listen: listen);
        var log = await console.StartInVain();
        Assert.Contains(said, log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1"), InlineData("::1")]
    public async Task A_port_in_use_is_named_in_a_sentence(string address)
    {
        using var taken = new TcpListener(IPAddress.Parse(address), 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var console = new ConsoleProcess();
        console.WriteSettings(listen: $"\"loopback\": {port}");
        var log = await console.StartInVain();
        Assert.Contains(
            $"The console does not start. `listen.loopback` is wrong: port {port} is in use by another process.",
            log,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("   at ", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clean_stop_leaves_no_socket()
    {
        await using var console = new ConsoleProcess();
        await console.Start();
        Shell.Run($"kill {console.Id}");
        await Wait.Until("it has ended", () => console.HasExited);
        Assert.False(File.Exists(console.Socket));
    }

    private static async Task<bool> Answers(HttpClient http)
    {
        try
        {
            return (await http.GetAsync("healthz")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
