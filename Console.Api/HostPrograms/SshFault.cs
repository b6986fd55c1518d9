using System.Net.Sockets;
using Renci.SshNet.Common;
using Renci.SshNet.Messages.Transport;
using TestServers.Commands;

namespace TestServers.HostPrograms;

/// <inheritdoc cref="CallFault"/>
public sealed record SshFault(string Says, string Advice) : CallFault(Says, Advice)
{
    private const string LookAtSshd = "Look whether it is up and reachable, and its sshd runs.";
    private const string LookAtHost =
        "Look whether it is up, reachable from the console's machine, and not overloaded.";
    private const string NoSshd =
        "What listens there is no sshd: look at its address and port in the settings, and start its sshd.";

    /// <summary>The connection has ended, and nobody has said why.</summary>
    public static readonly SshFault Closed = new("the connection was closed without a word", LookAtSshd);

    /// <summary>No login within the limit.</summary>
    public static readonly SshFault TimedOut = new("Connection timed out", LookAtHost);

    /// <summary>Something talks on the port, and it is not ssh.</summary>
    public static readonly SshFault Foreign = new("what answers says no ssh version", NoSshd);

    /// <summary>Nothing came for so long that the host is given up.</summary>
    public static SshFault Silent(int seconds) => new($"the connection was silent for {seconds} seconds", LookAtSshd);

    /// <summary>The program over there was ended.</summary>
    public static SshFault Signal(string name) =>
        new(
            $"the program there was ended by the signal {name}",
            "Look whether somebody has ended it, and at that machine's own log."
        );

    /// <summary>A key that is not the host's, or not known to be.</summary>
    public static SshFault Of(HostKeyVerdict verdict, ShownHostKey shown, string name, string file) =>
        verdict switch
        {
            HostKeyVerdict.Unknown => new(
                $"No {shown.Type} host key is known for {name}",
                $"Add its host key to {file}."
            ),
            HostKeyVerdict.Revoked => new(
                "Host key verification failed: the key that it shows is revoked",
                $"Find out who answers at its address. {file} has the line; a host of yours needs a new key."
            ),
            HostKeyVerdict.BadCertificate => new(
                "Host key verification failed: its certificate is for another host or time",
                "Have its key certified again, with its address as in the settings among the principals."
            ),
            _ => new(
                "Host key verification failed",
                $"It shows another host key than the one in {file}: if it was reinstalled, put its new key there; "
                    + "else find out who answers at its address."
            ),
        };

    /// <summary>What has gone wrong, by the kind of the exception.</summary>
    /// <param name="hasGreeted">What answers has said that it speaks ssh.</param>
    public static SshFault Of(Exception e, bool hasGreeted) =>
        e switch
        {
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => new(
                "Connection refused",
                "Nothing listens there: look whether it is up, and start its sshd."
            ),
            SocketException
            {
                SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData
            } => new("its name could not be resolved", "Look at its address in the settings, and at the name service."),
            SocketException { SocketErrorCode: SocketError.TimedOut } => TimedOut,
            SshAuthenticationException => new(
                "Permission denied (publickey)",
                "It does not take the console's key: put the key's one right into its authorized_keys."
            ),
            SshOperationTimeoutException or OperationCanceledException => TimedOut,
            SshConnectionException { DisconnectReason: DisconnectReason.ConnectionLost } or IOException => Closed,
            SshConnectionException when !hasGreeted => Foreign,
            SshConnectionException { DisconnectReason: DisconnectReason.ProtocolError } => new(
                e.Message.TrimEnd('.'),
                NoSshd
            ),
            SshConnectionException { DisconnectReason: DisconnectReason.KeyExchangeFailed } => new(
                e.Message.TrimEnd('.'),
                "Its sshd and the console know no algorithm in common: `transport` \"openssh\" knows more."
            ),
            _ => new(e.Message.TrimEnd('.'), LookAtHost),
        };
}

/// <summary>Carries a fault to where the call ends.</summary>
internal sealed class SshFailure(SshFault fault) : Exception(fault.Says)
{
    public SshFault Fault => fault;
}
