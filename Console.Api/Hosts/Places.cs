using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace TestServers.Hosts;

/// <summary>What stands in places.json: the host that has each name.</summary>
/// <param name="Others">
/// What a second host showed beside the one that has the name, as NAME/HOST: servers of their own, which never take the
/// name over by themselves. The value is the name that each has in its place; empty: it can have none; null: it was
/// given none yet.
/// </param>
public sealed record PlacesState(
    int Version,
    ImmutableSortedDictionary<string, string> Places,
    ImmutableSortedDictionary<string, string?> Others
) : IVersioned
{
    internal static ImmutableSortedDictionary<string, string?> NoOthers { get; } =
        ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal);

    // Version 1 listed others, or knew none, and gave them no names.
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        file =>
        {
            var others = new JsonObject();
            foreach (var other in file["others"] as JsonArray ?? [])
                others[(string?)other ?? ""] = null;
            file["others"] = others;
        },
    ];

    public static PlacesState Empty { get; } =
        new(
            JsonFile<PlacesState>.Version,
            ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal),
            NoOthers
        );

    public string? FindFault()
    {
        if (Places.FirstOrDefault(p => p.Value is null) is { Key: { } name })
            return $"the host of {name} is null";
        return
            Others.FirstOrDefault(o => o.Value is { Length: > 0 } text && ServerName.From(text) is null)
                is { Key: { } other }
            ? $"the name of {other} cannot be a server's: it has {ServerName.Rule}"
            : null;
    }
}

/// <summary>
/// Settles which host has a name that two hosts show. People, holds and histories know a server by its name alone, so
/// one name is one machine: the
/// host that had it keeps it until it answers without it, also while it does not answer and over restarts of the
/// console; a name that
/// nobody had goes to the first host of the settings that shows it. A machine that moves to another host takes its hold
/// along. One that was seen beside the one that has the name is another machine: it has a name of its own, and does not
/// get the other when that one is not seen for once, as hold, history and copies are that one's.
/// </summary>
internal static class Places
{
    /// <param name="Asked">Whether it was asked since the start, answered or not.</param>
    /// <param name="Names">The names that it showed last; null: it has not answered since the start.</param>
    /// <param name="Uri">The same for a host that the settings name twice: its servers are no others.</param>
    public sealed record Host(string Name, bool Asked, IReadOnlySet<string>? Names, string? Uri = null)
    {
        /// <summary>Whether it does not answer now: what it showed last may have moved.</summary>
        public bool IsSilent { get; init; }

        /// <summary>Those of them that are paused: each may be on its way from another host, which shows it,
        /// too.</summary>
        public IReadOnlySet<string> Paused { get; init; } = ImmutableHashSet<string>.Empty;

        /// <summary>When it was asked for what it showed last, and when it had answered.</summary>
        public (long Asked, long Answered) At { get; init; }

        /// <summary>Whether both are names of one host.</summary>
        public bool IsAlso(Host other) => Uri is not null && Uri == other.Uri;

        /// <summary>Whether it still has what another one showed before.</summary>
        public bool ShowsBeside(string name, Host other) =>
            !IsAlso(other) && !IsSilent && Names?.Contains(name) == true && At.Asked >= other.At.Answered;
    }

    /// <summary>The host of each name.</summary>
    /// <param name="hosts">In the order of the settings.</param>
    /// <param name="before">As it was settled before; the same is given back when nothing has changed.</param>
    /// <param name="others">What <see cref="FindOthers"/> has found so far.</param>
    public static ImmutableSortedDictionary<string, string> Settle(
        IReadOnlyList<Host> hosts,
        ImmutableSortedDictionary<string, string> before,
        ImmutableSortedDictionary<string, string?>? others = null
    )
    {
        others ??= PlacesState.NoOthers;
        var byName = hosts.ToDictionary(h => h.Name, StringComparer.Ordinal);
        var after = before.ToBuilder();
        foreach (var (name, place) in before)
        {
            if (!byName.TryGetValue(place, out var host))
                after.Remove(name);
            else if (host.Names?.Contains(name) == false && !IsKept(name, host, hosts, others))
                after.Remove(name);
        }
        var given = others.Values.ToHashSet(StringComparer.Ordinal);
        foreach (var host in hosts)
        {
            // One before it in the settings may show the same names as soon as it has been asked.
            if (!host.Asked)
                break;
            foreach (var name in host.Names ?? ImmutableHashSet<string>.Empty)
            {
                var had = before.TryGetValue(name, out var place) ? byName.GetValueOrDefault(place) : null;
                if (!IsOther(others, name, host, had) && !given.Contains(name))
                    after.TryAdd(name, host.Name);
            }
        }
        return after.ToImmutable();
    }

