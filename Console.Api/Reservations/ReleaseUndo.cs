namespace TestServers.Reservations;

/// <summary>
/// Takes a release back for a few seconds, as long as nobody else has got the server: the reservation goes on under its
/// number, with the end that it had.
/// </summary>
public sealed class ReleaseUndo(
    JsonFile<ReservationsState> file,
    ReservationBook book,
    PastReservations past,
    LineTurns turns,
    ProtectedServers protection,
    Usability usability,
    Journal journal,
    Audit audit,
    KeptAnswers answers,
    TimeProvider clock
)
{
    /// <summary>For how long a release can be taken back.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(10);

    /// <param name="number">When given, the reservation that is meant.</param>
    /// <exception cref="Problem">409: it was not released by the caller within <see cref="Time"/>, or somebody else
    /// has got the server since, or it is out of service; 403: it is some groups' alone by now; 429: they hold too many
    /// others.</exception>
    public async Task<UndoneRelease> Undo(ServerName server, long? number, Deed deed)
    {
        return answers.Find<UndoneRelease>(deed)
            ?? await journal.Do(act =>
            {
                if (answers.Find<UndoneRelease>(deed) is { } earlier)
                    return earlier;
                protection.Ensure(server, deed.Caller.Name);
                usability.EnsureInService(server);
                book.RemoveEnded(act, server);
                var released = Released(act, server, number, deed.Caller.Name);
                book.EnsureOneMore(act, deed.Caller.Name, server);
                past.Remove(act, released);
                turns.Take(act, server, deed.Caller.Name);
                var again = released.Held.Again();
                act.Change(file, state => state.With(again));
                book.TellNewEnd(act, again, again.Asked.Where(a => a.Answer is null));
                audit.Write(
                    act,
                    deed.Caller,
                    "undo release",
                    server.Text,
                    $"number {again.Number}, until {Times.Say(again.Until)}: {again.Purpose}"
                );
                book.TellAfter(act, server);
                var ended = released.Builds == RunningBuilds.Cancel ? released.Build : null;
                var answer = new UndoneRelease(ReservationView.Of(again), ended);
                answers.Keep(act, deed, answer);
                return answer;
            });
    }

    private PastReservation Released(Act act, ServerName server, long? number, string by)
    {
        var held = book.Holding(act.Of(file), server);
        if (held is not null && held.Holder != by)
            throw book.HeldBy(held);
        if (held is { Released: false })
            throw Problem.Conflict($"You hold {server} already, until {Times.Say(held.Until)}.");
        if (held is null)
            LineTurns.Ensure(act.Of(file), server, by);
        var last = past.Of(server).FirstOrDefault();
        if (
            last is not { End: ReservationEnd.Released }
            || last.Held.Holder != by
            || last.Held.Number != (number ?? last.Held.Number)
        )
            throw Problem.Conflict(
                $"There is no release of {server} by you that could be taken back. Reserve it if you need it."
            );
        var now = clock.GetUtcNow();
        if (now - last.EndedAt > Time || last.Held.Until <= now)
            throw Problem.Conflict(
                $"You released {server} more than {Time.TotalSeconds:0} seconds ago, or its time was over since. "
                    + "Reserve it anew."
            );
        return last;
    }
}

/// <summary>A release that was taken back.</summary>
/// <param name="CancelledBuild">The build that the release cancelled, which goes on no more; null: none.</param>
public sealed record UndoneRelease(ReservationView Reservation, JobId? CancelledBuild);
