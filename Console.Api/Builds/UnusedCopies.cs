using System.Collections.Concurrent;
using System.Collections.Immutable;
using TestServers.Access;
using TestServers.Databases;
using TestServers.History;
using TestServers.Jobs;
using TestServers.Settings;
using TestServers.Storage;

namespace TestServers.Builds;

/// <summary>
/// Drops the copy of a base from which a server's database was made before another was chosen: behind the build that
/// has succeeded with the other, and never before. Which are to be dropped stands in the histories, so that a stop, or
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
    private readonly ConcurrentDictionary<(ServerName, BaseName), long> _failed = new();
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
        if (copy.Elsewhere is null || copy.Found.Server is not { } server || !sight.IsOurs(copy))
            return false;
        if (!history.Has(server) || store.Open.Any(b => b.Server == server))
            return false;
        var kept = history.Of(server);
        // Of one that moved to another host: once its server has a copy there.
        return kept.Other is null
            && (
                settings.Now.Base(copy.Found.Base) is { } moved
                    ? bases.CopyOf(moved, server) is not null
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
        var waiting = history.All.Where(known => known.Unused is not null).Select(known => known.Server).ToList();
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

    private async Task Drop(ServerName server, BaseName name, CancellationToken stop)
    {
        // The settings may be others by now. What they do not name is told with what is left of such bases.
        if (settings.Now.Base(name) is not { } @base || UsedByOthers(null, history.Of(server)).Any(b => b.Base == name))
        {
            history.NoteUnused(server, name, dropped: false);
            return;
        }
        if (_failed.TryGetValue((server, name), out var at) && clock.GetElapsedTime(at) < AfterFailure)
            return;
        var (answered, found) = await bases.FindCopy(@base, server, stop);
        if (!answered)
            return;
        var copy = found is null ? null : new Copy(bases.HostOf(@base), found, null);
        if (copy is null || sight.IsAnothers(copy))
        {
            history.NoteUnused(server, name, dropped: true);
            return;
        }
        var end = await drop.Run(copy, Caller.TheConsole, null, stop);
        if (!end.Done && !stop.IsCancellationRequested)
            log.LogWarning(
                "{Copy}, which {Server} does not use, is not dropped: {Reason}",
                copy.Key,
                server,
                end.Message
            );
        if (!end.Done)
        {
            _failed[(server, name)] = clock.GetTimestamp();
            return;
        }
        bases.NoteFound(copy.Host, copy.Found, null);
        history.NoteUnused(server, name, dropped: true);
        log.LogInformation("{Copy}: dropped, as {Server} has a copy of another base now.", copy.Key, server);
    }

    // Of those that were built there.
    private IEnumerable<ChosenBase> UsedByOthers(AppName? but, ServerHistory kept) =>
        kept.AppsBeside(settings.Now.Apps, but).SelectMany(a => kept.BasesOf(a));
}
