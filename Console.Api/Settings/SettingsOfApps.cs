using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace TestServers.Settings;

/// <summary>A database restored each night, to be copied.</summary>
/// <param name="Dump">Its name in the backups.</param>
/// <param name="Owner">The role that owns base and copies: the app's own.</param>
/// <param name="Spares">Copies made ahead of time; 0 for none.</param>
/// <param name="StaleAfterHours">From this age on the data is called stale.</param>
/// <param name="Jobs">Parallel jobs of the restore.</param>
/// <param name="Check">SQL whose every row must begin with true before a restore is accepted.</param>
/// <param name="Sanitize">SQL that is run on the restored data before anybody gets it.</param>
/// <param name="Skip">
/// What of the dump is not restored: kinds, or single things by their names. With it, even empty, a restore refuses
/// what only a superuser of PostgreSQL may make and it does not name; null: that is left out and told.
/// </param>
/// <param name="AllowErrors">
/// Regular expressions: what a restore cannot make, with an error that one of them finds, is left out and told.
/// </param>
/// <param name="Nights">How many of the bases before are kept, for builds that are run again.</param>
/// <param name="AlsoOn">Further database hosts that have it. Null: <paramref name="Host"/> alone has it.</param>
public sealed record BaseSettings(
    BaseName Name,
    string Host,
    string Dump,
    string Owner,
    int Spares = 1,
    double StaleAfterHours = 26,
    int Jobs = 2,
    string? Check = null,
    string? Sanitize = null,
    IReadOnlyList<string>? Skip = null,
    IReadOnlyList<string>? AllowErrors = null,
    int Nights = 0,
    IReadOnlyList<string>? AlsoOn = null
)
{
    /// <summary>The database hosts that have it, the usual one first.</summary>
    [JsonIgnore]
    public IEnumerable<string> Hosts => AlsoOn is null ? [Host] : AlsoOn.Prepend(Host);

    /// <summary>Whether several database hosts have it.</summary>
    [JsonIgnore]
    public bool IsOnSeveral => AlsoOn is { Count: > 0 };

    /// <summary>It on each of its database hosts, the usual one first.</summary>
    [JsonIgnore]
    public IEnumerable<BaseSettings> Places => IsOnSeveral ? Hosts.Select(At) : [this];

    /// <summary>
    /// It on one of its database hosts, or on one that it was on: what is asked, copied or restored with that is there.
    /// </summary>
    public BaseSettings At(string host) =>
        host == Host ? this : this with { Host = host, AlsoOn = [.. Hosts.Where(h => h != host)] };

    internal void CheckHosts(string key, IReadOnlyList<string> known)
    {
        ConsoleSettings.MustName(Host, known, $"{key}.host", "databaseHosts");
        foreach (var (at, host) in (AlsoOn ?? []).Index())
        {
            ConsoleSettings.MustName(host, known, $"{key}.alsoOn[{at}]", "databaseHosts");
            ConsoleSettings.Must(
                host != Host && !AlsoOn!.Take(at).Contains(host, StringComparer.Ordinal),
                $"{key}.alsoOn[{at}]",
                "is another than `host` and those before it in the list"
            );
        }
    }

    internal void CheckErrors(string key)
    {
        foreach (var (at, pattern) in (AllowErrors ?? []).Index())
        {
            PatternRule.Check(pattern, $"{key}.allowErrors[{at}]");
            ConsoleSettings.Must(
                !PatternRule.Make(pattern).IsMatch(""),
                $"{key}.allowErrors[{at}]",
                "is a regular expression that finds some errors, and not every one"
            );
        }
    }
}

/// <summary>Where an app's code comes from.</summary>
/// <param name="Submodules">Addresses of the repositories that submodules may come from; one that ends with /* is for
/// all below it. Null: none is brought.</param>
/// <param name="Lfs">Whether the files of Git LFS are brought.</param>
/// <param name="Externals">As <paramref name="Submodules"/>, of Subversion's externals.</param>
public sealed record RepositorySettings(
    RepositoryKind Kind,
    string Url,
    IReadOnlyList<string>? Submodules = null,
    bool Lfs = false,
    IReadOnlyList<string>? Externals = null
);

/// <summary>How an app's repository is asked for what is new on paths that servers follow.</summary>
/// <param name="Seconds">How often it is asked at most by itself; also how long a commit may stay unseen.</param>
/// <param name="HookSecretFile">The file with the key of the hooks by which the repository tells of a push; null: none
/// is taken.</param>
public sealed record FollowSettings(int Seconds = 30, string? HookSecretFile = null);

/// <summary>The role an app connects with; the password stands in a file of its own.</summary>
public sealed record AppDatabaseSettings(string User, string PasswordFile);

