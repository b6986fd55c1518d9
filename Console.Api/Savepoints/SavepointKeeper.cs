using System.Collections.Concurrent;
using TestServers.Builds;
using TestServers.Databases;
using TestServers.History;
using TestServers.Reservations;

namespace TestServers.Savepoints;

/// <summary>
/// Has savepoints made, gone back to and dropped by the database hosts. What a crash leaves half-way is put right: one
/// that was being made is dropped, as the server's own database is as it was; whether a server has gone back, its
/// database says.
/// </summary>
public sealed class SavepointKeeper(
    CurrentSettings settings,
    JsonFile<SavepointsState> file,
    BusyServers busy,
    BaseFacts bases,
    BaseKeeper spares,
    CopyKeeper copies,
    HistoryStore history,
    Lanes lanes,
    ReservationBook reservations,
    Concerns concerns,
    Journal journal,
    Audit audit,
    TimeProvider clock,
    ILogger<SavepointKeeper> log
) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(20),
        WhileDrained = TimeSpan.FromSeconds(1);
    private readonly DrainMark _drain = new(settings.Newest.State);

    private readonly Loop _loop = new(Pause, log);
    private readonly ConcurrentDictionary<ServerName, SavepointWork> _running = new();
    private readonly ConcurrentDictionary<JobId, string> _told = new();
    private readonly SemaphoreSlim _tidying = new(1, 1);
    private readonly TaskCompletionSource<CancellationToken> _started = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    /// <summary>Raised when the savepoints of a server, or what is under way with them, are another thing.</summary>
    public event Action<ServerName>? Changed;

    /// <summary>Whether nothing is to begin now.</summary>
    internal bool IsDrained => _drain.Until is not null;

    /// <summary>All that is under way, or waits to begin.</summary>
    public IEnumerable<SavepointWork> Works => _running.Values;

    /// <summary>What is under way on a server; null: nothing.</summary>
    public SavepointWork? WorkOn(ServerName server) => _running.GetValueOrDefault(server);

    /// <summary>Tells that a server has another savepoint, or one less.</summary>
    internal void Tell(ServerName server) => Changed?.Invoke(server);

    /// <summary>Has a savepoint made that was accepted.</summary>
    internal void BeginKeep(Savepoint savepoint, SavepointWork work) =>
        Begin(work, stop => Keep(savepoint, work, stop), (act, problem) => EndKeep(act, savepoint, problem?.Message));

    /// <summary>Has a server go back, as was accepted.</summary>
    /// <param name="turn">The number under which it waits for the lane of a database host.</param>
    internal void BeginBack(Savepoint savepoint, GoingBack back, JobId turn, SavepointWork work) =>
        Begin(
            work,
            stop => GoBack(savepoint, back, turn, work, stop),
            (act, problem) => EndBack(act, savepoint, back, problem?.Message)
        );

    /// <summary>Drops one that is to be dropped.</summary>
    /// <exception cref="Problem">502: its host could not do it; it is dropped later.</exception>
    internal async Task DropNow(JobId id)
    {
        if (file.Value.Savepoints.GetValueOrDefault(id.Text) is not { State: SavepointState.Dropping } left)
            return;
        if (await Drop(left, CancellationToken.None) is { } problem)
            throw Problem.Failed($"{problem} The savepoint is dropped as soon as that is possible.");
    }

    /// <summary>Before any build begins: what has waited for this start came before those behind it.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await journal.Do(act =>
        {
            foreach (var server in file.Value.Waiting)
                busy.Begin(act, server, SavepointWork.UnderWay(server));
        });
        foreach (
            var made in file.Value.Savepoints.Values.Where(s => s is { State: SavepointState.Making, Waits: true })
        )
            BeginKeep(made, new(made.Server, made.Id, made.Name, isBack: false, made.By, made.At) { Waits = true });
        foreach (var back in file.Value.Back.Values.Where(b => b.Waits))
        {
            if (file.Value.Savepoints.GetValueOrDefault(back.Savepoint.Text) is { } of)
                BeginBack(
                    of,
                    back,
                    of.Id,
                    new(back.Server, of.Id, of.Name, isBack: true, back.By, back.At) { Waits = true }
                );
        }
    }

    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        copies.DroppedGone += DropOfGone;
        _started.TrySetResult(stoppingToken);
        await _loop.Run(Tidy, stoppingToken);
        await Task.WhenAll(_running.Values.Select(w => w.Ended));
    }

    public override void Dispose()
    {
        _tidying.Dispose();
        base.Dispose();
    }

    private void Begin(SavepointWork work, Func<CancellationToken, Task<Problem?>> run, Action<Act, Problem?> end)
    {
        _running[work.Server] = work;
        Tell(work.Server);
        _ = Task.Run(async () =>
        {
            Problem? problem = Problem.Failed("The console failed; its log says why.");
            try
            {
                var stop = await _started.Task;
                using var held = settings.Hold();
                problem = work.Waits ? await WaitForBegin(work, stop) : null;
                problem ??= await run(stop);
                await Persistence.Write(() => journal.Do(act => end(act, problem)), TellRefusal, stop);
            }
            catch (DiskRefused refused)
            {
                TellRefusal(refused);
            }
            catch (OperationCanceledException) when (work.Waits)
            {
                problem = Problem.Failed(
                    "It had not begun when the console was stopped; it is done after the next start."
                );
            }
            catch (OperationCanceledException)
            {
                problem = Problem.Failed(Interrupted(work.IsBack));
                NoteInterrupted(Asked(work), work.Name, work.IsBack);
            }
            catch (Exception e)
            {
                log.LogError(e, "Savepoint {Id} on {Server}", work.Savepoint, work.Server);
            }
            finally
            {
                _running.TryRemove(work.Server, out _);
                busy.End(work.Server);
                work.End(problem);
                Tell(work.Server);
                _loop.Wake();
            }
        });
    }

    // As a build does: it begins when the console is not to be stopped any more, or after the next start, and only
    // while who has asked for it still holds the server.
    private async Task<Problem?> WaitForBegin(SavepointWork work, CancellationToken stop)
    {
        work.WaitsFor = "the console is to be stopped (console drain)";
        while (IsDrained)
            await Task.Delay(WhileDrained, stop);
        stop.ThrowIfCancellationRequested();
        work.WaitsFor = null;
        if (reservations.Of(work.Server)?.IsFor(work.By) != true)
            return Problem.Failed(
                $"It had to wait, as the console was to be stopped, and {work.By} does not hold {work.Server} any "
                    + "more. Reserve it, and try again."
            );
        await Persistence.Write(
            () => journal.Do(act => act.Change(file, state => state.WithBegun(work.Server))),
            TellRefusal,
            stop
        );
        work.Waits = false;
        return null;
    }

    private static GoingBack Asked(SavepointWork work) => new(work.Server, work.Savepoint, work.By, work.At);

    private static string Interrupted(bool isBack) =>
        "It was interrupted by an end of the console"
        + (isBack ? ": its database host is asked whether it had gone back." : ". Keep the state again.");

    // Whatever is found out and done about it later, this is told from the first moment on.
    private void NoteInterrupted(GoingBack asked, string name, bool isBack)
    {
        try
        {
            file.Change(state =>
                state.Last?.GetValueOrDefault(asked.Server.Text) is { } last && last.At >= asked.At
                    ? state
                    : state.With(
                        asked.Server,
                        new(asked.Savepoint, name, isBack, asked.By, asked.At, clock.GetUtcNow(), Interrupted(isBack))
                    )
            );
        }
        catch (DiskRefused refused)
        {
            TellRefusal(refused);
        }
    }

    private void TellRefusal(DiskRefused refused) =>
        log.LogError("The end of a savepoint's work cannot be written yet: {Reason}", refused.Message);

    private async Task<Problem?> Keep(Savepoint savepoint, SavepointWork work, CancellationToken stop)
    {
        foreach (var copy in savepoint.Copies)
        {
            if (PlaceOf(copy) is not { } @base)
                return NotNamed(copy);
            var host = bases.HostOf(@base);
            using var turn = await Enter(host, savepoint.Id, work, stop);
            await spares.StandAside(@base);
            var end = await host.Keep(
                @base,
                savepoint.Server,
                savepoint.Id,
                savepoint.Name,
                part => work.Progress = part,
                stop
            );
            spares.Refresh(@base, sweep: !end.Done);
            if (!end.Done)
                stop.ThrowIfCancellationRequested();
            if (!end.Done)
                return Problem.Failed(end.Message);
            var made = copy with
            {
                Size = DatabaseHost.Number(end.Results, "size"),
                DataTime = DatabaseHost.Instant(end.Results, "data_time"),
                Method = DatabaseHost.Method(end.Results, "method"),
                Seconds = DatabaseHost.Seconds(end.Results, "seconds"),
                Closed = DatabaseHost.Seconds(end.Results, "closed"),
            };
            work.Method = made.Method;
            work.Seconds = (work.Seconds ?? 0) + made.Seconds;
            file.Change(state =>
                state.With(savepoint.Id, s => s with { Copies = s.Copies.Replace(Of(s, copy.Base), made) })
            );
        }
        return null;
    }

    // The base as it is where the savepoint is; null: the settings do not have the one or the other.
    private BaseSettings? PlaceOf(SavedCopy copy) => settings.Now.BaseAt(copy.Base, copy.Host);

    private Problem NotNamed(SavedCopy copy) =>
        Problem.Failed(
            settings.Now.Base(copy.Base) is null
                ? $"The settings no longer name the base {copy.Base}."
                : $"The settings no longer name the database host {copy.Host}, where the savepoint of {copy.Base} is."
        );

    private static SavedCopy Of(Savepoint savepoint, BaseName name) => savepoint.Copies.First(c => c.Base == name);

    private void EndKeep(Act act, Savepoint savepoint, string? problem)
    {
        var state = problem is null ? SavepointState.Kept : SavepointState.Dropping;
        act.Change(file, all => all.With(savepoint.Id, s => s with { State = state, Instead = null }));
        NoteEnd(act, savepoint, new(savepoint.Server, savepoint.Id, savepoint.By, savepoint.At), false, problem);
        if (problem is not null)
            Write(act, "keep state failed", savepoint.Server, $"{savepoint.Say()}: {problem}");
        else if (savepoint.Instead is { } id && act.Of(file).Find(id) is { State: SavepointState.Kept } former)
            DropFormer(act, former, savepoint);
    }

    // One to which another server goes back just now stays for a while: it is one too many, and told.
    private void DropFormer(Act act, Savepoint former, Savepoint savepoint)
    {
        if (!act.Of(file).Back.Values.Any(b => b.Savepoint == former.Id))
            DropUnasked(act, former, $"{savepoint.By} keeps {savepoint.Id}, {savepoint.Name}, in its place");
    }

    private void NoteEnd(Act act, Savepoint savepoint, GoingBack asked, bool isBack, string? problem) =>
        act.Change(
            file,
            state =>
                state.With(
                    asked.Server,
                    new(savepoint.Id, savepoint.Name, isBack, asked.By, asked.At, clock.GetUtcNow(), problem)
                )
        );

    private async Task<Problem?> GoBack(
        Savepoint savepoint,
        GoingBack back,
        JobId id,
        SavepointWork work,
        CancellationToken stop
    )
    {
        var times = new Dictionary<BaseName, DateTimeOffset?>();
        foreach (var copy in savepoint.Copies)
        {
            if (PlaceOf(copy) is not { } @base)
                return NotNamed(copy);
            var host = bases.HostOf(@base);
            var twin = TwinOf(savepoint, copy);
            // With a twin two names are exchanged, which waits for nobody.
            using var turn = twin is null ? await Enter(host, id, work, stop) : null;
            if (twin is null)
                await spares.StandAside(@base);
            var end = await host.GoBack(@base, back.Server, savepoint.Id, part => work.Progress = part, stop);
            if (twin is not null)
                bases.NoteFound(host, twin, null);
            spares.Refresh(@base, sweep: !end.Done);
            // What it had done by then, the next start asks.
            if (!end.Done)
                stop.ThrowIfCancellationRequested();
            if (!end.Done)
                return Problem.Failed(Partly(end.Message, times.Keys));
            times[@base.Name] = DatabaseHost.Instant(end.Results, "data_time");
            work.Method = DatabaseHost.Method(end.Results, "method");
            work.Seconds = (work.Seconds ?? 0) + DatabaseHost.Seconds(end.Results, "seconds");
        }
        history.NoteSavepoint(back.Server, MarkOf(savepoint, back), times);
        return null;
    }

    /// <summary>The twin of one of a savepoint's databases, as its host said last; null: it has none now.</summary>
    internal FoundDatabase? TwinOf(Savepoint savepoint, SavedCopy copy) =>
        bases.SavepointOf(copy.Host, copy.Base, savepoint.Id, DatabaseKind.Twin);

    private static string Partly(string message, IEnumerable<BaseName> done) =>
        done.Any() ? $"{message} The copy of {string.Join(", ", done)} has gone back already." : message;

    private void EndBack(Act act, Savepoint savepoint, GoingBack back, string? problem)
    {
        act.Change(file, state => state.WithoutBack(back.Server));
        NoteEnd(act, savepoint, back, true, problem);
        if (problem is not null)
            Write(act, "go back failed", back.Server, $"{savepoint.Say()}: {problem}");
    }

    private static SavepointMark MarkOf(Savepoint savepoint, GoingBack back) =>
        new(savepoint.Id, savepoint.Name, savepoint.Server, back.By, back.At) { App = savepoint.App };

    private async Task<IDisposable> Enter(DatabaseHost host, JobId id, SavepointWork work, CancellationToken stop)
    {
        var turn = await lanes.Enter(
            Lane.OfHost(host.Settings.Name),
            host.Settings.Copies,
            id,
            $"savepoint {work.Savepoint} of {work.Server}",
            other => work.WaitsFor = $"{host.Settings.Name} is busy with {other}",
            stop
        );
        work.WaitsFor = null;
        return turn;
    }

    // What was being made when the console ended is not known to be whole.
    private async Task DropInterrupted()
    {
        bool IsLost(Savepoint s) => s is { State: SavepointState.Making, Waits: false } && !busy.Has(s.Server);
        if (!file.Value.Savepoints.Values.Any(IsLost))
            return;
        await journal.Do(act =>
        {
            foreach (var half in act.Of(file).Savepoints.Values.Where(IsLost).ToList())
            {
                EndKeep(act, half, Interrupted(isBack: false));
                act.After(() => Tell(half.Server));
            }
        });
    }

    // A database host that does not answer must not keep people from being told.
    private void TellInterrupted()
    {
        foreach (var back in file.Value.Back.Values.Where(b => !b.Waits && !busy.Has(b.Server)))
        {
            var name = file.Value.Savepoints.GetValueOrDefault(back.Savepoint.Text)?.Name ?? back.Savepoint.Text;
            NoteInterrupted(back, name, isBack: true);
            Tell(back.Server);
        }
    }

    private async Task Tidy(CancellationToken stop)
    {
        await DropInterrupted();
        TellInterrupted();
        await TellAndDropOld();
        foreach (var back in file.Value.Back.Values.Where(b => !b.Waits && !busy.Has(b.Server)).ToList())
            await Settle(back, stop);
        foreach (var left in file.Value.Savepoints.Values.Where(s => s.State == SavepointState.Dropping).ToList())
        {
            if (await Drop(left, stop) is { } problem && _told.TryAdd(left.Id, problem))
                log.LogWarning("{Savepoint}, is not dropped yet: {Problem}", left.Say(), problem);
        }
    }

    // A console was ended in the middle: the copy's own comment says whether it was exchanged.
    private async Task Settle(GoingBack back, CancellationToken stop)
    {
        var savepoint = file.Value.Savepoints.GetValueOrDefault(back.Savepoint.Text);
        var times = new Dictionary<BaseName, DateTimeOffset?>();
        foreach (var copy in savepoint?.Copies ?? [])
        {
            if (PlaceOf(copy) is not { } @base)
                continue;
            var (answered, found) = await bases.FindCopy(@base, back.Server, stop);
            if (!answered)
                return;
            if (found?.Savepoint == back.Savepoint)
                times[copy.Base] = found.DataTime;
        }
        var isWhole = savepoint is not null && times.Count == savepoint.Copies.Length;
        if (isWhole)
            history.NoteSavepoint(back.Server, MarkOf(savepoint!, back), times);
        var end = isWhole ? "it had gone back" : $"{times.Count} of its databases had gone back; go back again";
        await journal.Do(act =>
        {
            act.Change(file, state => state.WithoutBack(back.Server));
            if (savepoint is not null)
                NoteEnd(
                    act,
                    savepoint,
                    back,
                    true,
                    isWhole ? null : $"It was interrupted by an end of the console: {end}."
                );
            Write(act, "go back", back.Server, $"savepoint {back.Savepoint}, interrupted: {end}");
        });
        Tell(back.Server);
    }

    private async Task TellAndDropOld()
    {
        if (!IsAnythingDue(new(settings.Now.Savepoints, file.Value, clock.GetUtcNow())))
            return;
        await journal.Do(act =>
        {
            var state = act.Of(file);
            var ends = new SavepointEnds(settings.Now.Savepoints, state, clock.GetUtcNow());
            foreach (var one in state.Shown.Where(s => s.State == SavepointState.Kept).ToList())
            {
                if (ends.Stays(one))
                    act.Change(file, now => now.With(one.Id, s => s with { Told = null }));
                else if (ends.IsToTell(one))
                    Tell(act, one, ends.EndOf(one), ends.IsTooMany(one));
                else if (ends.IsOver(one) && !state.Back.Values.Any(b => b.Savepoint == one.Id))
                    DropUnasked(act, one, ends.WhyOf(one));
            }
        });
    }

    private bool IsAnythingDue(SavepointEnds ends) =>
        file.Value.Shown.Any(s =>
            s.State == SavepointState.Kept && (ends.Stays(s) || ends.IsToTell(s) || ends.IsOver(s))
        );

    private void Tell(Act act, Savepoint one, DateTimeOffset end, bool isTooMany)
    {
        act.Change(file, state => state.With(one.Id, s => s with { Told = clock.GetUtcNow() }));
        Write(act, "savepoint ends", one.Server, $"{one.Say()}, of {one.By}: it is dropped at {Times.Say(end)}");
        TellPeople(act, one, end, isTooMany ? ConcernKind.SavepointTooMany : ConcernKind.SavepointEnds);
        act.After(() => log.LogWarning("{Savepoint}, of {By} is dropped at {End}.", one.Say(), one.By, Times.Say(end)));
    }

    // Who has made it, and who has its server now.
    private void TellPeople(Act act, Savepoint one, DateTimeOffset? end, ConcernKind kind = ConcernKind.SavepointEnds)
    {
        string?[] people = [one.By, reservations.Of(one.Server)?.Holder];
        foreach (var person in people.OfType<string>().Distinct(StringComparer.Ordinal))
            concerns.Raise(act, kind, person, one.Server, text: $"{one.Id}, {one.Name},", until: end);
    }

    private void DropUnasked(Act act, Savepoint one, string why)
    {
        act.Change(file, state => state.With(one.Id, s => s with { State = SavepointState.Dropping }));
        Write(act, "drop savepoint", one.Server, $"{one.Say()}, of {one.By}: {why}");
        act.After(() => Tell(one.Server));
        act.After(() => log.LogWarning("{Savepoint}, of {By} is dropped: {Why}.", one.Say(), one.By, why));
    }

    // Its copy has gone by the rule of copies: so do its savepoints.
    private void DropOfGone(Copy copy) =>
        _ = Task.Run(async () =>
        {
            try
            {
                await journal.Do(act =>
                {
                    foreach (var one in act.Of(file).Shown.Where(s => s.Server == copy.Server).ToList())
                    {
                        if (one.State == SavepointState.Kept && one.Copies.Any(c => c.Base == copy.Found.Base))
                        {
                            DropUnasked(act, one, $"{one.Server} is gone");
                            TellPeople(act, one, null);
                        }
                    }
                });
                _loop.Wake();
            }
            catch (DiskRefused refused)
            {
                log.LogError("Savepoints of {Server} stay until their age: {Reason}", copy.Server, refused.Message);
            }
        });

    /// <returns>Why it is still there; null: it is gone.</returns>
    private async Task<string?> Drop(Savepoint left, CancellationToken stop)
    {
        await _tidying.WaitAsync(stop);
        try
        {
            if (!file.Value.Savepoints.ContainsKey(left.Id.Text))
                return null;
            foreach (var copy in left.Copies)
            {
                var (host, _) = bases.Hosts.FirstOrDefault(h => h.Host.Settings.Name == copy.Host);
                if (host is null)
                    return $"The settings no longer name the database host {copy.Host}, which has it.";
                var end = await host.Unkeep(copy.Base, left.Id, stop);
                if (!end.Done)
                    return end.Message;
                foreach (var kind in new[] { DatabaseKind.Keep, DatabaseKind.Twin })
                {
                    if (bases.SavepointOf(copy.Host, copy.Base, left.Id, kind) is { } found)
                        bases.NoteFound(host, found, null);
                }
            }
            file.Change(state => state.Without(left.Id));
            _told.TryRemove(left.Id, out _);
            return null;
        }
        finally
        {
            _tidying.Release();
        }
    }

    private void Write(Act act, string what, ServerName server, string more) =>
        audit.Write(act, Caller.TheConsole, what, server.Text, more);
}
