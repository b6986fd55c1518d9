using System.Collections.Immutable;
using TestServers.Builds;
using TestServers.History;
using TestServers.Reservations;

namespace TestServers.Board;

/// <summary>
/// Which servers are given to somebody who asks for any: only such as can be used and on which nobody's build runs or
/// waits.
/// </summary>
public sealed class FreeServers(
    Inventory inventory,
    Usability usability,
    ServerTags tags,
    JobStore<Build> builds,
    HistoryStore history,
    PastReservations past,
    CurrentSettings settings
) : IAnyServers
{
    /// <summary>
    /// The servers that may be given, the best first: one that has the app and the copies of its databases, is clean,
    /// and whose last build did not fail; of equals one whose host has the fewest running builds, then the one that was
    /// free longest.
    /// </summary>
    public IEnumerable<ServerName> For(AppName? app, string? host, ImmutableArray<TagName> wanted)
    {
        var busy = builds.Open.Select(b => b.Server).ToHashSet();
        var running = builds
            .Open.Where(b => b.State == JobState.Running)
            .Select(b => HostOf(b.Server))
            .OfType<string>()
            .CountBy(h => h)
            .ToDictionary(StringComparer.Ordinal);
        var unclean = builds.All.Where(b => b.Unclean).Select(b => b.Server).ToHashSet();
        return Candidates(host, wanted)
            .Where(m => !busy.Contains(m.Name))
            .OrderBy(m => app is null ? 0 : LackOf(app, history.Of(m.Name)))
            .ThenBy(m =>
                unclean.Contains(m.Name) || history.Of(m.Name).Configuration is { Result: not JobState.Succeeded }
                    ? 1
                    : 0
            )
            .ThenBy(m => running.GetValueOrDefault(m.Host))
            .ThenBy(m => past.Of(m.Name).FirstOrDefault()?.EndedAt ?? DateTimeOffset.MinValue)
            .Select(m => m.Name);
    }

    /// <summary>The refusal that says what stands in the way, and which server is the first to be free.</summary>
    /// <param name="held">All that hold now.</param>
    public Problem None(string? host, ImmutableArray<TagName> wanted, IEnumerable<Reservation> held)
    {
        var usable = Candidates(host, wanted).ToList();
        var with = wanted.IsEmpty ? "" : $"with {string.Join(", ", wanted)} ";
        var first = held.Where(r => usable.Any(m => m.Name == r.Server)).MinBy(r => r.Until);
        var problem = Problem.NoneFree(
            usable.Count == 0
                ? $"No server {(host is null ? "" : $"of {host} ")}{with}can be used now; GET "
                    + "api/servers says why, server by server."
            : first is null
                ? $"On all {usable.Count} servers {with}that can be used builds run or wait, or others "
                    + "wait for them. Ask again."
            : $"All {usable.Count} servers {with}that can be used are reserved or have builds; "
                + $"{first.Server} is the first to end, at {Times.Say(first.Until)} ({first.Holder})."
        );
        return first is null
            ? problem
            : problem.With("server", first.Server).With("holder", first.Holder).With("until", first.Until);
    }

    // How much of what a build of the app needs is not there: its code, and a copy for each of its databases.
    private int LackOf(AppName app, ServerHistory its) =>
        (its.Code.ContainsKey(app) ? 0 : 1)
        + (settings.Now.App(app) is { } known ? its.BasesOf(known).Count(b => !its.Copies.ContainsKey(b.Base)) : 0);

    private IEnumerable<Server> Candidates(string? host, ImmutableArray<TagName> wanted) =>
        inventory.Servers.Where(m =>
            (host is null || m.Host == host) && tags.HasAll(m.Name, wanted) && usability.WhyNot(m) is null
        );

    private string? HostOf(ServerName server) => inventory.TryFind(server)?.Host;
}
