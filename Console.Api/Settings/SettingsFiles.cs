using System.Text;
using System.Text.RegularExpressions;

namespace TestServers.Settings;

/// <summary>
/// Looks at the files and folders that the settings name: what is missing, unreadable or of another kind is told before
/// anybody needs it. State, socket and port are looked at by those who take them.
/// </summary>
internal static partial class SettingsFiles
{
    private const int LongestText = 1 << 20;

    /// <param name="folder">The folder that the settings stand in.</param>
    /// <exception cref="WrongSetting">One cannot be used.</exception>
    public static void Check(ConsoleSettings settings, string folder)
    {
        if (settings.Wwwroot is { } page)
        {
            MustBeFolder(page, "wwwroot");
            ConsoleSettings.Must(
                File.Exists(Path.Combine(page, "index.html")),
                "wwwroot",
                "names the folder of the front end, with index.html in it"
            );
        }
        foreach (var (at, host) in settings.Hosts.Index())
        {
            if (host.OpenStack is { } cloud)
                CheckCloud(cloud, ConsoleSettings.KeyOfCloud(at));
        }
        if (settings.Guests is { } guests)
            CheckSsh(guests.Ssh, "guests.ssh");
        foreach (var (at, host) in settings.DatabaseHosts.Index())
        {
            if (host.Ssh is { } ssh)
                CheckSsh(ssh, $"databaseHosts[{at}].ssh");
            if (host.Local is { } local)
                CheckLocal(local, $"databaseHosts[{at}].local");
        }
        foreach (var (at, app) in settings.Apps.Index())
        {
            CheckNothingElseIn(app.Templates, settings, folder, $"apps[{at}].templates");
            CheckTemplates(app, $"apps[{at}].templates");
            if (app.Database is { } database)
                CheckPassword(database.PasswordFile, $"apps[{at}].database.passwordFile");
            if (app.Follow?.HookSecretFile is { } hooks)
                CheckPassword(hooks, $"apps[{at}].follow.hookSecretFile");
            if (app.Make?.UserData is not null)
                CheckUserData(app.Make, settings, $"apps[{at}].make.userData");
        }
        foreach (var (at, webhook) in settings.Webhooks.Index())
        {
            if (webhook.SecretFile is { } file)
                CheckPassword(file, $"webhooks[{at}].secretFile");
        }
        if (settings.Mail is { PasswordFile: { } password })
            CheckPassword(password, "mail.passwordFile");
    }

    private static void CheckCloud(OpenStackSettings cloud, string key)
    {
        if (cloud.Cacert is { } ca)
            MustBeText(ca, key + ".cacert");
        _ = cloud.Resolve(key);
        if (cloud.PowerCloud is not null)
            _ = cloud.Resolve(key, HostUse.Power);
        if (cloud.MakeCloud is not null)
            _ = cloud.Resolve(key, HostUse.Make);
    }

    private static void CheckUserData(MakeSettings make, ConsoleSettings settings, string key)
    {
        var isOfNova = settings.Hosts.First(h => h.Name == make.Host).OpenStack is not null;
        var text = MustBeText(make.UserData!, key);
        ConsoleSettings.Must(text.Length > 0, key, "names a file for cloud-init, and this one is empty");
        ConsoleSettings.Must(
            !isOfNova || new FileInfo(make.UserData!).Length <= MakeSettings.LongestForNova,
            key,
            $"names a file of at most {MakeSettings.LongestForNova} bytes, as Nova takes no more"
        );
    }

    private static void CheckSsh(SshSettings ssh, string key)
    {
        MustBeReadable(ssh.KnownHosts, key + ".knownHosts");
        if (ssh.Config is not null)
            MustBeReadable(ssh.Config, key + ".config");
        MustBeReadable(ssh.Key, key + ".key");
        if (FileKinds.BehindLinks(ssh.Key) != FileKind.Regular)
            return;
        ConsoleSettings.Must(
            new FileInfo(ssh.Key).Length > 0,
            key + ".key",
            "names a private key, and this file is empty"
        );
#pragma warning disable CA1416 // The console runs on Linux alone.
        // ssh would leave it out, without a word in the end.
        ConsoleSettings.Must(
            !FileKinds.IsOwn(ssh.Key)
                || (File.GetUnixFileMode(ssh.Key) & FileKinds.GroupAndOthers) == UnixFileMode.None,
            key + ".key",
            "names a private key that nobody else may read, or ssh does not use it: chmod 600 it"
        );
#pragma warning restore CA1416
        ConsoleSettings.Must(
            new FileInfo(ssh.Key).Length <= LongestText,
            key + ".key",
            "names a private key, and this file has more than 1 MB"
        );
        CheckPrivateKey(ssh.Key, key + ".key");
    }

