using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using TestServers.Commands;
using TestServers.HostPrograms;

namespace TestServers.Tests.Stories.Lab;

/// <summary>Hosts as administrators set them up and accidents leave them, called by the console's own ssh.</summary>
[Collection("lab"), Trait("lab", "second")]
public sealed class SshTroublesTest(LabFixture lab) : IClassFixture<LabFixture>
{
    private static readonly Command Call = new("verb", [], TimeSpan.FromSeconds(30))
    {
        Input = "hello\n",
        Lifeline = true,
        Grace = TimeSpan.FromSeconds(5),
    };

    private static async Task<(CommandResult End, List<string> Lines)> Run(SshConnections connections, OwnSshd sshd) =>
        await Run(connections, sshd, sshd.Ssh);

    private static async Task<(CommandResult End, List<string> Lines)> Run(
        SshConnections connections,
        OwnSshd sshd,
        SshSettings ssh
    )
    {
        var lines = new List<string>();
        var call = connections.Run(new("own", sshd.Address, ssh), Call, lines.Add, CancellationToken.None);
        return (await call.WaitAsync(TimeSpan.FromSeconds(40)), lines);
    }

    private static void IsDone((CommandResult End, List<string> Lines) call)
    {
        Assert.True(call.End.Succeeded, $"{call.End} {call.End.Fault?.Says}");
        Assert.Equal("done", call.Lines[^1]);
    }

    [Fact]
    public async Task Keys_that_are_changed_again_and_again_lose_nothing_of_what_is_said()
    {
        await using var sshd = await OwnSshd.Start(lab, "seq 100000; echo done", "RekeyLimit 64K");
        using var connections = new SshConnections();
        var said = Enumerable.Range(1, 100_000).Select(n => $"{n}").Append("done").ToList();
        for (var n = 0; n < 4; n++)
        {
            var call = await Run(connections, sshd);
            IsDone(call);
            Assert.Equal(said, call.Lines);
        }
    }

    [Fact]
    public async Task An_sshd_that_starts_again_between_two_calls_is_reached_by_the_next()
    {
        await using var sshd = await OwnSshd.Start(lab, "echo done");
        using var connections = new SshConnections();
        for (var n = 0; n < 3; n++)
        {
            IsDone(await Run(connections, sshd));
            await sshd.StartAgain();
        }
        IsDone(await Run(connections, sshd));
    }

    [Fact]
    public async Task An_sshd_that_asks_whether_the_console_is_there_hears_that_it_is()
    {
        await using var sshd = await OwnSshd.Start(
            lab,
            "sleep 4; echo done",
            "ClientAliveInterval 1\nClientAliveCountMax 1"
        );
        using var connections = new SshConnections();
        IsDone(await Run(connections, sshd));
    }

    [Fact]
    public async Task A_connection_that_the_host_closes_when_nobody_uses_it_is_replaced()
    {
        await using var sshd = await OwnSshd.Start(lab, "echo done", "UnusedConnectionTimeout 1");
        using var connections = new SshConnections();
        IsDone(await Run(connections, sshd));
        await Wait.Until(
            "sshd has closed it",
            () => sshd.Log.Any(l => l.Contains("erminating inactive", StringComparison.Ordinal))
        );
        IsDone(await Run(connections, sshd));
        Assert.Equal(2, sshd.Logins);
    }

