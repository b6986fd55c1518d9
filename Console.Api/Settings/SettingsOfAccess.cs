using System.Text;

namespace TestServers.Settings;

/// <summary>
/// Where the console listens: a Unix socket behind a web server, or a loopback port, where a person names himself.
/// </summary>
public sealed record Listen(string? Socket = null, int? Loopback = null)
{
    /// <summary>A socket's path may have so many bytes; the system has 108 for it and its end.</summary>
    public const int LongestSocket = 107;

    internal void Check(string state)
    {
        ConsoleSettings.Must(
            Socket is null != Loopback is null,
            "listen",
            "names either `socket` (behind a web server) or " + "`loopback` (a port, open to everybody on this machine)"
        );
        var bytes = Socket is null ? 0 : Encoding.UTF8.GetByteCount(Socket);
        ConsoleSettings.Must(
            bytes <= LongestSocket,
            "listen.socket",
            $"has at most {LongestSocket} bytes, as the system "
                + $"allows; {Socket} has {bytes}: choose a shorter folder"
        );
        ConsoleSettings.Must(
            Socket?.StartsWith(state + "/", StringComparison.Ordinal) != true,
            "listen.socket",
            "is in a folder that the web server may enter, not in the state folder, which is the console's alone"
        );
    }
}

/// <summary>A script's or cron's key. Only its SHA-256 is written down.</summary>
/// <param name="May">What it may do beside reading: restore, reserve, build.</param>
public sealed record TokenSettings(string Name, string Sha256, IReadOnlyList<string> May)
{
    // printf %s "$TOKEN" | sha256sum, where there is no TOKEN.
    private const string OfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    internal void Check(string key)
    {
        ConsoleSettings.Must(
            !ConsoleName.Is(Name),
            $"{key}.name",
            "is another than the console's own, or the audit could not tell them apart"
        );
        ConsoleSettings.Must(
            Sha256 != OfNothing,
            $"{key}.sha256",
            "is that of a token; this is the SHA-256 of an empty text"
        );
    }
}

/// <summary>When two spellings of a name are one person.</summary>
public enum NameRule
{
    AsIs,
    Folded,
}

/// <summary>What somebody may do at all, each with what those before it may.</summary>
public enum Role
{
    /// <summary>Reads.</summary>
    Viewer,

    /// <summary>Reserves, builds and restores.</summary>
    User,

    /// <summary>Also sees what others do, and ends what they left.</summary>
    Administrator,
}

/// <summary>People with a name for all of them; the web server may name more, of its own.</summary>
/// <param name="Users">Names of people, or of tokens.</param>
public sealed record GroupSettings(string Name, IReadOnlyList<string> Users);

/// <summary>Who has a role; who has several has the highest.</summary>
/// <param name="Users">Names of people.</param>
/// <param name="Groups">Names of groups, of the settings or of the web server.</param>
public sealed record RoleSettings(Role Role, IReadOnlyList<string>? Users = null, IReadOnlyList<string>? Groups = null);

/// <summary>Servers that are some groups' alone.</summary>
/// <param name="Servers">A regular expression: which servers.</param>
/// <param name="Groups">Only who is in one of them may reserve such a server, build on it or take it over.</param>
public sealed record ProtectedSettings(string Servers, IReadOnlyList<string> Groups)
{
    internal void Check(string key)
    {
        PatternRule.Check(Servers, key + ".servers");
        ConsoleSettings.Must(Groups.Count > 0, key + ".groups", "names at least one group, or nobody could use them");
    }
}

/// <param name="Names">Folded: capitals and small letters are the same, so that ANNA and anna are one person.</param>
/// <param name="Role">The role of everybody who is signed in and is listed under none.</param>
/// <param name="Tokens">How many tokens a person may have; 0: none.</param>
/// <param name="TokenDays">For how many days a token of a person holds at most.</param>
/// <param name="Addresses">By people's names, where they are sent e-mail; before what the web server says.</param>
public sealed record PeopleSettings(
    NameRule Names = NameRule.AsIs,
    Role Role = Role.User,
    int Tokens = 20,
    double TokenDays = 365,
    IReadOnlyDictionary<string, string>? Addresses = null
)
{
    /// <summary>The name that stands for a person however he is spelt.</summary>
    public string NameOf(string spelling) => Names == NameRule.Folded ? spelling.ToLowerInvariant() : spelling;

    /// <summary>Where the settings say that a person is sent e-mail; null: they do not.</summary>
    internal EmailAddress? AddressOf(string name) =>
        Addresses?.Where(a => NameOf(a.Key) == name).Select(a => EmailAddress.From(a.Value)).FirstOrDefault();
}

