using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace TestServers.Settings;

/// <summary>What a connection to a host is used for: each use may have rights of its own.</summary>
public enum HostUse
{
    /// <summary>To list servers.</summary>
    Look,

    /// <summary>To switch power.</summary>
    Power,

    /// <summary>To make and delete servers.</summary>
    Make,
}

/// <summary>What can be done with a server's power.</summary>
public enum PowerAction
{
    /// <summary>Start one that is shut off.</summary>
    Start,

    /// <summary>Ask its system to shut down.</summary>
    Shutdown,

    /// <summary>Begin anew at once, as its reset button does.</summary>
    Reset,
}

/// <summary>A machine whose libvirt runs servers, or a project of OpenStack.</summary>
/// <param name="Servers">A regular expression: the domains that are test servers.</param>
/// <param name="Uri">libvirt's connection URI. Of OpenStack, what tells one project from another.</param>
/// <param name="Address">A server's address, with {server} and {number}.</param>
/// <param name="Url">A server's own page, with {server}, {number} and {address}.</param>
public sealed record HostSettings(
    string Name,
    string Servers,
    string Uri = "",
    string Address = "{server}",
    string Url = "http://{address}/"
)
{
    /// <summary>What a holder may do with the power of their server; by itself nothing.</summary>
    public IReadOnlyList<PowerAction> Power { get; init; } = [];

    /// <summary>libvirt's connection URI for that alone; null: <see cref="Uri"/>, read-only no more.</summary>
    public string? PowerUri { get; init; }

    /// <summary>libvirt's connection URI for making and deleting servers alone; null: none are.</summary>
    public string? MakeUri { get; init; }

    /// <summary>The project of OpenStack that it is; null: it is a machine with libvirt.</summary>
    public OpenStackSettings? OpenStack { get; init; }

    /// <summary>What it calls one of what it has, in sentences.</summary>
    internal string Noun => OpenStack is null ? "domain" : "server";

    /// <summary>Whether servers may be made there, and deleted.</summary>
    internal bool MayMake => MakeUri is not null || OpenStack?.MakeCloud is not null;

    /// <summary>The key of what leads there for a use.</summary>
    internal string ConnectionFor(HostUse use) =>
        use switch
        {
            HostUse.Power when PowerUri is not null => "powerUri",
            HostUse.Power when OpenStack?.PowerCloud is not null => "powerCloud",
            HostUse.Make when MakeUri is not null => "makeUri",
            HostUse.Make when OpenStack?.MakeCloud is not null => "makeCloud",
            _ when OpenStack is { CloudsFile: null } => "openStack",
            _ => OpenStack is null ? "uri" : "cloud",
        };

    /// <summary>Where servers are made: what tells one libvirt or project from another.</summary>
    internal string MakingPlace => MakeUri ?? MakingProject ?? Uri;

    /// <summary>What tells the project of `makeCloud` from another one; null: it is a machine with libvirt.</summary>
    internal string? MakingProject { get; init; }

    /// <summary>With what tells its projects of OpenStack from others, as the files say it that it names.</summary>
    /// <param name="key">Of its `openStack` in the settings.</param>
    /// <exception cref="WrongSetting">A file cannot be read, or does not say it.</exception>
    internal HostSettings WithPlaces(string key) =>
        OpenStack is { } cloud
            ? this with
            {
                Uri = cloud.Resolve(key).Uri,
                MakingProject = cloud.Resolve(key, HostUse.Make).Uri,
            }
            : this;

    /// <summary>What is to be looked at where a server that was made is not listed.</summary>
    internal string MakesWhatItLists =>
        OpenStack is null
            ? "`makeUri` and `uri` are to lead to the same libvirt."
            : "`makeCloud` and `cloud` are to be the same project.";

    internal void Check(string key)
    {
        ConsoleSettings.Must(
            Uri.Length > 0 != OpenStack is not null,
            key,
            "has either `uri`, a machine with libvirt, or `openStack`, a project of OpenStack"
        );
        OpenStack?.Check(key + ".openStack", Power.Count > 0);
        Placeholders.Check(Address, key + ".address", "server", "number");
        Placeholders.Check(Url, key + ".url", "server", "number", "address");
        ConsoleSettings.Must(
            Placeholders.Samples(Address).Any(SettingsRules.IsHost),
            key + ".address",
            SettingsRules.Of("hosts[].address").Says + "; an IPv6 address has no brackets there"
        );
        // Without one there is nothing to open.
        ConsoleSettings.Must(
            Url.Length == 0 || Placeholders.Samples(Url, Address).Any(SettingsRules.IsWebAddress),
            key + ".url",
            SettingsRules.Of("hosts[].url").Says
        );
        if (SettingsText.HasPassword(Url))
            throw new WrongSetting(
                $"`{key}.url` has a password, and people can see it. Write it without "
                    + "`user:password@`, and let the server's page ask for it."
            );
        CheckUri(Uri, key + ".uri");
        if (PowerUri is not null)
            CheckUri(PowerUri, key + ".powerUri");
        if (MakeUri is not null)
            CheckUri(MakeUri, key + ".makeUri");
        ConsoleSettings.Must(
            MakeUri is null || OpenStack is null,
            key + ".makeUri",
            "is left out beside `openStack`, which may have a `makeCloud`"
        );
        ConsoleSettings.Must(
            PowerUri is null || OpenStack is null,
            key + ".powerUri",
            "is left out beside `openStack`, which may have a `powerCloud`"
        );
        ConsoleSettings.Must(
            PowerUri is null || Power.Count > 0,
            key + ".powerUri",
            "stands beside `power`, which says what may be done"
        );
        ConsoleSettings.Must(Power.Distinct().Count() == Power.Count, key + ".power", "names each once");
        PatternRule.Check(Servers, key + ".servers");
    }

    private static void CheckUri(string uri, string key)
    {
        if (Regex.IsMatch(uri, "://[^/]*:[^/]*@"))
            throw new WrongSetting(
                $"`{key}` has a password, and people can see it. Write it without, and let the "
                    + "console's account in by a key."
            );
    }
}

