namespace TestServers.Reservations;

/// <summary>
/// What cannot be in reservations.json: a hold that nobody could find, and a number that would be given twice.
/// </summary>
internal static class ReservationsFault
{
    /// <summary>The first fault, as the end of a sentence, or null.</summary>
    public static string? Find(ReservationsState state)
    {
        foreach (var (key, held) in state.Held)
        {
            if (held is null)
                return $"the reservation of `{key}` is null; remove it";
            if (held.Server.Text != key)
                return $"the reservation of {held.Server} stands under `{key}`; put each under the name of its server";
            if (held.Holder.Length == 0 || held.Purpose.Length == 0)
                return $"the reservation of {key} has no holder, or no purpose; remove it";
            if (held.SharedWith.IsDefault || held.Asked.IsDefault || held.Asked.Any(a => a is null))
                return $"who shares the reservation of {key}, or has asked for it, is null; remove it";
            if (held.Number < 1)
                return $"the reservation of {key} has number {held.Number}, which was never given; they begin at 1";
            if (held.Number >= state.Next)
                return $"`next` is {state.Next}, but {key} holds number {held.Number}: it would be given again; "
                    + "`next` is above every number that was given";
        }
        if (state.Next < 1)
            return $"`next` is {state.Next}, which is no such number; they begin at 1";
        var twice = state.Held.Values.GroupBy(r => r.Number).FirstOrDefault(g => g.Count() > 1);
        return twice is null
            ? FindInLine(state)
            : $"{string.Join(" and ", twice.Select(r => r.Server))} hold one number, {twice.Key}; a number is given "
                + "once";
    }

    private static string? FindInLine(ReservationsState state)
    {
        if (state.Line.Any(p => p is null))
            return "one of `line` is null; remove it";
        if (state.Line.FirstOrDefault(p => p.Tags.IsDefault || p.Tags.Any(t => t is null)) is { } odd)
            return $"`tags` of place {odd.Number}, or one of them, is null; remove it";
        if (state.Line.FirstOrDefault(p => p.Only is { } only && only.Any(s => s is null)) is { } bound)
            return $"one of `only` of place {bound.Number} is null; remove that place";
        if (state.Line.FirstOrDefault(p => p.Number < 1 || p.Number >= state.NextPlace) is { } wrong)
            return $"`nextPlace` is {state.NextPlace}, but place {wrong.Number} is in the line; it is above every "
                + "number that was given, and numbers begin at 1";
        foreach (var (before, place) in state.Line.Zip(state.Line.Skip(1)))
        {
            if (place.Number <= before.Number)
                return $"place {place.Number} stands behind place {before.Number}; put the lowest number first, and "
                    + "each once";
        }
        foreach (var (key, turn) in state.Turns)
        {
            if (turn is null || turn.Server.Text != key)
                return $"the turn of `{key}` is null, or another server's; remove it";
            if (!state.Line.Exists(p => p.Number == turn.Place && p.Person == turn.Person && !p.Watch))
                return $"{key} is held for {turn.Person}, who has no place {turn.Place} in the line; remove that turn";
        }
        return null;
    }
}
