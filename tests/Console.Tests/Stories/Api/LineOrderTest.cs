using System.Net;
using TestServers.Tests.Stage;

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
        string? turn = null
    ) => new("qa01", by, what, "dora", began, began + 1, status, holder, line, turn);

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

    public static TheoryData<string> Wrong() =>
        ["passed", "a place twice", "a turn of the second", "given past the line", "taken over past the line", "lost"];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_cannot_have_happened_has_no_order(string what)
    {
        List<LineCall> calls =
        [
            Call("anna", LineDeed.Reserve, 1, HttpStatusCode.Created),
            Call("ben", LineDeed.Join, 3, HttpStatusCode.Created),
            Call("carla", LineDeed.Join, 5, HttpStatusCode.Created),
        ];
        var release = Call("anna", LineDeed.Release, 7, HttpStatusCode.NoContent);
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
                "taken over past the line" => [Call("carla", LineDeed.TakeOver, 7, HttpStatusCode.OK)],
                _ => [release, Call("emil", LineDeed.Look, 9, HttpStatusCode.OK, null, "carla ", "carla")],
            }
        );
        Assert.False(LineOrder.Exists(calls, out var why));
        Assert.Contains("no order explains", why, StringComparison.Ordinal);
    }
}
