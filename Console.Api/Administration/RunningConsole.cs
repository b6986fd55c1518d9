using System.Net.Sockets;
using TestServers.Settings;

namespace TestServers.Administration;

/// <summary>The console that serves by these settings, asked from this machine as monitoring asks it.</summary>
internal sealed class RunningConsole : IDisposable
{
    private readonly HttpClient _http;

    public RunningConsole(ConsoleSettings settings)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (settings.Listen.Socket is { } path)
            handler.ConnectCallback = (_, cancel) => Connect(path, cancel);
        _http = new(handler)
        {
            BaseAddress = new($"http://localhost:{settings.Listen.Loopback ?? 1}{settings.PathBase}/"),
            Timeout = TimeSpan.FromSeconds(10),
        };
    }

    /// <summary>What it answers; or why it does not.</summary>
    public async Task<(string? Answer, string? Problem)> Get(string path, CancellationToken cancel)
    {
        try
        {
            using var answer = await _http.GetAsync(path, cancel);
            return (await answer.Content.ReadAsStringAsync(cancel), null);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            return (null, (e.InnerException ?? e).Message.TrimEnd('.'));
        }
    }

    public void Dispose() => _http.Dispose();

    private static async ValueTask<Stream> Connect(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
