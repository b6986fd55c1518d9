using TestServers.Webhooks;

namespace TestServers.Tests.Unit.Webhooks;

/// <summary>What waits to be sent, with receivers that refuse for days, and clocks that are stepped.</summary>
public sealed class DeliveriesStateTest
{
    private static readonly DateTimeOffset Begin = new(2026, 10, 24, 22, 0, 0, TimeSpan.Zero);
    private static readonly Attempt Refused = new(AttemptEnd.Refused, "HTTP 500");

    [Fact]
    public void What_is_refused_for_a_day_was_tried_some_thirty_times_and_is_then_taken_as_the_one_it_was()
    {
        var (delivery, now) = (new Delivery(7, "bot", Of(Begin)), Begin);
        while (now < Begin.AddDays(1))
        {
            Assert.True(delivery.IsDue(now));
            delivery = delivery.After(Refused, now);
            Assert.False(delivery.IsDue(now));
            now = delivery.NextAt!.Value;
        }
        Assert.InRange(delivery.Attempts, 25, 35);
        var taken = delivery.After(new(AttemptEnd.Taken, "HTTP 200"), now);
        Assert.Equal((7, DeliveryState.Delivered, null), (taken.Id, taken.State, taken.NextAt));
    }

    [Fact]
    public void It_is_given_up_after_three_days_but_not_for_a_clock_that_was_stepped_by_them()
    {
        var (delivery, now) = (new Delivery(7, "bot", Of(Begin)), Begin.AddDays(4));
        delivery = delivery.After(Refused, now);
        Assert.Equal(DeliveryState.Waiting, delivery.State);
        while (delivery.State == DeliveryState.Waiting)
            delivery = delivery.After(Refused, now = delivery.NextAt!.Value);
        Assert.Equal(7, delivery.Attempts);
        Assert.InRange(now - Begin.AddDays(4), TimeSpan.FromHours(1), TimeSpan.FromHours(3));

        // Back again: it waits for no more than the longest pause.
        delivery = new Delivery(8, "bot", Of(Begin)).After(Refused, Begin.AddDays(4));
        Assert.True(delivery.IsDue(Begin));
        Assert.False(delivery.IsDue(Begin.AddDays(4)));
    }

    [Fact]
    public void Where_too_many_wait_for_one_the_others_lose_nothing()
    {
        var state = DeliveriesState.Empty.With(null, Of(Begin, "anna")).With("quick", Of(Begin));
        for (var n = 0; n < DeliveriesState.MostWaiting + 50; n++)
            state = state.With("hung", Of(Begin));
        Assert.Equal(DeliveriesState.MostWaiting, state.Waiting.Count);
        Assert.Equal([1, 2], state.Waiting.Where(d => d.Webhook != "hung").Select(d => d.Id));
        Assert.All(state.Ended, d => Assert.Equal(("hung", DeliveryState.GivenUp), (d.Webhook, d.State)));
        Assert.Null(state.FindFault());
        Assert.Contains(
            "neither a webhook nor a person",
            state.With(null, Of(Begin)).FindFault(),
            StringComparison.Ordinal
        );
    }

    private static Notice Of(DateTimeOffset at, string? person = null) =>
        new(MessageKind.RestoreFailed, "The restore of the base shop has failed.", "bases", at, person);
}
