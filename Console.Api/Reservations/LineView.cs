using System.Collections.Immutable;

namespace TestServers.Reservations;

/// <summary>The line for a server, as it is shown with it.</summary>
/// <param name="Turn">For whom it is held now; null: for nobody.</param>
/// <param name="Waiting">Who waits for it, the first first.</param>
/// <param name="Watching">Who is told when it is free.</param>
public sealed record LineView(TurnView? Turn, ImmutableArray<WaitingView> Waiting, ImmutableArray<string> Watching)
{
    /// <summary>The line of a server; null: nobody waits for it or watches it.</summary>
    public static LineView? Of(
        ReservationsState state,
        ServerName server,
        IReadOnlyDictionary<long, DateTimeOffset> likely
    )
    {
        var turn = state.TurnOf(server);
        var places = state.Line.Where(p => p.Server == server).ToList();
        if (turn is null && places.Count == 0)
            return null;
        var waiting = state.WaitingFor(server).ToList();
        if (turn is not null && waiting.TrueForAll(p => p.Number != turn.Place))
            waiting.Insert(0, state.Line.First(p => p.Number == turn.Place));
        return new(
            turn is null ? null : new(turn.Server, turn.Person, turn.Since, turn.Until),
            [
                .. waiting.Select(p => new WaitingView(
                    p.Number,
                    p.Person,
                    p.Purpose ?? "",
                    p.Since,
                    likely.TryGetValue(p.Number, out var time) ? time : null
                )),
            ],
            [.. places.Where(p => p.Watch).Select(p => p.Person)]
        );
    }

    /// <summary>Whether two say the same: then nobody is told of a change.</summary>
    public bool Equals(LineView? other) =>
        other is not null
        && Turn == other.Turn
        && Waiting.SequenceEqual(other.Waiting)
        && Watching.SequenceEqual(other.Watching);

    public override int GetHashCode() => HashCode.Combine(Turn, Waiting.Length, Watching.Length);
}

/// <summary>A server that is held for the person whose turn it is.</summary>
/// <param name="Until">When it is the next one's turn, if they do not take it.</param>
public sealed record TurnView(ServerName Server, string Person, DateTimeOffset Since, DateTimeOffset Until);

/// <summary>Somebody who waits for a server.</summary>
/// <param name="Place">The number of their place, which rises with each that is made.</param>
/// <param name="Likely">When it is probably their turn; null: nobody can tell.</param>
public sealed record WaitingView(
    long Place,
    string Person,
    string Purpose,
    DateTimeOffset Since,
    DateTimeOffset? Likely
);

/// <summary>A place in a line, as it is shown by itself.</summary>
/// <param name="Place">Its number, which rises with each that is made.</param>
/// <param name="Server">Null: any server.</param>
/// <param name="Tags">Of any server: only those that have all of them.</param>
/// <param name="Purpose">Null: they only watch.</param>
/// <param name="Hours">For how long they will have it, when they say nothing else as they take it.</param>
/// <param name="Until">When the place is lost although its turn has not come.</param>
/// <param name="Watch">They do not wait, and are told when one is free.</param>
/// <param name="Ahead">How many come before them; null: they only watch.</param>
/// <param name="Likely">When it is probably their turn; null: nobody can tell.</param>
/// <param name="Turn">The server that is held for them now; null: none.</param>
public sealed record PlaceView(
    long Place,
    string Person,
    ServerName? Server,
    AppName? App,
    string? Host,
    ImmutableArray<TagName> Tags,
    string? Purpose,
    double Hours,
    DateTimeOffset Since,
    DateTimeOffset Until,
    bool Watch,
    int? Ahead,
    DateTimeOffset? Likely,
    TurnView? Turn
)
{
    public static PlaceView Of(
        ReservationsState state,
        LinePlace place,
        IReadOnlyDictionary<long, DateTimeOffset> likely
    )
    {
        var turn = state.Turns.Values.FirstOrDefault(t => t.Place == place.Number);
        return new(
            place.Number,
            place.Person,
            place.Server,
            place.App,
            place.Host,
            place.Tags,
            place.Purpose,
            place.Hours,
            place.Since,
            place.Until,
            place.Watch,
            place.Watch ? null : state.Line.Count(p => !p.Watch && p.Number < place.Number && p.Server == place.Server),
            likely.TryGetValue(place.Number, out var time) ? time : null,
            turn is null ? null : new(turn.Server, turn.Person, turn.Since, turn.Until)
        );
    }
}
