using System.Diagnostics;
using TestServers.Tests.Stories.Api;

namespace TestServers.Tests.Stage;

/// <summary>
/// Looks for an order of the calls about one server and its line in which every answer is right, as
/// <see cref="HoldsOrder"/> does for holds alone. Whose turn it is follows: of a server that nobody holds, the first in
/// its line. What the clock does is among the calls.
/// </summary>
internal static class LineOrder
{
    /// <summary>For so long one is still shown whose time is over: all servers are looked at every second.</summary>
    private static readonly TimeSpan Fading = TimeSpan.FromSeconds(3);

    // Of the machine's clock, by which ends are reckoned, against the one that times calls.
    private static readonly long Inexact = Stopwatch.Frequency / 20;

    /// <summary>Who holds the server, until when, with whom it is shared, and who waits, the first first and each with
    /// a blank behind.</summary>
    /// <param name="Until">0: nobody was told.</param>
    /// <param name="IsKept">It is free, and not offered to the first yet.</param>
    /// <param name="Last">Who released it last: they may take that back, with its end and those it was shared with.
    /// </param>
    /// <param name="Faded">Who may still be shown as its holder.</param>
    private readonly record struct Standing(
        string? Holder,
        string Line,
        string Shared = "",
        long Until = 0,
        bool IsKept = false,
        string? Last = null,
        string LastShared = "",
        long LastUntil = 0,
        long LastAt = 0,
        string? Faded = null,
        string FadedShared = "",
        long FadedAt = 0
    )
    {
        public string? First => Line.Length == 0 ? null : Line[..Line.IndexOf(' ', StringComparison.Ordinal)];

        public string? Turn => Holder is null && !IsKept ? First : null;

        public bool HasPlace(string person) => $" {Line}".Contains($" {person} ", StringComparison.Ordinal);

        public Standing Held(string holder, long until) =>
            Without(holder) with
            {
                Holder = holder,
                Until = until,
                Shared = "",
                IsKept = false,
                Faded = null,
            };

        // Only the last end of all can be taken back, and only a release.
        public Standing EndedOtherwise() => this with { Last = null, LastShared = "", LastUntil = 0, LastAt = 0 };

        public Standing Ended(long at) =>
            EndedOtherwise() with
            {
                Holder = null,
                Until = 0,
                Shared = "",
                IsKept = Line.Length > 0,
                Faded = Holder,
                FadedShared = Shared,
                FadedAt = at,
            };

        public Standing Released(long at) =>
            this with
            {
                Holder = null,
                Until = 0,
                Shared = "",
                Last = Holder,
                LastShared = Shared,
                LastUntil = Until,
                LastAt = at,
            };

        public Standing Without(string person)
        {
            var line = $" {Line}".Replace($" {person} ", " ", StringComparison.Ordinal)[1..];
            return line == Line ? this : this with { Line = line, IsKept = IsKept && line.Length > 0, Faded = null };
        }
    }

    public static bool Exists(IEnumerable<LineCall> calls, out string why) =>
        OrderOfCalls.Exists(calls, new Standing(null, ""), After, out why);

    private static IEnumerable<Standing> After(LineCall call, Standing now)
    {
        var (status, after) = Effect(call, now);
        if (call.Status is null)
        {
            yield return now;
            if (after != now)
                yield return after;
        }
        else if (call.Status == status && (call.What != LineDeed.Look || IsSeen(call, now)))
            yield return after;
        else if (call is { What: LineDeed.Undo, Status: HttpStatusCode.Conflict } && MayBeTooLate(call, now))
            yield return now;
    }

    private static bool MayBeTooLate(LineCall call, Standing now) =>
        Stopwatch.GetElapsedTime(now.LastAt, call.Ended) >= ReleaseUndo.Time
        || now.LastUntil == 0
        || now.LastUntil <= call.Ended + Inexact;

    private static bool IsSeen(LineCall call, Standing now)
    {
        var isHeld = call.Holder == now.Holder && call.Shared == now.Shared && call.Turn == now.Turn;
        var isFaded =
            now.Faded is not null
            && (call.Holder, call.Shared, call.Turn) == (now.Faded, now.FadedShared, null)
            && Stopwatch.GetElapsedTime(now.FadedAt, call.Began) < Fading;
        return call.Line == now.Line && (isHeld || isFaded);
    }

    // What a call does, and how it is answered.
    private static (HttpStatusCode, Standing) Effect(LineCall call, Standing now)
    {
        var mayTake = now.First is null || now.First == call.By;
        var refused = (HttpStatusCode.Conflict, now);
        return call.What switch
        {
            LineDeed.Reserve when now.Holder == call.By => (HttpStatusCode.OK, now),
            LineDeed.Reserve => now.Holder is null && mayTake
                ? (HttpStatusCode.Created, now.Held(call.By, call.Until))
                : refused,
            LineDeed.Release when now.Holder is null => (HttpStatusCode.NoContent, now),
            LineDeed.Release => now.Holder == call.By ? (HttpStatusCode.NoContent, now.Released(call.Began)) : refused,
            LineDeed.Undo => now.Holder is null && now.Last == call.By && mayTake
                ? (
                    HttpStatusCode.OK,
                    now.Held(call.By, now.LastUntil).EndedOtherwise() with
                    {
                        Shared = now.LastShared,
                    }
                )
                : refused,
            LineDeed.TakeOver => now.Holder is not null && now.Holder != call.By && mayTake
                ? (HttpStatusCode.OK, now.Held(call.By, call.Until).EndedOtherwise())
                : refused,
            LineDeed.Give => now.Holder == call.By && (now.First is null || now.First == call.To)
                ? (HttpStatusCode.OK, now.Held(call.To, now.Until).EndedOtherwise())
                : refused,
            LineDeed.Share => now.Holder == call.By ? (HttpStatusCode.OK, now with { Shared = call.To }) : refused,
            LineDeed.Ask => now.Holder is not null && now.Holder != call.By ? (HttpStatusCode.OK, now) : refused,
            LineDeed.Join when now.HasPlace(call.By) => (HttpStatusCode.OK, now),
            LineDeed.Join => now.Holder == call.By
                ? refused
                : (HttpStatusCode.Created, now with { Line = $"{now.Line}{call.By} ", Faded = null }),
            LineDeed.Leave => (HttpStatusCode.NoContent, now.Without(call.By)),
            LineDeed.Miss => now.Turn == call.By ? (HttpStatusCode.OK, now.Without(call.By)) : refused,
            LineDeed.End => now.Holder == call.By ? (HttpStatusCode.OK, now.Ended(call.Began)) : refused,
            LineDeed.Lapse => (HttpStatusCode.OK, now with { IsKept = now.Holder is null && now.First is not null }),
            LineDeed.Offer => (HttpStatusCode.OK, now with { IsKept = false, Faded = null }),
            _ => (HttpStatusCode.OK, now),
        };
    }
}
