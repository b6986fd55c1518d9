using System.Diagnostics;
using System.Net.Sockets;

namespace TestServers.Tests.Stage;

/// <summary>
/// The real program, started on a Unix socket with libvirt's test driver as its host. Requests say who asks as the web
/// server would: by its header.
/// </summary>
public sealed class ConsoleProcess : IAsyncDisposable
{
    // A published one, which starts in half the time, or the one that was built with the tests.
    internal static readonly string Program = Environment.GetEnvironmentVariable("CONSOLE_PROGRAM")
        is { Length: > 0 } named
        ? named
        : Path.Combine(AppContext.BaseDirectory, "console.dll");

    private readonly TemporaryFolder _folder = new();
    private Process? _process;

    public ConsoleProcess()
    {
        File.WriteAllText(
            _folder["domains.xml"],
            Domains(("qa01", 1), ("qa02", 1), ("qa03", 5), ("qa04", 3), ("build-agent", 1))
        );
        WriteSettings();
        Http = ClientFor(null);
    }

    public HttpClient Http { get; }
    public string Folder => _folder.Path;
    public string Socket => _folder["k.sock"];
    public int Id => _process!.Id;
    public bool HasExited => _process!.HasExited;
    public string Log { get; private set; } = "";

    /// <summary>Where it runs: the beginning of a command, or nothing.</summary>
    public IReadOnlyList<string> Within { get; init; } = [];

    /// <summary>Its settings; the files that they name are in <see cref="Folder"/>.</summary>
    internal ConsoleBuilder Build() => ConsoleBuilder.Usual(Folder);

    /// <summary>Writes the usual settings, with what is different.</summary>
    /// <param name="more">Further keys, as they stand in a file.</param>
    /// <param name="extraHosts">Another host, in the same way.</param>
    /// <param name="listen">The keys within `listen`.</param>
    /// <param name="state">The key `state`, or what stands in its place.</param>
    public void WriteSettings(
        string? uri = null,
        string more = "",
        string? extraHosts = null,
        string? address = null,
        string? url = null,
        string? servers = null,
        string? socket = null,
        string? listen = null,
        string? state = null
    )
    {
        var settings = Build();
        foreach (var (key, value) in new[] { ("uri", uri), ("address", address), ("url", url), ("servers", servers) })
        {
            if (value is not null)
                settings.Host[key] = value;
        }
        if (extraHosts is not null)
            settings.Add("hosts", extraHosts.Trim().TrimStart(','));
        if (socket is not null)
            settings.Settings["listen"]!["socket"] = socket;
        if (listen is not null)
            settings.With(
                $$"""
                "listen": { {{listen}} }
                """
            );
        if (state is not null)
        {
            settings.Settings.Remove("state");
            settings.With(state.TrimEnd().TrimEnd(','));
        }
        settings.With(more).Write();
    }

    public void WriteDomains(params (string Name, int State)[] domains) =>
        File.WriteAllText(_folder["domains.xml"], Domains(domains));

    public HttpClient ClientFor(string? user)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        var client = new HttpClient(handler)
        {
            BaseAddress = new("http://console.test/console/"),
            Timeout = TimeSpan.FromSeconds(30),
        };
        client.DefaultRequestHeaders.Add("X-Remote-User", user ?? "anna");
        return client;
    }

    /// <summary>Starts it and waits until it knows its servers.</summary>
    public async Task Start(string path = "healthz", IReadOnlyDictionary<string, string>? environment = null)
    {
        Launch(environment);
        await Wait.Until(
            "the console answers",
            async () =>
            {
                Assert.False(_process!.HasExited, $"The console ended: {Log}");
                try
                {
                    return (await Http.GetAsync(path)).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            }
        );
    }

    public async Task StartWithServers()
    {
        await Start();
        await StartedWithServers();
    }

    /// <summary>Returns when one that was started knows its servers.</summary>
    public Task StartedWithServers() =>
        Wait.Until(
            "virsh has answered",
            async () => (await Http.Json("api/servers")).GetProperty("servers").GetArrayLength() > 0
        );

    /// <summary>Changes its settings' file, and nothing of what it has read of it.</summary>
    public void Change(Action<JsonObject> change)
    {
        var file = Path.Combine(Folder, "console.json");
        var settings = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        change(settings);
        File.WriteAllText(file, settings.ToJsonString());
    }

    /// <summary>Changes its settings' file, and returns when it has read it.</summary>
    public async Task Reload(Action<JsonObject> change)
    {
        var reads = Log.Split("was read again").Length;
        Change(change);
        Shell.Run($"kill -HUP {Id}");
        await Wait.Until("the settings are read", () => Log.Split("was read again").Length > reads);
    }

    /// <summary>Returns when the second of its VM hosts was asked, and virsh has failed.</summary>
    public Task SecondHostFails() =>
        Wait.Until(
            "both were asked",
            async () =>
                (await Http.Json("api/servers"))
                    .GetProperty("hosts")[1]
                    .Text("problem")
                    ?.StartsWith("virsh failed", StringComparison.Ordinal) == true
        );

    /// <summary>Starts it although it will not come up, and gives back what it said.</summary>
    public async Task<string> StartInVain()
    {
        Launch();
        await _process!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.NotEqual(0, _process.ExitCode);
        return Log;
    }

    public async Task Kill()
    {
        _process!.Kill();
        // What it has on its way to a disk that is busy ends first.
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_process is { HasExited: false })
            await Kill();
        _process?.Dispose();
        _folder.Dispose();
    }

    /// <summary>Starts it and waits for nothing.</summary>
    public void Launch(IReadOnlyDictionary<string, string>? environment = null)
    {
        // Who started the tests may have had SIGHUP ignored, as nohup does, and what is ignored is inherited.
        string[] command =
        [
            .. Within,
            "env",
            "--default-signal=HUP",
            "dotnet",
            Program,
            "--settings",
            _folder["console.json"],
        ];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        // What is killed would leave the runtime's pipes in /tmp.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        // It mostly ends before code that was compiled a second time would have paid for it: hexadecimal milliseconds.
        start.Environment["DOTNET_TC_CallCountingDelayMs"] = "2000";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            start.Environment[name] = value;
        Log = "";
        _process?.Dispose();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, e) => Hear(e.Data);
        _process.ErrorDataReceived += (_, e) => Hear(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    // Both streams speak at once, and each says null at its end.
    private void Hear(string? line)
    {
        if (line is null)
            return;
        lock (_folder)
            Log += line + "\n";
    }

    private static string Domains(params (string Name, int State)[] domains) =>
        $"""
            <node xmlns:test="http://libvirt.org/schemas/domain/test/1.0">
            {string.Concat(
                domains.Select(d =>
                    $"<domain type='test'><name>{System.Security.SecurityElement.Escape(d.Name)}</name>"
 + "<memory>1024</memory><os><type>hvm</type></os>" + $"<test:runstate>{d.State}</test:runstate></domain>\n"
                )
            )}
            </node>
            """;
}

/// <summary>One console for the tests that only talk to it; carla is its administrator.</summary>
public sealed class RunningConsole : IAsyncLifetime
{
    internal ConsoleProcess Console { get; } = new();

    public Task InitializeAsync()
    {
        Console.WriteSettings(more: """, "roles": [ { "role": "administrator", "users": ["carla"] } ] """);
        return Console.StartWithServers();
    }

    public async Task DisposeAsync() => await Console.DisposeAsync();
}
