using TestServers.Tests.Stories.Api;

namespace TestServers.Tests.Stage;

/// <summary>
/// Looks for an order of the calls on one server in which every answer is right. A call without an answer may have been
/// carried out or not.
/// </summary>
internal static class HoldsOrder
{
    /// <summary>Who holds the server; a number of 0 is one that nobody was told.</summary>
    private readonly record struct Hold(string? Holder, long Number);

    public static bool Exists(IEnumerable<HeldCall> calls, out string why) =>
        OrderOfCalls.Exists(calls, default(Hold), After, out why);

    private static IEnumerable<Hold> After(HeldCall call, Hold hold)
    {
        if (call.Status is null)
        {
            yield return hold;
            if (Effect(call, hold) is { } changed && changed != hold)
                yield return changed;
            yield break;
        }
        var right = call switch
        {
            { What: HeldDeed.Look } => Sees(call, hold),
            { Status: HttpStatusCode.Created } => hold.Holder is null ? new(call.By, call.Number!.Value) : null,
            { What: HeldDeed.Reserve, Status: HttpStatusCode.OK } => hold.Holder == call.By ? Sees(call, hold) : null,
            { What: HeldDeed.Release, Status: HttpStatusCode.NoContent } => Effect(call, hold),
            { What: HeldDeed.TakeOver, Status: HttpStatusCode.OK } => Effect(call, hold) is null
                ? null
                : new Hold(call.By, call.Number!.Value),
            { Status: HttpStatusCode.Conflict } => Refused(call, hold),
            _ => null,
        };
        if (right is { } next)
            yield return next;
    }

    // The state that an answer tells, if it can be this one; a number that nobody was told becomes known.
    private static Hold? Sees(HeldCall call, Hold hold) =>
        call.Holder == hold.Holder && (hold.Number == 0 || hold.Number == (call.Number ?? 0))
            ? new Hold(call.Holder, call.Number ?? 0)
            : null;

    private static bool IsMeant(HeldCall call, Hold hold) =>
        call.Meant is null || hold.Number == 0 || hold.Number == call.Meant;

    // What a call does when it is carried out; null: it cannot be.
    private static Hold? Effect(HeldCall call, Hold hold) =>
        call.What switch
        {
            HeldDeed.Reserve => hold.Holder is null ? new(call.By, 0)
            : hold.Holder == call.By ? hold
            : null,
            HeldDeed.Release => hold.Holder is null ? hold
            : hold.Holder == call.By && IsMeant(call, hold) ? default(Hold)
            : null,
            HeldDeed.TakeOver => hold.Holder is not null && hold.Holder != call.By && IsMeant(call, hold)
                ? new(call.By, 0)
                : null,
            _ => hold,
        };

    private static Hold? Refused(HeldCall call, Hold hold)
    {
        var rightly = call.What switch
        {
            HeldDeed.Reserve => hold.Holder is not null && hold.Holder != call.By,
            HeldDeed.Release => hold.Holder is not null
                && (hold.Holder != call.By || (call.Meant is not null && call.Meant != hold.Number)),
            HeldDeed.TakeOver => hold.Holder is null
                || hold.Holder == call.By
                || (call.Meant is not null && call.Meant != hold.Number),
            _ => false,
        };
        return !rightly ? null
            : call.Holder is null ? hold
            : Sees(call, hold);
    }
}
