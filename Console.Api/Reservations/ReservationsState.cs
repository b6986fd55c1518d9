using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace TestServers.Reservations;

/// <summary>What stands in reservations.json; its changes are values, and are written by an act.</summary>
/// <param name="Next">The number of the next reservation.</param>
/// <param name="Held">Every reservation; the key is the server.</param>
public sealed record ReservationsState(int Version, long Next, ImmutableSortedDictionary<string, Reservation> Held)
    : IVersioned
{
    public static IReadOnlyList<Migration> Migrations { get; } = [AddLine, AddSharing, AddTags, AddBounds];

    /// <summary>Who waits and who watches, the first first.</summary>
    public ImmutableList<LinePlace> Line { get; init; } = [];

    /// <summary>The number of the next place.</summary>
    public long NextPlace { get; init; } = 1;

    /// <summary>The servers that are held for somebody whose turn it is; the key is the server.</summary>
    public ImmutableSortedDictionary<string, LineTurn> Turns { get; init; } =
        ImmutableSortedDictionary.Create<string, LineTurn>(StringComparer.Ordinal);

    public static ReservationsState Empty { get; } =
        new(
            JsonFile<ReservationsState>.Version,
            1,
            ImmutableSortedDictionary.Create<string, Reservation>(StringComparer.Ordinal)
        );

    public string? FindFault() => ReservationsFault.Find(this);

    /// <summary>A server's reservation, whether or not its time is over.</summary>
    public Reservation? On(ServerName server) => Held.GetValueOrDefault(server.Text);

    /// <summary>Who waits for a server by its name, the first first.</summary>
    public IEnumerable<LinePlace> WaitingFor(ServerName server) => Line.Where(p => !p.Watch && p.Server == server);

    /// <summary>For whom a server is held; null: for nobody.</summary>
    public LineTurn? TurnOf(ServerName server) => Turns.GetValueOrDefault(server.Text);

    /// <summary>With people as they are called now; the same state when nobody is called otherwise.</summary>
    public ReservationsState WithNames(Func<string, string> nameOf)
    {
        var state = Held
            .Values.Select(r => (Before: r, After: r.WithNames(nameOf)))
            .Where(r => !ReferenceEquals(r.Before, r.After))
            .Aggregate(this, (state, r) => state.With(r.After));
        return Line.All(p => nameOf(p.Person) == p.Person)
            ? state
            : state with
            {
                Line = [.. Line.Select(p => p with { Person = nameOf(p.Person) })],
                Turns = Turns.SetItems(
                    Turns.Select(t => KeyValuePair.Create(t.Key, t.Value with { Person = nameOf(t.Value.Person) }))
                ),
            };
    }

    /// <summary>The servers whose reservation, line or turn is not the one that it was.</summary>
    public IEnumerable<ServerName> ChangedSince(ReservationsState before)
    {
        var changed = new HashSet<ServerName>();
        if (!ReferenceEquals(before.Held, Held))
            changed.UnionWith(Others(before.Held.Values, Held.Values).Select(r => r.Server));
        if (!ReferenceEquals(before.Line, Line))
            changed.UnionWith(Others(before.Line, Line).Select(p => p.Server).OfType<ServerName>());
        if (!ReferenceEquals(before.Turns, Turns))
            changed.UnionWith(
                before
                    .Turns.Keys.Union(Turns.Keys)
                    .Where(key => before.Turns.GetValueOrDefault(key) != Turns.GetValueOrDefault(key))
                    .Select(key => ServerName.From(key))
                    .OfType<ServerName>()
            );
        return changed;
    }

    // What one of them has and the other has not.
    private static HashSet<T> Others<T>(IEnumerable<T> before, IEnumerable<T> after)
        where T : class
    {
        var others = before.ToHashSet<T>(ReferenceEqualityComparer.Instance);
        others.SymmetricExceptWith(after);
        return others;
    }

    /// <summary>With a new reservation, which gets the next number.</summary>
    public ReservationsState WithNew(
        ServerName server,
        string holder,
        string purpose,
        DateTimeOffset now,
        DateTimeOffset until
    ) => With(new(server, Next, holder, purpose, now, until)) with { Next = Next + 1 };

    /// <summary>With a reservation in place of the one that its server had.</summary>
    public ReservationsState With(Reservation reservation) =>
        this with
        {
            Held = Held.SetItem(reservation.Server.Text, reservation),
        };

    /// <summary>Without a server's reservation.</summary>
    public ReservationsState Without(ServerName server) => this with { Held = Held.Remove(server.Text) };

    /// <summary>With a place behind all others, which gets the next number.</summary>
    public ReservationsState WithPlace(LinePlace place) =>
        this with
        {
            Line = Line.Add(place with { Number = NextPlace }),
            NextPlace = NextPlace + 1,
        };

    /// <summary>With a server that is held for somebody.</summary>
    public ReservationsState WithTurn(LineTurn turn) => this with { Turns = Turns.SetItem(turn.Server.Text, turn) };

    /// <summary>Without a turn, whose place stays.</summary>
    public ReservationsState WithoutTurn(ServerName server) => this with { Turns = Turns.Remove(server.Text) };

    /// <summary>Without a place, and without its turn.</summary>
    public ReservationsState WithoutPlace(long number) =>
        this with
        {
            Line = Line.RemoveAll(p => p.Number == number),
            Turns = Turns.RemoveRange(Turns.Where(t => t.Value.Place == number).Select(t => t.Key)),
        };

    // Version 2 knew nobody but the holder; what is left out is nobody, too.
    private static void AddSharing(JsonObject file) { }

    // Version 3 knew no tags; a place without them is for any server, as it was.
    private static void AddTags(JsonObject file) { }

    // Version 4 knew no tokens that are for some servers alone: its places were for any.
    private static void AddBounds(JsonObject file) { }

    // Version 1 had none.
    private static void AddLine(JsonObject file)
    {
        file["line"] ??= new JsonArray();
        file["nextPlace"] ??= 1;
        file["turns"] ??= new JsonObject();
    }
}
