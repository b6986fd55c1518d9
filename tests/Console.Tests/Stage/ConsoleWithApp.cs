using System.Net.Sockets;

namespace TestServers.Tests.Stage;

/// <summary>
/// A console with an app, whose servers' sshd takes connections and never answers: builds are accepted, begin, and end
/// after ssh's patience, 5 s.
/// </summary>
internal sealed class ConsoleWithApp : IAsyncDisposable
{
    private readonly TcpListener _silent = new(IPAddress.Parse("127.71.9.1"), 0);

    /// <param name="builds">Values under `builds` in the settings, as JSON.</param>
    public ConsoleWithApp(string builds = "{}", int connectSeconds = 5)
    {
        _silent.Start(1000);
        Console
            .Build()
            .WithTemplates()
            .With(
                $$"""
            "guests": { "ssh": { "user": "nobody", "port": {{(
                (IPEndPoint)_silent.LocalEndpoint
            ).Port}}, "key": "/dev/null", "knownHosts": "/dev/null", "connectSeconds": {{connectSeconds}} } },
              "apps": [ { "name": "shop", "repository": { "kind": "svn", "url": "svn://127.71.9.1/shop" },
                "templates": "templates" } ], "builds": {{builds}}
            """
            )
            .Write();
    }

    public ConsoleProcess Console { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await Console.DisposeAsync();
        _silent.Dispose();
    }
}