/// <summary>A database of an app, and the bases that it may be made from.</summary>
/// <param name="Bases">The usual one first; one at least.</param>
public sealed record AppDatabase(DatabaseName Name, ImmutableArray<BaseName> Bases)
{
    /// <summary>The base that it is made from where nobody has chosen another.</summary>
    public BaseName Usual => Bases[0];

    /// <summary>As it is said in sentences: reports (from reports or reports_small).</summary>
    public string Say() => $"{Name} (from {string.Join(" or ", Bases)})";
}

/// <summary>A folder of an app that stays on a server: no checkout removes it.</summary>
/// <param name="Link">Where the working copy has a link to it; null: nowhere.</param>
/// <param name="Python">It is a virtual environment, made of this file of requirements in the working copy; null: it is
/// none.</param>
/// <param name="System">Whether that sees the packages of the server's own Python.</param>
/// <param name="Pip">Options for pip.</param>
public sealed record FolderSettings(
    string? Link = null,
    string? Python = null,
    bool System = false,
    IReadOnlyList<string>? Pip = null
);

/// <summary>After what a command runs.</summary>
public enum AfterWhat
{
    /// <summary>After each checkout.</summary>
    Code,

    /// <summary>After each fresh database.</summary>
    Database,

    /// <summary>After either, once when a build has both.</summary>
    Any,

    /// <summary>When a build has both.</summary>
    Both,
}

/// <summary>A shell command that runs on a server, in the working copy, before the site is exchanged.</summary>
/// <param name="Minutes">Its own limit, inside that of the step; null: it has none.</param>
/// <param name="Files">Files of the site, with lines NAME=VALUE as a shell reads them: its environment has these
/// variables, too. Null: none.</param>
[JsonConverter(typeof(AfterCommandConverter))]
public sealed record AfterCommand(
    string Run,
    AfterWhat When = AfterWhat.Code,
    double? Minutes = null,
    IReadOnlyList<string>? Files = null
)
{
    /// <summary>Whether it runs in such a build.</summary>
    /// <param name="database">A fresh database is made.</param>
    /// <param name="code">Code is checked out.</param>
    public bool IsFor(bool database, bool code) =>
        When switch
        {
            AfterWhat.Code => code,
            AfterWhat.Database => database,
            AfterWhat.Any => database || code,
            _ => database && code,
        };
}

/// <summary>A command is a text, which runs after each checkout, or an object.</summary>
internal sealed class AfterCommandConverter : JsonConverter<AfterCommand>
{
    private sealed record Written(
        string Run,
        AfterWhat When = AfterWhat.Code,
        double? Minutes = null,
        IReadOnlyList<string>? Files = null
    );

    public override AfterCommand Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return new(reader.GetString()!);
        var written = JsonSerializer.Deserialize<Written>(ref reader, options)!;
        return new(written.Run, written.When, written.Minutes, written.Files);
    }

    public override void Write(Utf8JsonWriter writer, AfterCommand value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, new Written(value.Run, value.When, value.Minutes, value.Files), options);
}

