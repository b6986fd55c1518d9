using System.Diagnostics;

namespace TestServers.Tests.Stories.Api;

/// <summary>
/// The judge of lines is judged: it finds an order where there is one, and none where somebody was passed.
/// </summary>
public sealed class LineOrderTest
{
    private static LineCall Call(
        string by,
        LineDeed what,
        long began,
        HttpStatusCode? status,
        string? holder = null,
        string line = "",
        string? turn = null,
        string shared = "",
        long until = 0
    ) => new("qa01", by, what, "dora", began, began + 1, status, holder, line, turn, shared, until);

    [Fact]
    public void Who_waits_first_is_served_first_and_a_call_without_an_answer_may_have_been_done() =>
        Assert.True(
            LineOrder.Exists(
                [
                    Call("anna", LineDeed.Reserve, 1, HttpStatusCode.Created),
                    Call("ben", LineDeed.Join, 3, HttpStatusCode.Created),
                    Call("carla", LineDeed.Join, 5, null),
                    Call("anna", LineDeed.Release, 7, HttpStatusCode.NoContent),
                    Call("carla", LineDeed.Reserve, 9, HttpStatusCode.Conflict),
                    Call("ben", LineDeed.Reserve, 11, HttpStatusCode.Created),
                    Call("emil", LineDeed.Look, 13, HttpStatusCode.OK, "ben", "carla "),
                    Call("ben", LineDeed.Give, 15, HttpStatusCode.Conflict),
                    Call("carla", LineDeed.TakeOver, 17, HttpStatusCode.OK),
                ],
                out _
            )
        );

    [Fact]
    public void A_release_is_taken_back_with_those_it_was_shared_with_and_a_turn_is_missed_by_the_first() =>
        Assert.True(
            LineOrder.Exists(
                [
                    Call("anna", LineDeed.Reserve, 1, HttpStatusCode.Created),
                    Call("anna", LineDeed.Share, 3, HttpStatusCode.OK),
                    Call("ben", LineDeed.Ask, 5, HttpStatusCode.OK),
                    Call("anna", LineDeed.Release, 7, HttpStatusCode.NoContent),
                    Call("anna", LineDeed.Join, 9, HttpStatusCode.Created),
                    Call("anna", LineDeed.Undo, 11, HttpStatusCode.OK),
                    Call("emil", LineDeed.Look, 13, HttpStatusCode.OK, "anna", shared: "dora"),
                    Call("anna", LineDeed.Undo, 15, HttpStatusCode.Conflict),
                    Call("ben", LineDeed.Join, 17, HttpStatusCode.Created),
                    Call("carla", LineDeed.Join, 19, HttpStatusCode.Created),
                    Call("anna", LineDeed.Release, 21, HttpStatusCode.NoContent),
                    Call("anna", LineDeed.Undo, 23, HttpStatusCode.Conflict),
                    Call("ben", LineDeed.Miss, 25, HttpStatusCode.OK),
                    Call("carla", LineDeed.Reserve, 27, HttpStatusCode.Created),
                    Call("emil", LineDeed.Look, 29, HttpStatusCode.OK, "carla"),
                ],
                out _
            )
        );

    [Fact]
    public void A_hold_that_ends_by_its_time_is_shown_a_little_longer_and_then_offered_to_the_first() =>
        Assert.True(
            LineOrder.Exists(
                [
                    Call("anna", LineDeed.Reserve, 1, HttpStatusCode.Created, until: 5),
                    Call("ben", LineDeed.Join, 3, HttpStatusCode.Created),
                    Call("anna", LineDeed.End, 5, HttpStatusCode.OK),
                    Call("anna", LineDeed.Release, 7, HttpStatusCode.NoContent),
                    Call("emil", LineDeed.Look, 9, HttpStatusCode.OK, "anna", "ben "),
                    Call("emil", LineDeed.Look, 11, HttpStatusCode.OK, null, "ben "),
                    Call("carla", LineDeed.Reserve, 13, HttpStatusCode.Conflict),
                    Call("", LineDeed.Offer, 15, HttpStatusCode.OK),
                    Call("emil", LineDeed.Look, 17, HttpStatusCode.OK, null, "ben ", "ben"),
                    Call("anna", LineDeed.Undo, 19, HttpStatusCode.Conflict),
                    Call("", LineDeed.Lapse, 21, null),
                    Call("emil", LineDeed.Look, 23, HttpStatusCode.OK, null, "ben "),
                    Call("", LineDeed.Offer, 25, HttpStatusCode.OK),
                    Call("ben", LineDeed.Miss, 27, HttpStatusCode.OK),
                    Call("emil", LineDeed.Look, 29, HttpStatusCode.OK),
                ],
                out _
            )
        );