    private static void CheckLocal(LocalSettings local, string key)
    {
        MustBeReadable(local.Program, key + ".program");
#pragma warning disable CA1416 // The console runs on Linux alone.
        ConsoleSettings.Must(
            (File.GetUnixFileMode(local.Program) & FileKinds.MayRun) != UnixFileMode.None,
            key + ".program",
            "may be run: chmod +x it"
        );
#pragma warning restore CA1416
        MustBeReadable(local.Config, key + ".config");
    }

    // A command may have variables of files that the site has.
    private static void CheckCommands(AppSettings app, IReadOnlyList<TemplateFile> files, string key)
    {
        var names = files.Select(f => f.Name).ToList();
        foreach (var (at, command) in (app.After ?? []).Index())
        foreach (var (which, name) in (command.Files ?? []).Index())
            ConsoleSettings.Must(
                names.Contains(name, StringComparer.Ordinal),
                $"{key[..key.LastIndexOf('.')]}.after[{at}].files[{which}]",
                $"names one of the site's files: {string.Join(", ", names)}"
            );
    }

    private static void CheckTemplates(AppSettings app, string key)
    {
        MustBeFolder(app.Templates, key);
        var files = TemplateFile.AllOf(app.Templates, app.SiteKind);
        CheckCommands(app, files, key);
        ConsoleSettings.Must(
            files.Count is > 0 and <= TemplateFile.Most,
            key,
            $"names a folder with 1 to {TemplateFile.Most} templates, and {app.Templates} has {files.Count}"
        );
        foreach (var file in files)
        {
            ConsoleSettings.Must(
                file.NameFault is null,
                key,
                $"names a folder of templates, and `{SettingsText.Cut(file.Name)}` in it {file.NameFault}"
            );
            MustBeReadable(file.Path, key);
            MustBeText(file.Path, key);
            ConsoleSettings.Must(
                file.Other is null,
                key,
                $"names a folder with one template a file; {file.Path} and {file.Other} are two: remove one"
            );
            ConsoleSettings.Must(
                file.WritableByOthers is null,
                key,
                $"names a folder whose .cshtml files, which run as the console does, only their owner may write; "
                    + $"others may write {file.WritableByOthers}: look at what it has now, then chmod go-w it"
            );
        }
    }

    // What lies among the templates is put on servers and shown to people.
    private static void CheckNothingElseIn(string templates, ConsoleSettings settings, string folder, string key)
    {
        var place = PlaceOf(templates);
        ConsoleSettings.Must(
            place != PlaceOf(folder),
            key,
            "names a folder of its own, as each file in it is one of the site; this one has the settings in it"
        );
        IEnumerable<SshSettings?> ways = [settings.Guests?.Ssh, .. settings.DatabaseHosts.Select(h => h.Ssh)];
        IEnumerable<string?> named =
        [
            .. ways.SelectMany(ssh => (string?[])[ssh?.Key, ssh?.KnownHosts, ssh?.Config]),
            .. settings.Hosts.SelectMany(h => (string?[])[h.OpenStack?.CloudsFile, h.OpenStack?.SecretFile]),
            .. settings.Apps.SelectMany(a =>
                (string?[])[a.Database?.PasswordFile, a.Follow?.HookSecretFile, a.Make?.UserData]
            ),
            .. settings.Webhooks.Select(w => w.SecretFile),
            settings.Mail?.PasswordFile,
        ];
        var other = named.FirstOrDefault(file => file is not null && PlaceOf(Path.GetDirectoryName(file)!) == place);
        ConsoleSettings.Must(
            other is null,
            key,
            $"names a folder of templates alone, as each file in it is one of the site: move {other} out of it"
        );
    }

