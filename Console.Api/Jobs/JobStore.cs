using System.Collections.Immutable;

namespace TestServers.Jobs;

/// <summary>
/// All builds, or all restores: in memory, and each in a file ID.json with its log ID.log beside it. Accepted means on
/// disk. States are on disk before they are seen; progress is seen at once and written with the next state. Those that
/// are open are kept apart and both in their order, because every event and every page asks for them.
/// </summary>
public sealed class JobStore<T>
    where T : Job
{
    private readonly StateValue<ImmutableSortedDictionary<long, StoredJob<T>>> _all = new(
        ImmutableSortedDictionary.Create<long, StoredJob<T>>(Comparer<long>.Create((a, b) => b.CompareTo(a)))
    );
    private readonly StateValue<ImmutableSortedDictionary<long, StoredJob<T>>> _open = new(
        ImmutableSortedDictionary<long, StoredJob<T>>.Empty
    );
    private readonly Lock _removing = new();
    private readonly string _folder;
    private readonly JobNumbers _numbers;

    /// <summary>Loads every request of the folder.</summary>
    /// <exception cref="UnreadableFile">One cannot be read.</exception>
    public JobStore(string folder, JobNumbers numbers)
    {
        (_folder, _numbers) = (folder, numbers);
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*.json"))
        {
            var file = JsonFile<T>.Load(path);
            StateFiles.MustBeNamed(path, file.Value.Id + ".json", $"{Word} {file.Value.Id}");
            var entry = new StoredJob<T>(file, new(LogPath(file.Value.Id), file.Value.Ended), file.Value);
            _all.Change(all => all.SetItem(file.Value.Id.Number, entry));
            if (!file.Value.Ended)
                _open.Change(open => open.SetItem(file.Value.Id.Number, entry));
            numbers.Taken(file.Value.Id);
        }
        foreach (var log in Directory.EnumerateFiles(folder, "*.log"))
            MustHaveItsRequest(log);
    }

    /// <summary>Raised after a change, with the request as it is now.</summary>
    public event Action<T>? Changed;

    /// <summary>Raised in the act in which one ends, for what is to be written with its end.</summary>
    public event Action<Act, T>? Ends;

    /// <summary>Every request, the newest first.</summary>
    public IEnumerable<T> All => _all.Now.Values.Select(e => e.Now);

    /// <summary>The requests that wait or run, in the order they came.</summary>
    public IEnumerable<T> Open => _open.Now.Values.Select(e => e.Now).Where(r => !r.Ended);

    public T? Find(JobId id) => _all.Now.GetValueOrDefault(id.Number)?.Now;

    public JobLog LogOf(JobId id) => _all.Now[id.Number].Log;

    /// <summary>The log of a request, to be read.</summary>
    /// <exception cref="Problem">404: it has been removed, as it was too old.</exception>
    public JobLog ReadableLogOf(T request)
    {
        var log = _all.Now.GetValueOrDefault(request.Id.Number)?.Log;
        return log is not null && (log.Length > 0 || request.StartedAt is null || !request.Ended)
            ? log
            : throw Problem.NotFound(
                "log",
                $"The log of {request.Id}, which ended at "
                    + $"{Times.Say(request.EndedAt ?? request.At)}, was removed: `builds.kept` in "
                    + "the settings says how many are kept, `builds.keptDays` for how long."
            );
    }

    /// <summary>Accepts a request under the next number, as a part of an act.</summary>
    /// <param name="make">Makes it of its number.</param>
    public T Add(Act act, Func<JobId, T> make)
    {
        var id = _numbers.Next(act);
        var added = make(id);
        var file = act.Create(PathOf(id), added);
        var entry = new StoredJob<T>(file, new(LogPath(id), ended: false), added);
        act.Set(_all, all => all.SetItem(id.Number, entry));
        act.Set(_open, open => open.SetItem(id.Number, entry));
        act.After(() => Changed?.Invoke(added));
        return added;
    }

    /// <summary>Changes a request and writes it: disk first, then memory. Its end is written by an act.</summary>
    /// <exception cref="DiskRefused">The disk refused; it is as it was.</exception>
    public T Change(JobId id, Func<T, T> change)
    {
        var entry = _all.Now[id.Number];
        T now;
        lock (entry.Changing)
        {
            var next = entry.Elapsed.Measure(change(entry.Now));
            if (ReferenceEquals(next, entry.Now))
                return next;
            entry.File.Change(_ => next);
            entry.Now = now = next;
        }
        Tell(entry, now);
        return now;
    }

    /// <summary>Changes a request as a part of an act.</summary>
    public T Change(Act act, JobId id, Func<T, T> change)
    {
        var entry = _all.Now[id.Number];
        act.Hold(entry.Changing);
        var next = entry.Elapsed.Measure(change(entry.Now));
        if (ReferenceEquals(next, entry.Now))
            return next;
        var ends = next.Ended && !entry.Now.Ended;
        act.Change(entry.File, _ => next);
        act.Set(entry.State, _ => next);
        if (ends)
            Ends?.Invoke(act, next);
        act.After(() => Tell(entry, next));
        return next;
    }

    /// <summary>The request as a change would make it; nothing is changed.</summary>
    public T Preview(JobId id, Func<T, T> change)
    {
        var entry = _all.Now[id.Number];
        lock (entry.Changing)
            return entry.Elapsed.Measure(change(entry.Now));
    }

    /// <summary>
    /// When a request began, by the clock as it is set now; null when it has not. Within ten seconds the instant that
    /// was written down.
    /// </summary>
    public DateTimeOffset? BeginOf(T request, DateTimeOffset now)
    {
        if (
            request.StartedAt is not { } started
            || request.Ended
            || !_all.Now.TryGetValue(request.Id.Number, out var entry)
        )
            return request.StartedAt;
        double? ran;
        lock (entry.Changing)
            ran = entry.Elapsed.Seconds;
        return ran is null ? started : Times.AsSetNow(started, TimeSpan.FromSeconds(ran.Value), now);
    }

    /// <summary>Changes what may be lost by a crash: progress, and what a step waits for.</summary>
    public void Show(JobId id, Func<T, T> change)
    {
        var entry = _all.Now[id.Number];
        T now;
        lock (entry.Changing)
        {
            if (entry.Now.Ended)
                return;
            now = change(entry.Now);
            if (ReferenceEquals(now, entry.Now))
                return;
            entry.Now = now = entry.Elapsed.Measure(now);
        }
        Tell(entry, now);
    }

    /// <summary>
    /// Returns when a request has ended, or when the waiting is cancelled or its time is up: with the request as it is
    /// then.
    /// </summary>
    public async Task<T> WaitForEnd(T request, TimeSpan limit, CancellationToken cancel)
    {
        // One that was removed had ended.
        if (!_all.Now.TryGetValue(request.Id.Number, out var entry))
            return request;
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        time.CancelAfter(limit);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(T changed)
        {
            if (changed.Id == request.Id && changed.Ended)
                ended.TrySetResult();
        }
        Changed += Look;
        try
        {
            if (!entry.Now.Ended)
                await ended.Task.WaitAsync(time.Token);
        }
        catch (OperationCanceledException)
        {
            // The time is up, or the client has gone: both want to know how it is now, if anything.
        }
        finally
        {
            Changed -= Look;
        }
        return entry.Now;
    }

    /// <summary>
    /// Removes the logs of ended requests that are too many or too old, and those requests with them that nobody needs.
    /// </summary>
    /// <param name="kept">So many of the newest are kept, unless they ended before <paramref name="time"/>.</param>
    /// <exception cref="IOException">The disk refused; the next call goes on.</exception>
    public void RemoveOld(int kept, DateTimeOffset time, Func<T, bool> isNeeded)
    {
        lock (_removing)
        {
            foreach (var old in All.Where(r => r.Ended).Where((r, newer) => newer >= kept || r.EndedAt < time).ToList())
            {
                if (!isNeeded(old))
                    Remove(old.Id);
                else if (LogOf(old.Id) is { Length: > 0 } log)
                    log.Remove();
            }
        }
    }

    /// <summary>Removes those of the ended ones that are meant, whoever needs them.</summary>
    /// <exception cref="IOException">The disk refused; the next call goes on.</exception>
    public void RemoveEnded(Func<T, bool> isMeant)
    {
        lock (_removing)
        {
            foreach (var meant in All.Where(r => r.Ended && isMeant(r)).ToList())
                Remove(meant.Id);
        }
    }

    private void Tell(StoredJob<T> entry, T now)
    {
        if (now.Ended)
        {
            _open.Change(open => open.Remove(now.Id.Number));
            entry.Log.Complete();
        }
        Changed?.Invoke(now);
    }

    // The request itself last: one that is found without its log is known to have lost it, a log without its request
    // would stay for ever.
    private void Remove(JobId id)
    {
        File.Delete(LogPath(id));
        JsonFile<T>.Remove(PathOf(id));
        _all.Change(all => all.Remove(id.Number));
    }

    // The file is written before its log, and removed after it.
    private static void MustHaveItsRequest(string log)
    {
        var path = Path.ChangeExtension(log, ".json");
        if (FileKinds.BehindLinks(path) == FileKind.Missing)
            throw new UnreadableFile(
                $"The state file {path} is missing, but the log of that {Word} is there: "
                    + $"{log}. Put it back from a backup; if it is not needed, remove the log, too."
            );
    }

    private static string Word => typeof(T).Name.ToLowerInvariant();

    /// <summary>A request's file.</summary>
    public string PathOf(JobId id) => Path.Combine(_folder, id + ".json");

    private string LogPath(JobId id) => Path.Combine(_folder, id + ".log");
}
