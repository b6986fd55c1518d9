using System.Collections.Concurrent;
using TestServers.History;
using TestServers.HostPrograms;

namespace TestServers.Builds;

/// <summary>
/// Asks what is on servers: each from time to time, at once when something does not fit, and after every build. Another
/// console or a person may have changed it meanwhile; the board then says what is there now, and that it was otherwise.
/// </summary>
public sealed class ServerLooks(
    CurrentSettings settings,
    Inventory inventory,
    Reachability reachability,
    JobStore<Build> store,
    HistoryStore history,
    ServerCleanup cleaning,
    BusyServers busyServers,
    GuestProgram guest,
    ServerFinds finds,
    KeptFolders folders,
    TimeProvider clock,
    ILogger<ServerLooks> log
) : BackgroundService
{
    private const int SideBySide = 4;
    private static readonly TimeSpan AtStart = TimeSpan.FromSeconds(5);
    private readonly Loop _loop = new(TimeSpan.FromSeconds(1), log);
    private readonly ConcurrentDictionary<ServerName, long> _looked = new();
    private readonly ConcurrentDictionary<ServerName, bool> _asked = new(),
        _missed = new();

    private readonly ConcurrentDictionary<ServerName, IReadOnlyList<OldTool>> _old = new();

    /// <summary>What of the tools that builds use is too old on a server, as it said last.</summary>
    public IReadOnlyList<OldTool> OldOn(ServerName server) => _old.GetValueOrDefault(server, []);

    /// <summary>Has a server asked soon, as something about it does not fit.</summary>
    public void Ask(ServerName server) => _asked[server] = true;

    /// <summary>Asks a server, and its database hosts, what is there.</summary>
    /// <returns>Whether something was other than it was known.</returns>
    public async Task<bool> Look(Server server, CancellationToken cancel)
    {
        _looked[server.Name] = clock.GetTimestamp();
        // A build says itself how it ended, and one that did not is cleaned up after.
        if (Busy.Contains(server.Name))
            return false;
        var known = history.Of(server.Name);
        var status = await Status(server, cancel);
        // What says nothing of the server itself has not looked: what it leaves out is not gone.
        if (!status.Done || !status.Results.ContainsKey("disk_free"))
            return false;
        folders.Note(server.Name, status);
        NoteOld(server.Name, status);
        if (BuiltMark.OfSite(status) is null)
            history.NoteOther(server.Name, null);
        var found = await finds.Of(server.Name, known, status, cancel);
        if (Busy.Contains(server.Name) || !history.NoteFound(known, found))
            return false;
        foreach (var other in found.Otherwise.Except(known.Otherwise))
            log.LogWarning("{Server}: {Found}", server.Name, other.Message);
        return true;
    }

    // A tool that no app needs may be as old as it is.
    private void NoteOld(ServerName server, HostResult status)
    {
        bool IsUsed(RepositoryKind kind) => settings.Now.Apps.Any(a => a.Repository.Kind == kind);
        IReadOnlyList<OldTool> old =
        [
            .. OldTool
                .In(status.Results)
                .Where(o => o.Name != "git" || IsUsed(RepositoryKind.Git))
                .Where(o => o.Name != "svn" || IsUsed(RepositoryKind.Svn)),
        ];
        foreach (var other in old.Except(OldOn(server)))
            log.LogWarning("{Server}: {Old}", server, other.Message);
        // The same list again is no change for those who show it.
        if (!old.SequenceEqual(OldOn(server)))
            _old[server] = old;
    }

    // Nobody is refused a server for one call that nobody has asked for: only when the next does not reach it, either.
    private async Task<HostResult> Status(Server server, CancellationToken cancel)
    {
        var again = _missed.TryRemove(server.Name, out _);
        var status = await guest.Status(server, cancel, counts: again);
        if (!again && status.Outcome is (HostOutcome.Unreachable or HostOutcome.Stranger))
        {
            _missed[server.Name] = true;
            Ask(server.Name);
        }
        return status;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        guest.OtherFound += Ask;
        store.Changed += build =>
        {
            if (build is { Ended: true, StartedAt: not null })
                Ask(build.Server);
        };
        var began = clock.GetTimestamp();
        await _loop.Run(stop => LookAtDue(clock.GetElapsedTime(began), stop), stoppingToken);
    }

    private async Task LookAtDue(TimeSpan up, CancellationToken stop)
    {
        var due = Due(up).Take(SideBySide).ToList();
        await Task.WhenAll(due.Select(m => TryLook(m, stop)));
        if (due.Count == SideBySide)
            _loop.Wake();
    }

    private IEnumerable<Server> Due(TimeSpan up)
    {
        if (settings.Now.Guests is not { } guests)
            return [];
        var (busy, round) = (Busy, TimeSpan.FromMinutes(guests.LookMinutes));
        return inventory.Servers.Where(m =>
            m.Running
            && !busy.Contains(m.Name)
            && reachability.Of(m.Name) is null
            && (_asked.TryRemove(m.Name, out _) || IsDue(m.Name, up, round))
        );
    }

    // At the start it is asked what has changed while the console was away, where it had built; the others have time.
    private bool IsDue(ServerName server, TimeSpan up, TimeSpan round) =>
        _looked.TryGetValue(server, out var at)
            ? clock.GetElapsedTime(at) >= round
            : up >= (history.Has(server) && AtStart < round ? AtStart : round);

    private HashSet<ServerName> Busy =>
        [
            .. store.Open.Where(b => b.State == JobState.Running).Select(b => b.Server),
            .. cleaning.Open.Keys,
            .. busyServers.All,
        ];

    private async Task TryLook(Server server, CancellationToken stop)
    {
        try
        {
            await Look(server, stop);
        }
        catch (Exception e) when (e is OperationCanceledException or DiskRefused)
        {
            // A stop, or the disk did not take it: it is asked again.
        }
        catch (Exception e)
        {
            log.LogError(e, "Look at {Server}", server.Name);
        }
    }
}
