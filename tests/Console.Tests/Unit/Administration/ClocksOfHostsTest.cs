using TestServers.Administration.Checks;

namespace TestServers.Tests.Unit.Administration;

/// <summary>A host's clock, which was read at some moment between a question and its answer.</summary>
public sealed class ClocksOfHostsTest
{
    private static readonly DateTimeOffset Asked = DateTimeOffset.UnixEpoch.AddSeconds(1_000_000);

    [Theory]
    [InlineData("1000000.5")]
    [InlineData("1000004.9")]
    [InlineData("999998.1")]
    [InlineData("1000006.9")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("-1")]
    [InlineData("1e300")]
    public void What_may_have_been_then_is_no_fault(string? told) =>
        Assert.Null(HostChecks.ClockFault(told, Asked, Asked.AddSeconds(5)));

    [Theory]
    [InlineData("1000065.0", "60 s ahead of")]
    [InlineData("996400.0", "3600 s behind")]
    [InlineData("0", "1000000 s behind")]
    public void What_cannot_have_been_then_is_told_with_how_far_it_is_off(string told, string off) =>
        Assert.Contains(
            $"Its clock is {off}",
            HostChecks.ClockFault(told, Asked, Asked.AddSeconds(5)),
            StringComparison.Ordinal
        );
}
