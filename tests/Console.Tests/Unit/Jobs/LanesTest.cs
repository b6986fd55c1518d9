namespace TestServers.Tests.Unit.Jobs;

public sealed class LanesTest
{
    private static readonly Lane Shop = Lane.OfBase(BaseName.From("shop")!, "db1");
    private readonly Lanes _lanes = new();

    private Task<IDisposable> Enter(
        long number,
        int places = 1,
        Action<string>? onWait = null,
        CancellationToken cancel = default
    ) => _lanes.Enter(Shop, places, JobId.Of(number), $"build {number}", onWait ?? (_ => { }), cancel);

    [Fact]
    public async Task Who_came_first_is_served_first_also_when_he_joined_the_lane_later()
    {
        var first = await Enter(1);
        var waitedFor = new List<string>();
        var third = Enter(3, onWait: waitedFor.Add);
        var second = Enter(2, onWait: waitedFor.Add);
        Assert.False(second.IsCompleted || third.IsCompleted);
        Assert.Equal(["build 1", "build 1", "build 1, and 1 more before this one"], waitedFor);
        first.Dispose();
        var turn = await second.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.False(third.IsCompleted);
        turn.Dispose();
        (await third.WaitAsync(TimeSpan.FromSeconds(5))).Dispose();
    }

    [Fact]
    public async Task As_many_as_there_are_places_are_in_at_once()
    {
        var one = await Enter(1, 2);
        var two = await Enter(2, 2);
        var three = Enter(3, 2);
        Assert.False(three.IsCompleted);
        two.Dispose();
        (await three.WaitAsync(TimeSpan.FromSeconds(5))).Dispose();
        one.Dispose();
    }

    [Fact]
    public async Task One_may_wait_for_several_turns_which_come_one_after_the_other_and_before_those_of_later_ones()
    {
        var first = await Enter(1);
        var (one, other, later) = (Enter(2), Enter(2), Enter(3));
        first.Dispose();
        var turn = await one.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.False(other.IsCompleted || later.IsCompleted);
        turn.Dispose();
        turn = await other.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.False(later.IsCompleted);
        turn.Dispose();
        (await later.WaitAsync(TimeSpan.FromSeconds(5))).Dispose();
        Assert.False(_lanes.IsBusy(Shop));
    }

    [Fact]
    public async Task One_who_is_cancelled_leaves_the_line()
    {
        var first = await Enter(1);
        using var cancel = new CancellationTokenSource();
        var second = Enter(2, cancel: cancel.Token);
        var third = Enter(3);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        first.Dispose();
        var turn = await third.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.True(_lanes.IsBusy(Shop));
        turn.Dispose();
        Assert.False(_lanes.IsBusy(Shop));
    }

    [Fact]
    public async Task A_base_and_a_host_of_one_name_have_lanes_of_their_own()
    {
        using var onBase = await Enter(1);
        Assert.False(_lanes.IsBusy(Lane.OfHost("shop")));
        using var onHost = await _lanes.Enter(Lane.OfHost("shop"), 1, JobId.Of(2), "restore 2", _ => { }, default);
    }
}
