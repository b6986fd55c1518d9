using System.Globalization;
using TestServers.Builds;
using TestServers.Commands;
using TestServers.Databases;
using TestServers.HostPrograms;
using TestServers.Hosts.Libvirt;

namespace TestServers.Administration.Checks;

/// <summary>
/// Every host of the settings: libvirt and OpenStack, each server that runs, and each database host by its own
/// transport. The programs there say themselves what they lack.
/// </summary>
internal sealed class HostChecks(ConsoleSettings settings, HostProgram program)
{
    // Some of them reach a machine that is slow; more would make the others wait.
    private const int AtOnce = 8;

    // Below a tenth of it and this much, a restore may find no room; below the least, a checkout.
    private const long LittleSpace = 10L << 30;
    private const long LeastSpace = 1L << 30;
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    public static async Task<IReadOnlyList<CheckedPart>> Look(ConsoleSettings settings, CancellationToken cancel)
    {
        var runner = new CommandRunner();
        using var connections = new SshConnections();
        var program = new HostProgram(runner, connections: connections);
        var hosts = await HostsOfSettings.Find(settings, runner, program, IdOf(settings), cancel);
        var checks = new HostChecks(settings, program);
        using var places = new SemaphoreSlim(AtOnce);
        async Task<IReadOnlyList<CheckedPart>> InTurn(Func<Task<IReadOnlyList<CheckedPart>>> look)
        {
            await places.WaitAsync(cancel);
            try
            {
                return await look();
            }
            finally
            {
                places.Release();
            }
        }
        var looks = await Task.WhenAll([
            .. hosts.DatabaseHosts.Select(h => InTurn(() => checks.LookAtDatabaseHost(h, cancel))),
            .. hosts.Servers.Select(s => InTurn(() => checks.LookAtServer(s, cancel))),
        ]);
        var makes = await Task.WhenAll(settings.Apps.Select(a => LookAtMaking(settings, a, runner, cancel)));
        return
        [
            .. hosts.Hosts.Select(LookAtHost),
            .. await ConnectionChecks.Look(hosts.Hosts, runner, cancel),
            .. makes.OfType<CheckedPart>(),
            .. LookAtOwnPrograms(settings),
            .. looks.SelectMany(l => l),
        ];
    }

    private static CheckedPart LookAtHost(AskedHost host)
    {
        var name = host.Settings.Name;
        if (host.Found is not { } found)
            return CheckedPart.Wrong("host", name, host.Problem!);
        if (found.Names.Count == 0)
            return CheckedPart.Warn(
                "host",
                name,
                $"None of its {LocalChecks.Count(found.Domains.Count, found.Noun)} is a test server by `servers`, "
                    + $"{SettingsText.Cut(host.Settings.Servers)}."
            );
        return found.LeftOut.Count > 0
            ? CheckedPart.Warn("host", name, string.Join(" ", found.LeftOut.Values))
            : CheckedPart.Ok(
                "host",
                name,
                (
                    host.Settings.OpenStack is null
                        ? $"{LocalChecks.Count(found.Servers.Length, "server")} of {found.Domains.Count} domains, "
                        : $"{found.Servers.Length} of its {LocalChecks.Count(found.Domains.Count, "server")}, "
                ) + $"{found.Servers.Count(s => s.Running)} running."
            );
    }

    private static async Task<CheckedPart?> LookAtMaking(
        ConsoleSettings settings,
        AppSettings app,
        CommandRunner runner,
        CancellationToken cancel
    )
    {
        if (app.Make is not { Template: { } template } make)
            return null;
        var host = settings.Hosts.First(h => h.Name == make.Host);
        var fault = await LibvirtMaking.WhyNot(runner, host, make, cancel);
        return fault is null
            ? CheckedPart.Ok("template", app.Name.Text, $"{template} on {host.Name} can be copied.")
            : CheckedPart.Wrong("template", app.Name.Text, fault);
    }

    private static IEnumerable<CheckedPart> LookAtOwnPrograms(ConsoleSettings settings)
    {
        var compares = settings.Guests is not null || settings.DatabaseHosts.Any();
        if (compares && OwnPrograms.Missing is { } missing)
            yield return missing;
    }

    private async Task<IReadOnlyList<CheckedPart>> LookAtServer(Server server, CancellationToken cancel)
    {
        var name = server.Name.Text;
        if (settings.Guests is null)
            return [];
        if (!server.Running)
            return [CheckedPart.Warn("server", name, $"It was not looked at, as it is {server.State}.")];
        var call = GuestProgram.CheckCall(server, settings, ToolsOfApps(), DatabasesOf(server.Name));
        return await Look(
            "server",
            name,
            () => program.Run(call, cancel),
            "guest",
            end => OfDisk(DatabaseHost.Number(end.Results, "disk_free"), size: null)
        );
    }

