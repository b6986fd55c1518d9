using System.Collections.Immutable;
using TestServers.Settings;

namespace TestServers.Hosts;

/// <summary>What is known of a host.</summary>
/// <param name="AsOf">When virsh last answered; null: never yet.</param>
/// <param name="Problem">Why it does not answer now; null when it does.</param>
/// <param name="Others">Domains that are no test servers.</param>
/// <param name="LeftOut">
/// Domains that the settings' pattern names and that are not offered all the same, each with the reason.
/// </param>
/// <param name="Notices">The reasons, as many as people read; the same list as long as they are the same.</param>
public sealed record HostState(
    string Name,
    DateTimeOffset? AsOf,
    string? Problem,
    int Others,
    ImmutableArray<Server> Servers,
    ImmutableSortedDictionary<string, string> LeftOut,
    ImmutableArray<string> Notices
)
{
    /// <summary>The names of all its domains, test servers or not.</summary>
    public ImmutableHashSet<string> Domains { get; init; } = [];

    /// <summary>
    /// That the settings' pattern names none of its domains, as a misspelt one does; null when it names some.
    /// </summary>
    public string? NoneNamed { get; init; }

    /// <summary>More reasons than people read are counted only.</summary>
    private const int MostNotices = 10;

    /// <summary>A host that has not answered since the start.</summary>
    public static HostState Unknown(string host, string? problem) =>
        new(host, null, problem, 0, [], ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), []);

    /// <summary>What is to be shown of what a host has: servers whose names are another host's are left out.</summary>
    /// <param name="places">The host of each name.</param>
    /// <param name="before">The notices of the state before.</param>
    internal static HostState Of(
        string host,
        DateTimeOffset? asOf,
        string? problem,
        Found found,
        ImmutableSortedDictionary<string, string> places,
        ImmutableArray<string> before
    )
    {
        var servers = found.Servers.Where(m => places.GetValueOrDefault(m.Name.Text) == host).ToImmutableArray();
        var leftOut = found.LeftOut.SetItems(
            from server in found.Servers
            let place = places.GetValueOrDefault(server.Name.Text, host)
            where place != host
            select KeyValuePair.Create(server.Name.Text, Twice(server.Name, place))
        );
        var notices = leftOut.Values.Take(MostNotices).ToImmutableArray();
        var noneNamed = found.Names.IsEmpty && leftOut.IsEmpty && !found.Domains.IsEmpty ? NamesNone(found) : null;
        if (noneNamed is not null)
            notices = [noneNamed];
        if (leftOut.Count > MostNotices)
            notices = notices.Add($"{leftOut.Count - MostNotices} more domains are left out.");
        if (notices.SequenceEqual(before))
            notices = before;
        return new(host, asOf, problem, found.Domains.Count - servers.Length, servers, leftOut, notices)
        {
            Domains = found.Domains,
            NoneNamed = noneNamed,
        };
    }

    private static string NamesNone(Found found) =>
        $"None of its {found.Domains.Count} domains is a test server: `servers` in the settings, "
        + $"`{SettingsText.Cut(found.Pattern)}`, names none of them.";

    private static string Twice(ServerName name, string place) =>
        $"{name} is left out here: {place} has a server of this name, or had it last. "
        + "One name is one server: rename or remove one of the two.";
}