/// <summary>Servers that have tags, by which people find and ask for them.</summary>
/// <param name="Servers">A regular expression: which servers.</param>
public sealed record TagSettings(string Servers, IReadOnlyList<TagName> Tags)
{
    internal void Check(string key)
    {
        PatternRule.Check(Servers, key + ".servers");
        ConsoleSettings.Must(Tags.Count > 0, key + ".tags", "names at least one tag");
    }
}

/// <summary>Who speaks ssh.</summary>
public enum SshClientKind
{
    /// <summary>The console itself, by SSH.NET.</summary>
    Sshnet,

    /// <summary>The program ssh, with all that its own settings know.</summary>
    Openssh,
}

/// <summary>How a host program is reached by ssh. The key can do nothing but that program.</summary>
/// <param name="Host">The destination; for guests the server's address.</param>
/// <param name="Config">An ssh_config file to use in place of the account's own; only OpenSSH reads one.</param>
/// <param name="ConnectSeconds">A host on which no sshd has answered by then is given up.</param>
/// <param name="SilenceSeconds">A connection on which nothing comes for so long is given up; an even number.</param>
/// <param name="AnswerSeconds">A call that the host program has not answered by then is given up.</param>
/// <param name="Transport">Left out, it is SSH.NET, and OpenSSH when there is a <paramref name="Config"/>.</param>
public sealed record SshSettings(
    string User,
    string Key,
    string KnownHosts,
    int Port = 22,
    string Host = "",
    string? Config = null,
    int ConnectSeconds = 5,
    int SilenceSeconds = 10,
    int AnswerSeconds = 30,
    SshClientKind? Transport = null
)
{
    /// <summary>Whether the program ssh is used: when it was asked for, or what only it can read.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool UsesOpenSsh => Transport is null ? Config is not null : Transport == SshClientKind.Openssh;

    // Of the 107 bytes that a socket's path may have, ssh takes 58 for the name.
    private const int LongestFolder = 49;

    internal void Check(string key) =>
        ConsoleSettings.Must(
            Config is null || UsesOpenSsh,
            key + ".transport",
            "is openssh, or left out, where `config` is given: only the program ssh reads that file"
        );

    /// <summary>Refuses a folder in which ssh could make no socket, and would reach no host.</summary>
    internal static void CheckFolder(string runtime)
    {
        var bytes = Encoding.UTF8.GetByteCount(runtime);
        ConsoleSettings.Must(
            bytes <= LongestFolder,
            "runtime",
            $"has at most {LongestFolder} bytes, as ssh makes sockets "
                + $"there; left out, it is the state folder. {runtime} has {bytes}: choose a shorter folder"
        );
    }
}

