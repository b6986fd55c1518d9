using System.Collections.Concurrent;
using System.Diagnostics;
using TestServers.HostPrograms;

namespace TestServers.Databases;

/// <summary>
/// Asks each database host now and then and whenever something failed there, and makes spares in the background behind
/// what was done; a host that is down stops only its own bases.
/// </summary>
public sealed class BaseKeeper(CurrentSettings settings, BaseFacts facts, Lanes lanes, ILogger<BaseKeeper> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30),
        AfterRefusal = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, bool> _swept = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(BaseName, string Host), bool> _touched = new();
    private readonly ConcurrentDictionary<string, Loop> _loops = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(BaseName, string Host), SpareJob> _spares = new();

    /// <summary>
    /// Remembers that spares are to be made and what a copy has left is to be dropped: when the host is asked next, at
    /// the latest.
    /// </summary>
    public void Touch(BaseSettings @base) => _touched[KeyOf(@base)] = true;

    /// <summary>Has that done now: on the base's host, or on that of one of its places.</summary>
    /// <param name="sweep">Something did not end as it should: have the host asked anew and leftovers dropped,
    /// too.</param>
    public void Refresh(BaseSettings @base, bool sweep = false)
    {
        Touch(@base);
        if (sweep)
            _swept[@base.Host] = false;
        LoopOf(@base.Host).Wake();
    }

    /// <summary>
    /// Ends the making of spares of this base there, because somebody needs the disk for a plain copy now.
    /// </summary>
    public Task StandAside(BaseSettings @base) =>
        _spares.TryGetValue(KeyOf(@base), out var spares) ? spares.End() : Task.CompletedTask;

    private static (BaseName, string) KeyOf(BaseSettings @base) => (@base.Name, @base.Host);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What was left to do when the console ended is not known.
        foreach (var @base in settings.Newest.Bases.SelectMany(b => b.Places))
            Touch(@base);
        settings.Changed += (before, after) =>
        {
            foreach (var @base in after.Bases.Except(before.Bases).SelectMany(b => b.Places))
                Refresh(@base, sweep: true);
        };
        return facts.ForEachHost(Watch, stoppingToken);
    }

    // Kept when its host leaves the settings: one that comes again may have been woken meanwhile.
    private Loop LoopOf(string host) => _loops.GetOrAdd(host, _ => new(AfterRefusal, log));

    private async Task Watch(DatabaseHost host, CancellationToken stop)
    {
        var (answers, asked) = (false, Stopwatch.StartNew());
        // It begins anew when the settings give it anew: what is there then is not known.
        _swept[host.Settings.Name] = false;
        foreach (var @base in facts.BasesOf(host))
            Touch(@base);
        await LoopOf(host.Settings.Name)
            .Run(
                async end =>
                {
                    var swept = _swept.GetValueOrDefault(host.Settings.Name);
                    if (!answers || !swept || asked.Elapsed >= Pause)
                    {
                        asked.Restart();
                        answers = await Ask(host, end);
                        if (answers && !swept)
                            _swept[host.Settings.Name] = await Sweep(host, end);
                    }
                    if (answers)
                        await MakeSpares(host, end);
                    return asked.Elapsed < Pause ? Pause - asked.Elapsed : TimeSpan.Zero;
                },
                stop
            );
    }

    private async Task<bool> Ask(DatabaseHost host, CancellationToken stop)
    {
        var bases = facts.BasesOf(host).ToList();
        var (end, status) = await host.Status(bases.Select(b => b.Name), stop);
        if (stop.IsCancellationRequested)
            return false;
        facts.NoteProblem(host, end.Done ? null : end.Message);
        if (!end.Done)
            return false;
        facts.NoteAnswer(host, status);
        return true;
    }

    private async Task<bool> Sweep(DatabaseHost host, CancellationToken stop)
    {
        void Log(string line) => log.LogInformation("Sweep of {Host}: {Line}", host.Settings.Name, line);
        var end = await host.Sweep(facts.BasesOf(host).Select(b => b.Name), Log, stop);
        if (!end.Done)
            log.LogWarning("Sweep of {Host}: {Problem}", host.Settings.Name, end.Message);
        return end.Done;
    }

    private async Task MakeSpares(DatabaseHost host, CancellationToken stop)
    {
        foreach (var @base in facts.BasesOf(host).Where(b => facts.Of(b).Exists))
        {
            // prepare also drops what the copies before have left, so it is called although no spare is wanted.
            if (!_touched.ContainsKey(KeyOf(@base)) && facts.Of(@base).Spares >= @base.Spares)
                continue;
            HostResult end;
            using var spares = new SpareJob(stop);
            _spares[KeyOf(@base)] = spares;
            try
            {
                // Looked at when it can be ended already, so that nobody comes in between. Who is in the lane has it
                // done when he leaves.
                if (lanes.IsBusy(Lane.OfBase(@base.Name, @base.Host)))
                    continue;
                _touched.TryRemove(KeyOf(@base), out _);
                end = await spares.Make(host, @base);
                if (!end.Done)
                    _touched[KeyOf(@base)] = true;
            }
            finally
            {
                _spares.TryRemove(KeyOf(@base), out _);
                spares.SetEnded();
            }
            // Whether one can go back to a savepoint at once is what the host says.
            if (end.Done && DatabaseHost.Number(end.Results, "twins") > 0)
                await Ask(host, stop);
            if (end.Outcome is HostOutcome.Failed or HostOutcome.Refused)
                log.LogWarning("Spares of {Base} on {Host}: {Problem}", @base.Name, @base.Host, end.Message);
            if (end.Done && DatabaseHost.Number(end.Results, "spares") is { } ready)
                facts.Note(
                    @base,
                    known =>
                        known with
                        {
                            Spares = (int)ready,
                            Method = DatabaseHost.Method(end.Results, "method") ?? known.Method,
                            MethodSeconds = DatabaseHost.Seconds(end.Results, "seconds") ?? known.MethodSeconds,
                        }
                );
        }
    }
}
