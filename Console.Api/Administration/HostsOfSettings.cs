using TestServers.Builds;
using TestServers.Commands;
using TestServers.Databases;
using TestServers.HostPrograms;
using TestServers.Hosts.Libvirt;
using TestServers.Hosts.OpenStack;

namespace TestServers.Administration;

/// <summary>A host of servers, as it answered.</summary>
/// <param name="Found">Null: it did not.</param>
internal sealed record AskedHost(HostSettings Settings, Found? Found, string? Problem);

/// <summary>Every machine that the settings name: hosts, their servers as they tell them, and database hosts.</summary>
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

    /// <summary>Asks all hosts of servers; nobody else is asked anything.</summary>
    /// <param name="console">This console's id.</param>
    public static async Task<HostsOfSettings> Find(
        ConsoleSettings settings,
        CommandRunner runner,
        HostProgram program,
        string console,
        CancellationToken cancel
    )
    {
        using var openStack = new OpenStackHosts(TimeProvider.System);
        IHostKind[] kinds = [new LibvirtHosts(runner), openStack];
        var asked = await Task.WhenAll(
            settings.Hosts.Select(async host =>
            {
                var answer = await kinds.First(k => k.IsOf(host)).List(host, cancel);
                return new AskedHost(
                    host,
                    answer.Listing is { } list ? Found.Of(host, PatternRule.Make(host.Servers), list) : null,
                    answer.Problem is { } problem ? $"{host.Name}: {problem}" : null
                );
            })
        );
        var names = BoardNames.Of(PlacesOf(settings));
        // One that two hosts show by one address is one.
        var servers = asked
            .SelectMany(h => h.Found?.Servers ?? [])
            .Select(s => names.Show(s).Shown ?? s)
            .DistinctBy(s => (s.Guest, s.Address))
            .ToList();
        var current = new CurrentSettings(settings);
        return new(
            asked,
            servers,
            [.. settings.DatabaseHosts.Select(h => new DatabaseHost(h, current, settings.Runtime, console, program))]
        );
    }

    // Where there is no state yet, or none that can be read, each is called as its host does.
    private static PlacesState PlacesOf(ConsoleSettings settings)
    {
        var file = Path.Combine(settings.State, "places.json");
        try
        {
            return File.Exists(file) ? JsonFile<PlacesState>.Load(file).Value : PlacesState.Empty;
        }
        catch (Exception e) when (e is UnreadableFile or IOException or UnauthorizedAccessException)
        {
            return PlacesState.Empty;
        }
    }
}
