namespace TestServers.Reservations;

/// <summary>How a reservation ended.</summary>
public enum ReservationEnd
{
    /// <summary>Its holder released it.</summary>
    Released,

    /// <summary>Somebody took the server over.</summary>
    TakenOver,

    /// <summary>Its holder gave the server to a colleague.</summary>
    Given,

    /// <summary>Its time was over.</summary>
    TimeOver,

    /// <summary>The build that had made it touched nothing.</summary>
    GivenBack,
}

/// <summary>A reservation that has ended.</summary>
/// <param name="Held">As it was.</param>
/// <param name="By">Who ended it: its holder, somebody else, or the console.</param>
/// <param name="Reason">Why, in the words of who took it over.</param>
/// <param name="Build">The build that ran under it then.</param>
/// <param name="Builds">What became of that build.</param>
public sealed record PastReservation(
    Reservation Held,
    DateTimeOffset EndedAt,
    ReservationEnd End,
    string By,
    string? Reason = null,
    JobId? Build = null,
    RunningBuilds? Builds = null
);

/// <summary>A reservation that has ended, as it is shown.</summary>
/// <param name="Until">When it would have ended by itself.</param>
/// <param name="By">Who ended it; the console when its time was over.</param>
/// <param name="Reason">Why, in the words of who took it over.</param>
public sealed record PastReservationView(
    long Number,
    string Holder,
    string Purpose,
    DateTimeOffset Since,
    DateTimeOffset Until,
    DateTimeOffset EndedAt,
    ReservationEnd End,
    string By,
    string? Reason
)
{
    public static PastReservationView Of(PastReservation past) =>
        new(
            past.Held.Number,
            past.Held.Holder,
            past.Held.Purpose,
            past.Held.Since,
            past.Held.Until,
            past.EndedAt,
            past.End,
            past.By,
            past.Reason
        );
}
