namespace TestServers.Tests.Stage;

/// <summary>
/// A console of the test's own on the lab's database host, with servers that are no more than domains and copies of a
/// base `grace` that are no more than empty databases with the console's mark. At the end all of them are gone.
/// </summary>
internal sealed class CopyConsole : IAsyncDisposable
{
    private readonly LabFixture _lab;
    private readonly ConsoleBuilder _settings;

    /// <param name="keptDays">For how long a copy is kept: 0.0001 days are 8.6 s.</param>
    public CopyConsole(LabFixture lab, double keptDays = 0.0001)
    {
        _lab = lab;
        var labs = JsonNode.Parse(File.ReadAllText(Path.Combine(lab.Folder, "console.json")))!.AsObject();
        _settings = Process.Build();
        _settings.With(
            $$"""
            "hosts": [],
            "databaseHosts": [ {{labs["databaseHosts"]![0]!.ToJsonString()}} ],
            "bases": [ { "name": "grace", "host": "db1", "dump": "none", "owner": "shop", "spares": 0 } ],
            "tokens": {{labs["tokens"]!.ToJsonString()}},
            "copies": { "keptDays": {{keptDays.ToString("0.################")}} }
            """
        );
    }

    public ConsoleProcess Process { get; } = new();
    public HttpClient Http => Process.Http;
    public string StateFolder => Path.Combine(Process.Folder, "state");
    public string Id =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(StateFolder, "state.json")))!["id"]!.GetValue<string>();

    /// <summary>A host in the settings, whose domains are in a file of its name.</summary>
    public void AddHost(string name, string pattern, string? uri = null) =>
        Change(settings =>
            settings["hosts"]!
                .AsArray()
                .Add(
                    new JsonObject
                    {
                        ["name"] = name,
                        ["uri"] = uri ?? UriOf(name),
                        ["servers"] = pattern,
                        ["address"] = "127.71.9.9",
                    }
                )
        );

    public void Change(Action<JsonObject> change)
    {
        change(_settings.Settings);
        _settings.Write();
    }

    public void ChangeHost(string name, Action<JsonObject> change) =>
        Change(settings =>
            change(settings["hosts"]!.AsArray().First(h => h!["name"]!.GetValue<string>() == name)!.AsObject())
        );

    public string UriOf(string host) => $"test://{FileOf(host)}";

    /// <summary>The domains that a host has from now on, all running.</summary>
    public void WriteDomains(string host, params string[] servers)
    {
        Process.WriteDomains([.. servers.Select(s => (s, 1))]);
        File.Move(Path.Combine(Process.Folder, "domains.xml"), FileOf(host), overwrite: true);
    }

    /// <summary>The host does not answer from now on.</summary>
    public void Silence(string host) => File.Delete(FileOf(host));

    /// <summary>Makes copies as this console would, or one of this id, or without one.</summary>
    public Task MakeCopies(params string[] servers) => MakeCopiesOf(Id, servers);

    public async Task MakeCopiesOf(string? id, params string[] servers)
    {
        const string Times = "data time 2026-01-01T00:00:00Z; copied 2026-01-01T00:00:00Z; method file_copy";
        foreach (var server in servers)
            await MakeOf(id, $"copy_grace_{server}", "copy of grace", Times);
    }

    /// <summary>Makes a database as this console would.</summary>
    public Task Make(string database, string what, string more) => MakeOf(Id, database, what, more);

    private async Task MakeOf(string? id, string database, string what, string more)
    {
        string?[] parts = [what, id is null ? null : $"console {id}", more.Length > 0 ? more : null];
        await _lab.Sql($"CREATE DATABASE \"{database}\" OWNER shop");
        await _lab.Sql(
            $"COMMENT ON DATABASE \"{database}\" IS 'test server console: {string.Join("; ", parts.OfType<string>())}'"
        );
    }

    /// <summary>Starts it once, so that it has an id.</summary>
    public async Task Found()
    {
        await Process.Start();
        await Process.Kill();
    }

    /// <summary>Starts it, lets it see the servers of these copies, has anna hold one of them, and ends it.</summary>
    public async Task SeeAll(string[] servers, string? held = null)
    {
        await Process.Start();
        await Wait.Until(
            "it knows where the servers are",
            () =>
                servers.All(s =>
                    LabHost
                        .Read(Path.Combine(StateFolder, "bases.json"))
                        .Contains($"db1/copy_grace_{s}\"", StringComparison.Ordinal)
                ),
            40
        );
        using var anna = Process.ClientFor("anna");
        if (held is not null)
            Assert.True(
                (
                    await anna.Put($"api/servers/{held}/reservation", new { purpose = "a long test", hours = 5 })
                ).IsSuccessStatusCode
            );
        await Process.Kill();
    }

    public async Task<JsonElement?> Find(string server) =>
        (await Http.Json("api/copies"))
            .GetProperty("copies")
            .EnumerateArray()
            .Where(c => c.Text("server") == server && c.Text("base") == "grace")
            .Select(c => (JsonElement?)c)
            .FirstOrDefault();

    /// <summary>Waits until the list has the copy of this server as it should be.</summary>
    public async Task<JsonElement> Listed(
        string server,
        string what,
        Func<JsonElement, bool> right,
        double seconds = 40
    )
    {
        JsonElement? found = null;
        await Wait.Until(
            $"the copy of {server} is listed: {what}",
            async () => (found = await Find(server)) is { } copy && right(copy),
            seconds,
            () => Task.FromResult<string?>($"{found} {Process.Log}")
        );
        return found!.Value;
    }

    public Task Kept(string server, string why) =>
        Listed(
            server,
            why,
            c => c.Text("kept")?.Contains(why, StringComparison.Ordinal) == true && c.Text("droppedAt") is null
        );

    public Task Going(string server) =>
        Listed(server, "it goes", c => c.Text("droppedAt") is not null && c.Text("kept") is null);

    public async Task<string[]> Databases() =>
        await _lab.Sql("SELECT datname FROM pg_database WHERE datname ~ '_grace' ORDER BY 1");

    public async Task<string> CommentOf(string server) =>
        string.Concat(
            await _lab.Sql(
                $"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'copy_grace_{server}'"
            )
        );

    public Task Gone(string server) =>
        Wait.Until(
            $"the copy of {server} is dropped",
            async () => !(await Databases()).Contains($"copy_grace_{server}"),
            90,
            () => Task.FromResult<string?>(Process.Log)
        );

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await _lab.ScriptsHaveEnded("its scripts have ended", 120);
        foreach (var database in await Databases())
        {
            await _lab.Sql($"ALTER DATABASE \"{database}\" IS_TEMPLATE false");
            await _lab.Sql($"DROP DATABASE \"{database}\" WITH (FORCE)");
        }
    }

    private string FileOf(string host) => Path.Combine(Process.Folder, $"{host}.xml");
}
