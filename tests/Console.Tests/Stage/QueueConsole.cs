namespace TestServers.Tests.Stage;

/// <summary>
/// A console of the test's own, set up for a workload: the hosts behind it are stand-ins, and every server shows the
/// same page, which is always ready. Leaves nothing running.
/// </summary>
internal sealed class QueueConsole : IAsyncDisposable
{
    private readonly WebApplication _page = Page();

    private QueueConsole(StandIns hosts, Workload work) => (Hosts, Work) = (hosts, work);

    /// <summary>Sets it up; the caller starts it.</summary>
    public static async Task<QueueConsole> Install(LabFixture lab, Workload work)
    {
        var console = new QueueConsole(await StandIns.Install(lab, work.Bases, work.Settings), work);
        await console._page.StartAsync();
        console.WriteSettings();
        return console;
    }

    public StandIns Hosts { get; }
    public Workload Work { get; }
    public ConsoleProcess Process { get; } = new();
    public string State => Path.Combine(Process.Folder, "state");

    /// <summary>Half-written files.</summary>
    public IEnumerable<string> Drafts => Directory.EnumerateFiles(State, "*.draft", SearchOption.AllDirectories);

    /// <summary>Launches a build as this person.</summary>
    public static Task<HttpResponseMessage> Post(HttpClient person, Work work, string? key = null)
    {
        var ask = new HttpRequestMessage(HttpMethod.Post, $"api/servers/{work.Server}/builds")
        {
            Content = JsonContent.Create(
                Body.ForBuild(work.App, work.Path, database: work.Base is not null, code: true)
            ),
        };
        if (key is not null)
            ask.Headers.Add("Idempotency-Key", key);
        return person.SendAsync(ask);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Process.Kill();
            var runtime = Path.Combine(Process.Folder, "run");
            if (Directory.Exists(runtime))
                await LabHost.EndSharedConnections(runtime);
            await Process.DisposeAsync();
        }
        finally
        {
            // Else no other story could set them up.
            await _page.DisposeAsync();
            await Hosts.DisposeAsync();
        }
    }

    private static WebApplication Page()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var page = builder.Build();
        page.MapGet("/", () => "ready");
        return page;
    }

    private void WriteSettings()
    {
        Process.WriteDomains([.. Work.Servers.Select(s => (s, 1))]);
        string AppOf(string name, string more) =>
            $$"""
                { "name": "{{name}}", "repository": { "kind": "svn", "url": "svn://127.0.0.1/none" },
                  "templates": "templates", "health": "{{_page.Urls.First()}}/"{{more}} }
                """;
        var settings = Process.Build().WithTemplates("# {{path}} of {{build.id}}\n").WithFile("password", "secret");
        settings.Host["address"] = Hosts.GuestAddress;
        settings
            .With(
                $$"""
            "guests": { "ssh": { {{Hosts.Ssh}} } },
            "databaseHosts": [ { "name": "db1", "address": "127.0.0.1", "copies": {{Work.Places}},
              "ssh": { "host": "{{Hosts.DatabaseAddress}}", {{Hosts.Ssh}} } } ],
            "bases": [ {{string.Join(
                ", ",
                Work.Bases.Select(b =>
                    $$"""{ "name": "{{b}}", "host": "db1", "dump": "x.dump", "owner": "x", "spares": 0 }"""
                )
            )}} ],
            "apps": [ {{string.Join(
                ", ",
                Work.Bases.Select(
                        (b, n) =>
                            AppOf(
                                $"app{n}",
                                $$""", "base": "{{b}}", "database": { "user": "x", "passwordFile": "password" }"""
                            )
                    )
                    .Prepend(AppOf("plain", ""))
            )}} ],
            "builds": { "kept": 2000, "history": 500, "perPerson": 200 }
            """
            )
            .Write();
    }
}
