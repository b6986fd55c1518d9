using System.Collections.Immutable;
using TestServers.Storage;

namespace TestServers.Hosts;

/// <summary>What stands in places.json: the host that has each name.</summary>
/// <param name="Others">
/// Names that a second host showed beside the one that has them, as NAME/HOST: servers of their own, which never take
/// the name over by themselves. Null: none yet.
/// </param>
public sealed record PlacesState(
    int Version,
    ImmutableSortedDictionary<string, string> Places,
    ImmutableSortedSet<string>? Others = null
) : IVersioned
{
    public static PlacesState Empty { get; } =
        new(JsonFile<PlacesState>.Version, ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal));

    public string? FindFault() =>
        Places.FirstOrDefault(p => p.Value is null) is { Key: { } name } ? $"the host of {name} is null" : null;
}

/// <summary>
/// Settles which host has a name that two hosts show. People, holds and histories know a server by its name alone, so
/// one name is one machine: the
/// host that had it keeps it until it answers without it, also while it does not answer and over restarts of the
/// console; a name that
/// nobody had goes to the first host of the settings that shows it. A machine that moves to another host takes its hold
/// along. One that was seen beside the one that has the name is another machine: it does not get the name when that one
/// is not seen for once, as hold, history and copies are that one's.
/// </summary>
internal static class Places
{
    /// <param name="Asked">Whether it was asked since the start, answered or not.</param>
    /// <param name="Names">The names that it showed last; null: it has not answered since the start.</param>
    /// <param name="Uri">The same for a host that the settings name twice: its servers are no others.</param>
    public sealed record Host(string Name, bool Asked, IReadOnlySet<string>? Names, string? Uri = null)
    {
        /// <summary>Whether both are names of one host.</summary>
        public bool IsAlso(Host other) => Uri is not null && Uri == other.Uri;
    }

    /// <summary>The host of each name.</summary>
    /// <param name="hosts">In the order of the settings.</param>
    /// <param name="before">As it was settled before; the same is given back when nothing has changed.</param>
    /// <param name="others">What <see cref="FindOthers"/> has found so far.</param>
    public static ImmutableSortedDictionary<string, string> Settle(
        IReadOnlyList<Host> hosts,
        ImmutableSortedDictionary<string, string> before,
        ImmutableSortedSet<string>? others = null
    )
    {
        var byName = hosts.ToDictionary(h => h.Name, StringComparer.Ordinal);
        var after = before.ToBuilder();
        foreach (var (name, place) in before)
        {
            if (!byName.TryGetValue(place, out var host))
                after.Remove(name);
            else if (
                host.Names?.Contains(name) == false
                && !hosts.Any(h => IsOther(others, name, h) && !h.IsAlso(host))
            )
                after.Remove(name);
        }
        foreach (var host in hosts)
        {
            // One before it in the settings may show the same names as soon as it has been asked.
            if (!host.Asked)
                break;
            foreach (var name in host.Names ?? ImmutableHashSet<string>.Empty)
                after.TryAdd(name, host.Name);
        }
        return after.ToImmutable();
    }

    /// <summary>Adds what is shown beside the host that has the name; what is not shown any more is none.</summary>
    public static ImmutableSortedSet<string> FindOthers(
        IReadOnlyList<Host> hosts,
        ImmutableSortedDictionary<string, string> places,
        ImmutableSortedSet<string> before
    )
    {
        var after = before.ToBuilder();
        foreach (var host in hosts.Where(h => h.Names is not null))
        {
            after.ExceptWith(
                before.Where(o =>
                    o.EndsWith("/" + host.Name, StringComparison.Ordinal)
                    && !host.Names!.Contains(o[..^(host.Name.Length + 1)])
                )
            );
            foreach (var name in host.Names!)
            {
                var place = places.GetValueOrDefault(name, host.Name);
                if (
                    place != host.Name
                    && hosts.Any(h => h.Name == place && !h.IsAlso(host) && h.Names?.Contains(name) == true)
                )
                    after.Add(KeyOf(name, host));
            }
        }
        return after.ToImmutable();
    }

    private static bool IsOther(ImmutableSortedSet<string>? others, string name, Host host) =>
        host.Names?.Contains(name) == true && others?.Contains(KeyOf(name, host)) == true;

    private static string KeyOf(string name, Host host) => $"{name}/{host.Name}";
}
