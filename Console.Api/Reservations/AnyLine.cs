namespace TestServers.Reservations;

/// <summary>
/// The places of scripts that ask for any server again and again with one Idempotency-Key: each is theirs as long as
/// they ask.
/// </summary>
public sealed class AnyLine(
    JsonFile<ReservationsState> file,
    LineAsks asks,
    Audit audit,
    CurrentSettings settings,
    TimeProvider clock
)
{
    /// <summary>The place that a call has kept, or null.</summary>
    internal static LinePlace? PlaceOf(ReservationsState state, Deed deed) =>
        deed.Key is null
            ? null
            : state.Line.FirstOrDefault(p => p.Key == deed.Key && p.Person == deed.Caller.Name && p.Server is null);

    /// <summary>
    /// Lets pass a call that asks again for what it has its place for, or has none.
    /// </summary>
    /// <param name="hours">For how long, when it says so in hours.</param>
    /// <exception cref="Problem">422: it asks for something else.</exception>
    internal static void EnsureSame(LinePlace? own, LineWish wish, double? hours, Deed deed)
    {
        if (own is null)
            return;
        var isSame =
            (own.App, own.Host, own.Purpose) == (wish.App, wish.Host, wish.Purpose)
            && own.Tags.SequenceEqual(wish.Tags)
            && (hours ?? own.Hours) == own.Hours;
        if (!isSame)
            throw Problem
                .KeyUsed(
                    $"With the Idempotency-Key {deed.Key} you wait for {own.What}, in place {own.Number}: "
                        + $"{own.Purpose}. It is now sent with another wish. Nothing was done. Use a key of its own "
                        + $"for each wish, or give up that place first (DELETE api/line/{own.Number})."
                )
                .With("place", own.Number);
    }

    /// <summary>Notes that a script has asked again: it keeps its place, whatever it is answered.</summary>
    internal void Note(LinePlace own) => asks.Note(own.Number);

    /// <summary>Keeps a call's place, or gives it one behind all others; without a key there is none to keep.</summary>
    internal void Keep(Act act, LinePlace? own, LineWish wish, Deed deed)
    {
        if (deed.Key is null || own is not null)
            return;
        var (state, by, now) = (act.Of(file), deed.Caller.Name, clock.GetUtcNow());
        WaitingLine.EnsureRoom(state, by);
        var place = new LinePlace(
            state.NextPlace,
            by,
            null,
            wish.App,
            wish.Host,
            wish.Purpose,
            wish.Hours ?? settings.Now.Reservations.DefaultHours,
            now,
            now.AddHours(settings.Now.Reservations.LineHours)
        )
        {
            Key = deed.Key,
            Tags = wish.Tags,
            Only = deed.Caller.Token?.Servers,
        };
        act.Change(file, s => s.WithPlace(place));
        act.Publish(() =>
        {
            asks.Keep(state.Line.Select(p => p.Number).ToHashSet());
            asks.Note(place.Number);
        });
        audit.Write(act, deed.Caller, "join line", place.What, $"place {place.Number}, by a script: {place.Purpose}");
    }
}