    public static TheoryData<string> Wrong() =>
        [
            "passed",
            "a place twice",
            "a turn of the second",
            "given past the line",
            "taken over past the line",
            "taken back past the line",
            "taken back by another",
            "shared by another",
            "still shared",
            "missed by the second",
            "lost",
            "not offered",
            "shown long after its end",
            "taken back after its end",
            "missed before it was offered",
            "not taken back for no reason",
        ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_cannot_have_happened_has_no_order(string what)
    {
        List<LineCall> calls =
        [
            Call("anna", LineDeed.Reserve, 1, HttpStatusCode.Created, until: Stopwatch.Frequency * 3600),
            Call("ben", LineDeed.Join, 3, HttpStatusCode.Created),
            Call("carla", LineDeed.Join, 5, HttpStatusCode.Created),
        ];
        var release = Call("anna", LineDeed.Release, 7, HttpStatusCode.NoContent);
        var end = Call("anna", LineDeed.End, 7, HttpStatusCode.OK);
        LineCall Leave(string by, long at) => Call(by, LineDeed.Leave, at, HttpStatusCode.NoContent);
        calls.AddRange(
            what switch
            {
                "passed" => [release, Call("carla", LineDeed.Reserve, 9, HttpStatusCode.Created)],
                "a place twice" => [Call("ben", LineDeed.Join, 7, HttpStatusCode.Created)],
                "a turn of the second" =>
                [
                    release,
                    Call("emil", LineDeed.Look, 9, HttpStatusCode.OK, null, "ben carla ", "carla"),
                ],
                "given past the line" => [Call("anna", LineDeed.Give, 7, HttpStatusCode.OK)],
                "taken back past the line" => [release, Call("anna", LineDeed.Undo, 9, HttpStatusCode.OK)],
                "taken back by another" => [release, Call("ben", LineDeed.Undo, 9, HttpStatusCode.OK)],
                "shared by another" => [Call("ben", LineDeed.Share, 7, HttpStatusCode.OK)],
                "still shared" =>
                [
                    release,
                    Call("ben", LineDeed.Reserve, 9, HttpStatusCode.Created),
                    Call("emil", LineDeed.Look, 11, HttpStatusCode.OK, "ben", "carla ", shared: "dora"),
                ],
                "missed by the second" => [release, Call("carla", LineDeed.Miss, 9, HttpStatusCode.OK)],
                "not offered" => [release, Call("emil", LineDeed.Look, 9, HttpStatusCode.OK, null, "ben carla ")],
                "shown long after its end" =>
                [
                    end,
                    Call("emil", LineDeed.Look, Stopwatch.Frequency * 4, HttpStatusCode.OK, "anna", "ben carla "),
                ],
                "taken back after its end" =>
                [
                    end,
                    Leave("ben", 9),
                    Leave("carla", 11),
                    Call("anna", LineDeed.Undo, 13, HttpStatusCode.OK),
                ],
                "missed before it was offered" => [end, Call("ben", LineDeed.Miss, 9, HttpStatusCode.OK)],
                "not taken back for no reason" =>
                [
                    release,
                    Leave("ben", 9),
                    Leave("carla", 11),
                    Call("anna", LineDeed.Undo, 13, HttpStatusCode.Conflict),
                ],
                "taken over past the line" => [Call("carla", LineDeed.TakeOver, 7, HttpStatusCode.OK)],
                _ => [release, Call("emil", LineDeed.Look, 9, HttpStatusCode.OK, null, "carla ", "carla")],
            }
        );
        Assert.False(LineOrder.Exists(calls, out var why));
        Assert.Contains("no order explains", why, StringComparison.Ordinal);
    }
}
