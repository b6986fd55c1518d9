using TestServers.Builds;
using TestServers.Reservations;
using TestServers.Savepoints;

namespace TestServers.Making;

/// <summary>
/// When a server that was made is deleted: some time after its last hold, and soon when it is shut off while somebody
/// waits for such a server. Never while somebody holds it or waits for
/// it, a build waits or runs there, it has a savepoint, or it is out of service.
/// </summary>
public sealed class UnusedServers(
    JsonFile<ReservationsState> reservations,
    PastReservations past,
    JobStore<Build> builds,
    BusyServers busy,
    JsonFile<SavepointsState> savepoints,
    OutOfServiceServers service,
    Inventory inventory,
    MakingNeed need,
    CurrentSettings settings,
    TimeProvider clock
)
{
    private static readonly TimeSpan LongestNotice = TimeSpan.FromHours(1);

    /// <summary>When it is deleted, if that is to be told by now; null: it stays.</summary>
    public DateTimeOffset? EndOf(MadeServer made)
    {
        if (made is not { ReadyAt: { } since, Deleting: null } || IsNeeded(made.Name))
            return null;
        var hours = TimeSpan.FromHours(settings.Now.App(made.App)?.Make?.Hours ?? made.Hours);
        var notice = hours / 4 < LongestNotice ? hours / 4 : LongestNotice;
        if (past.Of(made.Name).FirstOrDefault() is { } last && last.EndedAt > since)
            since = last.EndedAt;
        foreach (var build in builds.All.Where(b => b.Server == made.Name && b.EndedAt > since))
            since = build.EndedAt!.Value;
        var (end, now) = (IsInTheWay(made) ? default : since + hours, clock.GetUtcNow());
        if (now + notice < end)
            return null;
        // Whatever the clock does: nobody is told later than that.
        return made.Goes ?? (end > now + notice ? end : now + notice);
    }

    /// <summary>Whether it is shut off, so that nobody who waits is given it, while its place is wanted.</summary>
    internal bool IsInTheWay(MadeServer made) =>
        inventory.TryFindHost(made.Host) is { Problem: null }
        && inventory.TryFind(made.Name) is { CanBeStarted: true } server
        && server.Host == made.Host
        && settings.Now.App(made.App)?.Make is { } make
        && need.IsFull(made.App, make)
        && need.WaitingFor(made.App, make, made.Name).Any();

    /// <summary>Who had it last; null: nobody had.</summary>
    public string? LastHolder(ServerName server) => past.Of(server).FirstOrDefault()?.Held.Holder;

    /// <summary>Whether somebody has it, or has its turn.</summary>
    internal bool IsHeld(ServerName server) =>
        reservations.Value.On(server) is not null || reservations.Value.TurnOf(server) is not null;

    private bool IsNeeded(ServerName server)
    {
        var (held, kept) = (reservations.Value, savepoints.Value);
        return IsHeld(server)
            || held.Line.Exists(p => p.Server == server)
            || builds.Open.Any(b => b.Server == server)
            || busy.Has(server)
            || kept.Savepoints.Values.Any(s => s.Server == server)
            || kept.Back.ContainsKey(server.Text)
            || service.Of(server) is not null;
    }
}
