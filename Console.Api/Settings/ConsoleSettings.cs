using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TestServers.Settings;

/// <summary>How the log is written: Auto is for the journal when systemd's journal reads standard output.</summary>
public enum LogForm
{
    Auto,

    /// <summary>Each line begins with its time.</summary>
    Plain,

    /// <summary>Each line begins with its priority, as &lt;N&gt;; the journal has the time.</summary>
    Journal,
}

/// <summary>The configuration. The commented console.json beside the program is its description.</summary>
public sealed record ConsoleSettings
{
    public Listen Listen { get; init; } = new();
    public string PathBase { get; init; } = "";

    /// <summary>
    /// Where people open the console, without a slash at the end; null: where a request says that it was sent.
    /// </summary>
    public string? PublicUrl { get; init; }

    /// <summary>The folder of the front end; null: wwwroot beside the program's own folder.</summary>
    public string? Wwwroot { get; init; }

    /// <summary>How the log is written.</summary>
    public LogForm Log { get; init; } = LogForm.Auto;
    public string State { get; init; } = "";

    /// <summary>A folder with a short name for the sockets of ssh connections.</summary>
    public string Runtime { get; init; } = "";
    public IReadOnlyList<HostSettings> Hosts { get; init; } = [];
    public GuestSettings? Guests { get; init; }
    public IReadOnlyList<DatabaseHostSettings> DatabaseHosts { get; init; } = [];
    public IReadOnlyList<BaseSettings> Bases { get; init; } = [];
    public CopySettings Copies { get; init; } = new();
    public SavepointSettings Savepoints { get; init; } = new();
    public IReadOnlyList<AppSettings> Apps { get; init; } = [];
    public IReadOnlyList<TokenSettings> Tokens { get; init; } = [];

    /// <summary>Where messages to the team go as JSON {"text": "..."}; null: nowhere.</summary>
    public TextWebhookSettings? Webhook { get; init; }

    /// <summary>Further addresses that are told what happens.</summary>
    public IReadOnlyList<WebhookSettings> Webhooks { get; init; } = [];

    /// <summary>What takes e-mail to people; null: they are sent none.</summary>
    public MailSettings? Mail { get; init; }
    public PeopleSettings People { get; init; } = new();
    public IReadOnlyList<GroupSettings> Groups { get; init; } = [];
    public IReadOnlyList<RoleSettings> Roles { get; init; } = [];

    /// <summary>Servers that are some groups' alone.</summary>
    public IReadOnlyList<ProtectedSettings> Protected { get; init; } = [];

    /// <summary>Which servers have which tags.</summary>
    public IReadOnlyList<TagSettings> Tags { get; init; } = [];
    public ReservationSettings Reservations { get; init; } = new();
    public BuildSettings Builds { get; init; } = new();

    /// <summary>How much of the audit is kept.</summary>
    public AuditSettings Audit { get; init; } = new();

    /// <summary>The file they were read from.</summary>
    internal string Source { get; private init; } = "";

