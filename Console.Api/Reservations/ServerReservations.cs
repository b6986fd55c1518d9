using System.Collections.Immutable;

namespace TestServers.Reservations;

/// <summary>What stands in reservations/SERVER.json.</summary>
/// <param name="Ended">Newest first, bounded.</param>
public sealed record ServerReservations(int Version, ServerName Server, ImmutableArray<PastReservation> Ended)
    : IVersioned
{
    public static ServerReservations Empty(ServerName server) => new(JsonFile<ServerReservations>.Version, server, []);

    public string? FindFault()
    {
        if (Ended.IsDefault || Ended.Any(e => e?.Held is null))
            return "one of its reservations is null; remove it";
        if (Ended.FirstOrDefault(e => e.Held.Server != Server) is { } other)
            return $"reservation {other.Held.Number} in it is one of {other.Held.Server}; remove it";
        var twice = Ended.GroupBy(e => e.Held.Number).FirstOrDefault(g => g.Count() > 1);
        return twice is null ? null : $"it has reservation {twice.Key} twice; remove one";
    }
}
