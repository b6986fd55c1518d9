using System.Net.Http.Headers;
using System.Text;

namespace TestServers.Tests.Stage;

/// <summary>
/// The lab that scripts/dev/test has brought up for this run: everything is real, and reached through Apache as people
/// reach it.
/// </summary>
public class LabFixture
{
    public LabFixture()
    {
        var file =
            Environment.GetEnvironmentVariable("CONSOLE_LAB_STATUS")
            ?? throw new InvalidOperationException(
                "These tests need a lab. Run scripts/dev/test, or: scripts/dev/lab up; "
                    + "scripts/dev/lab status --json > FILE; CONSOLE_LAB_STATUS=FILE dotnet test"
            );
        Status = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(file));
    }

    public JsonElement Status { get; }
    public string Console => Status.GetProperty("console").GetString()!;
    public string Folder => Status.GetProperty("dir").GetString()!;

    /// <summary>
    /// How this lab's database host copies a base: its status says whether PostgreSQL and file system clone files.
    /// </summary>
    public string PlainCopy => Status.GetProperty("clone").GetBoolean() ? "clone" : "file_copy";

    /// <summary>The user who runs the lab: another than the one who runs the tests when that is root.</summary>
    public string Owner => Status.GetProperty("owner").GetString()!;
    public int SshPort => Status.GetProperty("port").GetInt32() + 1;
    public string Token => Status.GetProperty("token").GetString()!;

    public string AddressOf(string server) =>
        Status.GetProperty("servers").EnumerateArray().First(s => s.Text("name") == server).Text("address")!;

    public HttpClient As(string user)
    {
        var password = Status.GetProperty("users").EnumerateArray().First(u => u.Text("name") == user).Text("password");
        var http = Anonymous();
        http.DefaultRequestHeaders.Authorization = new(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))
        );
        return http;
    }

    /// <summary>Ends whoever's reservation of a server; that there is none is no failure.</summary>
    public async Task Free(string server)
    {
        foreach (var user in Status.GetProperty("users").EnumerateArray())
        {
            using var http = As(user.Text("name")!);
            await http.DeleteAsync($"api/servers/{server}/reservation");
        }
    }

    public HttpClient Cron()
    {
        var http = Anonymous();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return http;
    }

    public HttpClient Anonymous() =>
        new() { BaseAddress = new(Console.TrimEnd('/') + "/"), Timeout = TimeSpan.FromSeconds(120) };
}

/// <summary>A build as a script runs one: launch, wait for its end.</summary>
internal static class LabCall
{
    public static async Task<JsonElement> Build(
        this HttpClient http,
        string server,
        string app,
        string? path,
        bool database,
        bool code,
        string? revision = null
    )
    {
        var answer = await http.Post(
            $"api/servers/{server}/builds",
            Body.ForBuild(app, path, database, code, revision)
        );
        Assert.True(answer.StatusCode == System.Net.HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        return await http.EndOf((await answer.Json()).Text("id"));
    }

    public static async Task<JsonElement> BuildWell(
        this HttpClient http,
        string server,
        string app,
        string? path,
        bool database,
        bool code,
        string? revision = null
    )
    {
        var build = await http.Build(server, app, path, database, code, revision);
        Assert.True(
            build.Text("state") == "succeeded",
            $"{build.Text("message")}\n{await http.GetStringAsync($"api/builds/{build.Text("id")}/log")}"
        );
        return build;
    }

    public static JsonElement Step(this JsonElement build, string name) =>
        build.GetProperty("steps").EnumerateArray().First(s => s.Text("name") == name);

    /// <summary>A point in time, in seconds since 1970.</summary>
    public static double Instant(this JsonElement element, string name) =>
        element.GetProperty(name).GetDateTimeOffset().ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>Gives back what anna's builds have reserved, for the tests that come after.</summary>
    public static async Task Release(this LabFixture lab, params string[] servers)
    {
        using var anna = lab.As("anna");
        foreach (var server in servers)
            await anna.DeleteAsync($"api/servers/{server}/reservation");
    }

    /// <summary>What the app's own page on the server says of itself.</summary>
    public static async Task<string> PageOf(this HttpClient http, string server)
    {
        using var plain = new HttpClient();
        return await plain.GetStringAsync((await http.Json($"api/servers/{server}")).Text("url"));
    }
}
