using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace TestServers.Settings;

/// <summary>What a right value of one key is: in words, and as tests of a text or of a number.</summary>
/// <param name="Says">As the end of "a right one ...".</param>
internal sealed record SettingRule(string Says, Func<string, bool>? Text = null, Func<double, bool>? Number = null)
{
    /// <summary>Whether the text may have several lines.</summary>
    public bool IsLong { get; init; }

    /// <summary>Whether it is the path of a file or folder.</summary>
    public bool IsPath { get; init; }
}

/// <summary>
/// The rule of every key that there is, each value by itself; what several values must be together, the records of the
/// settings check. A key without a line here is not read: a test compares the two.
/// </summary>
internal static partial class SettingsRules
{
    private const string Ssh = "is an object: { \"user\": ..., \"key\": ..., \"knownHosts\": ... }",
        Account = "names an account there, in letters, digits and . _ - @",
        Shown = "has 1 to 64 characters, all of which can be seen",
        Person = "has 1 to 256 characters, all of which can be seen",
        Group = "has 1 to 256 characters, all of which can be seen, and no semicolon",
        Folder = "names a folder",
        Host = "is a host's name or IP address, without brackets";

    private static readonly string Events = string.Join(
        ", ",
        Enum.GetNames<MessageKind>().Select(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName)
    );
    private static readonly SettingRule WebhookUrl = new(
        "is an http or https address without a user, as none is sent",
        t => IsWebAddress(t) && new Uri(t).UserInfo.Length == 0
    );
    private static readonly SettingRule DaysOrNoLimit = new(
        "is from 0.01 to 36500 days, or 0, which sets no limit",
        Number: n => n is 0 or >= 0.01 and <= 36500
    );

