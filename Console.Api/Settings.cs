using System.Text.Json;
using System.Text.RegularExpressions;
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
    public IReadOnlyList<AppSettings> Apps { get; init; } = [];
    public IReadOnlyList<TokenSettings> Tokens { get; init; } = [];
    /// <summary>Where messages to the team go as JSON {"text": "..."}; null: nowhere.</summary>
    public WebhookSettings? Webhook { get; init; }
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
            return settings.RelativeTo(Path.GetDirectoryName(Path.GetFullPath(file))!).Checked();
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
        State = Path.Combine(folder, State),
        Runtime = Path.Combine(folder, Runtime.Length > 0 ? Runtime : State),
        Wwwroot = Wwwroot is null ? null : Path.Combine(folder, Wwwroot),
        Apps = [.. Apps.Select(a => a with
        {
            Templates = Path.Combine(folder, a.Templates),
            Database = a.Database is null ? null : a.Database with { PasswordFile = Path.Combine(folder, a.Database.PasswordFile) },
        })],
    };

    private Settings Checked()
    {
        Must(State.Length > 0, "state", "names the folder that holds the console's state");
        Must(Listen.Socket is null != Listen.Loopback is null, "listen", "names either `socket` (behind a web server) or `loopback` (a port, open to everybody on this machine)");
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
        Must(Webhook is null || (Uri.TryCreate(Webhook.Url, UriKind.Absolute, out var hook) && hook.Scheme is "http" or "https"), "webhook.url", "is an http or https address");
        Must(Apps.Count == 0 || Guests is not null, "guests", "says how servers are reached, as there are apps to put on them");
        return this;
    }

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

/// <summary>Where the console listens: a Unix socket behind a web server, or a loopback port, where a person names himself.</summary>
public sealed record Listen(string? Socket = null, int? Loopback = null);

