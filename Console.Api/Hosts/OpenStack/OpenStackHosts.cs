using System.Collections.Concurrent;

namespace TestServers.Hosts.OpenStack;

/// <summary>Projects of OpenStack, asked by HTTP: Keystone for a token, and Nova for servers.</summary>
/// <param name="made">The servers that the console has made; null: it has made none.</param>
public sealed class OpenStackHosts(TimeProvider clock, MadeServers? made = null) : IHostKind, IServerMaking, IDisposable
{
    // By the hosts' names: one host of the settings is asked once at a time.
    private readonly ConcurrentDictionary<string, Known> _projects = new(StringComparer.Ordinal);

    public bool IsOf(HostSettings host) => host.OpenStack is not null;

    public async Task<HostAnswer> List(HostSettings host, CancellationToken cancel)
    {
        var answer = await ProjectOf(host).List(host, made?.OnTheirWay(host.Name) ?? [], cancel);
        return answer.Listing is { } listing && made is not null
            ? answer with
            {
                Listing = made.MarkedIn(host.Name, listing),
            }
            : answer;
    }

    public async Task<HostAnswer> ListBy(HostUse use, HostSettings host, CancellationToken cancel)
    {
        using var project = new Project(() => host.OpenStack!.Resolve(KeyOf(host), use), null, null, clock);
        return await project.List(host, [], cancel);
    }

    public Task<string?> Switch(HostSettings host, ServerName guest, PowerAction action, CancellationToken cancel) =>
        ProjectOf(host).Switch(guest, action, cancel);

    public Task<AskedServer> Make(HostSettings host, NewServer server, CancellationToken cancel) =>
        ProjectOf(host).Make(ServerBody.Of(server, host.OpenStack!.Metadata), cancel);

    public Task<SeenServers> GoOn(HostSettings host, MadeServer server, CancellationToken cancel) =>
        Look(host, server, cancel);

    public Task<SeenServers> Look(HostSettings host, MadeServer server, CancellationToken cancel) =>
        ProjectOf(host).Look(server, cancel);

    public Task<DeletedServer> Delete(HostSettings host, MadeServer server, CancellationToken cancel) =>
        ProjectOf(host).Delete(server, cancel);

    public string? RemedyFor(HostSettings host, Server server) =>
        server.Status switch
        {
            "SHUTOFF" => $"Start it (openstack server start {server.Guest})",
            "PAUSED" => $"Resume it (openstack server unpause {server.Guest})",
            "SUSPENDED" => $"Resume it (openstack server resume {server.Guest})",
            "SHELVED" or "SHELVED_OFFLOADED" => $"Bring it back (openstack server unshelve {server.Guest})",
            "ERROR" => $"See why (openstack server show {server.Guest})",
            "RESCUE" => $"End that (openstack server unrescue {server.Guest})",
            "BUILD" or "REBUILD" or "REBOOT" or "HARD_REBOOT" or "RESIZE" or "REVERT_RESIZE" => "Wait for its end",
            _ => null,
        };

    public void Dispose()
    {
        foreach (var known in _projects.Values)
            known.Project.Dispose();
    }

    private Project ProjectOf(HostSettings host)
    {
        if (_projects.TryGetValue(host.Name, out var known) && known.Fits(host))
            return known.Project;
        var settings = host.OpenStack!;
        var key = KeyOf(host);
        var anew = new Known(
            host.Uri,
            host.MakingPlace,
            settings,
            new(
                () => ResolveSame(settings, key, HostUse.Look, host.Uri),
                settings.PowerCloud is null ? null : () => settings.Resolve(key, HostUse.Power),
                settings.MakeCloud is null ? null : () => ResolveSame(settings, key, HostUse.Make, host.MakingPlace),
                clock
            )
        );
        // What is under way with the one before goes on; nothing new begins with it.
        return _projects.AddOrUpdate(host.Name, anew, (_, before) => before.Fits(host) ? before : anew).Project;
    }

    // A secret may be replaced in its file at any time. What leads to another project is another host.
    private static Cloud ResolveSame(OpenStackSettings settings, string key, HostUse use, string place)
    {
        var cloud = settings.Resolve(key, use);
        return cloud.Uri == place
            ? cloud
            : throw WrongSetting.At(
                key,
                "has files that name another Keystone, region or login than when the settings were read: have the "
                    + "console read them again, if that is meant"
            );
    }

    private static string KeyOf(HostSettings host) => $"hosts.{host.Name}.openStack";

    /// <summary>What a project was made of.</summary>
    private sealed record Known(string Uri, string Making, OpenStackSettings Settings, Project Project)
    {
        // Whom it shows and where they are is looked at with each answer.
        public bool Fits(HostSettings host) =>
            Uri == host.Uri && Making == host.MakingPlace && Plain(Settings) == Plain(host.OpenStack!);

        private static OpenStackSettings Plain(OpenStackSettings settings) =>
            settings with
            {
                Metadata = None,
                AddressNetwork = null,
                AddressMetadata = null,
                PollSeconds = 1,
            };

        private static readonly Dictionary<string, string> None = new(StringComparer.Ordinal);
    }
}