    private static readonly Dictionary<string, SettingRule> All = new(StringComparer.Ordinal)
    {
        ["listen"] = new("is an object that names either `socket` or `loopback`"),
        ["listen.socket"] = Path("names the socket that the web server connects to"),
        ["listen.loopback"] = Whole(1, 65535, "is a port"),
        ["pathBase"] = new("is empty, or begins with a slash and ends without one, such as /console", IsPathBase),
        ["publicUrl"] = new(
            "is an http or https address such as https://qa.example/console, without a user, ? or #",
            IsPublicUrl
        ),
        ["wwwroot"] = Path("names the folder of the front end"),
        ["log"] = new("is auto, plain or journal"),
        ["state"] = Path("names the folder that holds the console's state"),
        ["runtime"] = Path("names a folder for the sockets of ssh connections; left out, it is the state folder"),
        ["hosts"] = new("is a list of objects: [ { \"name\": ..., \"uri\": ..., \"servers\": ... } ]"),
        ["hosts[].name"] = new(Shown, IsName),
        ["hosts[].uri"] = new(
            "is a libvirt connection URI such as qemu:///system or qemu+ssh://kvm2/system",
            IsLibvirt
        ),
        ["hosts[].servers"] = new("is a regular expression that names the test servers, such as ^qa[0-9]+$", IsFull),
        ["hosts[].address"] = new("is a host's name or IP address, with {server} or {number} in it", IsFull),
        ["hosts[].url"] = new("is an http or https address, with {server}, {number} or {address} in it", _ => true),
        ["hosts[].power"] = new("is a list of start, shutdown and reset, or of some of them"),
        ["hosts[].power[]"] = new("is start, shutdown or reset"),
        ["hosts[].powerUri"] = new(
            "is a libvirt connection URI such as qemu:///system or qemu+ssh://power@kvm2/system",
            IsLibvirt
        ),
        ["hosts[].makeUri"] = new(
            "is a libvirt connection URI such as qemu:///system or qemu+ssh://maker@kvm2/system",
            IsLibvirt
        ),
        ["hosts[].openStack"] = new("is an object: { \"cloudsFile\": ..., \"cloud\": ... }"),
        ["hosts[].openStack.cloudsFile"] = Path("names a clouds.yaml"),
        ["hosts[].openStack.cloud"] = new(Person, IsPerson),
        ["hosts[].openStack.powerCloud"] = new(Person, IsPerson),
        ["hosts[].openStack.makeCloud"] = new(Person, IsPerson),
        ["hosts[].openStack.authUrl"] = new(
            "is Keystone's http or https address such as https://cloud.example:5000/v3, without a user",
            IsPublicUrl
        ),
        ["hosts[].openStack.applicationCredentialId"] = new(Person, IsPerson),
        ["hosts[].openStack.username"] = new(Person, IsPerson),
        ["hosts[].openStack.userDomainName"] = new(Person, IsPerson),
        ["hosts[].openStack.projectName"] = new(Person, IsPerson),
        ["hosts[].openStack.projectDomainName"] = new(Person, IsPerson),
        ["hosts[].openStack.secretFile"] = Path("names the file with the secret of a credential, or with a password"),
        ["hosts[].openStack.regionName"] = new(Person, IsPerson),
        ["hosts[].openStack.interface"] = new("is public, internal or admin"),
        ["hosts[].openStack.cacert"] = Path("names the file with the certificate of the CA"),
        ["hosts[].openStack.verify"] = new("is true or false"),
        ["hosts[].openStack.metadata"] = new("is an object of texts, which servers have as metadata", IsPerson),
        ["hosts[].openStack.metadata.*"] = new("is text of up to 255 characters", t => t.Length <= 255),
        ["hosts[].openStack.addressNetwork"] = new(Person, IsPerson),
        ["hosts[].openStack.addressMetadata"] = new(Person, IsPerson),
        ["hosts[].openStack.pollSeconds"] = Between(0.5, 300, "seconds"),
        ["guests"] = new("is an object: { \"ssh\": { ... } }"),
        ["guests.ssh"] = new(Ssh),
        ["guests.folder"] = new("is a folder on the servers; it begins with a slash and ends without one", IsRooted)
        {
            IsPath = true,
        },
        ["guests.lookMinutes"] = Between(0.01, 1440, "minutes"),
        ["guests.severalApps"] = new(
            "is a regular expression that names the servers that may have several apps, such as ^qa[0-9]+$",
            IsFull
        ),
        ["databaseHosts"] = new("is a list of objects: [ { \"name\": ..., \"address\": ..., \"ssh\": { ... } } ]"),
        ["databaseHosts[].name"] = new(Shown, IsName),
        ["databaseHosts[].address"] = new(Host, IsHost),
        ["databaseHosts[].port"] = Whole(1, 65535, "is a port"),
        ["databaseHosts[].copies"] = Whole(1, 64),
        ["databaseHosts[].ssh"] = new(Ssh),
        ["databaseHosts[].local"] = new("is an object: { \"program\": ..., \"config\": ... }"),
        ["databaseHosts[].local.program"] = Path("names the program database-host on this machine"),
        ["databaseHosts[].local.config"] = Path("names that program's settings"),
        ["bases"] = new("is a list of objects: [ { \"name\": ..., \"host\": ..., \"dump\": ..., \"owner\": ... } ]"),
        ["bases[].name"] = Name<BaseName>(),
        ["bases[].host"] = new("names one of databaseHosts", IsName),
        ["bases[].alsoOn"] = new("is a list of further ones of databaseHosts that have the base, too"),
        ["bases[].alsoOn[]"] = new("names one of databaseHosts", IsName),
        ["bases[].dump"] = new("is a file's name below the backups, in letters, digits and . _ - /", Dump().IsMatch),
        ["bases[].owner"] = new(
            "is a role's name, in small letters, digits and underscores, and none of PostgreSQL's own",
            IsOwner
        ),
        ["bases[].spares"] = Whole(0, 20),
        ["bases[].staleAfterHours"] = Between(0.01, 87600, "hours"),
        ["bases[].jobs"] = Whole(1, 64),
        ["bases[].check"] = new("is SQL whose every row begins with true", IsFull) { IsLong = true },
        ["bases[].sanitize"] = new("is SQL that is run on restored data", IsFull) { IsLong = true },
        ["bases[].skip"] = new("is a list of what a restore leaves out, such as [ \"event triggers\" ]"),
        ["bases[].skip[]"] = new(SkippedThing.Rule, SkippedThing.IsRight),
        ["bases[].allowErrors"] = new("is a list of regular expressions"),
        ["bases[].allowErrors[]"] = new(
            "is a regular expression of 1 to 500 characters, such as ^index public[.]old_",
            t => t.Length <= 500 && IsFull(t)
        ),
        ["bases[].nights"] = Whole(0, 30),
        ["copies"] = new("is an object: { \"keptDays\": ... }"),
        ["copies.keptDays"] = CopySettings.Days,
        ["savepoints"] = new("is an object: { \"perServer\": ..., \"keptDays\": ... }"),
        ["savepoints.perServer"] = Whole(0, 50),
        ["savepoints.keptDays"] = Between(0.0001, 3650, "days"),
        ["apps"] = new("is a list of objects: [ { \"name\": ..., \"repository\": { ... }, \"templates\": ... } ]"),
        ["apps[].name"] = Name<AppName>(),
        ["apps[].repository"] = new("is an object: { \"kind\": \"svn\", \"url\": ... }"),
        ["apps[].repository.kind"] = new("is svn or git"),
        ["apps[].repository.url"] = new(
            "is an address such as https://svn.example/shop or ssh://git@git.example/shop.git",
            IsRepository
        ),
        ["apps[].repository.submodules"] = new("is a list of addresses that submodules may come from"),
        ["apps[].repository.submodules[]"] = new(
            "is an address such as https://git.example/part.git, or ends with /* for all below it",
            IsRepositories
        ),
        ["apps[].repository.externals"] = new("is a list of addresses that externals may come from"),
        ["apps[].repository.externals[]"] = new(
            "is an address such as https://svn.example/parts/lib, or ends with /* for all below it",
            IsRepositories
        ),
        ["apps[].repository.lfs"] = new("is true or false"),
        ["apps[].templates"] = Path("names the folder with the app's templates"),
        ["apps[].kind"] = Name<SiteKind>(),
        ["apps[].base"] = Name<BaseName>(),
        ["apps[].databases"] = new(
            $"is an object of databases, whose names are {DatabaseName.Rule}, each with a list of bases",
            text => DatabaseName.From(text) is not null
        ),
        ["apps[].databases.*"] = new("is a list of bases, the usual one first"),
        ["apps[].databases.*[]"] = Name<BaseName>(),
        ["apps[].defaultPath"] = Name<RepositoryPath>(),
        ["apps[].health"] = new(
            "is an http or https address, with {url}, {address}, {server} or {number} in it",
            IsFull
        ),
        ["apps[].database"] = new("is an object: { \"user\": ..., \"passwordFile\": ... }"),
        ["apps[].database.user"] = new("is the name of a role in the database, of up to 63 bytes", IsRole),
        ["apps[].database.passwordFile"] = Path("names the file with the role's password"),
        ["apps[].variables"] = new("is an object of texts, whose names have letters, digits, _ and -", IsVariable),
        ["apps[].variables.*"] = new("is text", _ => true) { IsLong = true },
        ["apps[].secrets"] = new("is an object of texts, whose names have letters, digits, _ and -", IsVariable),
        ["apps[].secrets.*"] = new("is text", _ => true) { IsLong = true },
        ["apps[].notSecret"] = new("is a list of names of variables"),
        ["apps[].notSecret[]"] = new("is the name of a variable", IsVariable),
        ["apps[].folders"] = new(
            "is an object of folders, whose names have 1 to 32 small letters, digits and _, begin with a letter, and "
                + "are not code or site",
            t => FolderName().IsMatch(t) && t is not ("code" or "site")
        ),
        ["apps[].folders.*"] = new("is an object: { } or { \"python\": \"requirements.txt\" }"),
        ["apps[].folders.*.link"] = InCode("names a place in the working copy, such as media/uploads"),
        ["apps[].folders.*.python"] = InCode("names a file of the working copy, such as requirements.txt"),
        ["apps[].folders.*.system"] = new("is true or false"),
        ["apps[].folders.*.pip"] = new("is a list of options of pip"),
        ["apps[].folders.*.pip[]"] = new(
            "is an option of pip without blanks, such as --no-index, and has no password",
            t => PipOption().IsMatch(t) && !SettingsText.HasPassword(t)
        ),
        ["apps[].after"] = new("is a list of commands"),
        ["apps[].after[]"] = new(
            "is a command of one line, of 1 to 4000 characters, or an object: { \"run\": ..., \"when\": ... }",
            IsCommand
        ),
        ["apps[].after[].run"] = new("is a command of one line, of 1 to 4000 characters", IsCommand),
        ["apps[].after[].when"] = new("is code, database, any or both"),
        ["apps[].after[].minutes"] = Between(0.01, 10080, "minutes"),
        ["apps[].after[].files"] = new("is a list of the site's files with lines NAME=VALUE"),
        ["apps[].after[].files[]"] = new("is the name of one of the site's files, such as .env", IsSiteFile),
        ["apps[].migrations"] = new("is django, or a command of one line, of 1 to 4000 characters", IsCommand),
        ["apps[].follow"] = new("is an object: { \"seconds\": ..., \"hookSecretFile\": ... }"),
        ["apps[].follow.seconds"] = Whole(1, 3600, "is a number of seconds"),
        ["apps[].follow.hookSecretFile"] = Path("names the file with the key of the repository's hooks"),
        ["apps[].workers"] = new(
            "is an object of commands, whose names are 1 to 32 small letters, digits, dashes or underscores, the first "
                + "a letter",
            t => AppName.From(t) is not null
        ),
        ["apps[].workers.*"] = new(
            "is a command of one line, of 1 to 4000 characters",
            t => t.Length <= 4000 && IsFull(t)
        ),
        ["apps[].make"] = new("is an object: { \"host\": ..., \"name\": \"shop-{number}\", \"template\": ... }"),
        ["apps[].make.host"] = new("names one of hosts", IsName),
        ["apps[].make.name"] = new("is the servers' name, such as shop-{number}", IsFull),
        ["apps[].make.template"] = new(
            "is the name of a domain that is shut off: 1 to 64 letters, digits and . _ + -, the first a letter or "
                + "digit, and not digits alone",
            MakeSettings.IsTemplate
        ),
        ["apps[].make.image"] = new("is the id of an image: openstack image list", IsId),
        ["apps[].make.flavor"] = new("is the id of a flavor: openstack flavor list", IsId),
        ["apps[].make.network"] = new("is the id of a network, or auto or none: openstack network list", IsId),
        ["apps[].make.keyPair"] = new("is the name of a key pair: openstack keypair list", IsPerson),
        ["apps[].make.userData"] = Path("names the file that cloud-init sets the server up with"),
        ["apps[].make.most"] = Whole(1, 1000),
        ["apps[].make.hours"] = Between(0.001, 8760, "hours"),
        ["apps[].make.minutes"] = Between(0.05, 1440, "minutes"),
        ["tokens"] = new("is a list of objects: [ { \"name\": ..., \"sha256\": ..., \"may\": [ ... ] } ]"),
        ["tokens[].name"] = new(Shown, IsName),
        ["tokens[].sha256"] = new("is the token's SHA-256, 64 small hexadecimal digits", Digest().IsMatch),
        ["tokens[].may"] = new("lists restore, reserve or build"),
        ["tokens[].may[]"] = new("is restore, reserve or build", TokenRights.All.Contains),
        ["webhook"] = new("is an object: { \"url\": ... }"),
        ["webhook.url"] = WebhookUrl,
        ["webhooks"] = new(
            "is a list of objects: [ { \"name\": ..., \"url\": ..., \"form\": ..., \"events\": [ ... ] } ]"
        ),
        ["webhooks[].name"] = new(Shown, IsName),
        ["webhooks[].url"] = WebhookUrl,
        ["webhooks[].form"] = new("is json, slack, mattermost or teams"),
        ["webhooks[].events"] = new($"lists what it is told of: {Events}"),
        ["webhooks[].events[]"] = new($"is one of {Events}"),
        ["webhooks[].secretFile"] = Path("names the file with the key that deliveries are signed with"),
        ["mail"] = new("is an object: { \"host\": ..., \"from\": ... }"),
        ["mail.host"] = new(Host, IsHost),
        ["mail.from"] = Name<EmailAddress>(),
        ["mail.port"] = Whole(1, 65535, "is a port"),
        ["mail.tls"] = new("is startTls, implicit or none"),
        ["mail.user"] = new(Person, IsPerson),
        ["mail.passwordFile"] = Path("names the file with the password of `user`"),
        ["people"] = new("is an object: { \"names\": ... }"),
        ["people.names"] = new("is asIs or folded"),
        ["people.role"] = new("is viewer, user or administrator"),
        ["people.tokens"] = Whole(0, 1000),
        ["people.tokenDays"] = Between(0.01, 36500, "days"),
        ["people.addresses"] = new("is an object of people's names, each with an e-mail address", IsPerson),
        ["people.addresses.*"] = Name<EmailAddress>(),
        ["groups"] = new("is a list of objects: [ { \"name\": ..., \"users\": [ ... ] } ]"),
        ["groups[].name"] = new(Group, IsGroup),
        ["groups[].users"] = new("is a list of names of people or tokens"),
        ["groups[].users[]"] = new(Person, IsPerson),
        ["roles"] = new("is a list of objects: [ { \"role\": ..., \"users\": [ ... ], \"groups\": [ ... ] } ]"),
        ["roles[].role"] = new("is viewer, user or administrator"),
        ["roles[].users"] = new("is a list of names of people"),
        ["roles[].users[]"] = new(Person, IsPerson),
        ["roles[].groups"] = new("is a list of names of groups"),
        ["roles[].groups[]"] = new(Group, IsGroup),
        ["protected"] = new("is a list of objects: [ { \"servers\": ..., \"groups\": [ ... ] } ]"),
        ["protected[].servers"] = new("is a regular expression that names servers, such as ^release", IsFull),
        ["protected[].groups"] = new("is a list of names of groups, with one at least"),
        ["protected[].groups[]"] = new(Group, IsGroup),
        ["tags"] = new("is a list of objects: [ { \"servers\": ..., \"tags\": [ ... ] } ]"),
        ["tags[].servers"] = new("is a regular expression that names servers, such as ^qa0[1-4]$", IsFull),
        ["tags[].tags"] = new("is a list of tags, with one at least"),
        ["tags[].tags[]"] = Name<TagName>(),
        ["reservations"] = new("is an object: { \"defaultHours\": ..., ... }"),
        ["reservations.defaultHours"] = Between(0.01, 87600, "hours"),
        ["reservations.maxHours"] = Between(0.01, 87600, "hours"),
        ["reservations.kept"] = Whole(1, 10_000),
        ["reservations.perPerson"] = Whole(0, 100_000),
        ["reservations.turnMinutes"] = Between(0.01, 1440, "minutes"),
        ["reservations.lineHours"] = Between(0.01, 8760, "hours"),
        ["builds"] = new("is an object: { \"kept\": ..., ... }"),
        ["builds.kept"] = Whole(1, 100_000),
        ["builds.keptDays"] = DaysOrNoLimit,
        ["builds.perPerson"] = Whole(1, 100_000),
        ["builds.waiting"] = Whole(1, 100_000),
        ["builds.history"] = Whole(1, 10_000),
        ["builds.databaseMinutes"] = Between(0.01, 10080, "minutes"),
        ["builds.codeMinutes"] = Between(0.01, 10080, "minutes"),
        ["builds.afterMinutes"] = Between(0.01, 10080, "minutes"),
        ["builds.settingsMinutes"] = Between(0.01, 10080, "minutes"),
        ["builds.healthSeconds"] = Between(0.1, 86400, "seconds"),
        ["builds.restoreHours"] = Between(0.01, 168, "hours"),
        ["builds.outputMegabytes"] = Whole(1, 1024),
        ["audit"] = new("is an object: { \"days\": ..., \"megabytes\": ... }"),
        ["audit.days"] = DaysOrNoLimit,
        ["audit.megabytes"] = Whole(0, 1_000_000),
    };