    private async Task<IReadOnlyList<CheckedPart>> LookAtDatabaseHost(DatabaseHost host, CancellationToken cancel)
    {
        var bases = settings.Bases.Where(b => b.Hosts.Contains(host.Settings.Name)).ToList();
        var owners = bases.Select(b => b.Owner).Distinct(StringComparer.Ordinal).ToList();
        var (end, status) = await host.Status(bases.Select(b => b.Name), cancel);
        if (!end.Done)
            return [CheckedPart.Wrong("database host", host.Settings.Name, end.Message)];
        return await Look(
            "database host",
            host.Settings.Name,
            () => host.Check(owners, cancel),
            "database-host",
            _ => OfDisk(status?.DiskFree, status?.DiskSize)
        );
    }

    private static async Task<IReadOnlyList<CheckedPart>> Look(
        string part,
        string name,
        Func<Task<HostResult>> ask,
        string program,
        Func<HostResult, (string Text, bool IsShort)> disk
    )
    {
        var asked = DateTimeOffset.UtcNow;
        var end = await ask();
        if (!end.Done)
            return [CheckedPart.Wrong(part, name, end.Message)];
        var faults = FaultsOf(end, program, asked, DateTimeOffset.UtcNow).ToList();
        var (space, isShort) = disk(end);
        CheckedPart[] room = isShort ? [CheckedPart.Warn(part, name, space + ". Free some, or enlarge it.")] : [];
        if (faults.Count > 0)
            return [.. faults.Select(f => CheckedPart.Wrong(part, name, f)), .. room];
        var tools = end
            .Results.Where(r => r.Key.StartsWith("tool.", StringComparison.Ordinal))
            .Select(r => $"{r.Key["tool.".Length..]} {Found.Clean(r.Value)}");
        string[] all = [string.Join(", ", tools), space];
        return isShort ? room : [CheckedPart.Ok(part, name, string.Join("; ", all.Where(t => t.Length > 0)) + ".")];
    }

    /// <summary>
    /// How much of a host's disk is free, and whether that is little; docs/prometheus tells it at a tenth alone.
    /// </summary>
    /// <param name="size">All bytes of it; null: the host does not say.</param>
    internal static (string Text, bool IsShort) OfDisk(long? free, long? size) =>
        (free, size) switch
        {
            (null, _) => ("", false),
            ({ } left, { } all) => ($"{left >> 20} of {all >> 20} MiB left", left < LittleSpace && left < all / 10),
            ({ } left, null) => ($"{left >> 20} MiB left", left < LeastSpace),
        };

    private static IEnumerable<string> FaultsOf(
        HostResult end,
        string program,
        DateTimeOffset asked,
        DateTimeOffset answered
    )
    {
        if (ClockFault(end.Results.GetValueOrDefault("time"), asked, answered) is { } clock)
            yield return clock;
        if (OwnPrograms.SumOf(program) is { } own && end.Results.GetValueOrDefault("program") != own)
            yield return $"Its {program} is not this console's: install scripts/ there again, as of this version.";
        foreach (
            var fault in end
                .Results.Where(r => r.Key.StartsWith("fault.", StringComparison.Ordinal))
                .Select(r => r.Value)
        )
            yield return Found.Clean(fault);
    }

    internal static string? ClockFault(string? told, DateTimeOffset asked, DateTimeOffset answered)
    {
        if (
            !double.TryParse(told, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            || seconds is < 0 or > 1e11
        )
            return null;
        var time = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        var off =
            time > answered ? time - answered
            : time < asked ? asked - time
            : TimeSpan.Zero;
        return off <= ClockTolerance
            ? null
            : $"Its clock is {off.TotalSeconds:0} s {(time > answered ? "ahead of" : "behind")} this machine's. Have "
                + "both set it by NTP (timedatectl set-ntp true).";
    }

    private IEnumerable<string> ToolsOfApps()
    {
        if (settings.Apps.Any(a => a.Repository.Kind == RepositoryKind.Git))
            yield return "git";
        if (settings.Apps.Any(a => a.Repository.Kind == RepositoryKind.Svn))
            yield return "svn";
        if (settings.Apps.Any(a => a.Repository.Lfs))
            yield return "git-lfs";
        if (settings.Apps.Any(a => a.Folders?.Values.Any(f => f.Python is not null) == true))
            yield return "python3";
    }

    // Whether they are there already or not: PostgreSQL decides on role and address before it looks for the database.
    private IEnumerable<(string Host, int Port, string Role, string Database)> DatabasesOf(ServerName server) =>
        (
            from app in settings.Apps
            where app.Database is not null
            from database in app.AllDatabases
            from name in database.Bases
            from place in settings.Base(name)!.Places
            let host = settings.DatabaseHost(place.Host)
            select (host.Address, host.Port, app.Database!.User, CopyName.Of(name, server).ToString())
        ).Distinct();

    // Another one would be refused; where there is no state yet there is none.
    private static string IdOf(ConsoleSettings settings)
    {
        var mark = Path.Combine(settings.State, StatePlace.Mark);
        try
        {
            return File.Exists(mark) ? JsonFile<StateMark>.Load(mark).Value.Id : StateMark.NewId();
        }
        catch (UnreadableFile)
        {
            return StateMark.NewId();
        }
    }
}
