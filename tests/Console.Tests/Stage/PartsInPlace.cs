namespace TestServers.Tests.Stage;

/// <summary>
/// The console's own parts without its loops: nothing is built, so that what is launched waits. The servers are those
/// of libvirt's test driver, and their histories stand on the disk.
/// </summary>
internal sealed class PartsInPlace : IAsyncDisposable
{
    private readonly ConsoleProcess _files = new();
    private readonly WebApplication _app;

    /// <param name="histories">Code and copies of servers, as JSON.</param>
    /// <param name="apps">The apps and bases, as JSON.</param>
    public PartsInPlace(
        IEnumerable<(string Server, int State)> servers,
        IReadOnlyDictionary<string, string> histories,
        string apps,
        TimeProvider? clock = null
    )
    {
        _files.WriteDomains([.. servers]);
        _files.Build().WithTemplates().WithFile("password", "x").WithFile("program", "").With(apps).Write();
        File.SetUnixFileMode(FileOf("program"), (UnixFileMode)0b111_101_101);
        Settings = SiteTrial.Load(FileOf("console.json"));
        using (var state = new TestServers.Storage.StateFolder(Settings.State))
            state.Complete(DateTimeOffset.UtcNow);
        var folder = Directory.CreateDirectory(Path.Combine(Settings.State, "history")).FullName;
        foreach (var (server, parts) in histories)
            File.WriteAllText(
                Path.Combine(folder, server + ".json"),
                $$"""{"version": 1, "server": "{{server}}", "configuration": null, "entries": [], {{parts}} }"""
            );
        var builder = WebApplication.CreateSlimBuilder();
        Startup.AddParts(builder.Services, Settings, clock);
        _app = builder.Build();
    }

    public ConsoleSettings Settings { get; }

    public string FileOf(string name) => Path.Combine(_files.Folder, name);

    public T The<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static Deed DeedOf(string name) =>
        new(new(name, CallerKind.User, TokenRights.All), null, "POST a build", "");

    /// <summary>Returns when the servers are known.</summary>
    public async Task Begin()
    {
        await The<Inventory>().StartAsync(CancellationToken.None);
        await Wait.Until("virsh has answered", () => The<Inventory>().IsComplete);
    }

    public async Task<Reservation> Reserve(string server, string holder, double hours = 1)
    {
        await The<ReservationBook>().Reserve(ServerName.From(server)!, new("a test", hours), DeedOf(holder));
        return The<ReservationBook>().Of(ServerName.From(server)!)!;
    }

    public async ValueTask DisposeAsync()
    {
        await The<Inventory>().StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await _files.DisposeAsync();
    }
}