    /// <summary>Reads and checks a settings file, and looks at the files that it names.</summary>
    /// <exception cref="WrongSetting">It is missing, is no JSON, or a value is wrong; the message names file and
    /// key.</exception>
    /// <param name="trial">What else must be possible with them; throws <see cref="WrongSetting"/> when it is
    /// not.</param>
    public static ConsoleSettings Load(string file, Action<ConsoleSettings> trial)
    {
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            using var text = SettingsText.Read(file);
            return Load(text, folder, trial) with { Source = file };
        }
        catch (WrongSetting e)
        {
            throw new WrongSetting($"The settings file {file} cannot be used: {e.Message}");
        }
    }

    /// <summary>
    /// The settings for what needs only some of their keys: where the file cannot be used as a whole, these alone, the
    /// rule for names where that is right, and the rest as when it is left out.
    /// </summary>
    /// <param name="keys">What is needed, `state` as one of them.</param>
    /// <param name="warn">Is told what is wrong with the rest.</param>
    /// <exception cref="WrongSetting">One of these keys is wrong, or the file is no JSON.</exception>
    public static ConsoleSettings LoadPart(string file, IReadOnlyCollection<string> keys, Action<string> warn)
    {
        try
        {
            return Load(file, _ => { });
        }
        catch (WrongSetting whole)
        {
            try
            {
                using var text = SettingsText.Read(file);
                var part = Part(text, Path.GetDirectoryName(Path.GetFullPath(file))!, keys) with { Source = file };
                warn($"{whole.Message} This needs only {string.Join(", ", keys.Select(k => $"`{k}`"))} of it.");
                return part;
            }
            catch (WrongSetting e)
            {
                throw new WrongSetting($"The settings file {file} cannot be used: {e.Message}");
            }
        }
    }

    private static ConsoleSettings Part(SettingsText text, string folder, IReadOnlyCollection<string> keys)
    {
        try
        {
            SettingsShape.Check(text.Root, keys);
            string[] names = IsRight(text.Root, "people") ? [.. keys, "people"] : [.. keys];
            var part = new JsonObject(
                text.Root.EnumerateObject()
                    .Where(m => names.Any(n => m.NameEquals(n)))
                    .Select(m => KeyValuePair.Create(m.Name, JsonNode.Parse(m.Value.GetRawText(), null, AsText)))
            )
                .Deserialize<ConsoleSettings>(AsWritten)!
                .RelativeTo(folder);
            part.CheckState(folder);
            if (keys.Contains("listen"))
                part.Listen.Check(part.State);
            return part;
        }
        catch (WrongSetting e)
        {
            throw e.With(text);
        }
    }

    private static bool IsRight(JsonElement root, string key)
    {
        try
        {
            SettingsShape.Check(root, [key]);
            return true;
        }
        catch (WrongSetting)
        {
            return false;
        }
    }

    private static readonly JsonDocumentOptions AsText = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    private static readonly JsonSerializerOptions AsWritten = new(Json.File)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    private static ConsoleSettings Load(SettingsText text, string folder, Action<ConsoleSettings> trial)
    {
        try
        {
            SettingsShape.Check(text.Root);
            var settings = text.Root.Deserialize<ConsoleSettings>(AsWritten)!.RelativeTo(folder).Checked(folder);
            SettingsFiles.Check(settings, folder);
            settings = settings.WithClouds();
            trial(settings);
            return settings;
        }
        catch (WrongSetting e)
        {
            throw e.With(text);
        }
        catch (JsonException e)
        {
            // What the shape does not see; the keys it names are the same.
            throw new WrongSetting(
                $"`{e.Path?.TrimStart('$', '.')}` is wrong; console.json beside the program describes it."
            );
        }
    }

    /// <summary>The keys that hold from a start on, and are others in settings that were read later.</summary>
    internal IEnumerable<string> PlacesThatDiffer(ConsoleSettings later)
    {
        if (later.Listen != Listen)
            yield return "listen";
        if (later.PathBase != PathBase)
            yield return "pathBase";
        if (later.Wwwroot != Wwwroot)
            yield return "wwwroot";
        if (later.State != State)
            yield return "state";
        if (later.Runtime != Runtime)
            yield return "runtime";
        if (later.Log != Log)
            yield return "log";
    }

    /// <summary>These, with what holds from a start on as it was then.</summary>
    internal ConsoleSettings KeepingPlacesOf(ConsoleSettings start) =>
        this with
        {
            Listen = start.Listen,
            PathBase = start.PathBase,
            Wwwroot = start.Wwwroot,
            State = start.State,
            Runtime = start.Runtime,
            Log = start.Log,
        };

    /// <summary>The name of the webhook of `webhook`.</summary>
    public const string TextWebhook = "webhook";

    /// <summary>Every address that is told what happens, that of `webhook` as one of them.</summary>
    internal IEnumerable<WebhookSettings> AllWebhooks =>
        Webhook is { } one ? Webhooks.Prepend(new(TextWebhook, one.Url, WebhookForm.Text)) : Webhooks;

    /// <summary>How much of what there is, for the log.</summary>
    internal string Counts =>
        $"hosts {Hosts.Count}, database hosts {DatabaseHosts.Count}, bases {Bases.Count}, apps {Apps.Count}, "
        + $"tokens {Tokens.Count}";

    public DatabaseHostSettings DatabaseHost(string name) => DatabaseHosts.First(h => h.Name == name);

    public BaseSettings? Base(BaseName name) => Bases.FirstOrDefault(b => b.Name == name);

    /// <summary>
    /// A base where something of it is: on one of its database hosts, or on one that it was on. Null: the settings do
    /// not name the base any more, or that host.
    /// </summary>
    public BaseSettings? BaseAt(BaseName name, string host) =>
        DatabaseHosts.Any(h => h.Name == host) ? Base(name)?.At(host) : null;

    public AppSettings? App(AppName name) => Apps.FirstOrDefault(a => a.Name == name);

    /// <summary>Whether a server may have several apps, each with its site.</summary>
    public bool MayHaveSeveral(ServerName server) => Guests?.MayHaveSeveral(server) == true;

    private ConsoleSettings RelativeTo(string folder)
    {
        string In(string path) =>
            path.StartsWith("~/", StringComparison.Ordinal)
                ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..])
                : Path.GetFullPath(path, folder);
        SshSettings SshIn(SshSettings ssh) =>
            ssh with
            {
                Key = In(ssh.Key),
                KnownHosts = In(ssh.KnownHosts),
                Config = ssh.Config is null ? null : In(ssh.Config),
            };
        OpenStackSettings CloudIn(OpenStackSettings cloud) =>
            cloud with
            {
                CloudsFile = cloud.CloudsFile is null ? null : In(cloud.CloudsFile),
                SecretFile = cloud.SecretFile is null ? null : In(cloud.SecretFile),
                Cacert = cloud.Cacert is null ? null : In(cloud.Cacert),
            };
        return this with
        {
            Listen = Listen with { Socket = Listen.Socket is null ? null : In(Listen.Socket) },
            State = In(State),
            Runtime = In(Runtime.Length > 0 ? Runtime : State),
            Wwwroot = Wwwroot is null ? null : In(Wwwroot),
            PublicUrl = PublicUrl?.TrimEnd('/'),
            Hosts = [.. Hosts.Select(h => h.OpenStack is { } cloud ? h with { OpenStack = CloudIn(cloud) } : h)],
            Guests = Guests is null ? null : Guests with { Ssh = SshIn(Guests.Ssh) },
            DatabaseHosts =
            [
                .. DatabaseHosts.Select(h =>
                    h with
                    {
                        Ssh = h.Ssh is null ? null : SshIn(h.Ssh),
                        Local = h.Local is null ? null : new(In(h.Local.Program), In(h.Local.Config)),
                    }
                ),
            ],
            Webhooks =
            [
                .. Webhooks.Select(w => w with { SecretFile = w.SecretFile is null ? null : In(w.SecretFile) }),
            ],
            Mail = Mail is { PasswordFile: { } password } ? Mail with { PasswordFile = In(password) } : Mail,
            Apps =
            [
                .. Apps.Select(a =>
                    a with
                    {
                        Templates = In(a.Templates),
                        Database = a.Database is null
                            ? null
                            : a.Database with
                            {
                                PasswordFile = In(a.Database.PasswordFile),
                            },
                        Follow = a.Follow is { HookSecretFile: { } hooks }
                            ? a.Follow with
                            {
                                HookSecretFile = In(hooks),
                            }
                            : a.Follow,
                        Make = a.Make is { UserData: { } userData } ? a.Make with { UserData = In(userData) } : a.Make,
                    }
                ),
            ],
        };
    }

    private void CheckState(string folder)
    {
        Must(
            State != "/" && State.TrimEnd('/') != folder.TrimEnd('/'),
            "state",
            "names a folder of the console's " + $"own, not {State}"
        );
        var isShown =
            Wwwroot is { } page && (State + "/").StartsWith(page.TrimEnd('/') + "/", StringComparison.Ordinal);
        Must(!isShown, "state", "is outside of `wwwroot`, whose files everybody gets");
    }

    private ConsoleSettings Checked(string folder)
    {
        CheckState(folder);
        Listen.Check(State);
        if (Guests is { Ssh.UsesOpenSsh: true } || DatabaseHosts.Any(h => h.Ssh is { UsesOpenSsh: true }))
            SshSettings.CheckFolder(Runtime);
        Unique(Hosts, h => h.Name, "hosts[{0}].name");
        Unique(DatabaseHosts, h => h.Name, "databaseHosts[{0}].name");
        Unique(Bases, b => b.Name.Text, "bases[{0}].name");
        Unique(Apps, a => a.Name.Text, "apps[{0}].name");
        Unique(Tokens, t => People.NameOf(t.Name), "tokens[{0}].name");
        Unique(Tokens, t => t.Sha256, "tokens[{0}].sha256");
        Unique(Groups, g => People.NameOf(g.Name), "groups[{0}].name");
        foreach (var (at, host) in Hosts.Index())
            host.Check($"hosts[{at}]");
        foreach (var (at, host) in DatabaseHosts.Index())
            host.Check($"databaseHosts[{at}]");
        foreach (var (at, @base) in Bases.Index())
        {
            @base.CheckHosts($"bases[{at}]", [.. DatabaseHosts.Select(h => h.Name)]);
            @base.CheckErrors($"bases[{at}]");
        }
        foreach (var (at, app) in Apps.Index())
        {
            if (app.Base is not null)
                MustName(app.Base.Text, Bases.Select(b => b.Name.Text), $"apps[{at}].base", "bases");
            foreach (var (name, bases) in app.Databases ?? new Dictionary<string, IReadOnlyList<BaseName>>())
            {
                foreach (var (place, one) in bases.Index())
                    MustName(
                        one.Text,
                        Bases.Select(b => b.Name.Text),
                        $"apps[{at}].databases.{name}[{place}]",
                        "bases"
                    );
            }
            app.Check($"apps[{at}]");
            app.Make?.Check($"apps[{at}].make", Hosts);
            var pageless = Hosts.FirstOrDefault(h => h.Url.Length == 0);
            Must(
                pageless is null || !app.Health.Contains("{url}", StringComparison.Ordinal),
                $"apps[{at}].health",
                $"has no {{url}}, as `url` of the host {pageless?.Name} is empty: {{address}} is there all the same"
            );
        }
        Unique(Webhooks, w => w.Name, "webhooks[{0}].name");
        foreach (var (at, webhook) in Webhooks.Index())
            webhook.Check($"webhooks[{at}]");
        Mail?.Check();
        foreach (var (at, token) in Tokens.Index())
            token.Check($"tokens[{at}]");
        foreach (var (at, servers) in Protected.Index())
            servers.Check($"protected[{at}]");
        foreach (var (at, servers) in Tags.Index())
            servers.Check($"tags[{at}]");
        Reservations.Check();
        Must(
            Apps.Count == 0 || Guests is not null,
            "guests",
            "says how servers are reached, as there are apps to put on them"
        );
        Guests?.Check();
        return this;
    }

    // What a host of OpenStack is compared by stands in files that it names.
    private ConsoleSettings WithClouds() =>
        this with
        {
            Hosts = [.. Hosts.Select((h, at) => h.WithPlaces(KeyOfCloud(at)))],
        };

    internal static string KeyOfCloud(int host) => $"hosts[{host}].openStack";

    internal static void MustName(string name, IEnumerable<string> known, string key, string list) =>
        Must(known.Contains(name, StringComparer.Ordinal), key, $"names one of {list}{Nearness.Hint(name, known)}");

    internal static void Must(bool right, string key, string rule)
    {
        if (!right)
            throw WrongSetting.At(key, rule);
    }

    private static void Unique<T>(IEnumerable<T> items, Func<T, string> of, string key)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (at, item) in items.Index())
            Must(
                seen.Add(of(item)),
                string.Format(CultureInfo.InvariantCulture, key, at),
                "is another than those before it in the list"
            );
    }
}
