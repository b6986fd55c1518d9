namespace TestServers.Reservations;

/// <summary>
/// The right of a build to its server: the number of the reservation it was accepted under, which is its requester's
/// own or is shared with them. It is looked at when the build is accepted and once more when it begins, in the act that
/// lets it begin.
/// </summary>
public sealed class BuildHolds(
    JsonFile<ReservationsState> file,
    ReservationBook book,
    BuildsUnderHolds builds,
    ReservationLimits limits,
    Usability usability,
    PastReservations past,
    LineTurns turns,
    EndWarnings warnings,
    ProtectedServers protection,
    People people,
    Audit audit,
    TimeProvider clock
)
{
    /// <summary>
    /// The reservation under which somebody's build is accepted: their own, or on a free server one that is made for
    /// it.
    /// </summary>
    /// <param name="number">When given, the reservation that is meant.</param>
    /// <exception cref="Problem">409: somebody else holds the server, or it is another reservation by now.</exception>
    public long For(Act act, ServerName server, JobId build, string purpose, long? number, Deed deed)
    {
        book.PassTurns(act);
        if (Ensure(act.Of(file), server, number, deed.Caller) is { } own)
            return own;
        book.RemoveEnded(act, server);
        book.EnsureOneMore(act, deed.Caller.Name);
        var place = turns.Take(act, server, deed.Caller.Name);
        var until = limits.EndOf(limits.Within(place?.Hours), null);
        var made = act.Change(file, state => state.WithNew(server, deed.Caller.Name, purpose, clock.GetUtcNow(), until))
            .On(server)! with
        {
            // Who has waited for it keeps it.
            MadeBy = place is null ? build : null,
            Warned = warnings.PassedAt(until),
        };
        act.Change(file, state => state.With(made));
        audit.Write(
            act,
            deed.Caller,
            "reserve",
            server.Text,
            $"number {made.Number}, for build {build}, until {Times.Say(made.Until)}"
        );
        book.TellAfter(act, server);
        return made.Number;
    }

    /// <summary>Lets pass who could build now; nothing is changed.</summary>
    /// <exception cref="Problem">As <see cref="For"/> refuses.</exception>
    public void Ensure(ServerName server, long? number, Caller by) => Ensure(file.Value, server, number, by);

    /// <summary>
    /// Lets a build begin that still has its right: from then on its reservation holds at least until it has ended.
    /// </summary>
    /// <param name="number">Null for a build that an older console accepted: then its owner must hold the
    /// server.</param>
    /// <returns>The number it begins under, or why it has lost its right.</returns>
    public (long Number, string? Refusal) Begin(Act act, ServerName server, JobId build, string by, long? number)
    {
        var held = book.Holding(act.Of(file), server);
        if (held is null || held.Number != (number ?? held.Number) || !held.IsFor(by))
            return (0, Lost(server, by, number, held));
        // A group may have been taken away meanwhile, or the server.
        if (protection.WhyNot(server, by) is { } why)
            return (0, $"Cancelled: {why} Nothing was touched.");
        if (!people.IsAdministrator(by) && usability.WhyOutOfService(server) is { } note)
            return (0, $"Cancelled: {note} Nothing was touched.");
        builds.Begin(act, server, held.Number, build);
        return (held.Number, null);
    }

    /// <summary>A build has ended: a reservation whose time is over has ended with it.</summary>
    public void End(ServerName server, JobId build)
    {
        builds.End(server, build);
        book.Tell(server);
    }

    /// <summary>
    /// Gives back a reservation that a build has made, as nothing on the server was touched under it, or is left.
    /// </summary>
    /// <param name="why">As the end of a sentence that begins with the build.</param>
    public void GiveBack(Act act, ServerName server, long number, JobId build, string why)
    {
        // One that was released ends as others do, with this build.
        if (act.Of(file).On(server) is not { MadeBy: not null, Released: false } held || held.Number != number)
            return;
        act.Change(file, state => state.Without(server));
        past.Add(act, new(held, clock.GetUtcNow(), ReservationEnd.GivenBack, Caller.TheConsole.Name, Build: build));
        audit.Write(
            act,
            Caller.TheConsole,
            "release",
            server.Text,
            $"number {number} of {held.Holder}: build {build} {why}"
        );
        book.TellAfter(act, server);
        book.PassTurns(act);
    }

    // The number of one's own reservation; null: the server is free, and can be used.
    private long? Ensure(ReservationsState state, ServerName server, long? number, Caller by)
    {
        protection.Ensure(server, by.Name);
        if (!by.IsAdministrator)
            usability.EnsureInService(server);
        var held = book.Holding(state, server);
        if (held is not null && !held.IsFor(by.Name))
            throw book.HeldBy(held);
        if (number is not null && held?.Number != number)
            throw ReservationBook.Gone(server, number.Value, held);
        if (held is not null)
            return book.IsOver(held) ? throw book.Over(held) : held.Number;
        // Who repairs it comes before who waits for it.
        if (usability.OutOfService(server) is null)
            LineTurns.Ensure(state, server, by.Name);
        usability.EnsureNoObstacle(server);
        return null;
    }

    private static string Lost(ServerName server, string by, long? number, Reservation? held)
    {
        if (held is not null && held.Number == number)
            return $"Cancelled: {held.Holder} shares {server} with {by} no more. Nothing was touched.";
        var accepted = number is null
            ? $"it was accepted when {by} held it"
            : $"it was accepted under reservation {number} of {by}, which has ended";
        return held is null
            ? $"Cancelled: nobody holds {server} any more; {accepted}. Nothing was touched. "
                + $"Reserve {server} and build again."
            : $"Cancelled: {server} is reserved by {held.Holder} since {Times.Say(held.Since)} "
                + $"(number {held.Number}): {held.Purpose}; {accepted}. Nothing was touched.";
    }
}
