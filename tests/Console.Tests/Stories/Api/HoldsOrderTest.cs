namespace TestServers.Tests.Stories.Api;

/// <summary>
/// The judge of histories is judged: it finds an order where there is one, and none where a hold was given twice.
/// </summary>
public sealed class HoldsOrderTest
{
    private static HeldCall Call(
        string by,
        HeldDeed what,
        long began,
        long ended,
        HttpStatusCode? status,
        string? holder = null,
        long? number = null,
        long? meant = null
    ) => new("qa01", by, what, meant, began, ended, status, holder, number);

    [Fact]
    public void Calls_side_by_side_may_have_either_order_and_one_without_an_answer_may_have_been_done() =>
        Assert.True(
            HoldsOrder.Exists(
                [
                    Call("anna", HeldDeed.Reserve, 1, 9, HttpStatusCode.Conflict, "ben", 4),
                    Call("ben", HeldDeed.Reserve, 2, 8, HttpStatusCode.Created, "ben", 4),
                    Call("ben", HeldDeed.Release, 10, 20, null, meant: 4),
                    Call("carla", HeldDeed.Reserve, 21, 30, HttpStatusCode.Created, "carla", 5),
                ],
                out _
            )
        );

    public static TheoryData<string> Wrong() =>
        ["two holders", "a number twice", "an old number", "a look into the past", "a refusal without a reason"];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_cannot_have_happened_has_no_order(string what)
    {
        var first = Call("anna", HeldDeed.Reserve, 1, 2, HttpStatusCode.Created, "anna", 4);
        var second = what switch
        {
            "two holders" => Call("ben", HeldDeed.Reserve, 3, 4, HttpStatusCode.Created, "ben", 5),
            "a number twice" => Call("ben", HeldDeed.Look, 3, 4, HttpStatusCode.OK, "ben", 4),
            "an old number" => Call("anna", HeldDeed.Release, 3, 4, HttpStatusCode.NoContent, meant: 3),
            "a look into the past" => Call("ben", HeldDeed.Look, 3, 4, HttpStatusCode.OK),
            _ => Call("anna", HeldDeed.Reserve, 3, 4, HttpStatusCode.Conflict),
        };
        Assert.False(HoldsOrder.Exists([first, second], out var why));
        Assert.Contains("no order explains", why, StringComparison.Ordinal);
    }
}
