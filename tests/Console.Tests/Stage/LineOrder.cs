using System.Diagnostics;
using System.Net;
using TestServers.Reservations;
using TestServers.Tests.Stories.Api;

namespace TestServers.Tests.Stage;

/// <summary>
/// Looks for an order of the calls about one server and its line in which every answer is right, as
/// <see cref="HoldsOrder"/> does for holds alone. Whose turn it is follows: of a server that nobody holds, the first in
/// its line.
/// </summary>
internal static class LineOrder
{
    /// <summary>Who holds the server, with whom it is shared, and who waits, the first first and each with a blank
    /// behind. Who released it last, when, and with whom it was shared then: they may take that back.</summary>
    private readonly record struct Standing(
        string? Holder,
        string Line,
        string Shared = "",
        string? Last = null,
        string LastShared = "",
        long LastAt = 0
    )
    {
        public string? First => Line.Length == 0 ? null : Line[..Line.IndexOf(' ', StringComparison.Ordinal)];

        public bool HasPlace(string person) => $" {Line}".Contains($" {person} ", StringComparison.Ordinal);

        public Standing Held(string? holder) => Without(holder ?? "") with { Holder = holder, Shared = "" };

        // Only the last end of all can be taken back, and only a release.
        public Standing EndedOtherwise() => this with { Last = null, LastShared = "", LastAt = 0 };

        public Standing Without(string person) =>
            this with
            {
                Line = $" {Line}".Replace($" {person} ", " ", StringComparison.Ordinal)[1..],
            };
    }

    public static bool Exists(List<LineCall> calls, out string why)
    {
        var turnsPass = calls.Exists(c => c.What == LineDeed.Miss);
        return OrderOfCalls.Exists(calls, new Standing(null, ""), (c, now) => After(c, now, turnsPass), out why);
    }

    private static IEnumerable<Standing> After(LineCall call, Standing now, bool turnsPass)
    {
        var (status, after) = Effect(call, now);
        if (call.Status is null)
        {
            yield return now;
            if (after != now)
                yield return after;
        }
        else if (call.Status == status && (call.What != LineDeed.Look || IsSeen(call, now, turnsPass)))
            yield return after;
        else if (call is { What: LineDeed.Undo, Status: HttpStatusCode.Conflict } && MayBeTooLate(call, now))
            yield return now;
    }

    private static bool MayBeTooLate(LineCall call, Standing now) =>
        Stopwatch.GetElapsedTime(now.LastAt, call.Ended) >= ReleaseUndo.Time;

    private static bool IsSeen(LineCall call, Standing now, bool turnsPass) =>
        call.Holder == now.Holder
        && call.Shared == now.Shared
        && call.Line == now.Line
        // A turn that is over has not passed before the clock says so, within a second.
        && (
            call.Turn == (now.Holder is null ? now.First : null)
            || (turnsPass && now.Holder is null && call.Turn is null)
        );

    // What a call does, and how it is answered.
    private static (HttpStatusCode, Standing) Effect(LineCall call, Standing now)
    {
        var mayTake = now.First is null || now.First == call.By;
        var refused = (HttpStatusCode.Conflict, now);
        return call.What switch
        {
            LineDeed.Reserve when now.Holder == call.By => (HttpStatusCode.OK, now),
            LineDeed.Reserve => now.Holder is null && mayTake ? (HttpStatusCode.Created, now.Held(call.By)) : refused,
            LineDeed.Release when now.Holder is null => (HttpStatusCode.NoContent, now),
            LineDeed.Release => now.Holder == call.By
                ? (
                    HttpStatusCode.NoContent,
                    now with
                    {
                        Holder = null,
                        Shared = "",
                        Last = call.By,
                        LastShared = now.Shared,
                        LastAt = call.Began,
                    }
                )
                : refused,
            LineDeed.Undo => now.Holder is null && now.Last == call.By && mayTake
                ? (HttpStatusCode.OK, now.Held(call.By).EndedOtherwise() with { Shared = now.LastShared })
                : refused,
            LineDeed.TakeOver => now.Holder is not null && now.Holder != call.By && mayTake
                ? (HttpStatusCode.OK, now.Held(call.By).EndedOtherwise())
                : refused,
            LineDeed.Give => now.Holder == call.By && (now.First is null || now.First == call.To)
                ? (HttpStatusCode.OK, now.Held(call.To).EndedOtherwise())
                : refused,
            LineDeed.Share => now.Holder == call.By ? (HttpStatusCode.OK, now with { Shared = call.To }) : refused,
            LineDeed.Ask => now.Holder is not null && now.Holder != call.By ? (HttpStatusCode.OK, now) : refused,
            LineDeed.Miss => now.Holder is null && now.First == call.By
                ? (HttpStatusCode.OK, now.Without(call.By))
                : refused,
            LineDeed.Join when now.HasPlace(call.By) => (HttpStatusCode.OK, now),
            LineDeed.Join => now.Holder == call.By
                ? refused
                : (HttpStatusCode.Created, now with { Line = $"{now.Line}{call.By} " }),
            LineDeed.Leave => (HttpStatusCode.NoContent, now.Without(call.By)),
            _ => (HttpStatusCode.OK, now),
        };
    }
}
