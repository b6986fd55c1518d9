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
            ? null
            : $"{string.Join(" and ", twice.Select(r => r.Server))} hold one number, {twice.Key}; a number is given "
                + "once";
    }
}