    private static readonly Dictionary<string, SettingRule> OfSsh = new(StringComparer.Ordinal)
    {
        ["host"] = new(Host, IsHost),
        ["user"] = new(Account, User().IsMatch),
        ["key"] = Path("names the file with the private key"),
        ["knownHosts"] = Path("names the file with the hosts' keys"),
        ["config"] = Path("names an ssh_config file"),
        ["transport"] = new("is sshnet or openssh"),
        ["port"] = Whole(1, 65535, "is a port"),
        ["connectSeconds"] = Whole(1, 300),
        ["silenceSeconds"] = Whole(2, 600, "is an even number", n => n % 2 == 0),
        ["answerSeconds"] = Whole(1, 600),
    };

    private static readonly SettingRule Entry = new("is an object: { ... }");

    private static readonly string[] Drivers =
    [
        "qemu",
        "test",
        "lxc",
        "xen",
        "vbox",
        "vz",
        "ch",
        "esx",
        "gsx",
        "vpx",
        "hyperv",
        "bhyve",
        "openvz",
        "vmwareplayer",
        "vmwarews",
        "vmwarefusion",
    ];

    private static readonly string[] Transports = ["tls", "unix", "ssh", "libssh", "libssh2", "tcp", "ext"];

    /// <summary>The rule of a key, such as <c>hosts[].uri</c>.</summary>
    /// <exception cref="InvalidOperationException">The key has none.</exception>
    public static SettingRule Of(string key) => Find(key) ?? throw new InvalidOperationException($"{key} has no rule.");

