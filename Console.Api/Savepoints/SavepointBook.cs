using TestServers.Builds;

namespace TestServers.Savepoints;

/// <summary>
/// Every savepoint: what is asked for is decided here, in one act with its audit, and done by
/// <see cref="SavepointKeeper"/>.
/// </summary>
public sealed class SavepointBook(
    CurrentSettings settings,
    JsonFile<SavepointsState> file,
    JobNumbers numbers,
    SavepointRules rules,
    BusyServers busy,
    IdleServers idle,
    SavepointKeeper keeper,
    Journal journal,
    Audit audit,
    KeptAnswers answers,
    TimeProvider clock
)
{
    private const int LongestName = 60,
        LongestNote = 200;

    /// <summary>Those of a server, the newest first.</summary>
    public IEnumerable<Savepoint> Of(ServerName server) => file.Value.Shown.Where(s => s.Server == server);

    /// <summary>Every one, the newest first.</summary>
    public IEnumerable<Savepoint> All => file.Value.Shown;

    /// <summary>One that is there.</summary>
    /// <exception cref="Problem">404: there is none.</exception>
    public Savepoint Find(JobId id) => file.Value.Find(id) ?? throw NoSuch(id);

    /// <summary>Begins to keep what a server's databases have now.</summary>
    /// <param name="of">The app whose databases are kept; null: the one that was built last.</param>
    /// <param name="instead">The server's savepoint that goes as soon as this one is whole; null: none does.</param>
    /// <exception cref="Problem">409: somebody else holds the server, something is under way there, it has nothing to
    /// keep, or has as many as it may; 502: it was asked for with this key before, and could not be done.</exception>
    public async Task<AcceptedSavepoint> Keep(
        ServerName server,
        string? name,
        string? note,
        AppName? of,
        JobId? instead,
        long? number,
        Deed deed
    )
    {
        SavepointWork? work = null;
        AskedSavepoint? asked = null;
        var savepoint = await journal.Do(act =>
        {
            (work, asked) = (null, answers.Find<AskedSavepoint>(deed));
            if (asked is not null)
                return Again(act.Of(file), server, asked);
            var called = PlainText.Check(name, "name", LongestName);
            var more = string.IsNullOrWhiteSpace(note) ? "" : PlainText.Check(note, "note", LongestNote);
            rules.EnsureHeld(server, number, deed.Caller);
            idle.Ensure(server);
            var (app, bases) = rules.On(server, of);
            deed.Caller.MustReach([app.Name], $"of {app.Name}");
            EnsureOneMore(act.Of(file), server, instead, deed.Caller);
            var id = numbers.Next(act);
            var made = new Savepoint(
                id,
                server,
                app.Name,
                called,
                more,
                deed.Caller.Name,
                clock.GetUtcNow(),
                SavepointState.Making,
                [.. bases.Select(b => new SavedCopy(b.Name, b.Host))]
            )
            {
                Instead = instead,
                Waits = keeper.IsDrained,
            };
            act.Change(file, state => state.With(made));
            busy.Begin(act, server, SavepointWork.UnderWay(server));
            var former = instead is null ? "" : $", in place of {instead}";
            audit.Write(act, deed.Caller, "keep state", server.Text, $"savepoint {id}: {called}{former}");
            answers.Keep(act, deed, new AskedSavepoint(id) { At = made.At });
            work = new(server, id, called, isBack: false, deed.Caller.Name, made.At) { Waits = made.Waits };
            return made;
        });
        if (work is not null)
            keeper.BeginKeep(savepoint, work);
        return new(savepoint, work ?? WorkOf(server, asked), false);
    }

    /// <summary>Begins to make a server's databases what a savepoint has.</summary>
    /// <exception cref="Problem">404: there is no such savepoint; 409: as for <see cref="Keep"/>, or another app is on
    /// the server; 502: it was asked for with this key before, and could not be done.</exception>
    public async Task<AcceptedSavepoint> GoBack(ServerName server, JobId id, long? number, Deed deed)
    {
        SavepointWork? work = null;
        AskedSavepoint? asked = null;
        GoingBack? back = null;
        var turn = id;
        var savepoint = await journal.Do(act =>
        {
            (work, asked) = (null, answers.Find<AskedSavepoint>(deed));
            if (asked is not null)
                return Again(act.Of(file), server, asked);
            var found = act.Of(file).Find(id) ?? throw NoSuch(id);
            rules.EnsureHeld(server, number, deed.Caller);
            deed.Caller.MustReach([found.App], $"of {found.App}");
            idle.Ensure(server);
            if (found.State != SavepointState.Kept)
                throw Problem.Conflict($"{Capital(found.Say())}, is not whole yet. Wait until it is.");
            if (rules.WhyNot(server, found) is { } why)
                throw Problem.Conflict(why).With("server", server);
            back = new(server, id, deed.Caller.Name, clock.GetUtcNow()) { Waits = keeper.IsDrained };
            turn = numbers.Next(act);
            act.Change(file, state => state.With(back));
            busy.Begin(act, server, SavepointWork.UnderWay(server));
            audit.Write(act, deed.Caller, "go back", server.Text, found.Say());
            answers.Keep(act, deed, new AskedSavepoint(id) { At = back.At });
            work = new(server, id, found.Name, isBack: true, deed.Caller.Name, back.At) { Waits = back.Waits };
            return found;
        });
        if (work is not null)
            keeper.BeginBack(savepoint, back!, turn, work);
        return new(savepoint, work ?? WorkOf(server, asked), true);
    }

    // What was asked for with the same key before: how it has ended, or that it goes on.
    private static Savepoint Again(SavepointsState state, ServerName server, AskedSavepoint asked)
    {
        if (
            state.Last?.GetValueOrDefault(server.Text) is { Problem: { } problem } last
            && last.Savepoint == asked.Savepoint
            && last.At == asked.At
        )
            throw Problem.Failed(problem);
        return state.Find(asked.Savepoint) ?? throw NoSuch(asked.Savepoint);
    }

    private SavepointWork? WorkOf(ServerName server, AskedSavepoint? asked) =>
        keeper.WorkOn(server) is { } work && work.Savepoint == asked?.Savepoint && work.At == asked.At ? work : null;

    /// <summary>How the last thing that was done on a server ended; null: nothing was.</summary>
    public EndedSavepointWork? LastOn(ServerName server) => file.Value.Last?.GetValueOrDefault(server.Text);

    /// <summary>When savepoints are dropped by themselves, by what is known now.</summary>
    public SavepointEnds Ends => new(settings.Now.Savepoints, file.Value, clock.GetUtcNow());

    /// <summary>Drops a savepoint: at once, or when its database host answers.</summary>
    /// <exception cref="Problem">403: it is somebody else's; 404: the server has none of that number; 409: it is being
    /// made, or gone back to.</exception>
    public async Task Drop(ServerName server, JobId id, Deed deed)
    {
        await journal.Do(act =>
        {
            if (answers.Find<AskedSavepoint>(deed) is not null)
                return;
            var found = act.Of(file).Find(id);
            if (found is null || found.Server != server)
                throw NoSuch(id);
            rules.EnsureMayDrop(found, deed.Caller);
            if (found.State == SavepointState.Making || act.Of(file).Back.Values.Any(b => b.Savepoint == id))
                throw Problem.Conflict(
                    $"{Capital(found.Say())}, is being made, or gone back to. Wait until that has ended."
                );
            Drop(act, found, deed.Caller, found.Say());
            answers.Keep(act, deed, new AskedSavepoint(id));
            act.After(() => keeper.Tell(server));
        });
        await keeper.DropNow(id);
    }

    private void Drop(Act act, Savepoint found, Caller by, string why)
    {
        act.Change(file, state => state.With(found with { State = SavepointState.Dropping }));
        audit.Write(act, by, "drop savepoint", found.Server.Text, why);
    }

    private void EnsureOneMore(SavepointsState state, ServerName server, JobId? instead, Caller by)
    {
        var most = settings.Now.Savepoints.PerServer;
        var own = state.Shown.Where(s => s.Server == server).ToList();
        if (instead is not null)
            rules.EnsureMayDrop(own.Find(s => s.Id == instead) ?? throw NoSuch(instead), by);
        if (own.Count(s => s.Id != instead) < most)
            return;
        var way =
            own.Count > most
                ? "Drop some first"
                : "Drop one, or say which is to go as soon as the new one is whole (`instead`)";
        var which = own.LastOrDefault() is { } oldest
            ? $" {way}: the oldest is {oldest.Id}, {oldest.Name}, of {oldest.By}, {Times.Say(oldest.At)}."
            : "";
        throw Problem
            .Conflict($"{server} has {own.Count} savepoints, and may have {most} (`savepoints.perServer`).{which}")
            .With("server", server)
            .With("limit", most);
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static Problem NoSuch(JobId id) =>
        Problem.NotFound(
            "savepoint",
            $"There is no savepoint {id}: it was dropped, or never kept. GET api/servers/SERVER/savepoints lists those "
                + "that there are."
        );
}

/// <summary>What is kept for the Idempotency-Key of a call about a savepoint.</summary>
public sealed record AskedSavepoint(JobId Savepoint)
{
    /// <summary>When it was asked for.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>A savepoint that is to be kept, or gone back to.</summary>
/// <param name="Work">What is under way; null: it was asked for with the same key before, and is over.</param>
/// <param name="Back">It is gone back to; else it is made.</param>
public sealed record AcceptedSavepoint(Savepoint Savepoint, SavepointWork? Work, bool Back);
