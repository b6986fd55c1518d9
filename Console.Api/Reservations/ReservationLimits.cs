namespace TestServers.Reservations;

/// <summary>How long a reservation may be, and how many one may have.</summary>
public sealed class ReservationLimits(CurrentSettings settings, TimeProvider clock)
{
    /// <summary>Lets pass who may hold one more server.</summary>
    /// <param name="holds">How many they hold now.</param>
    /// <exception cref="Problem">429 with `limit`.</exception>
    public void EnsureOneMore(string holder, int holds)
    {
        var most = settings.Now.Reservations.PerPerson;
        if (most > 0 && holds >= most)
            throw Problem
                .TooMany(
                    $"{holder} holds {holds} {(holds == 1 ? "server" : "servers")}, and {most} is the limit. Release "
                        + "one first."
                )
                .With("limit", most);
    }

    /// <summary>The hours that somebody in a line has said, as far as they may be now: the settings may say fewer since
    /// then.</summary>
    public double? Within(double? hours) =>
        hours is { } said ? Math.Min(said, settings.Now.Reservations.MaxHours) : null;

    /// <summary>The end of a reservation that begins now: at a time, after some hours, or after the default.</summary>
    /// <exception cref="Problem">400: both are given, the end is past, or it is too far.</exception>
    public DateTimeOffset EndOf(double? hours, DateTimeOffset? until)
    {
        var now = clock.GetUtcNow();
        var most = settings.Now.Reservations.MaxHours;
        if (hours is not null && until is not null)
            throw Problem.BadInput("Give `hours` or `until`, not both.");
        if (hours is { } number && !(number > 0 && number <= most))
            throw Problem.BadInput($"`hours` is more than 0 and at most {most}.");
        var end = (until ?? now.AddHours(hours ?? settings.Now.Reservations.DefaultHours)).ToUniversalTime();
        if (end <= now)
            throw Problem.BadInput($"`until` is {Times.Say(end)}, which is in the past; it is {Times.Say(now)} now.");
        if (end > now.AddHours(most).AddMinutes(1))
            throw Problem.BadInput(
                $"`until` is {Times.Say(end)}; a reservation lasts at most {most} hours. Extend it when the time comes."
            );
        return end;
    }
}