    /// <summary>
    /// Adds what is shown beside the host that has the name, and gives each a name of its own. What is not shown any
    /// more is forgotten while the host that has the name shows it: else nobody could tell which of the two comes back.
    /// </summary>
    public static ImmutableSortedDictionary<string, string?> FindOthers(
        IReadOnlyList<Host> hosts,
        ImmutableSortedDictionary<string, string> places,
        ImmutableSortedDictionary<string, string?> before
    )
    {
        var byName = hosts.ToDictionary(h => h.Name, StringComparer.Ordinal);
        Host? PlaceOf(string name) => places.TryGetValue(name, out var place) ? byName.GetValueOrDefault(place) : null;
        var after = before.ToBuilder();
        foreach (var key in before.Keys)
        {
            var (name, host) = PartsOf(key);
            if (
                byName.GetValueOrDefault(host) is { Names: { } shown } here
                && PlaceOf(name) is { } place
                && (
                    place == here
                    || place.IsAlso(here)
                    || (!shown.Contains(name) && place.Names?.Contains(name) == true)
                )
            )
                after.Remove(key);
        }
        foreach (var host in hosts.Where(h => h.Names is not null))
        {
            foreach (var name in host.Names!.Where(n => !host.Paused.Contains(n)))
            {
                if (PlaceOf(name) is { } place && place != host && place.ShowsBeside(name, host))
                    after.TryAdd(KeyOf(name, host.Name), null);
            }
        }
        foreach (var key in after.Where(o => o.Value is null).Select(o => o.Key).ToList())
            after[key] = NameFor(key, hosts, places, after.Values);
        return after.ToImmutable();
    }

    /// <summary>Whether a host shows a name of which it is not known yet whose it is, and soon will be.</summary>
    /// <inheritdoc cref="FindOthers"/>
    public static bool IsOpen(
        IReadOnlyList<Host> hosts,
        ImmutableSortedDictionary<string, string> places,
        ImmutableSortedDictionary<string, string?> others
    )
    {
        var byName = hosts.ToDictionary(h => h.Name, StringComparer.Ordinal);
        return hosts.Any(host =>
            host.Names?.Any(name =>
                !host.Paused.Contains(name)
                && places.TryGetValue(name, out var place)
                && place != host.Name
                && byName.TryGetValue(place, out var there)
                && !there.IsSilent
                && !there.IsAlso(host)
                && !others.ContainsKey(KeyOf(name, host.Name))
            ) == true
        );
    }

    /// <summary>As a server beside the one that has the name is written down.</summary>
    public static string KeyOf(string name, string host) => $"{name}/{host}";

    // No server's name has a slash.
    internal static (string Name, string Host) PartsOf(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (key, "") : (key[..slash], key[(slash + 1)..]);
    }

    // What others alone show stays, as long as they do: it is none of theirs.
    private static bool IsKept(
        string name,
        Host place,
        IReadOnlyList<Host> hosts,
        ImmutableSortedDictionary<string, string?> others
    )
    {
        var isKept = others.Keys.Any(key => PartsOf(key) is var (n, h) && n == name && IsThere(h));
        return isKept
            && !hosts.Any(h => h != place && h.Names?.Contains(name) == true && !IsOther(others, name, h, place));
        bool IsThere(string host) => hosts.Any(h => h.Name == host && !h.IsAlso(place));
    }

    private static bool IsOther(
        ImmutableSortedDictionary<string, string?> others,
        string name,
        Host host,
        Host? place
    ) => others.ContainsKey(KeyOf(name, host.Name)) && place?.IsAlso(host) != true;

    private static string NameFor(
        string key,
        IReadOnlyList<Host> hosts,
        ImmutableSortedDictionary<string, string> places,
        IEnumerable<string?> given
    )
    {
        var (name, host) = PartsOf(key);
        var own = $"{name}.{host}";
        return
            ServerName.From(own) is null
            || places.ContainsKey(own)
            || given.Contains(own)
            || hosts.Any(h => h.Names?.Contains(own) == true)
            ? ""
            : own;
    }
}
