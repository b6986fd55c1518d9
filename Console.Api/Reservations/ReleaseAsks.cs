namespace TestServers.Reservations;

/// <summary>Asks a holder to release a server, and answers who has asked; each is one act with what it does.</summary>
public sealed class ReleaseAsks(
    JsonFile<ReservationsState> file,
    ReservationBook book,
    ReservationHandover handover,
    BuildsUnderHolds builds,
    ProtectedServers protection,
    Journal journal,
    Audit audit,
    KeptAnswers answers,
    Concerns concerns,
    TimeProvider clock
)
{
    /// <summary>How many people may have asked one holder.</summary>
    internal const int Most = 50;

    /// <summary>Asks the holder. Who has asked and has no answer yet asks nothing anew.</summary>
    /// <param name="number">When given, the reservation that is meant.</param>
    /// <exception cref="Problem">409: nobody holds it, one holds it oneself, its holder has released it already, or it
    /// is another reservation by now.</exception>
    public async Task<ReservationView> Ask(ServerName server, string? text, long? number, Deed deed)
    {
        return answers.Find<ReservationView>(deed)
            ?? await journal.Do(act =>
            {
                if (answers.Find<ReservationView>(deed) is { } earlier)
                    return earlier;
                var by = deed.Caller.Name;
                var said = text is null ? null : PlainText.Check(text, "text", ReservationBook.LongestText);
                var held = Held(act, server, number);
                if (held.Released && held.Holder != by)
                    throw Problem
                        .Conflict(
                            $"{held.Holder} has released {server} already: it is free when build {builds.Of(held)} has "
                                + $"ended. Get into its line: POST api/servers/{server}/line."
                        )
                        .With("server", server);
                if (held.Holder == by)
                    throw Problem.Conflict($"You hold {server} yourself. Release it when you do not need it.");
                var asked = held.Asked.Any(a => a.Person == by && a.Answer is null)
                    ? held
                    : Add(act, held, new(by, said, clock.GetUtcNow()), deed);
                var answer = ReservationView.Of(asked);
                answers.Keep(act, deed, answer);
                return answer;
            });
    }

    /// <summary>Answers all who have asked: the server is released, has another end, or is still needed.</summary>
    /// <param name="until">The end, where that is the answer.</param>
    /// <param name="number">When given, the reservation that is meant.</param>
    /// <exception cref="Problem">409: one does not hold it, or nobody has asked; 403: with another end, it is some
    /// groups' alone by now; 400: the end is none.</exception>
    public async Task<AnsweredAsks> Answer(
        ServerName server,
        AskAnswer said,
        DateTimeOffset? until,
        long? number,
        RunningBuilds running,
        Deed deed
    )
    {
        return answers.Find<AnsweredAsks>(deed)
            ?? await journal.Do(act =>
            {
                if (answers.Find<AnsweredAsks>(deed) is { } earlier)
                    return earlier;
                var held = Held(act, server, number);
                if (held.Holder != deed.Caller.Name)
                    throw book.HeldBy(held);
                if (held.Released)
                    throw book.Over(held);
                var open = held.Asked.Where(a => a.Answer is null).ToList();
                if (open.Count == 0)
                    throw Problem.Conflict($"Nobody who waits for an answer has asked you to release {server}.");
                if ((said == AskAnswer.Until) != until is not null)
                    throw Problem.BadInput("`until` is given with the answer `until`, and with no other one.");
                var after = Carry(act, held, said, until, deed);
                // A release tells it itself.
                foreach (var ask in said == AskAnswer.Release ? [] : open)
                    concerns.Raise(
                        act,
                        ConcernKind.Answered,
                        ask.Person,
                        server,
                        held.Number,
                        deed.Caller.Name,
                        said.ToString().ToLowerInvariant(),
                        after?.Until
                    );
                audit.Write(
                    act,
                    deed.Caller,
                    "answer",
                    server.Text,
                    $"number {held.Number}, to {string.Join(", ", open.Select(a => a.Person))}: "
                        + said switch
                        {
                            AskAnswer.Release => "released",
                            AskAnswer.Until => $"until {Times.Say(after!.Until)}",
                            _ => "still needed",
                        }
                );
                var build = said == AskAnswer.Release ? builds.Of(held) : null;
                if (said == AskAnswer.Release)
                    handover.Release(act, held, build, running, deed);
                var answer = new AnsweredAsks(after is null ? null : ReservationView.Of(after), build);
                answers.Keep(act, deed, answer);
                return answer;
            });
    }

    private Reservation Held(Act act, ServerName server, long? number)
    {
        var held = book.Holding(act.Of(file), server);
        if (number is not null && held?.Number != number)
            throw ReservationBook.Gone(server, number.Value, held);
        return held ?? throw Problem.Conflict($"Nobody holds {server}. Reserve it.");
    }

    private Reservation Add(Act act, Reservation held, ReleaseAsk ask, Deed deed)
    {
        if (held.Asked.Length >= Most)
            throw Problem
                .TooMany($"{Most} people have asked {held.Holder} for {held.Server} already, which is the limit.")
                .With("limit", Most);
        var asked = held with { Asked = [.. held.Asked.Where(a => a.Person != ask.Person), ask] };
        act.Change(file, state => state.With(asked));
        audit.Write(
            act,
            deed.Caller,
            "ask to release",
            held.Server.Text,
            $"number {held.Number} of {held.Holder}{(ask.Text is null ? "" : $": {ask.Text}")}"
        );
        concerns.Raise(act, ConcernKind.Asked, held.Holder, held.Server, held.Number, ask.Person, ask.Text);
        book.TellAfter(act, held.Server);
        return asked;
    }

    // Null: it is released.
    private Reservation? Carry(Act act, Reservation held, AskAnswer said, DateTimeOffset? until, Deed deed)
    {
        if (said == AskAnswer.Release)
            return null;
        if (until is not null)
        {
            protection.Ensure(held.Server, held.Holder);
            held = book.Adjusted(act, held, new(Until: until), deed);
        }
        held = held.WithAnswer(said, clock.GetUtcNow()) with { MadeBy = null };
        act.Change(file, state => state.With(held));
        book.TellAfter(act, held.Server);
        return held;
    }
}

/// <summary>What was answered.</summary>
/// <param name="Reservation">As it is now; null: it was released.</param>
/// <param name="Build">The build that ran under what was released; null: none.</param>
public sealed record AnsweredAsks(ReservationView? Reservation, JobId? Build);
