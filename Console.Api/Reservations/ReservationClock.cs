namespace TestServers.Reservations;

/// <summary>Whether a reservation holds: computed from the clock, and from the build that runs under it.</summary>
public sealed class ReservationClock(BuildsUnderHolds builds, TimeProvider clock)
{
    /// <summary>The reservation of a server that holds now, in a state.</summary>
    public Reservation? Holding(ReservationsState state, ServerName server) =>
        state.On(server) is { } held && IsHolding(held) ? held : null;

    /// <summary>Whether a reservation holds, by its time or by its build.</summary>
    public bool IsHolding(Reservation held) => !IsOver(held) || builds.Of(held) is not null;

    /// <summary>Whether a reservation's time is over, and only its build still holds it.</summary>
    public bool IsOver(Reservation held) => held.Until <= clock.GetUtcNow();
}
