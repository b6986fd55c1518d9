using System.Net.Sockets;

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

    /// <summary>
    /// What it says to monitoring; or why it does not say it now. Neither: nobody is there. What answers, but not so,
    /// is not the console of these settings.
    /// </summary>
    /// <exception cref="WrongSetting">It does not know the place.</exception>
    public async Task<(string? Metrics, string? Problem)> Metrics(CancellationToken cancel)
    {
        try
        {
            using var answer = await _http.GetAsync("metrics", cancel);
            if (answer.IsSuccessStatusCode)
                return (await answer.Content.ReadAsStringAsync(cancel), null);
            var (status, place) = ((int)answer.StatusCode, answer.RequestMessage!.RequestUri!.AbsolutePath);
            return status >= 500
                ? (null, $"it answers {status}")
                : throw new WrongSetting(
                    $"What runs is not known: what listens there answers {status} to {place}. It was started with "
                        + "other settings than these: name its own by --settings, or change these back until it has "
                        + "stopped."
                );
        }
        catch (HttpRequestException e)
        {
            return (null, IsNobodyThere(e) ? null : (e.InnerException ?? e).Message.TrimEnd('.'));
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (null, $"no answer within {_http.Timeout.TotalSeconds:0} s");
        }
    }

    private static bool IsNobodyThere(HttpRequestException fault) =>
        fault is { HttpRequestError: HttpRequestError.ConnectionError, InnerException: SocketException refused }
        && refused.SocketErrorCode is not (SocketError.AccessDenied or SocketError.WouldBlock or SocketError.TimedOut);

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
