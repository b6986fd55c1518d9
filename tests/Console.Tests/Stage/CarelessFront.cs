using System.Net.Sockets;

namespace TestServers.Tests.Stage;

/// <summary>
/// A web server before the console that asks for a password where none came, and passes all headers on as they are.
/// </summary>
internal sealed class CarelessFront : IAsyncDisposable
{
    private readonly WebApplication _app;

    private CarelessFront(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public static async Task<CarelessFront> Start(string console)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var http = new HttpClient(
            new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancel) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(console), cancel);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        );
        app.Run(async context =>
        {
            if (context.Request.Headers.Authorization.Count == 0)
            {
                context.Response.StatusCode = 401;
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"x\"";
                return;
            }
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://x{context.Request.Path}");
            foreach (var (name, value) in context.Request.Headers.Where(h => h.Key != "Host"))
                request.Headers.TryAddWithoutValidation(name, (string?)value);
            using var answer = await http.SendAsync(request);
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await context.Response.Body.WriteAsync(await answer.Content.ReadAsByteArrayAsync());
        });
        await app.StartAsync();
        return new(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
