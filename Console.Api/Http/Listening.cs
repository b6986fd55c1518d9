using System.Net;
using System.Net.Sockets;

namespace TestServers.Http;

/// <summary>
/// The socket or port on which the console listens. It is taken before the web server of the program begins, so that a
/// place that is another's
/// is refused in a sentence. A socket in use is never taken away: whoever begins holds a lock beside it as long as he
/// lives, and what answers
/// is left alone all the same. Only the dead socket of a killed console is removed, and never what is no socket.
/// </summary>
public sealed class Listening(Listen place) : IDisposable
{
    private const int Waiting = 512;
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly Dictionary<EndPoint, Socket> _sockets = [];
    private FileStream? _lock;

    /// <summary>Takes the place: from now on requests wait in it until they are served.</summary>
    /// <exception cref="WrongSetting">It is in use, or cannot be taken.</exception>
    public void Begin()
    {
        if (place.Socket is { } path)
            BeginSocket(path);
        else
            BeginPort(place.Loopback!.Value);
    }

    /// <summary>The socket that <see cref="Begin"/> has made for a place.</summary>
    /// <exception cref="SocketException">This machine has no such address.</exception>
    public Socket SocketOf(EndPoint wanted) =>
        _sockets.GetValueOrDefault(wanted) ?? throw new SocketException((int)SocketError.AddressFamilyNotSupported);

    public void Dispose()
    {
        foreach (var socket in _sockets.Values)
            socket.Dispose();
        _lock?.Dispose();
    }

    private void BeginSocket(string path)
    {
        if (FileKinds.BehindLinks(Path.GetDirectoryName(path)!) != FileKind.Folder)
            throw Wrong(
                $"there is no folder {Path.GetDirectoryName(path)} for {path}",
                "Make it, with the web server's group"
            );
        try
        {
            _lock = LockFile.Take(path + ".lock");
        }
        catch (UnreadableFile refused)
        {
            throw Wrong(refused.Message.TrimEnd('.'), "Name another socket");
        }
        if (_lock is null || IsUsed(path))
            throw Wrong(
                $"{path} is in use by another process",
                "Stop the other console first, or give this one a socket of its own"
            );
        var end = new UnixDomainSocketEndPoint(path);
        Take(
            end,
            new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            path,
            socket =>
            {
                File.Delete(path);
                socket.Bind(end);
                // Whatever the umask is. Nobody can connect before Listen.
#pragma warning disable CA1416 // The console runs on Linux alone.
                File.SetUnixFileMode(path, OwnerAndGroup);
#pragma warning restore CA1416
            }
        );
    }

    private void BeginPort(int port)
    {
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            var end = new IPEndPoint(address, port);
            try
            {
                Take(
                    end,
                    new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp),
                    $"port {port}",
                    socket => socket.Bind(end)
                );
            }
            catch (SocketException) when (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                // A machine without IPv6: IPv4 is enough.
            }
        }
    }

    private void Take(EndPoint end, Socket socket, string name, Action<Socket> bind)
    {
        try
        {
            bind(socket);
            socket.Listen(Waiting);
            _sockets[end] = socket;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            if (
                e is SocketException
                {
                    SocketErrorCode: SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable
                }
            )
                throw;
            throw e is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }
                ? Wrong($"{name} is in use by another process", "Stop that one first, or choose another")
                : Wrong(
                    $"{name} cannot be taken: {e.Message.TrimEnd('.')}",
                    "Choose another, or let the console's account have it"
                );
        }
    }

    // Whatever does not clearly refuse a connection is alive: one whose line is full, or of another kind of socket.
    private bool IsUsed(string path)
    {
        var kind = FileKinds.Of(path);
        if (kind == FileKind.Missing)
            return false;
        if (kind != FileKind.Socket)
            throw Wrong(
                $"{path} is {kind.Say()} and no socket, and is left as it is",
                "Move it away, or name another socket"
            );
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            return !probe.ConnectAsync(new UnixDomainSocketEndPoint(path)).Wait(Patience) || probe.Connected;
        }
        catch (AggregateException e)
            when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            return false;
        }
        catch (AggregateException e) when (e.InnerException is SocketException)
        {
            return true;
        }
    }

    private WrongSetting Wrong(string what, string remedy) =>
        new($"`listen.{(place.Socket is null ? "loopback" : "socket")}` is wrong: {what}. {remedy}.");
}