/// <summary>A host program on this machine, reached without ssh.</summary>
public sealed record LocalSettings(string Program, string Config);

/// <summary>How servers are reached, and where the app's files are on them ({server} is replaced).</summary>
/// <param name="LookMinutes">How often each server is asked what is on it.</param>
/// <param name="SeveralApps">A regular expression: the servers that may have several apps beside each other, each with
/// its site; null: on each, a build of another app takes the place of the former one's site.</param>
public sealed record GuestSettings(
    SshSettings Ssh,
    string Folder = "/srv/app",
    double LookMinutes = 2,
    string? SeveralApps = null
)
{
    // By their texts, as settings are read again and again.
    private static readonly ConcurrentDictionary<string, Regex> Patterns = new(StringComparer.Ordinal);

    /// <summary>Whether a server may have several apps.</summary>
    internal bool MayHaveSeveral(ServerName server) =>
        SeveralApps is { } pattern && Patterns.GetOrAdd(pattern, PatternRule.Make).IsMatch(server.Text);

    internal void Check()
    {
        Ssh.Check("guests.ssh");
        ConsoleSettings.Must(
            Ssh.Host.Length == 0,
            "guests.ssh.host",
            "is left out: a server's address is `address` of its host"
        );
        Placeholders.Check(Folder, "guests.folder", "server", "number", "address");
        if (SeveralApps is not null)
            PatternRule.Check(SeveralApps, "guests.severalApps");
    }
}

/// <summary>A machine with PostgreSQL and the database host's program.</summary>
/// <param name="Address">Where apps connect to.</param>
/// <param name="Copies">How many plain copies and restores may run on it at once.</param>
public sealed record DatabaseHostSettings(
    string Name,
    string Address,
    int Port = 5432,
    int Copies = 2,
    SshSettings? Ssh = null,
    LocalSettings? Local = null
)
{
    internal void Check(string key)
    {
        ConsoleSettings.Must(Ssh is null != Local is null, key, "has either `ssh` or `local`");
        Ssh?.Check(key + ".ssh");
        ConsoleSettings.Must(Ssh is null || Ssh.Host.Length > 0, key + ".ssh.host", "names the machine");
    }
}

/// <summary>Copies of servers that are not seen any more.</summary>
/// <param name="KeptDays">
/// For how many days, of which a part is allowed, it is told that a server is not seen before its copy is dropped.
/// </param>
public sealed record CopySettings(double KeptDays = 7)
{
    private const double Least = 0.0001,
        Most = 3650;

    internal static SettingRule Days { get; } =
        new(
            $"is {Least} to {Most} days. 0 is none: a copy is dropped at once only by a person, "
                + "on the page of the bases or by DELETE api/copies/DATABASE",
            Number: days => days is >= Least and <= Most
        );
}

/// <summary>How many savepoints there are, and for how long.</summary>
/// <param name="PerServer">How many a server may have; 0 for none.</param>
/// <param name="KeptDays">For how many days one is kept.</param>
public sealed record SavepointSettings(int PerServer = 3, double KeptDays = 14);
