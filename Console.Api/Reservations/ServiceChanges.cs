namespace TestServers.Reservations;

/// <summary>A wish that a server be out of service, or back in it.</summary>
/// <param name="Number">When given, the one that is meant: if it does not hold any more, nothing is done.</param>
public sealed record ServiceWish(
    bool Out,
    string? Note = null,
    double? Hours = null,
    DateTimeOffset? Until = null,
    long? Number = null
);

/// <summary>
/// Puts servers out of service, and back: by administrators, or by the clock. Who holds one keeps it, and who waits for
/// it their place; whose turn it is has none in the same act.
/// </summary>
public sealed class ServiceChanges(
    JsonFile<ServiceState> file,
    JsonFile<ReservationsState> reservations,
    OutOfServiceServers service,
    ReservationBook book,
    Concerns concerns,
    Journal journal,
    Audit audit,
    KeptAnswers answers,
    TimeProvider clock
)
{
    /// <summary>For how long a server may be out of service that has an end.</summary>
    internal const double MostHours = 8784;

    /// <summary>Does what is wished; what is so already stays as it is.</summary>
    /// <exception cref="Problem">400: the wish is none; 409: it is about another one by now.</exception>
    public async Task<ServerService> Put(ServerName server, ServiceWish wish, Deed deed)
    {
        return answers.Find<ServerService>(deed)
            ?? await journal.Do(act =>
            {
                if (answers.Find<ServerService>(deed) is { } earlier)
                    return earlier;
                EndIfOver(act, server);
                var now = act.Of(file).On(server);
                if (wish.Number is { } number && now?.Number != number)
                    throw Gone(server, number, now);
                var answer = new ServerService(server, wish.Out ? Out(act, server, now, wish, deed) : null);
                if (!wish.Out)
                    Back(act, server, now, wish, deed);
                book.PassTurns(act);
                answers.Keep(act, deed, answer);
                return answer;
            });
    }

    /// <summary>Takes out what has ended by the clock, so that a clock that is set back brings nothing back.</summary>
    /// <exception cref="DiskRefused">The disk refused; what has ended holds nothing all the same.</exception>
    public async Task EndOver()
    {
        if (!file.Value.Out.Values.Any(service.IsOver))
            return;
        await journal.Do(act =>
        {
            foreach (var over in act.Of(file).Out.Values)
                EndIfOver(act, over.Server);
            book.PassTurns(act);
        });
    }

    private OutOfService Out(Act act, ServerName server, OutOfService? now, ServiceWish wish, Deed deed)
    {
        var note = PlainText.Check(wish.Note, "note", ReservationBook.LongestText);
        var until = EndOf(wish);
        if (now is not null && now.Note == note && now.Until == until)
            return now;
        var said = new OutOfService(server, 0, note, deed.Caller.Name, now?.Since ?? clock.GetUtcNow(), until);
        var after = act.Change(file, state => state.With(said)).On(server)!;
        var end = until is { } time ? $", until {Times.Say(time)}" : "";
        audit.Write(act, deed.Caller, "out of service", server.Text, $"number {after.Number}{end}: {note}");
        // Another note alone is told by the board.
        if (now is null || now.Until != until)
            TellAll(act, ConcernKind.OutOfService, server, deed.Caller.Name, note, until);
        book.TellAfter(act, server);
        return after;
    }

    private void Back(Act act, ServerName server, OutOfService? now, ServiceWish wish, Deed deed)
    {
        if (wish is not { Note: null, Hours: null, Until: null })
            throw Problem.BadInput("Give `note`, `hours` or `until` with `out`: true alone.");
        if (now is null)
            return;
        act.Change(file, state => state.Without(server));
        audit.Write(act, deed.Caller, "back in service", server.Text, $"number {now.Number} of {now.By}: {now.Note}");
        TellAll(act, ConcernKind.BackInService, server, deed.Caller.Name);
        book.TellAfter(act, server);
    }

    private void EndIfOver(Act act, ServerName server)
    {
        if (act.Of(file).On(server) is not { } over || !service.IsOver(over))
            return;
        act.Change(file, state => state.Without(server));
        audit.Write(
            act,
            Caller.TheConsole,
            "back in service",
            server.Text,
            $"number {over.Number} of {over.By}: its time ended at {Times.Say(over.Until!.Value)}"
        );
        TellAll(act, ConcernKind.BackInService, server);
        book.TellAfter(act, server);
    }

    // Who does it knows it.
    private void TellAll(
        Act act,
        ConcernKind kind,
        ServerName server,
        string? by = null,
        string? note = null,
        DateTimeOffset? until = null
    )
    {
        var state = act.Of(reservations);
        var held = book.Holding(state, server);
        IEnumerable<string?> people =
        [
            held?.Holder,
            .. held?.SharedWith ?? [],
            state.TurnOf(server)?.Person,
            .. state.WaitingFor(server).Select(p => p.Person),
        ];
        foreach (var person in people.OfType<string>().Where(p => p != by).Distinct(StringComparer.Ordinal))
            concerns.Raise(act, kind, person, server, by: by, text: note, until: until);
    }

    private DateTimeOffset? EndOf(ServiceWish wish)
    {
        var now = clock.GetUtcNow();
        if (wish.Hours is not null && wish.Until is not null)
            throw Problem.BadInput("Give `hours` or `until`, not both; without them it ends when it is put back.");
        if (wish.Hours is { } hours && !(hours > 0 && hours <= MostHours))
            throw Problem.BadInput($"`hours` is more than 0 and at most {MostHours}. Leave it out for no end.");
        var end = (wish.Hours is { } some ? now.AddHours(some) : wish.Until)?.ToUniversalTime();
        if (end <= now)
            throw Problem.BadInput(
                $"`until` is {Times.Say(end.Value)}, which is in the past; it is {Times.Say(now)} now."
            );
        if (end > now.AddHours(MostHours).AddMinutes(1))
            throw Problem.BadInput(
                $"`until` is {Times.Say(end.Value)}, more than {MostHours} hours from now. Leave it out for no end."
            );
        return end;
    }

    private static Problem Gone(ServerName server, long number, OutOfService? now) =>
        Problem
            .Conflict(
                now is null
                    ? $"{server} is in service again. Nothing was done. Look again first."
                    : $"{server} is out of service by {now.By} since {Times.Say(now.Since)} (number {now.Number}, "
                        + $"not {number}): {now.Note}. Nothing was done. Look again first."
            )
            .With("server", server)
            .With("number", now?.Number)
            .With("note", now?.Note)
            .With("since", now?.Since)
            .With("until", now?.Until);
}

/// <summary>Whether a server is in service.</summary>
/// <param name="Service">Null: it is.</param>
public sealed record ServerService(ServerName Server, OutOfService? Service);
