using TestServers.Databases;
using TestServers.History;
using TestServers.Reservations;

namespace TestServers.Builds;

/// <summary>
/// Files that must agree, looked at once when all are loaded. The console never removes a build that a history names,
/// a history only when its server's builds are gone, and gives a number once: where it looks otherwise, a file was
/// lost, or comes from another state.
/// </summary>
public static class StateAgreement
{
    /// <exception cref="UnreadableFile">Two files do not agree; both are named, and what to do.</exception>
    public static void Check(
        JobStore<Build> builds,
        JobStore<Restore> restores,
        HistoryStore history,
        JsonFile<ReservationsState> reservations,
        PastReservations past
    )
    {
        if (past.Last() is var (number, path) && number >= reservations.Value.Next)
        {
            throw new UnreadableFile(
                $"{reservations.Path} says that {reservations.Value.Next} is the next number, but {path} has "
                    + $"reservation {number}, which has ended: it is an older copy, and numbers would be given again. "
                    + $"Put the newest one back, or set `next` to {number + 1} or more."
            );
        }
        var last = builds.All.Where(b => b.Reservation is not null).MaxBy(b => b.Reservation);
        if (last is not null && last.Reservation >= reservations.Value.Next)
        {
            throw new UnreadableFile(
                $"{reservations.Path} says that {reservations.Value.Next} is the next number, but build {last.Id} was "
                    + $"accepted under reservation {last.Reservation}: it is an older copy, and numbers would be given "
                    + $"again. Put the newest one back, or set `next` to {last.Reservation + 1} or more."
            );
        }
        foreach (var server in history.All)
        {
            foreach (var entry in server.Entries)
                CheckEntry(builds, history, server, entry);
        }
        foreach (var build in builds.All.Where(b => b.Ended && b.StartedAt is not null && !history.Has(b.Server)))
            throw NoHistory(builds, history, build);
        foreach (var restore in restores.All.Where(r => builds.Find(r.Id) is not null))
        {
            throw new UnreadableFile(
                $"{builds.PathOf(restore.Id)} and {restores.PathOf(restore.Id)} have one number, which is given once. "
                    + "One of them comes from another state or an older copy: look at both, and move that one, with "
                    + "what belongs to it, out of the state folder."
            );
        }
    }

    private static void CheckEntry(
        JobStore<Build> builds,
        HistoryStore history,
        ServerHistory server,
        HistoryEntry entry
    )
    {
        var file = history.PathOf(server.Server);
        var build =
            builds.Find(entry.Build)
            ?? throw new UnreadableFile(
                $"{file} names build {entry.Build}, but its file {builds.PathOf(entry.Build)} is missing. Put it "
                    + $"back from a backup; if it is lost for good, take the entry of build {entry.Build} out of "
                    + $"{file}."
            );
        if (build.Server == server.Server)
            return;
        throw new UnreadableFile(
            $"{file} names build {entry.Build}, which by {builds.PathOf(entry.Build)} was one for {build.Server}. "
                + "One of them comes from another state: put the right ones back from one backup; if there is "
                + $"none, take the entry of build {entry.Build} out of {file}."
        );
    }

    private static UnreadableFile NoHistory(JobStore<Build> builds, HistoryStore history, Build build) =>
        new(
            $"The history of {build.Server}, {history.PathOf(build.Server)}, is missing, but "
                + $"{builds.PathOf(build.Id)} is a build that was done there. Put it back from a backup; if it is "
                + "lost for good, "
                + $$$"""begin an empty one with {"version": 1, "server": "{{{build.Server}}}", "configuration": """
                + """ null, "entries": [], "copies": {}, "code": {}}."""
        );
}