    private static string PlaceOf(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    // What is no private key, or asks for a passphrase, ssh leaves out in silence: nobody is there to type one.
    private static void CheckPrivateKey(string path, string key)
    {
        var text = File.ReadAllText(path);
        ConsoleSettings.Must(
            text.Contains("-----BEGIN ", StringComparison.Ordinal)
                && text.Contains("PRIVATE KEY-----", StringComparison.Ordinal),
            key,
            PublicKey().IsMatch(text)
                ? $"names a private key, and this is the public one: {(path.EndsWith(".pub", StringComparison.Ordinal)
                    ? "leave out .pub" : "its private half has a file of its own")}"
                : "names a private key as ssh-keygen writes it, which this file is not"
        );
        ConsoleSettings.Must(
            !AsksForPassphrase(text),
            key,
            "names a private key without a passphrase, as nobody is there to type it: make one by ssh-keygen -N ''"
        );
    }

    // OpenSSH's own form begins with the cipher's name, which is "none" without a passphrase.
    private static bool AsksForPassphrase(string text)
    {
        if (!text.Contains("BEGIN OPENSSH", StringComparison.Ordinal))
            return text.Contains("ENCRYPTED", StringComparison.Ordinal);
        var start = string.Concat(text.Split('\n').Skip(1).Take(1)).Trim();
        var bytes = new byte[start.Length];
        return Convert.TryFromBase64String(start[..(start.Length / 4 * 4)], bytes, out var length)
            && bytes.AsSpan(0, length).StartsWith("openssh-key-v1\0"u8)
            && !bytes.AsSpan(0, length).StartsWith("openssh-key-v1\0\0\0\0\x04none"u8);
    }

    [GeneratedRegex(@"\A(ssh|ecdsa|sk)-[a-z0-9@.-]+ AAAA|\A---- BEGIN SSH2 PUBLIC|PUBLIC KEY-----")]
    private static partial Regex PublicKey();

    private static void CheckPassword(string file, string key) => SecretIn(file, key);

    /// <summary>The text of a file.</summary>
    /// <exception cref="WrongSetting">It cannot be read, or is none.</exception>
    internal static string TextOf(string file, string key)
    {
        MustBeReadable(file, key);
        return MustBeText(file, key);
    }

    /// <summary>The password, or another secret, that a file has on its one line.</summary>
    /// <exception cref="WrongSetting">It cannot be read, or has none.</exception>
    internal static string SecretIn(string file, string key)
    {
        var password = TextOf(file, key).Trim();
        ConsoleSettings.Must(password.Length > 0, key, "names a file with a password in it, and this one is empty");
        ConsoleSettings.Must(
            !password.Any(char.IsControl),
            key,
            "names a file with a password on one line, and nothing else"
        );
        return password;
    }

    private static void MustBeFolder(string path, string key)
    {
        var kind = FileKinds.BehindLinks(path);
        ConsoleSettings.Must(
            kind == FileKind.Folder,
            key,
            kind == FileKind.Missing
                ? $"names a folder; there is no {path}, or the console's account may not see it"
                : $"names a folder; {path} is {kind.Say()}"
        );
    }

    private static void MustBeReadable(string path, string key)
    {
        var kind = FileKinds.BehindLinks(path);
        ConsoleSettings.Must(
            kind != FileKind.Missing,
            key,
            $"names a file; there is no {path}, or the console's account may not see it"
        );
        ConsoleSettings.Must(kind is FileKind.Regular or FileKind.Other, key, $"names a file; {path} is {kind.Say()}");
        try
        {
            if (kind == FileKind.Regular)
                File.OpenRead(path).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WrongSetting.At(key, $"names a file that the console's account may read, as {path} is not");
        }
    }

    // Of a pipe or a device the end might never come.
    private static string MustBeText(string path, string key)
    {
        var kind = FileKinds.BehindLinks(path);
        ConsoleSettings.Must(kind == FileKind.Regular, key, $"names a file; {path} is {kind.Say()}");
        ConsoleSettings.Must(new FileInfo(path).Length <= LongestText, key, $"has at most 1 MB, and {path} has more");
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path));
        }
        catch (ArgumentException)
        {
            throw WrongSetting.At(key, $"is UTF-8, and {path} is not: save it as UTF-8");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WrongSetting.At(key, $"names what can be read from the disk, and {path} is not");
        }
    }
}
