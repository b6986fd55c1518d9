namespace TestServers.Reservations;

/// <summary>
/// Warns a holder an hour and ten minutes before the end: once each, and not of an end that they have just chosen to be
/// so near.
/// </summary>
public sealed class EndWarnings(JsonFile<ReservationsState> file, Concerns concerns, TimeProvider clock)
{
    // Of the latest first.
    private static readonly int[] Before = [10, 60];

    /// <summary>Whether somebody is to be warned now.</summary>
    public bool AreDue => file.Value.Held.Values.Any(r => DueOf(r) is not null);

    /// <summary>Of how many minutes before an end that is chosen now nobody is to be warned; null: of none.</summary>
    internal int? PassedAt(DateTimeOffset until) =>
        Before.Select(m => (int?)m).FirstOrDefault(m => clock.GetUtcNow().AddMinutes(m!.Value) >= until);

    /// <summary>Warns all that are to be warned now.</summary>
    internal void Raise(Act act)
    {
        foreach (var held in act.Of(file).Held.Values)
        {
            if (DueOf(held) is not { } minutes)
                continue;
            act.Change(file, state => state.With(held with { Warned = minutes }));
            concerns.Raise(
                act,
                ConcernKind.EndsSoon,
                held.Holder,
                held.Server,
                held.Number,
                until: held.Until,
                minutes: minutes
            );
        }
    }

    private int? DueOf(Reservation held) =>
        held.Released || held.Until <= clock.GetUtcNow() || PassedAt(held.Until) is not { } passed ? null
        : held.Warned is { } warned && warned <= passed ? null
        : passed;
}
