namespace TestServers.Reservations;

/// <summary>Gives a server to a colleague, or lets colleagues build on it under the same reservation.</summary>
public sealed class ReservationSharing(
    JsonFile<ReservationsState> file,
    ReservationBook book,
    Usability usability,
    ProtectedServers protection,
    People people,
    BuildsUnderHolds builds,
    PastReservations past,
    LineTurns turns,
    EndWarnings warnings,
    Journal journal,
    Audit audit,
    KeptAnswers answers,
    Concerns concerns,
    CurrentSettings settings,
    TimeProvider clock
)
{
    /// <summary>With how many people a server may be shared.</summary>
    internal const int Most = 20;

    /// <summary>
    /// Ends one's own reservation and begins one for a colleague, with the same end; the build that runs goes on under
    /// it.
    /// </summary>
    /// <param name="purpose">What for; null: as it was.</param>
    /// <param name="number">When given, the reservation that is meant.</param>
    /// <exception cref="Problem">409: it is not one's own, others wait for it, or it is out of service; 403: it is some
    /// groups' alone, and not the colleague's, or they may only read; 429: they hold too many; 400: the name is
    /// none.</exception>
    public async Task<ReservationView> Give(ServerName server, string? to, string? purpose, long? number, Deed deed)
    {
        return answers.Find<ReservationView>(deed)
            ?? await journal.Do(act =>
            {
                if (answers.Find<ReservationView>(deed) is { } earlier)
                    return earlier;
                var held = Own(act, server, number, deed);
                usability.EnsureInService(server);
                var name = NameOf(to, "to", deed);
                var what = purpose is null
                    ? held.Purpose
                    : PlainText.Check(purpose, "purpose", ReservationBook.LongestText);
                EnsureMayHave(server, name);
                LineTurns.Ensure(act.Of(file), server, name);
                book.EnsureOneMore(act, name);
                var answer = ReservationView.Of(Give(act, held, name, what, deed));
                answers.Keep(act, deed, answer);
                return answer;
            });
    }

    /// <summary>Says who may build on one's server, too: these people and no others.</summary>
    /// <param name="number">When given, the reservation that is meant.</param>
    /// <exception cref="Problem">409: it is not one's own; 403: it is some groups' alone, and not a new one's, or they
    /// may only read; 400: a name is none, or there are too many.</exception>
    public async Task<ReservationView> Share(ServerName server, IReadOnlyList<string> with, long? number, Deed deed)
    {
        return answers.Find<ReservationView>(deed)
            ?? await journal.Do(act =>
            {
                if (answers.Find<ReservationView>(deed) is { } earlier)
                    return earlier;
                var held = Own(act, server, number, deed);
                if (with.Count > Most)
                    throw Problem.BadInput($"`with` names {with.Count} people; {Most} are allowed.");
                var names = with.Select(n => NameOf(n, "with", deed)).Distinct(StringComparer.Ordinal).ToList();
                foreach (var name in names.Except(held.SharedWith, StringComparer.Ordinal))
                    EnsureMayHave(server, name);
                var answer = ReservationView.Of(
                    names.SequenceEqual(held.SharedWith) ? held : Share(act, held, names, deed)
                );
                answers.Keep(act, deed, answer);
                return answer;
            });
    }

    private Reservation Give(Act act, Reservation held, string to, string purpose, Deed deed)
    {
        var (server, now, build) = (held.Server, clock.GetUtcNow(), builds.Of(held));
        past.Add(
            act,
            new(held, now, ReservationEnd.Given, held.Holder, null, build, build is null ? null : RunningBuilds.Finish)
        );
        turns.Take(act, server, to);
        var given = act.Change(file, state => state.WithNew(server, to, purpose, now, held.Until)).On(server)! with
        {
            GivenBy = held.Holder,
            Warned = warnings.PassedAt(held.Until),
        };
        act.Change(file, state => state.With(given));
        if (build is not null)
            builds.GoOnUnder(act, server, given.Number);
        audit.Write(
            act,
            deed.Caller,
            "give",
            server.Text,
            $"number {held.Number} to {to}, as number {given.Number}, until {Times.Say(given.Until)}: {purpose}"
        );
        concerns.Raise(act, ConcernKind.Given, to, server, given.Number, held.Holder, purpose, given.Until);
        foreach (var ask in held.Asked.Where(a => a.Answer is null && a.Person != to))
            concerns.Raise(act, ConcernKind.NewEnd, ask.Person, server, given.Number, to, until: given.Until);
        book.TellAfter(act, server);
        return given;
    }

    private Reservation Share(Act act, Reservation held, List<string> names, Deed deed)
    {
        var shared = held with { SharedWith = [.. names], MadeBy = null };
        act.Change(file, state => state.With(shared));
        var who = names.Count == 0 ? "nobody" : string.Join(", ", names);
        audit.Write(act, deed.Caller, "share", held.Server.Text, $"number {held.Number} with {who}");
        foreach (var name in names.Except(held.SharedWith, StringComparer.Ordinal))
            concerns.Raise(
                act,
                ConcernKind.Shared,
                name,
                held.Server,
                held.Number,
                held.Holder,
                held.Purpose,
                held.Until
            );
        book.TellAfter(act, held.Server);
        return shared;
    }

    private void EnsureMayHave(ServerName server, string name)
    {
        if (people.WhyNotReserve(name) is { } why)
            throw Problem.Forbidden(why).With("server", server);
        protection.Ensure(server, name);
    }

    private Reservation Own(Act act, ServerName server, long? number, Deed deed)
    {
        var held = book.Holding(act.Of(file), server);
        if (number is not null && held?.Number != number)
            throw ReservationBook.Gone(server, number.Value, held);
        if (held is null)
            throw Problem.Conflict($"Nobody holds {server}. Reserve it first.");
        if (held.Holder != deed.Caller.Name)
            throw book.HeldBy(held);
        // Who is in none of its groups any more may release it, and no more.
        protection.Ensure(server, held.Holder);
        return book.IsOver(held) ? throw book.Over(held) : held;
    }

    private string NameOf(string? spelling, string field, Deed deed)
    {
        var name = settings.Now.People.NameOf(spelling?.Trim() ?? "");
        if (PersonName.FaultOf(name, settings.Now) is { } fault)
            throw Problem.BadInput($"The name in `{field}` {fault}. Give the name by which your colleague signs in.");
        return name == deed.Caller.Name
            ? throw Problem.BadInput($"`{field}` is your own name; the server is yours already.")
            : name;
    }
}
