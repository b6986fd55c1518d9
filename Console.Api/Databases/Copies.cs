using System.Collections.Immutable;

namespace TestServers.Databases;

/// <summary>A server's copy on a database host.</summary>
/// <param name="Elsewhere">
/// Null when the settings name its base on that host; else where they do, or that they do not.
/// </param>
public sealed record Copy(DatabaseHost Host, FoundDatabase Found, string? Elsewhere)
{
    public ServerName Server => Found.Server!;
    public CopyName Name => CopyName.Of(Found.Base, Server);

    /// <summary>What it is called in bases.json.</summary>
    public string Key => $"{Host.Settings.Name}/{Found.Name}";
}

/// <summary>
/// The copies that the database hosts have, and what is remembered of each. Two names of one PostgreSQL show each
/// database once: on the host that the settings give its base.
/// </summary>
public sealed class Copies(CurrentSettings settings, JsonFile<BasesState> file, BaseFacts bases)
{
    /// <summary>Every copy of a server, whosever it is; none of a host that has not answered since the start.</summary>
    public IEnumerable<Copy> All => Databases.Where(d => d.Found.Server is not null);

    /// <summary>Every base, copy, spare and savepoint of the hosts that have answered since the start.</summary>
    public IEnumerable<Copy> Every => Databases;

    /// <summary>Every base, copy and spare that no base of the settings is the reason for.</summary>
    public IEnumerable<Copy> Leftovers => Databases.Where(d => d.Elsewhere is not null);

    /// <summary>What is remembered of a copy, or null.</summary>
    public CopyFacts? FactsOf(Copy copy) => file.Value.Copies.GetValueOrDefault(copy.Key);

    /// <summary>Remembers it over restarts, or forgets the copy.</summary>
    /// <exception cref="DiskRefused">The disk refused; what is remembered is as it was.</exception>
    public void Note(Copy copy, CopyFacts? facts) => Note([(copy, facts)]);

    /// <summary>The same for many, in one write; none when nothing has changed.</summary>
    /// <exception cref="DiskRefused">The disk refused; what is remembered is as it was.</exception>
    public void Note(IReadOnlyList<(Copy Copy, CopyFacts? Facts)> changes) =>
        file.Change(state =>
        {
            var before = state.Copies;
            var after = before
                .RemoveRange(changes.Where(c => c.Facts is null).Select(c => c.Copy.Key))
                .SetItems(
                    changes.Where(c => c.Facts is not null).Select(c => KeyValuePair.Create(c.Copy.Key, c.Facts!))
                );
            return after == before ? state : state with { Copies = after };
        });

    private IEnumerable<Copy> Databases
    {
        get
        {
            var hosts = bases.Hosts.ToList();
            var placed =
                from host in hosts
                where host.Status is not null
                from found in host.Status.Found
                let home = settings.Now.Base(found.Base)
                let at = hosts.Where(h => home?.Hosts.Contains(h.Host.Settings.Name) == true).ToList()
                let isHome = at.Exists(h => h.Host == host.Host)
                let isElsewhere = at.Count > 0
                    && at.TrueForAll(h => h.Status is not null && !IsOne(h.Status, host.Status))
                where home is null || isHome || isElsewhere
                select (Copy: new Copy(host.Host, found, isHome ? null : Tell(found, home)), host.Status.Cluster);
            return placed
                .DistinctBy(p => p.Cluster is null ? p.Copy.Key : $"{p.Cluster}/{p.Copy.Found.Name}")
                .Select(p => p.Copy);
        }
    }

    private static bool IsOne(DatabaseHostStatus one, DatabaseHostStatus other) =>
        one.Cluster is not null && one.Cluster == other.Cluster;

    private static string Tell(FoundDatabase found, BaseSettings? home) =>
        home is null
            ? $"the settings no longer name its base {found.Base}"
            : $"the settings name its base {found.Base} on {string.Join(" and ", home.Hosts)}";
}
