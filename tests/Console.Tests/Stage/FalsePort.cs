using System.Net.Sockets;

namespace TestServers.Tests.Stage;

/// <summary>
/// Accepts connections where another program should; then it is silent for ever, or says the same without end.
/// </summary>
internal sealed class FalsePort : IDisposable
{
    private readonly TcpListener _listener;

    public FalsePort(IPEndPoint address, byte[]? says)
    {
        _listener = new(address);
        _listener.Start();
        _ = Serve(_listener, says);
    }

    public static bool IsFree(IPEndPoint address)
    {
        try
        {
            new FalsePort(address, null).Dispose();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose() => _listener.Dispose();

    private static async Task Serve(TcpListener listener, byte[]? says)
    {
        try
        {
            while (true)
                _ = Talk(await listener.AcceptTcpClientAsync(), says);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It was stopped.
        }
    }

    private static async Task Talk(TcpClient client, byte[]? says)
    {
        using (client)
        {
            try
            {
                while (says is not null)
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
