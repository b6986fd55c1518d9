using System.Collections.Immutable;

namespace TestServers.Reservations;

/// <summary>One person's hold on a server.</summary>
/// <param name="Number">Rises with every new hold and is never used again; an action with an old number does
/// nothing.</param>
/// <param name="Until">It ends by itself: whether it still holds is computed from the clock, and from the build that
/// runs under it.</param>
/// <param name="Key">Read from states that an older console wrote; not used.</param>
public sealed record Reservation(
    ServerName Server,
    long Number,
    string Holder,
    string Purpose,
    DateTimeOffset Since,
    DateTimeOffset Until,
    string? Key = null
)
{
    /// <summary>
    /// The build that made it on a free server: it is given back when that build touches nothing. Null: a person made
    /// it, or has changed it.
    /// </summary>
    public JobId? MadeBy { get; init; }

    /// <summary>Its holder has released it, and the build that runs is the last thing it holds for.</summary>
    public bool Released { get; init; }

    /// <summary>From whom it was taken over; null: from nobody.</summary>
    public TakenFrom? TakenFrom { get; init; }

    /// <summary>Of how many minutes before its end its holder need not be warned any more; null: of none.</summary>
    public int? Warned { get; init; }

    /// <summary>Who may build on the server, too.</summary>
    public ImmutableArray<string> SharedWith { get; init; } = [];

    /// <summary>Who has asked its holder to release it.</summary>
    public ImmutableArray<ReleaseAsk> Asked { get; init; } = [];

    /// <summary>Who has given it to its holder; null: nobody.</summary>
    public string? GivenBy { get; init; }

    /// <summary>With an answer to all who have asked and have none yet.</summary>
    public Reservation WithAnswer(AskAnswer answer, DateTimeOffset at) =>
        Asked.All(a => a.Answer is not null)
            ? this
            : this with
            {
                Asked = [.. Asked.Select(a => a.Answer is null ? a with { Answer = answer, AnsweredAt = at } : a)],
            };

    /// <summary>
    /// As it goes on when its release is taken back: a person wants it, whatever the build that had made it has
    /// touched, and whoever was told that it is released has no answer.
    /// </summary>
    public Reservation Again() =>
        this with
        {
            MadeBy = null,
            Asked =
            [
                .. Asked.Select(a => a.Answer == AskAnswer.Release ? a with { Answer = null, AnsweredAt = null } : a),
            ],
        };

    /// <summary>With people as they are called now; the same when nobody is called otherwise.</summary>
    public Reservation WithNames(Func<string, string> nameOf) =>
        SharedWith.Concat(Asked.Select(a => a.Person)).Append(Holder).All(n => nameOf(n) == n)
            ? this
            : this with
            {
                Holder = nameOf(Holder),
                SharedWith = [.. SharedWith.Select(nameOf)],
                Asked = [.. Asked.Select(a => a with { Person = nameOf(a.Person) })],
            };

    /// <summary>Whether somebody may build under it.</summary>
    public bool IsFor(string person) => Holder == person || SharedWith.Contains(person, StringComparer.Ordinal);
}

/// <summary>From whom a server was taken over, and why.</summary>
/// <param name="Number">The number of the reservation that was ended.</param>
/// <param name="Build">The build that ran under it, or null.</param>
/// <param name="Builds">What became of that build.</param>
public sealed record TakenFrom(
    string Holder,
    long Number,
    string Reason,
    DateTimeOffset At,
    JobId? Build,
    RunningBuilds? Builds
);

/// <summary>What becomes of the build that runs under a reservation which somebody ends.</summary>
public enum RunningBuilds
{
    /// <summary>It is cancelled, and the server cleaned up.</summary>
    Cancel,

    /// <summary>It may run to its end; what waits behind it is cancelled.</summary>
    Finish,
}

/// <summary>A reservation as it is shown.</summary>
/// <param name="Until">When it ends; when a build runs under it then, it ends with that build.</param>
/// <param name="SharedWith">Who may build on the server, too.</param>
/// <param name="Asked">Who has asked its holder to release it.</param>
/// <param name="GivenBy">Who has given it to its holder; null: nobody.</param>
public sealed record ReservationView(
    long Number,
    string Holder,
    string Purpose,
    DateTimeOffset Since,
    DateTimeOffset Until,
    TakenFrom? TakenFrom,
    ImmutableArray<string> SharedWith,
    ImmutableArray<ReleaseAsk> Asked,
    string? GivenBy
)
{
    public static ReservationView Of(Reservation r) =>
        new(r.Number, r.Holder, r.Purpose, r.Since, r.Until, r.TakenFrom, r.SharedWith, r.Asked, r.GivenBy);
}
