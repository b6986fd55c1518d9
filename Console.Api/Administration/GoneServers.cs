using TestServers.Builds;
using TestServers.Databases;
using TestServers.History;
using TestServers.Reservations;
using TestServers.Savepoints;

namespace TestServers.Administration;

/// <summary>
/// Forgets servers that no host has any more: their history, with its builds, and that they are out of service. Not
/// seen is not gone: the time runs only while every host answers, and shows something; and a server stays as long as
/// somebody holds it or waits for it, a build of it is open, or it has a copy or a savepoint anywhere.
/// </summary>
public sealed class GoneServers(
    JsonFile<GoneState> file,
    Inventory inventory,
    HistoryStore history,
    PastReservations past,
    JsonFile<ReservationsState> reservations,
    JsonFile<ServiceState> service,
    JsonFile<SavepointsState> savepoints,
    JsonFile<BasesState> facts,
    JobStore<Build> builds,
    BaseFacts bases,
    Copies copies,
    Journal journal,
    Audit audit,
    TimeProvider clock
) : IRetained
{
    // By age alone, every hour.
    event Action? IRetained.Grown
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public void RemoveOld(int kept, DateTimeOffset time)
    {
        if (past.HasEmpty)
            journal.Do(past.RemoveEmpty).GetAwaiter().GetResult();
        // A list that is empty, or was not sent, says nothing of who is gone.
        if (!inventory.Hosts.All(h => h is { AsOf: not null, Problem: null, Domains.IsEmpty: false }))
            return;
        var shown = inventory
            .Names.Concat(inventory.Hosts.SelectMany(h => h.Domains).Select(ServerName.From).OfType<ServerName>())
            .ToHashSet();
        var gone = Known.Where(name => !shown.Contains(name)).ToHashSet();
        var state = file.Change(before => before.With(gone, clock.GetUtcNow()));
        foreach (var (server, since) in state.Before(time).Where(g => !IsNeeded(g.Server)).ToList())
            Forget(server, since);
    }

    private IEnumerable<ServerName> Known =>
        history.All.Select(h => h.Server).Concat(service.Value.Out.Values.Select(o => o.Server)).Distinct();

    private bool IsNeeded(ServerName server)
    {
        var (held, kept) = (reservations.Value, savepoints.Value);
        return held.On(server) is not null
            || held.TurnOf(server) is not null
            || held.Line.Exists(p => p.Server == server)
            || builds.Open.Any(b => b.Server == server)
            || kept.Savepoints.Values.Any(s => s.Server == server)
            || kept.Back.ContainsKey(server.Text)
            || bases.Hosts.Any(h => h.Status is null || bases.ProblemOf(h.Host) is not null)
            || copies.All.Any(c => c.Server == server);
    }

    // The audit first, so that nothing goes that it does not know of. A kill in between leaves an empty history.
    private void Forget(ServerName server, DateTimeOffset since)
    {
        var count = builds.All.Count(b => b.Server == server);
        journal
            .Do(act =>
            {
                act.Change(service, state => state.On(server) is null ? state : state.Without(server));
                act.Change(facts, state => state.Without(server));
                audit.Write(
                    act,
                    Caller.TheConsole,
                    "forget server",
                    server.Text,
                    $"no host has had it since {Times.Say(since)}: its history goes, and {count} builds"
                );
            })
            .GetAwaiter()
            .GetResult();
        history.Empty(server);
        builds.RemoveEnded(b => b.Server == server);
        history.Remove(server);
    }
}
