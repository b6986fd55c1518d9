namespace TestServers.Reservations;

/// <summary>A wish for a reservation: what is null stays as it is, or is the usual.</summary>
/// <param name="Number">When given, the reservation that is meant: if it does not hold any more, nothing is
/// done.</param>
public sealed record ReservationWish(
    string? Purpose = null,
    double? Hours = null,
    DateTimeOffset? Until = null,
    long? Number = null
);

/// <summary>
/// Who holds which server. There are never two holders of one: every change is decided under the journal's one lock, on
/// the state as it is then, and is on disk together with its line in the audit before it is answered. A reservation
/// whose time is over while its build runs ends with that build.
/// </summary>
public sealed class ReservationBook(
    JsonFile<ReservationsState> file,
    Journal journal,
    Audit audit,
    KeptAnswers answers,
    ReservationLimits limits,
    Usability usability,
    ProtectedServers protection,
    BuildsUnderHolds builds,
    ReservationClock hours,
    PastReservations past,
    LineTurns turns,
    AnyLine anyLine,
    EndWarnings warnings,
    Concerns concerns,
    TimeProvider clock
)
{
    internal const int LongestText = 200;

    /// <summary>Raised after a change, with the server.</summary>
    public event Action<ServerName>? Changed;

    /// <summary>All that is held: the same object as long as nothing changes.</summary>
    internal ReservationsState State => file.Value;

    /// <summary>The reservation that holds now, or null.</summary>
    public Reservation? Of(ServerName server) => Holding(file.Value, server);

    /// <summary>All that hold now.</summary>
    public IEnumerable<Reservation> All() => file.Value.Held.Values.Where(hours.IsHolding);

    /// <summary>
    /// Reserves a free server that can be used, or changes one's own reservation, which keeps its number. Who takes it
    /// as it is their turn need not say again what for and for how long.
    /// </summary>
    /// <exception cref="Problem">409: somebody else holds it, others wait for it, it cannot be used, or it is another
    /// reservation by now; 403: it is some groups' alone; 429: one holds too many; 400: the wish is none.</exception>
    public async Task<ReservedServer> Reserve(ServerName server, ReservationWish wish, Deed deed)
    {
        await PassDueTurns();
        return answers.Find<ReservedServer>(deed)
            ?? await journal.Do(act =>
            {
                if (answers.Find<ReservedServer>(deed) is { } earlier)
                    return earlier;
                protection.Ensure(server, deed.Caller.Name);
                var held = Holding(act.Of(file), server);
                if (wish.Number is { } number && held?.Number != number)
                    throw Gone(server, number, held);
                if (held?.Holder != deed.Caller.Name)
                    usability.EnsureInService(server);
                if (held is not null && held.Holder != deed.Caller.Name)
                    throw HeldBy(held);
                if (held is { Released: true })
                    throw Over(held);
                if (held is null)
                    LineTurns.Ensure(act.Of(file), server, deed.Caller.Name);
                if (held is null)
                    usability.Ensure(server);
                var after = held is null ? New(act, server, wish, deed) : Adjusted(act, held, wish, deed);
                var answer = new ReservedServer(ReservationView.Of(after), held is null);
                answers.Keep(act, deed, answer);
                return answer;
            });
    }

    /// <summary>
    /// Reserves the first of <paramref name="wanted"/> that is free and for which nobody waits; or the one that is held
    /// for a script whose turn it is.
    /// </summary>
    /// <param name="wanted">Servers that can be used, the best first.</param>
    /// <param name="place">The place in the line that a script keeps while it asks again with its key.</param>
    /// <param name="answer">What is answered, and kept for the deed's key.</param>
    /// <returns>Null when none is.</returns>
    public async Task<T?> ReserveAny<T>(
        Func<IEnumerable<ServerName>> wanted,
        ReservationWish wish,
        LineWish? place,
        Deed deed,
        Func<Reservation, T> answer
    )
        where T : class
    {
        await PassDueTurns();
        return answers.Find<T>(deed)
            ?? await journal.Do(act =>
            {
                if (answers.Find<T>(deed) is { } earlier)
                    return earlier;
                var state = act.Of(file);
                var own = AnyLine.PlaceOf(state, deed);
                if (own is not null)
                    anyLine.Note(own);
                var free =
                    turns.HeldFor(state, own, deed.Caller)
                    ?? wanted().FirstOrDefault(s => Holding(state, s) is null && LineTurns.IsOpenTo(state, s, ""));
                if (free is null)
                {
                    if (place is not null)
                        anyLine.Keep(act, own, place, deed);
                    return null;
                }
                if (own is not null)
                    act.Change(file, s => s.WithoutPlace(own.Number));
                var taken = answer(New(act, free, wish, deed));
                answers.Keep(act, deed, taken);
                return taken;
            });
    }

    /// <summary>
    /// Takes out what has ended by the clock, so that a clock that is set back brings nothing back; warns of ends, and
    /// passes turns.
    /// </summary>
    /// <exception cref="DiskRefused">The disk refused; what has ended holds nothing all the same.</exception>
    public async Task RemoveEnded()
    {
        if (file.Value.Held.Values.All(hours.IsHolding) && !turns.IsDue && !warnings.AreDue)
            return;
        await journal.Do(act =>
        {
            foreach (var over in act.Of(file).Held.Values.Where(r => !hours.IsHolding(r)))
                RemoveEnded(act, over.Server);
            warnings.Raise(act);
            PassTurns(act);
        });
    }

    /// <summary>Returns after a change, or when the time is up.</summary>
    public async Task NextChange(TimeSpan atMost, CancellationToken cancel)
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Tell(ServerName server) => changed.TrySetResult();
        Changed += Tell;
        try
        {
            await Task.WhenAny(changed.Task, Task.Delay(atMost, cancel));
            cancel.ThrowIfCancellationRequested();
        }
        finally
        {
            Changed -= Tell;
        }
    }

    /// <summary>The refusal that names holder, purpose and times.</summary>
    public Problem HeldBy(Reservation held)
    {
        var end =
            held.Until <= clock.GetUtcNow() && builds.Of(held) is { } build
                ? $"until build {build} has ended"
                : $"until {Times.Say(held.Until)}";
        return Problem
            .Reserved(
                $"{held.Server} is reserved by {held.Holder} {end}: {held.Purpose}. Ask "
                    + $"{held.Holder} to release it, take another server, or take it over."
            )
            .With("server", held.Server)
            .With("holder", held.Holder)
            .With("purpose", held.Purpose)
            .With("since", held.Since)
            .With("until", held.Until)
            .With("number", held.Number);
    }

    /// <summary>
    /// The refusal of what somebody wants under their own reservation that ends with the build that runs.
    /// </summary>
    internal Problem Over(Reservation held) =>
        Problem
            .Conflict(
                $"Your reservation {held.Number} of {held.Server} ended at "
                    + $"{Times.Say(held.Until)}; it ends with build {builds.Of(held)}. "
                    + (held.Released ? "Reserve the server again when that has ended." : "Extend it first.")
            )
            .With("server", held.Server)
            .With("number", held.Number)
            .With("until", held.Until);

    /// <inheritdoc cref="ReservationClock.IsOver"/>
    internal bool IsOver(Reservation held) => hours.IsOver(held);

    /// <inheritdoc cref="ReservationClock.Holding"/>
    internal Reservation? Holding(ReservationsState state, ServerName server) => hours.Holding(state, server);

    /// <summary>Holds what is free for those who wait for it, in an act that may have freed something.</summary>
    internal void PassTurns(Act act)
    {
        foreach (var server in turns.Pass(act))
            TellAfter(act, server);
    }

    /// <summary>Passes turns that are due in an act of its own: they are passed, too, when the deed behind it is
    /// refused because of them, so that nobody sees another line than the refusal tells of.</summary>
    internal Task PassDueTurns() => turns.IsDue ? journal.Do(PassTurns) : Task.CompletedTask;

    /// <summary>Tells those who wait for a server that its reservation ends at another time, or is another's.</summary>
    /// <param name="asked">Who has asked for it, too.</param>
    internal void TellNewEnd(Act act, Reservation held, IEnumerable<ReleaseAsk>? asked = null)
    {
        var waiting = act.Of(file).Line.Where(p => p.Server == held.Server).Select(p => p.Person);
        var people = waiting.Concat((asked ?? []).Select(a => a.Person)).Distinct(StringComparer.Ordinal);
        foreach (var person in people.Where(p => p != held.Holder))
            concerns.Raise(act, ConcernKind.NewEnd, person, held.Server, held.Number, held.Holder, until: held.Until);
    }

    /// <summary>Tells others of a change, once the act is done.</summary>
    internal void TellAfter(Act act, ServerName server) => act.After(() => Tell(server));

    /// <summary>Tells others of a change.</summary>
    internal void Tell(ServerName server) => Changed?.Invoke(server);

    /// <summary>Takes out a server's reservation that has ended by the clock, if it has one.</summary>
    internal void RemoveEnded(Act act, ServerName server)
    {
        if (act.Of(file).On(server) is not { } over || hours.IsHolding(over))
            return;
        act.Change(file, state => state.Without(server));
        // One that was released is among the past already; its build has ended by now.
        if (!over.Released)
            past.Add(act, new(over, clock.GetUtcNow(), ReservationEnd.TimeOver, Caller.TheConsole.Name));
        audit.Write(
            act,
            Caller.TheConsole,
            "end reservation",
            server.Text,
            $"number {over.Number} of {over.Holder}: its time ended at {Times.Say(over.Until)}"
        );
        TellAfter(act, server);
    }

    /// <summary>Lets pass who may hold one more server.</summary>
    /// <exception cref="Problem">429: they hold as many as they may.</exception>
    /// <param name="but">One that does not count, as it is theirs again.</param>
    internal void EnsureOneMore(Act act, string holder, ServerName? but = null) =>
        limits.EnsureOneMore(
            holder,
            act.Of(file).Held.Values.Count(r => r.Holder == holder && r.Server != but && hours.IsHolding(r))
        );

    /// <summary>Begins a reservation, with its line in the audit.</summary>
    internal Reservation New(Act act, ServerName server, ReservationWish wish, Deed deed, TakenFrom? from = null)
    {
        RemoveEnded(act, server);
        EnsureOneMore(act, deed.Caller.Name);
        var place = turns.Take(act, server, deed.Caller.Name);
        var purpose = PlainText.Check(wish.Purpose ?? place?.Purpose, "purpose", LongestText);
        var until = limits.EndOf(
            wish is { Hours: null, Until: null } ? limits.Within(place?.Hours) : wish.Hours,
            wish.Until
        );
        var taken = act.Change(
                file,
                state => state.WithNew(server, deed.Caller.Name, purpose, clock.GetUtcNow(), until)
            )
            .On(server)! with
        {
            TakenFrom = from,
            Warned = warnings.PassedAt(until),
        };
        act.Change(file, state => state.With(taken));
        var more = $"number {taken.Number}, until {Times.Say(until)}: {purpose}";
        if (from is null)
            audit.Write(act, deed.Caller, "reserve", server.Text, more);
        else
            audit.Write(
                act,
                deed.Caller,
                "take over",
                server.Text,
                $"from {from.Holder} (number {from.Number}): {from.Reason}; "
                    + $"{more}{(from.Build is { } build ? $"; build {build}: {from.Builds}" : "")}"
            );
        TellAfter(act, server);
        return taken;
    }

    /// <summary>Changes somebody's own reservation, with its line in the audit.</summary>
    internal Reservation Adjusted(Act act, Reservation held, ReservationWish wish, Deed deed)
    {
        if (wish is { Purpose: null, Hours: null, Until: null })
            throw Problem.BadInput(
                $"You hold {held.Server} already. Give `purpose` to change what for, and `hours` "
                    + "or `until` to change how long."
            );
        var changed = held with
        {
            Purpose = wish.Purpose is null ? held.Purpose : PlainText.Check(wish.Purpose, "purpose", LongestText),
            Until = wish is { Hours: null, Until: null } ? held.Until : limits.EndOf(wish.Hours, wish.Until),
            MadeBy = null,
        };
        if (changed.Until > held.Until)
            EnsureNobodyWaits(act, held);
        if (changed.Until != held.Until)
        {
            changed = changed with { Warned = warnings.PassedAt(changed.Until) };
            TellNewEnd(act, changed);
        }
        act.Change(file, state => state.With(changed));
        audit.Write(
            act,
            deed.Caller,
            "change reservation",
            held.Server.Text,
            $"number {held.Number}, until {Times.Say(changed.Until)}: {changed.Purpose}"
        );
        TellAfter(act, held.Server);
        return changed;
    }

    private void EnsureNobodyWaits(Act act, Reservation held)
    {
        var waiting = act.Of(file).WaitingFor(held.Server).ToList();
        if (waiting.Count == 0)
            return;
        var others = waiting.Count > 1 ? $", and {waiting.Count - 1} more" : "";
        throw Problem
            .InLine(
                $"{waiting[0].Person} waits for {held.Server}{others}: your reservation ends at "
                    + $"{Times.Say(held.Until)}, and cannot be made longer. Get into the line when it has ended, or "
                    + "take another server."
            )
            .With("server", held.Server)
            .With("until", held.Until)
            .With("number", held.Number)
            .With("waiting", waiting.Count);
    }

    /// <summary>The refusal of what was meant for a reservation that has ended.</summary>
    internal static Problem Gone(ServerName server, long number, Reservation? held) =>
        Problem
            .Conflict(
                held is null
                    ? $"Reservation {number} of {server} has ended, and nobody holds it now. "
                        + "Nothing was done. Look again, and reserve it if you need it."
                    : $"Reservation {number} of {server} has ended; it is reserved by "
                        + $"{held.Holder} since {Times.Say(held.Since)} (number {held.Number}): "
                        + $"{held.Purpose}. Nothing was done. Look again first."
            )
            .With("server", server)
            .With("number", held?.Number)
            .With("holder", held?.Holder)
            .With("since", held?.Since);
}

/// <summary>What was answered to a wish for a server.</summary>
public sealed record ReservedServer(ReservationView Reservation, bool IsNew);