    [Theory]
    [InlineData("MaxSessions 1")]
    [InlineData("MaxSessions 10")]
    [InlineData("MaxSessions 1\nMaxStartups 5")]
    public async Task Twelve_calls_at_once_all_come_through(string limit)
    {
        await using var sshd = await OwnSshd.Start(lab, "sleep 1; echo done", limit);
        using var connections = new SshConnections();
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Run(connections, sshd))), IsDone);
    }

    [Fact]
    public async Task A_key_that_changes_is_not_taken_until_known_hosts_has_it_without_a_restart()
    {
        await using var sshd = await OwnSshd.Start(lab, "echo done");
        using var connections = new SshConnections();
        IsDone(await Run(connections, sshd));
        var before = await File.ReadAllTextAsync(sshd.Known);
        await sshd.ChangeHostKey();
        await sshd.StartAgain();
        Assert.Equal("Host key verification failed", (await Run(connections, sshd)).End.Fault?.Says);
        await File.AppendAllTextAsync(
            sshd.Known,
            $"[{sshd.Address}]:{sshd.Port} {await File.ReadAllTextAsync(sshd.HostKey)}"
        );
        IsDone(await Run(connections, sshd));
        await File.WriteAllTextAsync(sshd.Known, before);
        await sshd.EndSessions();
        Assert.Equal("Host key verification failed", (await Run(connections, sshd)).End.Fault?.Says);
        File.Delete(sshd.Known);
        Assert.StartsWith("No ssh-ed25519 host key is known", (await Run(connections, sshd)).End.Fault?.Says);
    }

    [Fact]
    public async Task A_key_that_cannot_be_used_any_more_is_named_with_what_to_do()
    {
        await using var sshd = await OwnSshd.Start(lab, "echo done");
        async Task<CallFault?> Fault()
        {
            using var connections = new SshConnections();
            return (await Run(connections, sshd)).End.Fault;
        }
        Assert.Null(await Fault());
        File.SetUnixFileMode(sshd.Key, (UnixFileMode)0b110_100_000);
        var open = await Fault();
        Assert.Equal($"Permission denied: the key {sshd.Key} cannot be used: others may read it", open?.Says);
        Assert.Contains("chmod 600", open?.Advice, StringComparison.Ordinal);
        File.SetUnixFileMode(sshd.Key, (UnixFileMode)0b110_000_000);
        await LabHost.Run("ssh-keygen", "-q", "-p", "-f", sshd.Key, "-N", "sesame", "-P", "");
        var locked = await Fault();
        Assert.StartsWith($"Permission denied: the key {sshd.Key} cannot be used: ", locked?.Says);
        Assert.Contains("openssh", locked?.Advice, StringComparison.Ordinal);
        File.Delete(sshd.Key);
        Assert.StartsWith($"Permission denied: the key {sshd.Key} cannot be used: ", (await Fault())?.Says);
    }

    [Fact]
    public async Task A_host_is_reached_by_an_IPv6_address()
    {
        await using var sshd = await OwnSshd.Start(lab, "echo done", address: "::1");
        using var connections = new SshConnections();
        IsDone(await Run(connections, sshd));
        await File.WriteAllTextAsync(sshd.Known, "");
        await sshd.EndSessions();
        Assert.Equal(
            $"No ssh-ed25519 host key is known for [::1]:{sshd.Port}",
            (await Run(connections, sshd)).End.Fault?.Says
        );
    }

    [Fact]
    public async Task A_long_banner_hinders_nobody()
    {
        using var folder = new TemporaryFolder();
        var banner = folder["banner"];
        await File.WriteAllTextAsync(banner, string.Concat(Enumerable.Repeat(new string('x', 79) + "\n", 400)));
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101);
        await using var sshd = await OwnSshd.Start(lab, "echo done", $"Banner {banner}");
        using var connections = new SshConnections();
        IsDone(await Run(connections, sshd));
    }

    private const string Late = "Connection timed out. Look whether it is up";
    private const string Foreign = "what answers says no ssh version. What listens there is no sshd";

    // What listens there, and how what is said of it begins: all within the limit of a login.
    [Theory]
    [InlineData("", Late)]
    [InlineData("SSH-2.0-x\r\n", Late)]
    [InlineData("SSH-2.0-x\r\n\0\0\u0001\u0002\u0003garbage", Late)]
    [InlineData(
        "SSH-2.0-x\r\n\u007f\u007f\u007f\u007f\u0001\u0002\u0003garbage",
        "Bad packet length: 2139062143. What listens there is no sshd"
    )]
    [InlineData("SSH-1.5-x\r\n", Foreign)]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", Foreign)]
    [InlineData("1 MB", Foreign)]
    public async Task What_speaks_no_ssh_or_stops_in_the_middle_is_given_up_in_time(string says, string fault)
    {
        var text = says == "1 MB" ? string.Concat(Enumerable.Repeat("welcome to this machine\r\n", 42_000)) : says;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Serve(listener, Encoding.Latin1.GetBytes(text));
        await using var sshd = await OwnSshd.Start(lab, "echo done");
        var ssh = sshd.Ssh with { Port = ((IPEndPoint)listener.LocalEndpoint).Port, ConnectSeconds = 2 };
        using var connections = new SshConnections();
        for (var n = 0; n < 2; n++)
        {
            var watch = Stopwatch.StartNew();
            var (end, _) = await Run(connections, sshd, ssh);
            Assert.StartsWith(fault, $"{end.Fault?.Says}. {end.Fault?.Advice}", StringComparison.Ordinal);
            Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
        }
        Assert.Equal(0, connections.Count);
        await Wait.Until("nothing is connected to it", () => !SshConnectionsTest.HasConnectionTo(ssh.Port));
    }

    private static async Task Serve(TcpListener listener, byte[] says)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                _ = Talk(client, says);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It was stopped.
        }
    }

    private static async Task Talk(TcpClient client, byte[] says)
    {
        using (client)
        {
            try
            {
                await client.GetStream().WriteAsync(says);
                await client.GetStream().CopyToAsync(Stream.Null);
            }
            catch (IOException)
            {
                // The other side has had enough.
            }
        }
    }
}
