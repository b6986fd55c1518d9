using TestServers.Builds;
using TestServers.Commands;
using TestServers.Monitoring;

namespace TestServers.Administration.Checks;

/// <summary>What is on this machine: templates, files and their modes, the disk, tools.</summary>
internal static class LocalChecks
{
    private const UnixFileMode OthersMayWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite,
        MayBeEntered = UnixFileMode.OtherExecute | UnixFileMode.OtherWrite;

    public static async Task<IReadOnlyList<CheckedPart>> Look(ConsoleSettings settings, CancellationToken cancel) =>
        [
            .. LookAtTemplates(settings),
            .. LookAtFiles(settings),
            LookAtState(settings),
            LookAtDisk(settings),
            .. await LookAtTools(settings, cancel),
        ];

    private static IEnumerable<CheckedPart> LookAtTemplates(ConsoleSettings settings)
    {
        string? fault = null;
        try
        {
            SiteTrial.Check(settings, quickly: false);
        }
        catch (WrongSetting e)
        {
            fault = e.Message;
        }
        if (fault is not null)
            yield return CheckedPart.Wrong("templates", "", fault);
        else if (settings.Apps.Count > 0)
            yield return CheckedPart.Ok("templates", "", $"Those of {Count(settings.Apps.Count, "app")} render.");
    }

#pragma warning disable CA1416 // The console runs on Linux alone.
    private static List<CheckedPart> LookAtFiles(ConsoleSettings settings)
    {
        var found = new List<CheckedPart>();
        var mode = File.GetUnixFileMode(settings.Source);
        if ((mode & OthersMayWrite) != UnixFileMode.None)
            found.Add(
                CheckedPart.Wrong(
                    "files",
                    settings.Source,
                    "Others may write it, and with it what runs on servers: chmod go-w it."
                )
            );
        if ((mode & UnixFileMode.OtherRead) != UnixFileMode.None && settings.Apps.Any(a => a.Secrets is { Count: > 0 }))
            found.Add(
                CheckedPart.Wrong("files", settings.Source, "It has secrets, and everybody may read it: chmod o-r it.")
            );
        foreach (var file in SecretsOf(settings).Distinct().Where(f => Mode(f) is { } m && IsOpen(m)))
            found.Add(CheckedPart.Wrong("files", file, "It is a secret, and everybody may read it: chmod o-r it."));
        if (settings.Listen.Socket is { } socket)
            found.AddRange(LookAtSocket(Path.GetDirectoryName(socket)!));
        return found.Count > 0
            ? found
            : [CheckedPart.Ok("files", "", "Settings, keys and passwords are there, and nobody else's.")];
    }

    private static IEnumerable<CheckedPart> LookAtSocket(string folder)
    {
        if (!Directory.Exists(folder))
            yield return CheckedPart.Wrong(
                "files",
                folder,
                "There is no such folder for the socket. `systemd-tmpfiles --create` makes the package's; "
                    + "docs/install.md has the line for another."
            );
        else if ((File.GetUnixFileMode(folder) & MayBeEntered) != UnixFileMode.None)
            yield return CheckedPart.Warn(
                "files",
                folder,
                "Everybody may enter the folder of the socket, which is for the web server: chmod o= it."
            );
    }

    private static CheckedPart LookAtState(ConsoleSettings settings)
    {
        try
        {
            if (new StatePlace(settings.State).IsFree())
                return CheckedPart.Warn("state", "", $"{settings.State} is empty: the first start begins it.");
        }
        catch (UnreadableFile e)
        {
            return CheckedPart.Wrong("state", "", e.Message);
        }
        return (File.GetUnixFileMode(settings.State) & FileKinds.GroupAndOthers) != UnixFileMode.None
            ? CheckedPart.Wrong("state", "", $"Others may enter {settings.State}: chmod 700 it.")
            : CheckedPart.Ok("state", "", $"{settings.State} is the console's alone; `console state check` reads all.");
    }

    private static UnixFileMode? Mode(string file) => File.Exists(file) ? File.GetUnixFileMode(file) : null;
#pragma warning restore CA1416

    private static bool IsOpen(UnixFileMode mode) =>
        (mode & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != UnixFileMode.None;

    private static IEnumerable<string> SecretsOf(ConsoleSettings settings) =>
        [
            .. settings.Hosts.Select(h => h.OpenStack?.CloudsFile).OfType<string>().SelectMany(WithSecure),
            .. settings.Guests is { } guests ? [guests.Ssh.Key] : Array.Empty<string>(),
            .. settings.DatabaseHosts.Select(h => h.Ssh?.Key).OfType<string>(),
            .. settings.Hosts.Select(h => h.OpenStack?.SecretFile).OfType<string>(),
            .. settings.Apps.Select(a => a.Database?.PasswordFile).OfType<string>(),
            .. settings.Apps.Select(a => a.Follow?.HookSecretFile).OfType<string>(),
            .. settings.Webhooks.Select(w => w.SecretFile).OfType<string>(),
            .. settings.Mail?.PasswordFile is { } password ? [password] : Array.Empty<string>(),
        ];

    // Where OpenStack's own clients look for what is secret of a clouds.yaml.
    private static string[] WithSecure(string clouds) =>
        [clouds, Path.Combine(Path.GetDirectoryName(clouds)!, "secure.yaml")];

    private static CheckedPart LookAtDisk(ConsoleSettings settings)
    {
        var place = settings.State;
        while (!Directory.Exists(place))
            place = Path.GetDirectoryName(place)!;
        if (DiskWatch.SpaceOf(place) is not { } space)
            return CheckedPart.Warn("disk", "", $"How much of {place} is free is not known.");
        return DiskWatch.ShortageOf(place) is { } shortage
            ? CheckedPart.Wrong("disk", "", $"{shortage} Free some.")
            : CheckedPart.Ok("disk", "", $"{place} has {space.Free >> 20} of {space.Size >> 20} MiB left.");
    }

    private static async Task<IEnumerable<CheckedPart>> LookAtTools(ConsoleSettings settings, CancellationToken cancel)
    {
        List<(string Name, string Version, string Package)> tools = [];
        if (settings.Hosts.Any(h => h.OpenStack is null))
            tools.Add(("virsh", "--version", "libvirt-clients"));
        if (settings.Apps.Any(a => a.Repository.Kind == RepositoryKind.Git))
            tools.Add(("git", "--version", "git"));
        if (settings.Apps.Any(a => a.Repository.Kind == RepositoryKind.Svn))
            tools.Add(("svn", "--version", "subversion"));
        if (
            settings.Guests is { Ssh.UsesOpenSsh: true }
            || settings.DatabaseHosts.Any(h => h.Ssh is { UsesOpenSsh: true })
        )
            tools.Add(("ssh", "-V", "openssh-client"));
        var runner = new CommandRunner();
        return await Task.WhenAll(
            tools.Select(async tool =>
            {
                var lines = new List<string>();
                var command = new Command(tool.Name, [tool.Version], TimeSpan.FromSeconds(10));
                var end = await runner.Run(command, lines.Add, cancel);
                return end.Succeeded
                    ? CheckedPart.Ok("tool", tool.Name, lines.Append(end.Errors).First(l => l.Length > 0).Trim())
                    : CheckedPart.Wrong(
                        "tool",
                        tool.Name,
                        $"It cannot be run: {Hosts.Found.Clean(end.Errors)} Install it (Debian: {tool.Package})."
                    );
            })
        );
    }

    internal static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";
}
