using System.Collections.Concurrent;
using System.Collections.Immutable;
using TestServers.Databases;
using TestServers.History;

namespace TestServers.Builds;

/// <summary>
/// Drops the copy of a base from which a server's database was made before another was chosen: behind the build that
/// has succeeded with the other, and never before; and, of a base that several database hosts have, the copy in whose
/// place another host has the one that is used. Which are to be dropped stands in the histories, so that a stop, or
/// a database host that is down, only puts it off. What any app that was built on the server comes from stays.
/// </summary>
public sealed class UnusedCopies(
    CurrentSettings settings,
    JobStore<Build> store,
    HistoryStore history,
    BaseFacts bases,
    CopySight sight,
    CopyDrop drop,
    TimeProvider clock,
    ILogger<UnusedCopies> log
) : BackgroundService
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(30);
    private readonly Loop _loop = new(TimeSpan.FromSeconds(30), log);
    private readonly ConcurrentDictionary<(ServerName, string), long> _failed = new();
    private readonly ConcurrentDictionary<ServerName, Task> _running = new();

    /// <summary>The bases of an app whose copies nothing on the server uses, once this build has succeeded.</summary>
    public ImmutableArray<BaseName> Behind(Build ended, AppSettings app, ServerHistory kept)
    {
        if (ended.State != JobState.Succeeded || ended.Off is not null || !app.HasSeveralBases)
            return [];
        var used = ended.BasesOf(app, kept).Concat(UsedByOthers(app.Name, kept)).Select(b => b.Base).ToHashSet();
        var former = app.AllDatabases.SelectMany(d => d.Bases).Where(kept.Copies.ContainsKey);
        return [.. former.Where(name => !used.Contains(name))];
    }

    /// <summary>
    /// Whether a copy is of a base that the settings do not name there any more, and nothing on its server uses it: as
    /// far as is known from this console's own builds there.
    /// </summary>
    public bool IsOfFormerBase(Copy copy)
    {
        if (copy.Found.Server is not { } server || !sight.IsOurs(copy))
            return false;
        if (copy.Elsewhere is null && settings.Now.Base(copy.Found.Base)?.IsOnSeveral != true)
            return false;
        if (!history.Has(server) || IsUnclean(server) || store.Open.Any(b => b.Server == server))
            return false;
        var kept = history.Of(server);
        // Of one that moved to another host: once its server has a copy there.
        return kept.Other is null
            && (
                settings.Now.Base(copy.Found.Base) is { } moved
                    ? kept.PlaceOf(moved, settings.Now) is var place
                        && bases.AreApart(place.Host, copy.Host.Settings.Name)
                        && bases.CopyOf(place, server) is not null
                        && !kept.UsesAt(moved, copy.Host.Settings.Name)
                    : !kept.Uses(copy.Found.Base)
            );
    }

    /// <summary>Drops such a copy.</summary>
    /// <returns>Why it is still there; null: it is gone.</returns>
    public async Task<string?> DropFormer(Copy copy, Caller by)
    {
        var end = await drop.Run(copy, by, null, CancellationToken.None);
        if (!end.Done)
            return end.Message;
        bases.NoteFound(copy.Host, copy.Found, null);
        if (settings.Now.Base(copy.Found.Base) is null)
            history.NoteDropped(copy.Server, copy.Found.Base);
        return null;
    }

    /// <summary>Returns when no copy of a server is being dropped; a build that runs then has it for itself.</summary>
    public Task Settle(ServerName server, CancellationToken cancel) =>
        _running.TryGetValue(server, out var running) ? running.WaitAsync(cancel) : Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        store.Changed += build =>
        {
            if (build.Ended)
                _loop.Wake();
        };
        await _loop.Run(DropAll, stoppingToken);
    }

    private async Task DropAll(CancellationToken stop)
    {
        var waiting = history
            .All.Where(known => (known.Unused, known.Replaced) is not (null, null))
            .Select(known => known.Server)
            .ToList();
        // Side by side: a host that hangs must not keep the others waiting.
        await Task.WhenAll(waiting.Select(server => DropOf(server, stop)));
    }

    // It is said first and asked then: a build that begins now waits for it, or is seen here.
    private async Task DropOf(ServerName server, CancellationToken stop)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[server] = ended.Task;
        try
        {
            foreach (var name in history.Of(server).Unused ?? [])
            {
                if (store.Open.Any(b => b.Server == server && b.State == JobState.Running))
                    return;
                await Drop(server, name, stop);
            }
            foreach (var key in history.Of(server).Replaced ?? [])
            {
                if (IsUnclean(server) || store.Open.Any(b => b.Server == server && b.State == JobState.Running))
                    return;
                await DropReplaced(server, key, stop);
            }
        }
        catch (DiskRefused refused)
        {
            log.LogError("Copies of {Server} that are not used stay for now: {Reason}", server, refused.Message);
        }
        finally
        {
            _running.TryRemove(server, out _);
            ended.SetResult();
        }
    }

    // Only where the host of the one that is used says that it has it, and is another PostgreSQL.
    private async Task DropReplaced(ServerName server, string key, CancellationToken stop)
    {
        var (kept, (host, name)) = (history.Of(server), ServerHistory.Placed(key));
        if (name is null || settings.Now.BaseAt(name, host) is not { } place)
        {
            // What the settings do not name any more is told with what is left of such bases.
            history.NoteReplaced(server, key);
            return;
        }
        if (IsPutOff(server, key))
            return;
        if (kept.Copies.ContainsKey(name))
        {
            var used = kept.PlaceOf(settings.Now.Base(name)!, settings.Now);
            if (used.Host == host || bases.IsOne(used.Host, host))
            {
                history.NoteReplaced(server, key);
                return;
            }
            // A site that names the host of before needs it until its app is built again.
            if (kept.UsesAt(used, host) || !bases.AreApart(used.Host, host))
                return;
            if ((await bases.FindCopy(used, server, stop)) is not (true, { }))
                return;
        }
        var (answered, found) = await bases.FindCopy(place, server, stop);
        if (!answered)
            return;
        var copy = found is null ? null : new Copy(bases.HostOf(place), found, null);
        if (copy is null || sight.IsAnothers(copy))
        {
            history.NoteReplaced(server, key);
            return;
        }
        if (!await Drop(copy, key, stop))
            return;
        history.NoteReplaced(server, key);
        log.LogInformation("{Copy}: dropped, as {Server} has its copy on another database host now.", copy.Key, server);
    }

    // Which copy its site uses is known only when it was asked: nobody may have heard that the settings are in place.
    private bool IsUnclean(ServerName server) =>
        store.All.Any(b => b.Server == server && b is { Ended: true, Unclean: true });

    private bool IsPutOff(ServerName server, string what) =>
        _failed.TryGetValue((server, what), out var at) && clock.GetElapsedTime(at) < AfterFailure;

    private async Task<bool> Drop(Copy copy, string what, CancellationToken stop)
    {
        var end = await drop.Run(copy, Caller.TheConsole, null, stop);
        if (!end.Done && !stop.IsCancellationRequested)
            log.LogWarning(
                "{Copy}, which {Server} does not use, is not dropped: {Reason}",
                copy.Key,
                copy.Server,
                end.Message
            );
        if (!end.Done)
            _failed[(copy.Server, what)] = clock.GetTimestamp();
        else
            bases.NoteFound(copy.Host, copy.Found, null);
        return end.Done;
    }

    private async Task Drop(ServerName server, BaseName name, CancellationToken stop)
    {
        // The settings may be others by now. What they do not name is told with what is left of such bases.
        if (settings.Now.Base(name) is not { } @base || UsedByOthers(null, history.Of(server)).Any(b => b.Base == name))
        {
            history.NoteUnused(server, name, dropped: false);
            return;
        }
        if (IsPutOff(server, name.Text))
            return;
        var place = history.Of(server).PlaceOf(@base, settings.Now);
        var (answered, found) = await bases.FindCopy(place, server, stop);
        if (!answered)
            return;
        var copy = found is null ? null : new Copy(bases.HostOf(place), found, null);
        if (copy is null || sight.IsAnothers(copy))
        {
            history.NoteUnused(server, name, dropped: true);
            return;
        }
        if (!await Drop(copy, name.Text, stop))
            return;
        history.NoteUnused(server, name, dropped: true);
        log.LogInformation("{Copy}: dropped, as {Server} has a copy of another base now.", copy.Key, server);
    }

    // Of those that were built there.
    private IEnumerable<ChosenBase> UsedByOthers(AppName? but, ServerHistory kept) =>
        kept.AppsBeside(settings.Now.Apps, but).SelectMany(a => kept.BasesOf(a));
}