/// <summary>A machine whose libvirt runs servers.</summary>
/// <param name="Uri">libvirt's connection URI.</param>
/// <param name="Servers">A regular expression: the domains that are test servers.</param>
/// <param name="Address">A server's address, with {server} and {number}.</param>
/// <param name="Url">A server's own page, with {server}, {number} and {address}.</param>
public sealed record HostSettings(string Name, string Uri, string Servers, string Address = "{server}", string Url = "http://{address}/")
{
    internal void Check()
    {
        Settings.Must(Name.Length is > 0 and <= 64, "hosts.name", "has 1 to 64 characters");
        Settings.Must(Uri.Contains(':', StringComparison.Ordinal) && !Uri.StartsWith('-'), $"hosts.{Name}.uri", "is a libvirt connection URI such as qemu:///system");
        try
        {
            _ = new Regex(Servers, RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new WrongSetting($"`hosts.{Name}.servers` is wrong: it is no regular expression: {e.Message}");
        }
    }
}

/// <summary>How a host program is reached by ssh. The key can do nothing but that program.</summary>
/// <param name="Host">The destination; for guests the server's address.</param>
/// <param name="Config">An ssh_config file to use in place of the account's own.</param>
public sealed record SshSettings(string User, string Key, string KnownHosts, int Port = 22, string Host = "", string? Config = null);

/// <summary>A host program on this machine, reached without ssh.</summary>
public sealed record LocalSettings(string Program, string Config);

/// <summary>How servers are reached, and where the app's files are on them ({server} is replaced).</summary>
public sealed record GuestSettings(SshSettings Ssh, string Folder = "/srv/app");

/// <summary>A machine with PostgreSQL and the database host's program.</summary>
/// <param name="Address">Where apps connect to.</param>
/// <param name="Copies">How many plain copies and restores may run on it at once.</param>
public sealed record DatabaseHostSettings(string Name, string Address, int Port = 5432, int Copies = 2, SshSettings? Ssh = null, LocalSettings? Local = null)
{
    internal void Check()
    {
        Settings.Must(Ssh is null != Local is null, $"databaseHosts.{Name}", "has either `ssh` or `local`");
        Settings.Must(Ssh is null || Ssh.Host.Length > 0, $"databaseHosts.{Name}.ssh.host", "names the machine");
        Settings.Must(Copies is > 0 and <= 64, $"databaseHosts.{Name}.copies", "is 1 to 64");
    }
}

/// <summary>A database restored each night, to be copied.</summary>
/// <param name="Dump">Its name in the backups.</param>
/// <param name="Owner">The role that owns base and copies: the app's own.</param>
/// <param name="Spares">Copies made ahead of time; 0 for none.</param>
/// <param name="StaleAfterHours">From this age on the data is called stale.</param>
/// <param name="Jobs">Parallel jobs of the restore.</param>
/// <param name="Check">SQL whose every row must begin with true before a restore is accepted.</param>
/// <param name="Sanitize">SQL that is run on the restored data before anybody gets it.</param>
public sealed record BaseSettings(BaseName Name, string Host, string Dump, string Owner, int Spares = 1, double StaleAfterHours = 26, int Jobs = 2, string? Check = null, string? Sanitize = null)
{
    internal void CheckValues()
    {
        Settings.Must(Regex.IsMatch(Dump, @"\A[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*\z"), $"bases.{Name}.dump", "is a file's name below the backups");
        Settings.Must(Regex.IsMatch(Owner, @"\A[a-z_][a-z0-9_]{0,62}\z"), $"bases.{Name}.owner", "is a role's name in small letters, digits and underscores");
        Settings.Must(Spares is >= 0 and <= 20, $"bases.{Name}.spares", "is 0 to 20");
        Settings.Must(Jobs is >= 1 and <= 64, $"bases.{Name}.jobs", "is 1 to 64");
        Settings.Must(StaleAfterHours > 0, $"bases.{Name}.staleAfterHours", "is more than 0");
    }
}

public enum RepositoryKind { Svn, Git }

public sealed record RepositorySettings(RepositoryKind Kind, string Url);

/// <summary>The role an app connects with; the password stands in a file of its own.</summary>
public sealed record AppDatabaseSettings(string User, string PasswordFile);

/// <summary>An application that can be put on a server.</summary>
/// <param name="Templates">A folder with apache.conf, wsgi.py and settings.py as Handlebars templates.</param>
/// <param name="After">Shell commands run on the server after a checkout, as its own user: install requirements, migrate, collect static files.</param>
/// <param name="Health">The address whose answer decides whether a build is ready; {url} is the server's own page.</param>
public sealed record AppSettings(AppName Name, RepositorySettings Repository, string Templates, BaseName? Base = null, string DefaultPath = "trunk", string Health = "{url}",
    AppDatabaseSettings? Database = null, IReadOnlyDictionary<string, string>? Variables = null, IReadOnlyList<string>? After = null)
{
    internal void Check()
    {
        Settings.Must(Regex.IsMatch(Repository.Url, @"\A[a-z][a-z0-9+]*://[^\s\p{C}]+\z"), $"apps.{Name}.repository.url", "is an address such as https://svn.example/shop");
        Settings.Must(RepositoryPath.From(DefaultPath) is not null, $"apps.{Name}.defaultPath", $"is {RepositoryPath.Rule}");
        Settings.Must(Base is null || Database is not null, $"apps.{Name}.database", "names the role and its password file, as the app has a base");
        Settings.Must(After is null || (After.Count <= 50 && After.All(c => c.Length is > 0 and <= 4000 && !c.Any(char.IsControl))), $"apps.{Name}.after", "lists at most 50 commands of one line each");
        Settings.Must(Directory.Exists(Templates), $"apps.{Name}.templates", $"is a folder that exists, not {Templates}");
    }
}

/// <summary>A script's or cron's key. Only its SHA-256 is written down.</summary>
/// <param name="May">What it may do beside reading: restore, reserve, build.</param>
public sealed record TokenSettings(string Name, string Sha256, IReadOnlyList<string> May)
{
    internal void Check()
    {
        Settings.Must(Regex.IsMatch(Sha256, @"\A[0-9a-f]{64}\z"), $"tokens.{Name}.sha256", "is the token's SHA-256, 64 small hexadecimal digits");
        Settings.Must(May.All(m => m is "restore" or "reserve" or "build"), $"tokens.{Name}.may", "lists restore, reserve or build");
    }
}

/// <summary>A chat room's or any program's address that takes a POST of {"text": "..."}.</summary>
public sealed record WebhookSettings(string Url);

public sealed record ReservationSettings(double DefaultHours = 4, double MaxHours = 168);

/// <param name="Kept">How many ended builds are kept with their logs.</param>
/// <param name="PerPerson">How many builds one person may have waiting.</param>
/// <param name="DatabaseMinutes">Limit of the database step and of a restore's every step.</param>
public sealed record BuildSettings(int Kept = 500, int PerPerson = 20, int Waiting = 1000, int History = 50,
    double DatabaseMinutes = 120, double CodeMinutes = 60, double AfterMinutes = 30, double SettingsMinutes = 2, double HealthSeconds = 30, double RestoreHours = 12);
