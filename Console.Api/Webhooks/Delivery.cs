namespace TestServers.Webhooks;

/// <summary>How far a delivery is.</summary>
public enum DeliveryState
{
    Waiting,
    Delivered,

    /// <summary>It was tried for as long as a delivery is, or can never be taken.</summary>
    GivenUp,
}

/// <summary>A notice for one webhook, or an e-mail with it to its person.</summary>
/// <param name="Id">Rises with every one, and is never used again; the receiver has it, too.</param>
/// <param name="Webhook">Its name in the settings; null: it is an e-mail to the notice's person.</param>
/// <param name="Attempts">How often it was sent.</param>
/// <param name="NextAt">When it is sent next; null: it is not.</param>
/// <param name="Answer">What was answered last, or why nothing was.</param>
/// <param name="AnsweredAt">When that was.</param>
public sealed record Delivery(
    long Id,
    string? Webhook,
    Notice Notice,
    DeliveryState State = DeliveryState.Waiting,
    int Attempts = 0,
    DateTimeOffset? NextAt = null,
    string? Answer = null,
    DateTimeOffset? AnsweredAt = null
)
{
    /// <summary>For so long a delivery is tried, and once after each of the pauses at least.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(3);

    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(30),
        TimeSpan.FromMinutes(2),
        TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1),
    ];

    /// <summary>Whether it is to be sent now. A clock that was stepped back does not hold it up for longer than the
    /// longest pause.</summary>
    public bool IsDue(DateTimeOffset now) =>
        State == DeliveryState.Waiting && !(NextAt > now && NextAt <= now + Pauses[^1]);

    /// <summary>As it is after an attempt.</summary>
    public Delivery After(Attempt attempt, DateTimeOffset now)
    {
        var tried = this with { Attempts = Attempts + 1, Answer = attempt.Answer, AnsweredAt = now, NextAt = null };
        if (attempt.End == AttemptEnd.Taken)
            return tried with { State = DeliveryState.Delivered };
        var isTooLate = now - Notice.At > Longest && tried.Attempts > Pauses.Length;
        return attempt.End == AttemptEnd.RefusedForGood || isTooLate
            ? tried with
            {
                State = DeliveryState.GivenUp,
            }
            : tried with
            {
                NextAt = now + Pauses[Math.Min(Attempts, Pauses.Length - 1)],
            };
    }
}
