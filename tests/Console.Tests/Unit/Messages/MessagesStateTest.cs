using TestServers.Messages;

namespace TestServers.Tests.Unit.Messages;

public sealed class MessagesStateTest
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 17, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_newest_stay_and_no_id_is_given_again()
    {
        var state = Enumerable
            .Range(1, MessagesState.Most + 5)
            .Aggregate(MessagesState.Of("anna"), (all, n) => all.With(Of($"text {n}")));
        Assert.Equal(MessagesState.Most, state.Messages.Count);
        Assert.Equal("text 6", state.Messages[0].Text);
        Assert.Equal(MessagesState.Most + 6, state.Next);
        Assert.Null(state.FindFault());
    }

    [Fact]
    public void What_is_seen_already_keeps_its_time_and_nothing_is_changed_for_nothing()
    {
        var state = MessagesState.Of("anna").With(Of("one")).With(Of("two"));
        var one = state.WithSeen(m => m.Id == 1, Now);
        Assert.Equal(1, one.Unseen);
        var both = one.WithSeen(_ => true, Now.AddHours(1));
        Assert.Equal([Now, Now.AddHours(1)], both.Messages.Select(m => m.SeenAt!.Value));
        Assert.Same(both, both.WithSeen(_ => true, Now.AddHours(2)));
    }

    [Fact]
    public void What_cannot_be_is_named()
    {
        var state = MessagesState.Of("anna").With(Of("one")).With(Of("two"));
        Assert.Contains("`next` is 2", (state with { Next = 2 }).FindFault(), StringComparison.Ordinal);
        Assert.Contains(
            "message 2 stands before one whose id is not higher",
            (state with { Messages = [.. state.Messages.Reverse()] }).FindFault(),
            StringComparison.Ordinal
        );
        Assert.Contains("says nothing", (state with { Messages = [Of("")] }).FindFault(), StringComparison.Ordinal);
        Assert.Contains("`person` is empty", (state with { Person = "" }).FindFault(), StringComparison.Ordinal);
    }

    private static Message Of(string text) => new(0, MessageKind.Free, text, Now);
}