    /// <summary>The rule of a key, or null when it has none.</summary>
    public static SettingRule? Find(string key) =>
        All.GetValueOrDefault(key)
        ?? (key.Split(".ssh.") is [_, var name] ? OfSsh.GetValueOrDefault(name) : null)
        ?? (key.EndsWith("[]", StringComparison.Ordinal) && All.ContainsKey(key[..^2]) ? Entry : null);

    /// <summary>Whether this is a host's name or IP address, as ssh and clients of databases take it.</summary>
    public static bool IsHost(string text) =>
        text.Length is > 0 and <= 253
        // 127.0.0.300 would pass for a name.
        && (
            text.All(c => char.IsAsciiDigit(c) || c == '.')
                ? IPAddress.TryParse(text, out _) && text.Count(c => c == '.') == 3
                : text[0] is not ('-' or '[') && Uri.CheckHostName(text) != UriHostNameType.Unknown
        );

    /// <summary>Whether this is an http or https address of some machine.</summary>
    public static bool IsWebAddress(string text) =>
        !text.Any(char.IsWhiteSpace)
        && Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https"
        && address.Port > 0
        && IsHost(address.Host.Trim('[', ']'));

    private static SettingRule Whole(
        int least,
        int most,
        string says = "is a whole number",
        Func<double, bool>? also = null
    ) => new($"{says} from {least} to {most}", Number: n => n >= least && n <= most && also?.Invoke(n) != false);

