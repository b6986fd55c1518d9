using System.Collections.Immutable;
using TestServers.Storage;

namespace TestServers.Hosts;

/// <summary>What stands in places.json: the host that has each name.</summary>
public sealed record PlacesState(int Version, ImmutableSortedDictionary<string, string> Places) : IVersioned
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
/// along.
/// </summary>
internal static class Places
{
    /// <param name="Asked">Whether it was asked since the start, answered or not.</param>
    /// <param name="Names">The names that it showed last; null: it has not answered since the start.</param>
    public sealed record Host(string Name, bool Asked, IReadOnlySet<string>? Names);

    /// <summary>The host of each name.</summary>
    /// <param name="hosts">In the order of the settings.</param>
    /// <param name="before">As it was settled before; the same is given back when nothing has changed.</param>
    public static ImmutableSortedDictionary<string, string> Settle(
        IReadOnlyList<Host> hosts,
        ImmutableSortedDictionary<string, string> before
    )
    {
        var byName = hosts.ToDictionary(h => h.Name, StringComparer.Ordinal);
        var after = before.ToBuilder();
        foreach (var (name, place) in before)
        {
            if (!byName.TryGetValue(place, out var host) || host.Names?.Contains(name) == false)
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
}
