using System.Net.Sockets;
using System.Text;

namespace TestServers.Monitoring;

/// <summary>
/// Tells systemd when the console serves and when it ends, as a unit of Type=notify expects: a word in a datagram to
/// the socket that NOTIFY_SOCKET names. Without that nothing is told.
/// </summary>
internal static class ServiceManager
{
    private const string Variable = "NOTIFY_SOCKET";

    /// <summary>Tells both when they come about.</summary>
    public static void Tell(IHostApplicationLifetime lifetime, ILogger log)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 1 } path)
            return;
        // It is for this process: what is started here is no service.
        Environment.SetEnvironmentVariable(Variable, null);
        lifetime.ApplicationStarted.Register(() => Send(path, "READY=1", log));
        lifetime.ApplicationStopping.Register(() => Send(path, "STOPPING=1", log));
    }

    private static void Send(string path, string word, ILogger log)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // One that begins with @ has no file.
            var place = path[0] == '@' ? "\0" + path[1..] : path;
            socket.SendTo(Encoding.ASCII.GetBytes(word), new UnixDomainSocketEndPoint(place));
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            log.LogWarning("The service manager could not be told {Word}: {Reason}", word, e.Message);
        }
    }
}