/// <param name="Days">For how many days a line of the audit is kept at least; 0: no limit.</param>
/// <param name="Megabytes">So much of its newest lines is kept, and at most a tenth more; 0: no limit.</param>
public sealed record AuditSettings(double Days = 730, int Megabytes = 500);

/// <summary>A chat room's or any program's address that takes a POST of {"text": "..."}.</summary>
public sealed record TextWebhookSettings(string Url);

/// <summary>In which form a webhook is told.</summary>
public enum WebhookForm
{
    /// <summary>All there is, as fields.</summary>
    Json,
    Slack,
    Mattermost,
    Teams,

    /// <summary>Of `webhook`: {"text": "..."} with the page's address.</summary>
    Text,
}

/// <summary>An address that is told what happens.</summary>
/// <param name="Events">What it wants to be told of; left out: what concerns the bases.</param>
/// <param name="SecretFile">The file with the key that deliveries are signed with; null: they are not signed.</param>
public sealed record WebhookSettings(
    string Name,
    string Url,
    WebhookForm Form = WebhookForm.Json,
    IReadOnlyList<MessageKind>? Events = null,
    string? SecretFile = null
)
{
    private static readonly IReadOnlyList<MessageKind> OfBases = [MessageKind.BaseStale, MessageKind.RestoreFailed];

    /// <summary>Whether it wants to be told of this.</summary>
    public bool Wants(MessageKind kind) => (Events ?? OfBases).Contains(kind);

    internal void Check(string key)
    {
        ConsoleSettings.Must(
            Name != ConsoleSettings.TextWebhook,
            $"{key}.name",
            $"is another than {ConsoleSettings.TextWebhook}, which the one of `webhook` has"
        );
        ConsoleSettings.Must(
            Form != WebhookForm.Text,
            $"{key}.form",
            "is json, slack, mattermost or teams; text is that of `webhook`"
        );
    }
}

/// <param name="PerPerson">How many servers one may hold at once; 0: any number.</param>
/// <param name="Kept">How many reservations that have ended are kept of each server.</param>
/// <param name="TurnMinutes">For how long a server is held for the person whose turn it is.</param>
/// <param name="LineHours">For how long a place in a line lasts.</param>
public sealed record ReservationSettings(
    double DefaultHours = 4,
    double MaxHours = 168,
    int PerPerson = 0,
    int Kept = 200,
    double TurnMinutes = 10,
    double LineHours = 168
)
{
    internal void Check() =>
        ConsoleSettings.Must(
            DefaultHours <= MaxHours,
            "reservations.defaultHours",
            $"is at most `reservations.maxHours`, which is {MaxHours}; left out it is 4"
        );
}

/// <param name="Kept">How many ended builds, and restores, are kept with their logs; of older ones those that are still
/// needed, without.</param>
/// <param name="KeptDays">For how many days after its end a log is kept; 0: no limit.</param>
/// <param name="PerPerson">How many builds one person may have waiting.</param>
/// <param name="OutputMegabytes">A call of a host program that says more is ended.</param>
/// <param name="DatabaseMinutes">Limit of the database step and of a restore's every step.</param>
public sealed record BuildSettings(
    int Kept = 500,
    double KeptDays = 90,
    int PerPerson = 20,
    int Waiting = 1000,
    int History = 50,
    double DatabaseMinutes = 120,
    double CodeMinutes = 60,
    double AfterMinutes = 30,
    double SettingsMinutes = 2,
    double HealthSeconds = 30,
    double RestoreHours = 12,
    int OutputMegabytes = 256
);
