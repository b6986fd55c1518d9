using System.Text.Json;
using TestServers.Storage;

namespace TestServers;

/// <summary>A wrong value in the settings; it stops the start and names its key.</summary>
public sealed class WrongSetting(string message) : Exception(message);

/// <summary>The configuration. The commented console.json beside the program is its description.</summary>
public sealed record Settings
{
    public Listen Listen { get; init; } = new();
    public string PathBase { get; init; } = "";
    /// <summary>The folder of the front end; null: wwwroot beside the program's own folder.</summary>
    public string? Wwwroot { get; init; }
    public string State { get; init; } = "";
    /// <summary>A folder with a short name for the sockets of ssh connections.</summary>
    public string Runtime { get; init; } = "";
    public IReadOnlyList<HostSettings> Hosts { get; init; } = [];
    public GuestSettings? Guests { get; init; }
    public IReadOnlyList<DatabaseHostSettings> DatabaseHosts { get; init; } = [];
    public IReadOnlyList<BaseSettings> Bases { get; init; } = [];
    public CopySettings Copies { get; init; } = new();
    public IReadOnlyList<AppSettings> Apps { get; init; } = [];
    public IReadOnlyList<TokenSettings> Tokens { get; init; } = [];
    /// <summary>Where messages to the team go as JSON {"text": "..."}; null: nowhere.</summary>
    public WebhookSettings? Webhook { get; init; }
    public PeopleSettings People { get; init; } = new();
    public ReservationSettings Reservations { get; init; } = new();
    public BuildSettings Builds { get; init; } = new();

    /// <summary>Reads and checks a settings file.</summary>
    /// <exception cref="WrongSetting">It is missing, is no JSON, or a value is wrong; the message names file and key.</exception>
    public static Settings Load(string file)
    {
        try
        {
            var options = new JsonSerializerOptions(Json.File) { ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
            var settings = JsonSerializer.Deserialize<Settings>(File.ReadAllText(file), options) ?? throw new WrongSetting("it holds null");
            // Before a path is made absolute: an empty one would be the settings' own folder.
            settings.CheckPaths();
            var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            return settings.RelativeTo(folder).Checked(folder);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or WrongSetting)
        {
            throw new WrongSetting($"The settings file {file} cannot be used: {(e is JsonException json ? $"at {json.Path}, line {json.LineNumber + 1}: {json.Message}" : e.Message)}");
        }
    }

    public DatabaseHostSettings DatabaseHost(string name) => DatabaseHosts.First(h => h.Name == name);
    public BaseSettings? Base(BaseName name) => Bases.FirstOrDefault(b => b.Name == name);
    public AppSettings? App(AppName name) => Apps.FirstOrDefault(a => a.Name == name);

    private Settings RelativeTo(string folder) => this with
    {
        Listen = Listen with { Socket = Listen.Socket is null ? null : Path.Combine(folder, Listen.Socket) },
        State = Path.GetFullPath(State, folder),
        Runtime = Path.GetFullPath(Runtime.Length > 0 ? Runtime : State, folder),
        Wwwroot = Wwwroot is null ? null : Path.Combine(folder, Wwwroot),
        Apps = [.. Apps.Select(a => a with
        {
            Templates = Path.Combine(folder, a.Templates),
            Database = a.Database is null ? null : a.Database with { PasswordFile = Path.Combine(folder, a.Database.PasswordFile) },
        })],
    };

    private void CheckPaths()
    {
        Must(IsPath(State), "state", "names the folder that holds the console's state");
        Must(Runtime.Length == 0 || IsPath(Runtime), "runtime", "names a folder for the sockets of ssh connections; "
            + "left out, it is the state folder");
        Must(Listen.Socket is null || IsPath(Listen.Socket), "listen.socket", "names the socket that the web server "
            + "connects to");
    }

    private Settings Checked(string folder)
    {
        Must(State != "/" && State.TrimEnd('/') != folder.TrimEnd('/'), "state", "names a folder of the console's "
            + $"own, not {State}");
        Listen.Check();
        Must(PathBase.Length == 0 || (PathBase.StartsWith('/') && !PathBase.EndsWith('/')), "pathBase", "is empty or begins with a slash and ends without one");
        Unique(Hosts.Select(h => h.Name), "hosts");
        Unique(DatabaseHosts.Select(h => h.Name), "databaseHosts");
        Unique(Bases.Select(b => b.Name.Text), "bases");
        Unique(Apps.Select(a => a.Name.Text), "apps");
        Unique(Tokens.Select(t => t.Name), "tokens");
        foreach (var host in Hosts) host.Check();
        foreach (var host in DatabaseHosts) host.Check();
        foreach (var @base in Bases)
        {
            Must(DatabaseHosts.Any(h => h.Name == @base.Host), $"bases.{@base.Name}.host", $"names one of databaseHosts, not `{@base.Host}`");
            @base.CheckValues();
        }
        foreach (var app in Apps)
        {
            Must(app.Base is null || Base(app.Base) is not null, $"apps.{app.Name}.base", $"names one of bases, not `{app.Base}`");
            app.Check();
        }
        foreach (var token in Tokens) token.Check();
        Builds.Check();
        Copies.Check();
        Must(Webhook is null || (Uri.TryCreate(Webhook.Url, UriKind.Absolute, out var hook) && hook.Scheme is "http" or "https"), "webhook.url", "is an http or https address");
        Must(Apps.Count == 0 || Guests is not null, "guests", "says how servers are reached, as there are apps to put on them");
        Guests?.Ssh.Check("guests.ssh");
        Must(Builds.OutputMegabytes is >= 1 and <= 1024, "builds.outputMegabytes", "is 1 to 1024");
        return this;
    }

    private static bool IsPath(string text) => !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl);

    internal static void Must(bool right, string key, string rule)
    {
        if (!right) throw new WrongSetting($"`{key}` is wrong: a right one {rule}.");
    }

    private static void Unique(IEnumerable<string> names, string key)
    {
        var twice = names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;
        Must(twice is null, key, $"has each name once; `{twice}` is there twice");
    }
}
