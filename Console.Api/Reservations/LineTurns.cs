namespace TestServers.Reservations;

/// <summary>
/// Whose turn it is. A server that is free and can be used is held for the first who waits for it, for a while; when
/// they do not take it, for the next. One function passes turns: it is a part of every act that frees a server, and
/// the clock calls it. A server that cannot be used is not offered: then the line waits, and nobody loses a place. One
/// that is put out of service is nobody's turn from then on; who waits for any gets the next one in the place of one
/// that cannot be used any more. Nobody is offered what is some groups' alone; who leaves them has no place there any
/// more, and who may reserve nothing any more has none at all.
/// </summary>
public sealed class LineTurns(
    JsonFile<ReservationsState> file,
    ReservationClock hours,
    Usability usability,
    ProtectedServers protection,
    People people,
    IAnyServers any,
    LineAsks asks,
    Concerns concerns,
    CurrentSettings settings,
    Audit audit,
    TimeProvider clock
)
{
    /// <summary>Whether there is something to pass now.</summary>
    public bool IsDue => !ReferenceEquals(Passed(file.Value, []), file.Value);

    /// <summary>Passes what is to be passed, with its lines in the audit and what people are to be told.</summary>
    /// <returns>The servers that are held for another one now, or for nobody.</returns>
    internal IReadOnlyList<ServerName> Pass(Act act)
    {
        var steps = new List<LineStep>();
        act.Change(file, state => Passed(state, steps));
        foreach (var step in steps)
            Write(act, step);
        return [.. steps.Select(s => s.Server).OfType<ServerName>().Distinct()];
    }

    /// <summary>Whether somebody may take a free server: nobody waits for it, or it is their turn.</summary>
    internal static bool IsOpenTo(ReservationsState state, ServerName server, string person) =>
        FirstOf(state, server) is not { } first || first == person;

    /// <summary>Lets pass who may take a server that is free, or held by another.</summary>
    /// <exception cref="Problem">409: others wait for it.</exception>
    internal static void Ensure(ReservationsState state, ServerName server, string person)
    {
        if (!IsOpenTo(state, server, person))
            throw Refusal(state, server);
    }

    /// <summary>Somebody takes a server: their places for it are theirs no more.</summary>
    /// <returns>The place whose turn it was; null: they did not wait.</returns>
    internal LinePlace? Take(Act act, ServerName server, string person)
    {
        var state = act.Of(file);
        var turn = state.TurnOf(server) is { } now && now.Person == person ? now : null;
        var own = state.Line.Where(p => p.Person == person && (p.Server == server || p.Number == turn?.Place)).ToList();
        if (own.Count > 0)
            act.Change(file, s => own.Aggregate(s, (after, place) => after.WithoutPlace(place.Number)));
        return own.Find(p => p.Number == turn?.Place) ?? own.Find(p => !p.Watch);
    }

    /// <summary>A server as it is wished that is free now and for which nobody waits; null: there is none.</summary>
    internal ServerName? FreeFor(ReservationsState state, LineWish wish, Caller by)
    {
        IEnumerable<ServerName> servers = wish.Server is { } named ? [named] : any.For(wish.App, wish.Host, wish.Tags);
        return servers.FirstOrDefault(s => IsFree(state, s) && by.Reaches(s) && protection.WhyNot(s, by.Name) is null);
    }

    /// <summary>The server that is held for a place, if it can be used and who asks under it may have it; null:
    /// none.</summary>
    internal ServerName? HeldFor(ReservationsState state, LinePlace? place, Caller by) =>
        state.Turns.Values.FirstOrDefault(t => t.Place == place?.Number)?.Server is { } server
        && by.Reaches(server)
        && usability.CanBeUsed(server)
            ? server
            : null;

    /// <summary>The refusal of somebody who would pass those who wait.</summary>
    internal static Problem Refusal(ReservationsState state, ServerName server)
    {
        var waiting = state.WaitingFor(server).Count();
        var turn = state.TurnOf(server);
        var whose = turn is null
            ? $"{state.WaitingFor(server).First().Person} is the first of {waiting} who wait for {server}"
            : $"It is {turn.Person}'s turn to take {server}, until {Times.Say(turn.Until)}";
        return Problem
            .InLine(
                $"{whose}, and nobody else can take it. Get into its line (POST api/servers/{server}/line): then it is "
                    + "held for you when it is your turn. Or take another server."
            )
            .With("server", server)
            .With("turn", turn?.Person)
            .With("until", turn?.Until)
            .With("waiting", waiting);
    }

    private static string? FirstOf(ReservationsState state, ServerName server) =>
        (state.TurnOf(server)?.Person) ?? state.WaitingFor(server).FirstOrDefault()?.Person;

    // The same state when nothing is due.
    private ReservationsState Passed(ReservationsState state, List<LineStep> steps)
    {
        if (state.Line.IsEmpty)
            return state;
        state = WithoutOld(state, steps);
        state = WithoutMissed(state, steps);
        state = WithTurns(state, steps);
        return WithoutWatched(state, steps);
    }

    private ReservationsState WithoutOld(ReservationsState state, List<LineStep> steps)
    {
        var now = clock.GetUtcNow();
        var turns = state.Turns.Values.Select(t => t.Place).ToHashSet();
        bool IsGone(LinePlace place) =>
            (place.Until <= now && !turns.Contains(place.Number))
            || asks.IsForgotten(place)
            || WhyNot(place) is not null;
        var gone = state.Line.Where(IsGone).ToList();
        steps.AddRange(gone.Select(p => new LineStep(LineStepKind.PlaceEnds, p, p.Server)));
        return gone.Aggregate(state, (after, place) => after.WithoutPlace(place.Number));
    }

    // The role or the groups of who waits have changed, or those of the server.
    private string? WhyNot(LinePlace place) =>
        people.WhyNotReserve(place.Person)
        ?? (place.Server is { } server ? protection.WhyNot(server, place.Person) : null);

    private bool MayHave(LinePlace place, ServerName server) =>
        place.Only?.Contains(server) != false && protection.WhyNot(server, place.Person) is null;

    private ReservationsState WithoutMissed(ReservationsState state, List<LineStep> steps)
    {
        bool IsOthers(LineTurn turn) => protection.WhyNot(turn.Server, turn.Person) is not null;
        bool IsOver(LineTurn turn) =>
            turn.Until <= clock.GetUtcNow() || usability.OutOfService(turn.Server) is not null || IsOthers(turn);
        foreach (var turn in state.Turns.Values.Where(IsOver))
        {
            // They could not take it: it is offered again when it can be used, or they get another one.
            if (!usability.CanBeUsed(turn.Server) || IsOthers(turn))
            {
                state = state.WithoutTurn(turn.Server);
                continue;
            }
            var place = state.Line.First(p => p.Number == turn.Place);
            state = state.WithoutPlace(turn.Place);
            steps.Add(new(LineStepKind.TurnIsMissed, place, turn.Server));
        }
        return state;
    }

    private ReservationsState WithTurns(ReservationsState state, List<LineStep> steps)
    {
        var wanted = new Dictionary<AnyKind, List<ServerName>>();
        var (now, turns) = (clock.GetUtcNow(), state.Turns.Values.ToDictionary(t => t.Place, t => t.Server));
        // One that falls silent for a moment is taken from nobody: only another one takes its place.
        bool HasTurn(LinePlace place) =>
            turns.TryGetValue(place.Number, out var its) && (place.Server is not null || usability.CanBeUsed(its));
        foreach (var place in state.Line.Where(p => !p.Watch && !HasTurn(p)))
        {
            if (ServersFor(place, wanted).FirstOrDefault(s => IsFree(state, s) && MayHave(place, s)) is not { } server)
                continue;
            if (turns.TryGetValue(place.Number, out var lost))
                state = state.WithoutTurn(lost);
            var turn = new LineTurn(
                server,
                place.Number,
                place.Person,
                now,
                now.AddMinutes(settings.Now.Reservations.TurnMinutes)
            );
            state = state.WithTurn(turn);
            steps.Add(new(LineStepKind.TurnBegins, place, server, turn.Until));
        }
        return state;
    }

    // Who only watches is told when nobody waits for it.
    private ReservationsState WithoutWatched(ReservationsState state, List<LineStep> steps)
    {
        var wanted = new Dictionary<AnyKind, List<ServerName>>();
        foreach (var place in state.Line.Where(p => p.Watch))
        {
            if (ServersFor(place, wanted).FirstOrDefault(s => IsFree(state, s) && MayHave(place, s)) is not { } server)
                continue;
            state = state.WithoutPlace(place.Number);
            steps.Add(new(LineStepKind.IsFree, place, server));
        }
        return state;
    }

    private List<ServerName> ServersFor(LinePlace place, Dictionary<AnyKind, List<ServerName>> wanted)
    {
        if (place.Server is { } named)
            return [named];
        var kind = new AnyKind(place.App, place.Host, string.Join(',', place.Tags));
        if (!wanted.TryGetValue(kind, out var servers))
            wanted[kind] = servers = [.. any.For(place.App, place.Host, place.Tags)];
        return servers;
    }

    private bool IsFree(ReservationsState state, ServerName server) =>
        state.TurnOf(server) is null && hours.Holding(state, server) is null && usability.CanBeUsed(server);

    private void Write(Act act, LineStep step)
    {
        var (place, server) = (step.Place, step.Server);
        var on = server?.Text ?? place.What;
        var more = $"place {place.Number} of {place.Person} for {place.What}";
        switch (step.Kind)
        {
            case LineStepKind.TurnBegins:
                audit.Write(act, Caller.TheConsole, "turn", on, $"{more}: held until {Times.Say(step.Until!.Value)}");
                concerns.Raise(act, ConcernKind.YourTurn, place.Person, server, until: step.Until);
                break;
            case LineStepKind.TurnIsMissed:
                audit.Write(act, Caller.TheConsole, "turn missed", on, $"{more}: it was not taken in time");
                concerns.Raise(act, ConcernKind.PlaceOver, place.Person, server);
                break;
            case LineStepKind.PlaceEnds:
                var others = WhyNot(place);
                var why = others ?? (place.Key is null ? "its time was over" : "nobody asked for it any more");
                audit.Write(act, Caller.TheConsole, "end place", on, $"{more}: {why}");
                concerns.Raise(act, ConcernKind.PlaceOver, place.Person, server, text: others);
                break;
            default:
                audit.Write(act, Caller.TheConsole, "watched server is free", on, more);
                concerns.Raise(act, ConcernKind.Free, place.Person, server);
                break;
        }
    }

    // Of any servers; no tag has a comma.
    private readonly record struct AnyKind(AppName? App, string? Host, string Tags);

    private enum LineStepKind
    {
        TurnBegins,
        TurnIsMissed,
        PlaceEnds,
        IsFree,
    }

    private sealed record LineStep(
        LineStepKind Kind,
        LinePlace Place,
        ServerName? Server,
        DateTimeOffset? Until = null
    );
}
