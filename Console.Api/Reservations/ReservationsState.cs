using System.Collections.Immutable;
using TestServers.Storage;

namespace TestServers.Reservations;

/// <summary>What stands in reservations.json; its changes are values, and are written by an act.</summary>
/// <param name="Next">The number of the next reservation.</param>
/// <param name="Held">Every reservation; the key is the server.</param>
public sealed record ReservationsState(int Version, long Next, ImmutableSortedDictionary<string, Reservation> Held)
    : IVersioned
{
    public static ReservationsState Empty { get; } =
        new(
            JsonFile<ReservationsState>.Version,
            1,
            ImmutableSortedDictionary.Create<string, Reservation>(StringComparer.Ordinal)
        );

    public string? FindFault() => ReservationsFault.Find(this);

    /// <summary>A server's reservation, whether or not its time is over.</summary>
    public Reservation? On(ServerName server) => Held.GetValueOrDefault(server.Text);

    /// <summary>The servers whose reservation is not the one that it was.</summary>
    public IEnumerable<ServerName> ChangedSince(ReservationsState before)
    {
        if (ReferenceEquals(before.Held, Held))
            return [];
        var others = before.Held.Values.ToHashSet<Reservation>(ReferenceEqualityComparer.Instance);
        others.SymmetricExceptWith(Held.Values);
        return others.Select(r => r.Server);
    }

    /// <summary>With holders as they are called now; the same state when nobody is called otherwise.</summary>
    public ReservationsState WithHolders(Func<string, string> nameOf) =>
        Held
            .Values.Where(r => nameOf(r.Holder) != r.Holder)
            .Aggregate(this, (state, r) => state.With(r with { Holder = nameOf(r.Holder) }));

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
}
