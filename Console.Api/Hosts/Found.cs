using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace TestServers.Hosts;

/// <summary>What a host's own list says, before it is settled which host has a name.</summary>
/// <param name="Domains">The names of all its domains, test servers or not.</param>
/// <param name="LeftOut">
/// Those that cannot be offered, each with the reason: one odd domain hides neither its host nor the others.
/// </param>
internal sealed record Found(
    ImmutableHashSet<string> Domains,
    ImmutableArray<Server> Servers,
    ImmutableSortedDictionary<string, string> LeftOut
)
{
    /// <summary>The settings' pattern by which it was looked at.</summary>
    public string Pattern { get; init; } = "";

    /// <summary>What the host calls one of what it has.</summary>
    public string Noun { get; init; } = "domain";

    /// <summary>Every server's name that the host has, offered or not.</summary>
    public ImmutableHashSet<string> Names { get; } =
    [.. Servers.Select(m => m.Name.Text), .. LeftOut.Keys.Where(k => ServerName.From(k) is not null)];

    /// <summary>Those that are paused, as one is that is on its way from another host.</summary>
    public ImmutableHashSet<string> Paused { get; } =
    [.. Servers.Where(s => s.State == "paused").Select(s => s.Name.Text)];

    public static Found Of(HostSettings host, Regex pattern, HostListing listing)
    {
        var servers = new List<Server>();
        var leftOut = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, reason) in listing.Odd.Where(o => pattern.IsMatch(o.Name)))
            leftOut[name] = $"The {host.Noun} `{Clean(name)}` is left out: {reason}";
        foreach (var listed in listing.Servers.Where(d => pattern.IsMatch(d.Name)))
        {
            if (ServerName.From(listed.Name) is not { } name)
            {
                leftOut[listed.Name] =
                    $"The {host.Noun} `{Clean(listed.Name)}` is left out: a server's name has {ServerName.Rule}.";
                continue;
            }
            var address = listed.Address ?? Placeholders.Fill(host.Address, name);
            var url = Placeholders.FillPage(host.Url, name, address);
            if (ServerAddress.FaultOf(host, address, url) is { } fault)
                leftOut[listed.Name] = $"{name} is left out: {fault}";
            else
                servers.Add(
                    new(name, host.Name, listed.State, address, url) { Status = listed.Status, IsMade = listed.IsMade }
                );
        }
        return new(
            [.. listing.Servers.Select(s => s.Name), .. listing.Odd.Select(o => o.Name), .. listing.Others],
            [.. servers.DistinctBy(m => m.Name).OrderBy(m => m.Name.Text, StringComparer.Ordinal)],
            leftOut.ToImmutable()
        )
        {
            Pattern = host.Servers,
            Noun = host.Noun,
        };
    }

    /// <summary>One of the servers, by its host's name for it; null: there is none.</summary>
    public Server? Find(string name) => Find(Servers, name);

    /// <summary>One of some servers that are in the order of their names; null: none is called so.</summary>
    internal static Server? Find(ImmutableArray<Server> servers, string name)
    {
        var (from, to) = (0, servers.Length - 1);
        while (from <= to)
        {
            var middle = from + ((to - from) / 2);
            var order = string.CompareOrdinal(servers[middle].Name.Text, name);
            if (order == 0)
                return servers[middle];
            (from, to) = order < 0 ? (middle + 1, to) : (from, middle - 1);
        }
        return null;
    }

    /// <summary>Whether another one has the same servers where this one has them.</summary>
    public bool HasSameAddresses(Found? other) =>
        ReferenceEquals(this, other)
        || (
            other is not null
            && Servers.Select(s => (s.Name, s.Address)).SequenceEqual(other.Servers.Select(s => (s.Name, s.Address)))
        );

    /// <summary>Foreign text on one line, at most 300 characters of it.</summary>
    public static string Clean(string text)
    {
        var line = new string([.. text.Select(c => char.IsControl(c) ? ' ' : c).Take(300)]).Trim();
        return line.Length > 0 ? line : "without a word";
    }
}
