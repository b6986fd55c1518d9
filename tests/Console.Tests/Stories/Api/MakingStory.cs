namespace TestServers.Tests.Stories.Api;

/// <summary>
/// A console that makes servers, and three persons at it. Its ssh is a stand-in, behind which a program answers once
/// the test says so.
/// </summary>
public abstract class MakingStory : IAsyncLifetime, IAsyncDisposable
{
    private protected ConsoleProcess Console { get; } = new();
    private protected HttpClient Anna { get; private set; } = null!;
    private protected HttpClient Ben { get; private set; } = null!;
    private protected HttpClient Carla { get; private set; } = null!;

    public virtual Task InitializeAsync()
    {
        // Nothing that stands is free.
        Console.WriteDomains(("qa03", 5));
        (Anna, Ben, Carla) = (Console.ClientFor("anna"), Console.ClientFor("ben"), Console.ClientFor("carla"));
        return Task.CompletedTask;
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var client in new[] { Anna, Ben, Carla })
            client.Dispose();
        await Console.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private DateTimeOffset? _since;

    private protected Task<bool> Elapsed(TimeSpan time)
    {
        _since ??= DateTimeOffset.UtcNow;
        if (DateTimeOffset.UtcNow - _since < time)
            return Task.FromResult(false);
        _since = null;
        return Task.FromResult(true);
    }

    private protected static Task<HttpResponseMessage> Wait(HttpClient person) =>
        person.Post("api/line", new { purpose = "basket test", app = "shop" });

    private protected static Task Until(string what, Func<Task<bool>> condition, double seconds = 40) =>
        Stage.Wait.Until(what, condition, seconds);

    private protected static Task Until(string what, Func<bool> condition, double seconds = 40) =>
        Stage.Wait.Until(what, condition, seconds);

    private protected static async Task Refused(HttpClient person, string server) =>
        Assert.Equal(
            HttpStatusCode.Conflict,
            (await person.Put($"api/servers/{server}/reservation", new { purpose = "x" })).StatusCode
        );

    private protected async Task<string?> Unusable(string server)
    {
        var answer = await Anna.GetAsync($"api/servers/{server}");
        return answer.IsSuccessStatusCode ? (await answer.Json()).Text("unusable") : null;
    }

    private protected async Task<string?> Goes(string server) =>
        (await Anna.Json($"api/servers/{server}")).TryGetProperty("goes", out var time) ? time.GetString() : null;

    private protected Task Says(string server, string what) =>
        Until(
            $"it says: {what}",
            async () => (await Unusable(server))?.Contains(what, StringComparison.Ordinal) == true
        );

    private protected Task Gone(string server) =>
        Until(
            $"{server} is not on the board",
            async () => (await Anna.GetAsync($"api/servers/{server}")).StatusCode == HttpStatusCode.NotFound
        );

    private protected async Task<string?> Turn(string server)
    {
        var answer = await Anna.GetAsync($"api/servers/{server}");
        return
            answer.IsSuccessStatusCode
            && (await answer.Json()).GetProperty("line") is { ValueKind: JsonValueKind.Object } line
            && line.GetProperty("turn") is { ValueKind: JsonValueKind.Object } turn
            ? turn.Text("person")
            : null;
    }

    private protected static async Task<IReadOnlyList<JsonElement>> Messages(HttpClient person) =>
        [.. (await person.Json("api/messages")).GetProperty("messages").EnumerateArray()];

    private protected async Task<IReadOnlyList<string>> Audit(string server) =>
        [
            .. (await Carla.Json($"api/audit?server={server}"))
                .GetProperty("facts")
                .EnumerateArray()
                .Where(f => f.Text("actor") == "console" && f.Text("action") != "turn")
                .Select(f => f.Text("action")!)
                .Reverse(),
        ];

    private protected string StateFile => Path.Combine(Console.Folder, "state", "made.json");

    private protected IEnumerable<JsonNode> Servers =>
        JsonNode.Parse(File.ReadAllText(StateFile))!["servers"]!.AsObject().Select(s => s.Value!);

    private protected JsonNode? Made(string server) => JsonNode.Parse(File.ReadAllText(StateFile))!["servers"]![server];

    private protected void Write(string server, Action<JsonNode> change)
    {
        var state = JsonNode.Parse(File.ReadAllText(StateFile))!;
        change(state["servers"]![server]!);
        File.WriteAllText(StateFile, state.ToJsonString());
    }

    private protected void GuestAnswers() => File.WriteAllText(Path.Combine(Console.Folder, "up"), "");

    private protected Task Start() =>
        Console.Start(
            environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PATH"] = $"{Console.Folder}/bin:{Environment.GetEnvironmentVariable("PATH")}",
            }
        );

    private protected void WriteSsh()
    {
        Directory.CreateDirectory(Path.Combine(Console.Folder, "bin"));
        var ssh = Path.Combine(Console.Folder, "bin", "ssh");
        File.WriteAllText(
            ssh,
            $"""
            #!/bin/bash
            if [[ ! -e {Console.Folder}/up ]]; then
              echo 'ssh: connect to host 127.71.9.1 port 22: Connection refused' >&2
              exit 255
            fi
            echo '@program guest 1'
            while IFS= read -r line && [[ -n $line ]]; do :; done
            echo '@result disk_free=1000000'
            echo '@exit 0'

            """
        );
        Shell.Run($"chmod 755 {ssh}");
    }
}