    private static SettingRule Between(double least, double most, string of) =>
        new($"is from {least} to {most} {of}", Number: n => n >= least && n <= most);

    private static SettingRule Name<T>()
        where T : class, IName<T> => new($"is {T.Rule}", text => T.From(text) is not null);

    private static SettingRule Path(string says) =>
        new(says, text => IsFull(text) && text.Trim() == text && FilledInNowhere(text) is null) { IsPath = true };

    /// <summary>
    /// What a path has that a shell or systemd would fill in, and the console and ssh do not, or not as it is meant.
    /// </summary>
    public static string? FilledInNowhere(string path) =>
        Filled().Match(path) is { Success: true } found ? found.Value : null;

    private static SettingRule InCode(string says) =>
        new(says, text => text.Length <= 200 && Inner().IsMatch(text)) { IsPath = true };

    private static bool IsId(string text) => CloudId().IsMatch(text);

    private static bool IsCommand(string text) => text.Length <= 4000 && IsFull(text);

    private static bool IsFull(string text) => !string.IsNullOrWhiteSpace(text);

    private static bool IsName(string text) =>
        text.Length is > 0 and <= 64 && text.Trim() == text && PlainText.FirstUnseen(text) is null;

    private static bool IsPerson(string text) =>
        text.Length is > 0 and <= 256 && text.Trim() == text && PlainText.FirstUnseen(text) is null;

