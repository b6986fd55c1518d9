using TestServers.Builds;
using TestServers.Commands;
using TestServers.Databases;
using TestServers.HostPrograms;
using TestServers.Hosts;
using TestServers.Hosts.Libvirt;
using TestServers.Settings;

namespace TestServers.Administration;

/// <summary>A host of libvirt, as it answered.</summary>
/// <param name="Found">Null: it did not.</param>
internal sealed record AskedHost(HostSettings Settings, Found? Found, string? Problem);

/// <summary>Every machine that the settings name: hosts as libvirt tells, their servers, and database hosts.</summary>
internal sealed record HostsOfSettings(
    IReadOnlyList<AskedHost> Hosts,
    IReadOnlyList<Server> Servers,
    IReadOnlyList<DatabaseHost> DatabaseHosts
)
{
    /// <summary>Why hosts did not answer, a sentence each.</summary>
    public IEnumerable<string> Problems => Hosts.Select(h => h.Problem).OfType<string>();

    /// <summary>The ways to the programs on servers that run, and on database hosts.</summary>
    public IEnumerable<Transport> TransportsOf(ConsoleSettings settings) =>
        Servers
            .Where(s => s.Running && settings.Guests is not null)
            .Select(s => GuestProgram.To(s, settings))
            .Concat(DatabaseHosts.Select(h => h.Transport));

    /// <summary>Asks all hosts of libvirt; nobody else is asked anything.</summary>
    /// <param name="console">This console's id.</param>
    public static async Task<HostsOfSettings> Find(
        ConsoleSettings settings,
        CommandRunner runner,
        HostProgram program,
        string console,
        CancellationToken cancel
    )
    {
        var libvirt = new LibvirtHosts(runner);
        var asked = await Task.WhenAll(
            settings.Hosts.Select(async host =>
            {
                var answer = await libvirt.List(host, cancel);
                return new AskedHost(
                    host,
                    answer.Listing is { } list ? Found.Of(host, PatternRule.Make(host.Servers), list) : null,
                    answer.Problem is { } problem ? $"{host.Name}: {problem}" : null
                );
            })
        );
        var servers = asked.SelectMany(h => h.Found?.Servers ?? []).DistinctBy(s => s.Name).ToList();
        var current = new CurrentSettings(settings);
        return new(
            asked,
            servers,
            [.. settings.DatabaseHosts.Select(h => new DatabaseHost(h, current, settings.Runtime, console, program))]
        );
    }
}
