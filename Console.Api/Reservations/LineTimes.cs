namespace TestServers.Reservations;

/// <summary>
/// When it is probably whose turn: a server is free when its reservation ends, and everybody before one has it for as
/// long as they have said. It does not change while nothing else does.
/// </summary>
public sealed class LineTimes(
    Inventory inventory,
    ReservationClock hours,
    OutOfServiceServers service,
    ServerTags tags,
    ProtectedServers protection
)
{
    /// <summary>The likely time of each place that has one, by the place's number.</summary>
    public IReadOnlyDictionary<long, DateTimeOffset> Of(ReservationsState state)
    {
        var likely = new Dictionary<long, DateTimeOffset>();
        if (state.Line.IsEmpty)
            return likely;
        var free = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        // Of one that only its build still holds nobody knows when that has ended.
        foreach (var held in state.Held.Values.Where(h => !hours.IsOver(h)))
            free[held.Server.Text] = held.Until;
        foreach (var away in service.State.Out.Values.Where(s => !service.IsOver(s)))
        {
            var server = away.Server.Text;
            // Without an end nobody knows when it can be used.
            if (away.Until is not { } until)
                free.Remove(server);
            else if (!free.TryGetValue(server, out var end) || end < until)
                free[server] = until;
        }
        foreach (var turn in state.Turns.Values)
            free[turn.Server.Text] = turn.Since;
        var hosts = inventory.Servers.ToDictionary(m => m.Name.Text, m => m.Host, StringComparer.Ordinal);
        var turns = state.Turns.Values.ToDictionary(t => t.Place, t => t.Server);
        // Those whose turn it is have their server; the others come in their order.
        var waiting = state.Line.Where(p => !p.Watch).OrderBy(p => turns.ContainsKey(p.Number) ? 0 : 1);
        foreach (var place in waiting)
        {
            var server = (turns.GetValueOrDefault(place.Number) ?? place.Server)?.Text ?? First(free, hosts, place);
            // What is not held now cannot be used: nobody knows when it can.
            if (server is null || !free.TryGetValue(server, out var time))
                continue;
            likely[place.Number] = time;
            free[server] = time.AddHours(place.Hours);
        }
        return likely;
    }

    private string? First(Dictionary<string, DateTimeOffset> free, Dictionary<string, string> hosts, LinePlace place) =>
        free.Where(f =>
                hosts.TryGetValue(f.Key, out var its)
                && (place.Host is null || its == place.Host)
                && (place.Tags.IsEmpty || tags.HasAll(ServerName.From(f.Key)!, place.Tags))
                && place.Only?.Contains(ServerName.From(f.Key)!) != false
                && protection.WhyNot(ServerName.From(f.Key)!, place.Person) is null
            )
            .OrderBy(f => f.Value)
            .Select(f => f.Key)
            .FirstOrDefault();
}
