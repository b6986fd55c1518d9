using System.Collections.Immutable;
using TestServers.Storage;

namespace TestServers.Reservations;

/// <summary>One person's hold on a server.</summary>
/// <param name="Number">Rises with every new hold and is never used again; an action with an old number does nothing.</param>
/// <param name="Until">It ends by itself: whether it still holds is computed from the clock.</param>
/// <param name="Key">The Idempotency-Key of the request that made it.</param>
public sealed record Reservation(ServerName Server, long Number, string Holder, string Purpose, DateTimeOffset Since, DateTimeOffset Until, string? Key = null);

/// <summary>What stands in reservations.json.</summary>
public sealed record ReservationsState(int Version, long Next, ImmutableSortedDictionary<string, Reservation> Held) : IVersioned
{
    public static ReservationsState Empty { get; } = new(JsonFile<ReservationsState>.Version, 1, ImmutableSortedDictionary.Create<string, Reservation>(StringComparer.Ordinal));
}

/// <summary>A reservation as it is shown.</summary>
public sealed record ReservationView(long Number, string Holder, string Purpose, DateTimeOffset Since, DateTimeOffset Until)
{
    public static ReservationView Of(Reservation r) => new(r.Number, r.Holder, r.Purpose, r.Since, r.Until);
}