    // The web server lists them with semicolons.
    private static bool IsGroup(string text) => IsPerson(text) && !text.Contains(';');

    private static bool IsRole(string text) => text.Trim().Length > 0 && Encoding.UTF8.GetByteCount(text) <= 63;

    // What PostgreSQL calls everybody, nobody, and its own roles.
    private static bool IsOwner(string text) =>
        Role().IsMatch(text) && text is not ("public" or "none") && !text.StartsWith("pg_", StringComparison.Ordinal);

    private static bool IsVariable(string text) => Variable().IsMatch(text);

    private static bool IsPathBase(string text) =>
        PathBase().IsMatch(text) && !text.Split('/').Any(part => part is "." or "..");

    internal static bool IsPublicUrl(string text) =>
        IsWebAddress(text) && new Uri(text) is { UserInfo.Length: 0 } && !text.Contains('?') && !text.Contains('#');

    private static bool IsRooted(string text) =>
        Rooted().IsMatch(text) && !text.Split('/').Any(part => part is "." or "..") && FilledInNowhere(text) is null;

    private static bool IsLibvirt(string text) =>
        Libvirt().Match(text) is { Success: true } match
        && Drivers.Contains(match.Groups[1].Value)
        && (!match.Groups[2].Success || Transports.Contains(match.Groups[2].Value[1..]))
        && HasRightPlace(text, mayLackHost: true);

