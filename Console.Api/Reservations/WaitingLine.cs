using System.Collections.Immutable;

namespace TestServers.Reservations;

/// <summary>A wish for a place in a line.</summary>
/// <param name="Server">Null: any server.</param>
/// <param name="Watch">No place: only to be told when one is free.</param>
public sealed record LineWish(
    ServerName? Server,
    AppName? App = null,
    string? Host = null,
    string? Purpose = null,
    double? Hours = null,
    bool Watch = false
)
{
    /// <summary>Of any server: only those that have all of them; each once, in their order.</summary>
    public ImmutableArray<TagName> Tags { get; init; } = [];
}

/// <summary>
/// The line of people: who comes first is served first, also over restarts. A place is made, left and taken in acts
/// under the journal's one lock, as reservations are.
/// </summary>
public sealed class WaitingLine(
    JsonFile<ReservationsState> file,
    ReservationBook book,
    LineTurns turns,
    ReservationLimits limits,
    ProtectedServers protection,
    Journal journal,
    Audit audit,
    KeptAnswers answers,
    CurrentSettings settings,
    TimeProvider clock
)
{
    /// <summary>How many places one person may have, and all together.</summary>
    internal const int MostOfOne = 100,
        Most = 2000;

    /// <summary>
    /// Gets the caller into a line, or lets them watch; they keep the place that they have already. On a server that is
    /// free it is their turn at once.
    /// </summary>
    /// <exception cref="Problem">409: they hold the server already, or watch what is free; 403: it is some groups'
    /// alone; 400: the wish is none; 429: there are too many.</exception>
    public async Task<JoinedLine> Join(LineWish wish, Deed deed)
    {
        await book.PassDueTurns();
        return answers.Find<JoinedLine>(deed)
            ?? await journal.Do(act =>
            {
                if (answers.Find<JoinedLine>(deed) is { } earlier)
                    return earlier;
                var known = act.Of(file).Line.FirstOrDefault(p => IsSame(p, wish, deed.Caller));
                var place = known ?? Add(act, wish, deed);
                var answer = new JoinedLine(place.Number, known is null, place);
                answers.Keep(act, deed, answer);
                return answer;
            });
    }

    /// <summary>
    /// Leaves the line of a server, and the place for any whose turn it is there; who only watches does so no more.
    /// </summary>
    public Task Leave(ServerName server, Deed deed) =>
        Leave(
            state =>
                state.Line.Where(p =>
                    p.Person == deed.Caller.Name && (p.Server == server || state.TurnOf(server)?.Place == p.Number)
                ),
            deed
        );

    /// <summary>Leaves one place.</summary>
    /// <exception cref="Problem">403: it is another's, or the token is for other servers.</exception>
    public Task Leave(long number, Deed deed) =>
        Leave(
            state =>
            {
                var place = state.Line.FirstOrDefault(p => p.Number == number);
                if (place is not null && place.Person != deed.Caller.Name)
                    throw Problem.Forbidden(
                        $"Place {number} is {place.Person}'s. You can leave your own places alone."
                    );
                if (place?.Server is { } server)
                    deed.Caller.MustReach(server);
                return place is null ? [] : [place];
            },
            deed
        );

    private async Task Leave(Func<ReservationsState, IEnumerable<LinePlace>> find, Deed deed)
    {
        if (answers.Find<LeftLine>(deed) is not null)
            return;
        await journal.Do(act =>
        {
            var left = find(act.Of(file)).ToList();
            foreach (var place in left)
            {
                act.Change(file, state => state.WithoutPlace(place.Number));
                var what = place.Watch ? "watch no more" : "leave line";
                audit.Write(act, deed.Caller, what, place.What, $"place {place.Number}");
                if (place.Server is not null)
                    book.TellAfter(act, place.Server);
            }
            book.PassTurns(act);
            answers.Keep(act, deed, new LeftLine([.. left.Select(p => p.Number)]));
        });
    }

    private LinePlace Add(Act act, LineWish wish, Deed deed)
    {
        var (state, by) = (act.Of(file), deed.Caller.Name);
        var purpose = wish.Watch ? null : PlainText.Check(wish.Purpose, "purpose", ReservationBook.LongestText);
        limits.EndOf(wish.Hours, null);
        EnsureUseful(state, wish, deed.Caller);
        EnsureRoom(state, by);
        var now = clock.GetUtcNow();
        var place = new LinePlace(
            0,
            by,
            wish.Server,
            wish.App,
            wish.Host,
            purpose,
            wish.Hours ?? settings.Now.Reservations.DefaultHours,
            now,
            now.AddHours(settings.Now.Reservations.LineHours)
        )
        {
            Watch = wish.Watch,
            Tags = wish.Tags,
            Only = OnlyOf(wish, deed.Caller),
        };
        place = act.Change(file, s => s.WithPlace(place)).Line[^1];
        var what = wish.Watch ? "watch" : "join line";
        audit.Write(
            act,
            deed.Caller,
            what,
            place.What,
            $"place {place.Number}{(purpose is null ? "" : $": {purpose}")}"
        );
        if (place.Server is not null)
            book.TellAfter(act, place.Server);
        // A watcher of what is free was refused: there is nothing to be told yet.
        book.PassTurns(act);
        return place;
    }

    // Of any server: what its token is for.
    private static ImmutableArray<ServerName>? OnlyOf(LineWish wish, Caller by) =>
        wish.Server is null ? by.Token?.Servers : null;

    private void EnsureUseful(ReservationsState state, LineWish wish, Caller by)
    {
        if (wish.Server is { } named)
            protection.Ensure(named, by.Name);
        var held = wish.Server is { } server ? book.Holding(state, server) : null;
        if (held?.Holder == by.Name)
            throw Problem
                .Conflict($"You hold {held.Server} already, until {Times.Say(held.Until)}.")
                .With("server", held.Server)
                .With("until", held.Until);
        if (wish.Watch && turns.FreeFor(state, wish, by) is { } free)
            throw Problem.Conflict($"{free} is free now. Reserve it.").With("server", free);
    }

    internal static void EnsureRoom(ReservationsState state, string by)
    {
        if (state.Line.Count(p => p.Person == by) >= MostOfOne)
            throw Problem
                .TooMany(
                    $"{by} has {MostOfOne} places in lines, which is the limit. Leave some: DELETE api/line/NUMBER."
                )
                .With("limit", MostOfOne);
        if (state.Line.Count >= Most)
            throw Problem
                .TooMany($"{Most} people wait or watch, which is the limit. Try again later.")
                .With("limit", Most);
    }

    private static bool IsSame(LinePlace place, LineWish wish, Caller by) =>
        place.Person == by.Name
        && place.Server == wish.Server
        && place.App == wish.App
        && place.Host == wish.Host
        && place.Tags.SequenceEqual(wish.Tags)
        && place.Watch == wish.Watch
        && (place.Only ?? []).SequenceEqual(OnlyOf(wish, by) ?? [])
        && place.Key is null;
}

/// <summary>A place that was made, or was there.</summary>
/// <param name="Then">As it was then; null in an answer that an older console has kept.</param>
public sealed record JoinedLine(long Place, bool IsNew, LinePlace? Then = null);

/// <summary>The places that were left.</summary>
public sealed record LeftLine(IReadOnlyList<long> Places);
