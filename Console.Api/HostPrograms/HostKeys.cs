using System.Net.Sockets;
using System.Security.Cryptography;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace TestServers.HostPrograms;

/// <summary>Asks a host for its key, for somebody who then decides whether it is the host's.</summary>
public static class HostKeys
{
    /// <summary>What a host shows, and what known_hosts says of it; or why it shows nothing.</summary>
    public static async Task<(ShownHostKey? Key, HostKeyVerdict Verdict, string? Problem)> Ask(
        RemoteTransport transport,
        CancellationToken cancel
    )
    {
        var (ssh, host) = (transport.Ssh, transport.Destination);
        var known = KnownHosts.Parse(
            File.Exists(ssh.KnownHosts) ? await File.ReadAllTextAsync(ssh.KnownHosts, cancel) : ""
        );
        ShownHostKey? shown = null;
        Exception? failure = null;
        var info = new Renci.SshNet.ConnectionInfo(host, ssh.Port, ssh.User, new NoneAuthenticationMethod(ssh.User))
        {
            Timeout = TimeSpan.FromSeconds(ssh.ConnectSeconds),
            RetryAttempts = 1,
        };
        var algorithms = info.HostKeyAlgorithms.ToList();
        info.HostKeyAlgorithms.Clear();
        // A certificate is pinned by its authority's key, by hand.
        foreach (var name in known.Order(host, ssh.Port, algorithms.Select(a => a.Key)).Where(IsPlain))
            info.HostKeyAlgorithms.Add(name, algorithms.First(a => a.Key == name).Value);
        using var client = new SshClient(info);
        client.HostKeyReceived += (_, e) =>
        {
            shown = new(e.HostKey);
            e.CanTrust = false;
        };
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(info.Timeout);
            // The library waits on a thread.
            await Task.Factory.StartNew(
                () => client.ConnectAsync(limit.Token).GetAwaiter().GetResult(),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            );
        }
        catch (Exception e) when (e is SshException or SocketException or IOException or OperationCanceledException)
        {
            failure = e;
        }
        cancel.ThrowIfCancellationRequested();
        if (shown is null)
        {
            var fault = SshFault.Of(failure ?? new IOException(), hasGreeted: true);
            return (null, HostKeyVerdict.Unknown, $"{transport.Name} shows no host key: {fault.Says}. {fault.Advice}");
        }
        return (shown, known.Judge(host, ssh.Port, shown, DateTimeOffset.UtcNow), null);
    }

    /// <summary>Its fingerprint, as ssh-keygen -l says it.</summary>
    public static string FingerprintOf(ShownHostKey key) =>
        $"SHA256:{Convert.ToBase64String(SHA256.HashData(key.Key)).TrimEnd('=')}";

    /// <summary>A host's name as known_hosts has it.</summary>
    public static string NameOf(RemoteTransport transport) =>
        transport.Ssh.Port == 22 ? transport.Destination : $"[{transport.Destination}]:{transport.Ssh.Port}";

    /// <summary>Adds a key to known_hosts.</summary>
    /// <exception cref="DiskRefused">The file is as it was.</exception>
    public static void Pin(RemoteTransport transport, ShownHostKey key)
    {
        var file = transport.Ssh.KnownHosts;
        var text = File.Exists(file) ? File.ReadAllText(file) : "";
        var before = text.Length > 0 && !text.EndsWith('\n') ? "\n" : "";
        Disk.Append(file, $"{before}{NameOf(transport)} {key.Type} {Convert.ToBase64String(key.Key)}\n");
    }

    private static bool IsPlain(string algorithm) => !algorithm.Contains("-cert-", StringComparison.Ordinal);
}