    private static bool IsRepository(string text) =>
        Repository().IsMatch(text) && HasRightPlace(text, text.StartsWith("file:", StringComparison.Ordinal));

    private static bool IsSiteFile(string text) => SiteFileName().IsMatch(text);

    private static bool IsRepositories(string text) =>
        IsRepository(text.EndsWith("/*", StringComparison.Ordinal) ? text[..^1] : text) && !text[..^1].Contains('*');

    // What begins with a dash, a program that is given it would take for an option.
    private static bool HasRightPlace(string text, bool mayLackHost)
    {
        var place = Place().Match(text);
        return place.Success
            && (place.Groups["host"].Value is { Length: > 0 } host ? IsHost(host.Trim('[', ']')) : mayLackHost)
            && (!place.Groups["port"].Success || int.Parse(place.Groups["port"].ValueSpan) is > 0 and <= 65535);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,254}\z")]
    private static partial Regex CloudId();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*\z")]
    private static partial Regex Dump();

    [GeneratedRegex(@"\A[a-z_][a-z0-9_]{0,62}\z")]
    private static partial Regex Role();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Digest();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}\$?\z")]
    private static partial Regex User();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_-]{0,99}\z")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\A(/[A-Za-z0-9._~-]+)*\z")]
    private static partial Regex PathBase();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex SiteFileName();

    [GeneratedRegex(@"\A[a-z][a-z0-9_]{0,31}\z")]
    private static partial Regex FolderName();

    // No part of it is one of Git's or Subversion's own.
    [GeneratedRegex(
        @"\A(?!(.*/)?(\.|\.\.|\.git|\.svn)(/|\z))" + @"[A-Za-z0-9_.][A-Za-z0-9_.-]*(/[A-Za-z0-9_.][A-Za-z0-9_.-]*)*\z"
    )]
    private static partial Regex Inner();

    [GeneratedRegex(@"\A--[^\s\p{C}]{1,500}\z")]
    private static partial Regex PipOption();

    [GeneratedRegex(@"\A(/[^/\p{C}]+)+\z")]
    private static partial Regex Rooted();

    [GeneratedRegex(@"\A([a-z]+)(\+[a-z0-9]+)?://[^\s\p{C}]*\z")]
    private static partial Regex Libvirt();

    // A user, a host and a port, each of which may be left out.
    [GeneratedRegex(@"\A[a-z0-9+]+://([^/?#@-][^/?#@]*@)?(?<host>\[[^\]/]*\]|[^/?#@:]*)(:(?<port>\d{1,5}))?(/|\z|\?)")]
    private static partial Regex Place();

    [GeneratedRegex(@"\A(~(?!/)|%[a-zA-Z]|[a-z]+://)|\$([A-Za-z_]+|[{(])")]
    private static partial Regex Filled();

    [GeneratedRegex(@"\A(https?|svn(\+[a-z0-9]+)?|ssh|git|file)://[^\s\p{C}]+\z")]
    private static partial Regex Repository();
}
