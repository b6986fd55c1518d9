using System.Collections.Concurrent;
using System.Text;

namespace TestServers.Tests.Stage;

/// <summary>A chat room or a program that is told by a webhook.</summary>
internal sealed class Receiver : IDisposable
{
    private readonly HttpListener _listener;

    public Receiver()
    {
        for (var port = Random.Shared.Next(30100, 32000); ; port++)
        {
            _listener = new();
            _listener.Prefixes.Add(Url = $"http://127.0.0.1:{port}/");
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException)
            {
                _listener.Close();
            }
        }
        _ = Task.Run(Serve);
    }

    public string Url { get; }

    /// <summary>How it answers; null: never.</summary>
    public Func<HttpListenerResponse, Task>? Answer { get; set; } = _ => Task.CompletedTask;

    /// <summary>What it was sent, whatever it answered.</summary>
    public ConcurrentQueue<Sent> Got { get; } = new();

    public void Dispose() => _listener.Close();

    private async Task Serve()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            _ = Task.Run(() => Take(context));
        }
    }

    private async Task Take(HttpListenerContext context)
    {
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body);
        var headers = context.Request.Headers;
        Got.Enqueue(
            new(
                headers.AllKeys.ToDictionary(k => k!, k => headers[k]!, StringComparer.OrdinalIgnoreCase),
                body.ToArray()
            )
        );
        if (Answer is not { } answer)
            return;
        await answer(context.Response);
        context.Response.Close();
    }

    /// <summary>One request.</summary>
    public sealed record Sent(IReadOnlyDictionary<string, string> Headers, byte[] Body)
    {
        public string Text => Encoding.UTF8.GetString(Body);
        public JsonElement Json => JsonDocument.Parse(Body).RootElement;
    }
}