/// <summary>An application that can be put on a server.</summary>
/// <param name="Base">Short for `databases` with this one as default's only base.</param>
/// <param name="Databases">The bases that each of its databases may be made from, the usual one first.</param>
/// <param name="Templates">
/// A folder of the site's files as Handlebars templates, or with .cshtml behind their names as Razor templates. Which
/// must be there is its kind's: apache.conf, wsgi.py and settings.py of django-apache.
/// </param>
/// <param name="Variables">Values for the templates, which people can see.</param>
/// <param name="Secrets">Values for the templates, which nobody can see; they are found among the variables.</param>
/// <param name="NotSecret">Names of variables that people may see though they look like secrets.</param>
/// <param name="Folders">Folders that stay on a server, by their names.</param>
/// <param name="After">Shell commands run on the server after a checkout or a fresh database, as its own user: migrate,
/// collect static files.</param>
/// <param name="Migrations">A command that tells which migrations the database has had and the code knows, or
/// <c>django</c>; null: nobody asks.</param>
/// <param name="Health">The address whose answer decides whether a build is ready; {url} is the server's own
/// page.</param>
/// <param name="Kind">Whose checks and logs the site has; left out, it is django-apache.</param>
/// <param name="Workers">Shell commands of the app that run as long as its site does, by their names.</param>
/// <param name="Make">How a server is made for it when none is free; null: none is.</param>
public sealed record AppSettings(
    AppName Name,
    RepositorySettings Repository,
    string Templates,
    BaseName? Base = null,
    string DefaultPath = "trunk",
    string Health = "{url}",
    AppDatabaseSettings? Database = null,
    IReadOnlyDictionary<string, string>? Variables = null,
    IReadOnlyList<AfterCommand>? After = null,
    IReadOnlyDictionary<string, string>? Secrets = null,
    IReadOnlyList<string>? NotSecret = null,
    IReadOnlyDictionary<string, IReadOnlyList<BaseName>>? Databases = null,
    IReadOnlyDictionary<string, FolderSettings>? Folders = null,
    string? Migrations = null,
    FollowSettings? Follow = null,
    SiteKind? Kind = null,
    IReadOnlyDictionary<string, string>? Workers = null,
    MakeSettings? Make = null
)
{
    private const int MostDatabases = 16,
        MostFolders = 20;

    internal SiteKind SiteKind => Kind ?? SiteKind.Usual;

    private static readonly string[] SecretWords = ["secret", "pass", "pwd", "token", "key", "dsn", "credential"];

    /// <summary>An app that the settings do not name any more.</summary>
    /// <param name="health">Where its site was asked; null: not known.</param>
    /// <param name="bases">What its databases were made from.</param>
    public static AppSettings Former(
        AppName name,
        string? health,
        IEnumerable<(DatabaseName Name, BaseName Base)> bases
    ) =>
        new(name, new(RepositoryKind.Git, ""), "", Health: health ?? "{url}")
        {
            Databases = bases.ToDictionary(
                b => b.Name.Text,
                b => (IReadOnlyList<BaseName>)[b.Base],
                StringComparer.Ordinal
            ),
        };

    /// <summary>Whether the settings do not name it any more.</summary>
    public bool IsFormer => Repository.Url.Length == 0;

    /// <summary>The databases that it has, the usual one first and the others as they are listed.</summary>
    public ImmutableArray<AppDatabase> AllDatabases =>
        Databases is not null
            ?
            [
                .. Databases
                    .OrderBy(d => d.Key == DatabaseName.Default.Text ? 0 : 1)
                    .Select(d => new AppDatabase(DatabaseName.From(d.Key)!, [.. d.Value])),
            ]
        : Base is not null ? [new(DatabaseName.Default, [Base])]
        : [];

    /// <summary>Whether there is anything to choose or to tell apart: several databases, or bases of one.</summary>
    public bool HasSeveralBases => Databases is not null && Databases.Sum(d => d.Value.Count) > 1;

    /// <summary>Whether one of its databases may be made from this base.</summary>
    public bool Uses(BaseName name) => Base == name || Databases?.Values.Any(bases => bases.Contains(name)) == true;

    /// <summary>The commands that run in such a build.</summary>
    public IEnumerable<AfterCommand> CommandsAfter(bool database, bool code) =>
        (After ?? []).Where(c => c.IsFor(database, code));

    /// <summary>Whether anything is to be done in the working copy before the site of such a build is
    /// exchanged.</summary>
    public bool HasWorkAfter(bool database, bool code) =>
        CommandsAfter(database, code).Any()
        || (code && Folders?.Values.Any(f => f.Python is not null) == true)
        || Migrations is not null;

    internal void Check(string key)
    {
        CheckDatabases(key);
        CheckAddress(
            key + ".repository.url",
            Repository.Url,
            "and give the servers' user access by a key or its own login."
        );
        CheckAddress(key + ".health", Health, "and let the app answer that address without a login.");
        ConsoleSettings.Must(
            Repository.Kind == RepositoryKind.Svn
                ? !Regex.IsMatch(Repository.Url, @"\A(ssh|git)://")
                : !Repository.Url.StartsWith("svn", StringComparison.Ordinal),
            key + ".repository.url",
            $"is one of a repository of the kind {(Repository.Kind == RepositoryKind.Svn ? "svn" : "git")}"
        );
        CheckChoices(key + ".repository.");
        ConsoleSettings.Must(
            RepositoryPath.From(DefaultPath)!.FaultIn(Repository.Kind) is null,
            key + ".defaultPath",
            "is a name that Git takes"
        );
        ConsoleSettings.Must(
            (Base is null && Databases is null) || Database is not null,
            key + ".database",
            "names the role and its password file, as the app has a base"
        );
        ConsoleSettings.Must(
            After is null || After.Count <= 50,
            key + ".after",
            "lists at most 50 commands of one line each"
        );
        ConsoleSettings.Must(Workers is null || Workers.Count <= 10, key + ".workers", "names at most 10 commands");
        Placeholders.Check(Health, key + ".health", "server", "number", "address", "url");
        ConsoleSettings.Must(
            Placeholders.Samples(Health).Any(SettingsRules.IsWebAddress),
            key + ".health",
            SettingsRules.Of("apps[].health").Says
        );
        ConsoleSettings.Must(
            Migrations is null || Base is not null || Databases is not null,
            key + ".base",
            "names the database that `migrations` asks about"
        );
        CheckFolders(key + ".folders");
        CheckSecrets(key);
    }

    // What is brought beside the files themselves. A value for a server's program has its limit.
    private void CheckChoices(string key)
    {
        Must("submodules", RepositoryKind.Git, Repository.Submodules is null);
        Must("lfs", RepositoryKind.Git, !Repository.Lfs);
        Must("externals", RepositoryKind.Svn, Repository.Externals is null);
        MustFit("submodules", Repository.Submodules);
        MustFit("externals", Repository.Externals);

        void Must(string name, RepositoryKind kind, bool isLeftOut) =>
            ConsoleSettings.Must(
                isLeftOut || Repository.Kind == kind,
                key + name,
                $"stands at a repository of the kind {(kind == RepositoryKind.Git ? "git" : "svn")} alone"
            );

        void MustFit(string name, IReadOnlyList<string>? addresses) =>
            ConsoleSettings.Must(
                string.Join(' ', addresses ?? []).Length <= 4000,
                key + name,
                "has at most 4000 characters in all"
            );
    }

    // A server has one copy of a base: it can be one database alone.
    private void CheckDatabases(string app)
    {
        if (Databases is null)
            return;
        ConsoleSettings.Must(
            Base is null,
            app + ".base",
            "is left out where there is `databases`, for which it is short: { \"default\": [ ... ] }"
        );
        ConsoleSettings.Must(
            Databases.Count is >= 1 and <= MostDatabases,
            app + ".databases",
            $"names 1 to {MostDatabases} databases"
        );
        ConsoleSettings.Must(
            Databases.Count == 1 || Databases.ContainsKey(DatabaseName.Default.Text),
            app + ".databases",
            "names one of several `default`: it is what templates call `database`"
        );
        var homes = new Dictionary<BaseName, string>();
        foreach (var (name, bases) in Databases)
        {
            ConsoleSettings.Must(bases.Count > 0, $"{app}.databases.{name}", "lists one base at least");
            foreach (var (at, one) in bases.Index())
                ConsoleSettings.Must(
                    homes.TryAdd(one, name),
                    $"{app}.databases.{name}[{at}]",
                    $"stands once among an app's bases, as a server has one copy of each; {homes[one]} has it before"
                );
        }
    }

    private void CheckFolders(string key)
    {
        ConsoleSettings.Must(
            Folders is null || Folders.Count <= MostFolders,
            key,
            $"has at most {MostFolders} folders"
        );
        var links = new List<string>();
        foreach (var (name, folder) in Folders ?? new Dictionary<string, FolderSettings>(StringComparer.Ordinal))
        {
            ConsoleSettings.Must(
                folder.Python is not null || (!folder.System && folder.Pip is not { Count: > 0 }),
                $"{key}.{name}.python",
                "names the file of requirements, as `system` and `pip` are those of a virtual environment"
            );
            if (folder.Link is not { } link)
                continue;
            ConsoleSettings.Must(
                !links.Any(other => IsWithin(link, other) || IsWithin(other, link)),
                $"{key}.{name}.link",
                "is neither another folder's link, nor within one"
            );
            links.Add(link);
        }
    }

    private static bool IsWithin(string path, string other) =>
        (path + "/").StartsWith(other + "/", StringComparison.Ordinal);

    private static void CheckAddress(string key, string address, string remedy)
    {
        if (SettingsText.HasPassword(address))
            throw new WrongSetting(
                $"`{key}` has a password, and people can see it. Write it without `user:password@`, {remedy}"
            );
    }

    // Nothing is shown by accident: what may be a secret is said to be one, or not to be one.
    private void CheckSecrets(string app)
    {
        foreach (var (at, name) in (NotSecret ?? []).Index())
            ConsoleSettings.Must(
                Variables?.ContainsKey(name) == true,
                $"{app}.notSecret[{at}]",
                $"names a variable of the app{Nearness.Hint(name, Variables?.Keys ?? [])}"
            );
        foreach (var (name, value) in Variables ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            var key = $"{app}.variables.{name}";
            ConsoleSettings.Must(Secrets?.ContainsKey(name) != true, key, "has a name that is not in `secrets`, too");
            if (NotSecret?.Contains(name, StringComparer.Ordinal) != true && MayBeSecret(name, value))
                throw new WrongSetting(
                    $"`{key}` may be a secret, and people can see variables. Move it to "
                        + $"`{app}.secrets`, where templates "
                        + $"find it as variables.{name} all the same, or name it in "
                        + $"`{app}.notSecret` if everybody may see it."
                );
        }
    }

    private static bool MayBeSecret(string name, string value) =>
        SecretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase))
        || SettingsText.HasPassword(value)
        || Regex.IsMatch(
            value,
            @"-----BEGIN |(pass(word|wd)?|pwd|secret|token)\s*=",
            RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture
        );
}
