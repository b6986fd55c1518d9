namespace TestServers.Reservations;

/// <summary>What becomes of the build of a reservation that somebody has ended before its time.</summary>
/// <param name="By">Who did it.</param>
/// <param name="Why">Who did it and when, as a sentence for the build's owner.</param>
public sealed record RightEnded(Reservation Reservation, JobId Build, RunningBuilds Builds, string By, string Why);

/// <summary>
/// Ends reservations before their time: their holder releases them, or somebody takes them over. Who does it says what
/// becomes of the build that runs.
/// </summary>
public sealed class ReservationHandover(
    JsonFile<ReservationsState> file,
    ReservationBook book,
    Journal journal,
    Audit audit,
    KeptAnswers answers,
    Usability usability,
    ProtectedServers protection,
    BuildsUnderHolds builds,
    PastReservations past,
    Concerns concerns,
    TimeProvider clock
)
{
    /// <summary>Raised when a reservation was ended while its build runs.</summary>
    public event Action<RightEnded>? BuildLosesRight;

    /// <summary>
    /// Releases a server that one holds; a server that nobody holds stays as it is. While its build runs, it is held
    /// until that has ended.
    /// </summary>
    /// <param name="number">When given, only the reservation with this number is released.</param>
    /// <exception cref="Problem">409: somebody else holds it, or it is another reservation by now.</exception>
    public async Task<ReleasedServer> Release(ServerName server, long? number, RunningBuilds running, Deed deed)
    {
        return answers.Find<ReleasedServer>(deed)
            ?? await journal.Do(act =>
            {
                if (answers.Find<ReleasedServer>(deed) is { } earlier)
                    return earlier;
                var held = book.Holding(act.Of(file), server);
                if (held is not null && held.Holder != deed.Caller.Name)
                    throw book.HeldBy(held);
                if (held is not null && number is not null && held.Number != number)
                    throw ReservationBook.Gone(server, number.Value, held);
                var answer = new ReleasedServer(held?.Number, held is null ? null : builds.Of(held));
                if (held is not null)
                    Release(act, held, answer.Build, running, deed);
                answers.Keep(act, deed, answer);
                return answer;
            });
    }

    /// <summary>Ends the reservation that holds and begins one for the caller, in one step.</summary>
    /// <param name="reason">Why; it is told to the former holder, and is the purpose when the wish has none.</param>
    /// <exception cref="Problem">409: nobody holds it, it is one's own, another reservation by now, others wait for it,
    /// or it cannot be used; one that is out of service is taken over by administrators alone.</exception>
    public async Task<ReservationView> TakeOver(
        ServerName server,
        string? reason,
        ReservationWish wish,
        RunningBuilds running,
        Deed deed
    )
    {
        return answers.Find<ReservationView>(deed)
            ?? await journal.Do(act =>
            {
                if (answers.Find<ReservationView>(deed) is { } earlier)
                    return earlier;
                var why = PlainText.Check(reason, "reason", ReservationBook.LongestText);
                var held = book.Holding(act.Of(file), server);
                if (wish.Number is { } number && held?.Number != number)
                    throw ReservationBook.Gone(server, number, held);
                // Who repairs it comes before who waits for it.
                var isRepair = deed.Caller.IsAdministrator && usability.OutOfService(server) is not null;
                if (!isRepair)
                {
                    usability.EnsureInService(server);
                    LineTurns.Ensure(act.Of(file), server, deed.Caller.Name);
                }
                if (held is null)
                    throw Problem.Conflict($"Nobody holds {server}. Reserve it.");
                if (held.Holder == deed.Caller.Name)
                    throw Problem.Conflict($"You hold {server} already, until {Times.Say(held.Until)}.");
                protection.Ensure(server, deed.Caller.Name);
                usability.EnsureNoObstacle(server);
                var build = builds.Of(held);
                var from = new TakenFrom(
                    held.Holder,
                    held.Number,
                    why,
                    clock.GetUtcNow(),
                    build,
                    build is null ? null : running
                );
                // What was released behind a build is nobody's any more: it has ended, and its holder knows it.
                if (!held.Released)
                    past.Add(
                        act,
                        new(held, from.At, ReservationEnd.TakenOver, deed.Caller.Name, why, build, from.Builds)
                    );
                var taken = book.New(act, server, wish with { Purpose = wish.Purpose ?? why }, deed, from);
                if (!held.Released)
                    concerns.Raise(
                        act,
                        ConcernKind.TakenOver,
                        held.Holder,
                        server,
                        held.Number,
                        deed.Caller.Name,
                        why,
                        taken.Until
                    );
                book.TellNewEnd(act, taken, held.Asked.Where(a => a.Answer is null));
                if (build is not null && running == RunningBuilds.Finish)
                    builds.GoOnUnder(act, server, taken.Number);
                EndRight(act, held, build, running, deed, $"has taken {server} over at {Times.Say(from.At)}: {why}.");
                var answer = ReservationView.Of(taken);
                answers.Keep(act, deed, answer);
                return answer;
            });
    }

    /// <summary>Returns when a build has ended, or after a while.</summary>
    public Task WaitForBuild(ServerName server, JobId build, TimeSpan atMost) =>
        builds.WaitForEnd(server, build, atMost);

    /// <summary>Releases a server as a part of an act.</summary>
    internal void Release(Act act, Reservation held, JobId? build, RunningBuilds running, Deed deed)
    {
        var now = clock.GetUtcNow();
        // Held by the build that runs, until that has ended.
        var left = held.WithAnswer(AskAnswer.Release, now) with
        {
            Released = true,
            Until = held.Until < now ? held.Until : now,
        };
        act.Change(file, state => build is null ? state.Without(held.Server) : state.With(left));
        // Released once more while its build ends: it keeps the end that it had at first.
        var was = held.Released ? past.Of(held.Server).FirstOrDefault(p => p.Held.Number == held.Number)?.Held : held;
        was = (was ?? held).WithAnswer(AskAnswer.Release, now);
        foreach (var ask in held.Released ? [] : held.Asked.Where(a => a.Answer is null))
            concerns.Raise(
                act,
                ConcernKind.Answered,
                ask.Person,
                held.Server,
                held.Number,
                held.Holder,
                nameof(AskAnswer.Release).ToLowerInvariant()
            );
        past.Add(act, new(was, now, ReservationEnd.Released, held.Holder, null, build, build is null ? null : running));
        audit.Write(
            act,
            deed.Caller,
            "release",
            held.Server.Text,
            $"number {held.Number}{(build is null ? "" : $"; build {build}: {running}")}"
        );
        EndRight(act, held, build, running, deed, $"has released {held.Server} at {Times.Say(now)}.");
        book.TellAfter(act, held.Server);
        book.PassTurns(act);
    }

    private void EndRight(Act act, Reservation held, JobId? build, RunningBuilds running, Deed deed, string what)
    {
        var by = deed.Caller.Name;
        if (build is not null)
            act.After(() => BuildLosesRight?.Invoke(new(held, build, running, by, $"{by} {what}")));
    }
}

/// <summary>What was released.</summary>
/// <param name="Number">Null: nobody held it.</param>
/// <param name="Build">The build that ran under it, with which the reservation ends; null: it has ended.</param>
public sealed record ReleasedServer(long? Number, JobId? Build);
