using System.Diagnostics;
using TestServers.HostPrograms;

namespace TestServers.Databases;

/// <summary>
/// Keeps the copies of servers that are not seen, and drops one when its server has been gone for as long as the
/// settings say: its host answered without it, nobody held it, and the console has told so, all that time. Since when
/// stands at the copy itself, too: a console whose state was put back from a backup, or whose twin sees the server,
/// finds another instant there and begins anew.
/// </summary>
public sealed class CopyKeeper : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2),
        AfterFailure = TimeSpan.FromSeconds(30);

    private readonly BaseFacts _bases;
    private readonly Copies _copies;
    private readonly CopySight _sight;
    private readonly CopyDrop _drop;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly CopyTimes _times;
    private readonly CopyLog _told;

    public CopyKeeper(
        CurrentSettings settings,
        BaseFacts bases,
        Copies copies,
        CopySight sight,
        CopyDrop drop,
        TimeProvider clock,
        ILogger<CopyKeeper> log
    )
    {
        (_bases, _copies, _sight, _drop, _clock, _log) = (bases, copies, sight, drop, clock, log);
        _times = new(() => TimeSpan.FromDays(settings.Now.Copies.KeptDays), clock);
        _told = new(() => settings.Now.Copies.KeptDays, log);
    }

    /// <summary>Raised when a database host was looked over.</summary>
    public event Action? Looked;

    /// <summary>Raised when a copy was dropped because its server is gone.</summary>
    public event Action<Copy>? DroppedGone;

    /// <summary>When a copy will be dropped if nothing comes between; null while no time runs.</summary>
    public DateTimeOffset? DropOf(Copy copy) => _times.EndOf(copy);

    /// <summary>Drops a copy at once because a person wants it.</summary>
    /// <exception cref="Problem">
    /// 409: its server is seen or held, or it is another console's; 502: its host could not do it.
    /// </exception>
    /// <exception cref="DiskRefused">Nothing was dropped.</exception>
    public async Task Drop(Copy copy, Caller caller)
    {
        if (_sight.ReasonToRefuse(copy) is { } reason)
            throw Problem.Conflict($"{copy.Name} on {copy.Host.Settings.Name} is not dropped. {reason}");
        var end = await _drop.Run(copy, caller, null, CancellationToken.None);
        if (!end.Done)
            throw Problem.Failed(end.Message);
        Forget(copy);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _bases.ForEachHost(Watch, stoppingToken);

    private async Task Watch(DatabaseHost host, CancellationToken stop)
    {
        var loop = new Loop(Pause, _log);
        var since = Stopwatch.StartNew();
        await loop.Run(
            async end =>
            {
                var look = since.Elapsed;
                since.Restart();
                try
                {
                    return await Look(host, look, end) ? Pause : AfterFailure;
                }
                finally
                {
                    Looked?.Invoke();
                }
            },
            stop
        );
    }

    /// <returns>Whether the host did what it was asked.</returns>
    private async Task<bool> Look(DatabaseHost host, TimeSpan look, CancellationToken stop)
    {
        var all = _copies.All.Where(c => c.Host == host).ToList();
        var seen = all.Where(c => _sight.HostOf(c, _copies.FactsOf(c)) is not null).ToList();
        NoteSeen(seen);
        var well = true;
        foreach (var copy in seen.Where(c => c.Found.Gone is not null && _sight.IsOurs(c)))
            well &= await Tell(copy, null, stop);
        foreach (var copy in all.Except(seen))
            well &= await Keep(copy, look, stop);
        return well;
    }

    private void NoteSeen(List<Copy> seen)
    {
        var changes = new List<(Copy, CopyFacts?)>();
        foreach (var copy in seen)
        {
            var before = _copies.FactsOf(copy);
            var host = _sight.HostOf(copy, before);
            if (host is null)
                continue; // It went between two looks.
            var now = new CopyFacts(host.Name, host.Uri);
            if (now != before)
                changes.Add((copy, now));
            _times.Forget(copy);
            _told.TellSeen(copy, host);
        }
        if (changes.Count > 0)
            _copies.Note(changes);
    }

    private async Task<bool> Keep(Copy copy, TimeSpan look, CancellationToken stop)
    {
        var facts = _copies.FactsOf(copy);
        var reason = _sight.ReasonToKeep(copy, facts);
        _told.TellUnseen(copy, facts, reason);
        if (reason is not null)
        {
            _times.Halt(copy);
            return true;
        }
        if (facts!.Gone is null || facts.Gone != copy.Found.Gone)
            return await Begin(copy, facts, stop);
        var watched = _times.Add(copy, facts, look);
        if (_times.IsOver(watched))
            return await DropGone(copy, facts, stop);
        if (_times.IsWorthNoting(facts, watched))
            _copies.Note(copy, facts with { Watched = watched });
        return true;
    }

    private async Task<bool> Begin(Copy copy, CopyFacts facts, CancellationToken stop)
    {
        var since = DateTimeOffset.FromUnixTimeMilliseconds(_clock.GetUtcNow().ToUnixTimeMilliseconds());
        _times.Forget(copy);
        if (!await Tell(copy, since, stop))
            return false;
        _copies.Note(copy, facts with { Gone = since, Watched = 0 });
        return true;
    }

    private async Task<bool> Tell(Copy copy, DateTimeOffset? since, CancellationToken stop)
    {
        var end = await copy.Host.TellGone(copy.Found.Base, copy.Server, since, stop);
        if (!end.Done)
            _told.TellFailure(copy, end);
        else
            _bases.NoteFound(copy.Host, copy.Found, IsTold(end) ? copy.Found with { Gone = since } : null);
        return end.Done;
    }

    private static bool IsTold(HostResult end) => end.Results.GetValueOrDefault("told") == "1";

    private async Task<bool> DropGone(Copy copy, CopyFacts facts, CancellationToken stop)
    {
        var end = await _drop.Run(copy, Caller.TheConsole, facts.Gone, stop);
        if (end.Done)
        {
            _told.TellDropped(copy, facts);
            Forget(copy);
            DroppedGone?.Invoke(copy);
            return true;
        }
        _told.TellFailure(copy, end);
        _times.Postpone(copy);
        if (end.Results.GetValueOrDefault("since") == "other")
            _copies.Note(copy, facts with { Gone = null, Watched = 0 });
        return false;
    }

    // It is gone: that the disk refuses to have it forgotten changes nothing of that.
    private void Forget(Copy copy)
    {
        _times.Forget(copy);
        _told.Forget(copy);
        _bases.NoteFound(copy.Host, copy.Found, null);
        try
        {
            _copies.Note(copy, null);
        }
        catch (DiskRefused refused)
        {
            _log.LogError("{Reason}", refused.Message);
        }
    }
}
