using TestServers.Following;

namespace TestServers.Tests.Unit.Following;

/// <summary>What following.json cannot hold, and people who are called otherwise.</summary>
public sealed class FollowingStateTest
{
    private static readonly Followed One = new(
        ServerName.From("qa01")!,
        7,
        "Anna",
        AppName.From("shop")!,
        RepositoryPath.From("trunk")!,
        Database: false,
        default
    );
    private static readonly FollowingState State = FollowingState.Empty.With(One);

    [Fact]
    public void A_right_one_has_no_fault() => Assert.Null(State.FindFault());

    [Fact]
    public void One_of_another_server_or_of_nobody_is_named()
    {
        var moved = State with { Servers = State.Servers.Remove("qa01").Add("qa02", One) };
        Assert.Contains("`qa02` is null, or another server's", moved.FindFault(), StringComparison.Ordinal);
        foreach (var wrong in new[] { One with { By = "" }, One with { Number = 0 } })
            Assert.Contains("nobody's name", FollowingState.Empty.With(wrong).FindFault(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_person_has_the_name_that_the_settings_give_them_now()
    {
        Assert.Same(State, State.WithNames(name => name));
        Assert.Equal("anna", State.WithNames(name => name.ToLowerInvariant()).On(One.Server)!.By);
    }
}
