using TestServers.Monitoring;

namespace TestServers.Tests.Unit.Monitoring;

/// <summary>What stands in the log of problems that begin, go on, change and end.</summary>
public sealed class StandingProblemsTest
{
    private readonly Lines<StandingProblems> _log = new();

    [Fact]
    public void Each_of_two_problems_of_one_base_is_written_and_so_is_the_end_of_each()
    {
        var problems = new StandingProblems(_log);
        var (stale, without) = (
            Of(HealthPart.Base, "shop", "shop is stale"),
            Of(HealthPart.Base, "shop", "shop has no check")
        );
        problems.Look([stale]);
        problems.Look([stale, without]);
        problems.Look([stale, without]);
        problems.Look([without]);
        problems.Look([]);
        Assert.Equal(
            [
                "Warning shop is stale",
                "Warning shop has no check",
                "Information No longer so: shop is stale",
                "Information The base shop is well again.",
            ],
            _log.Written
        );
    }

    [Fact]
    public void A_disk_that_fills_up_is_one_line_however_many_bytes_are_left()
    {
        var problems = new StandingProblems(_log);
        foreach (var left in new[] { 99, 98, 7, 0 })
            problems.Look([Of(HealthPart.Disk, "", $"The disk with /state has less than 100 MiB left, {left} MiB.")]);
        problems.Look([]);
        Assert.Equal(
            ["Warning The disk with /state has less than 100 MiB left, 99 MiB.", "Information The disk is well again."],
            _log.Written
        );
    }

    [Fact]
    public void What_is_left_of_two_bases_is_two_problems()
    {
        var problems = new StandingProblems(_log);
        problems.Look([
            Of(HealthPart.Bases, "", "bases: old is left"),
            Of(HealthPart.Bases, "", "bases: older is left"),
        ]);
        problems.Look([Of(HealthPart.Bases, "", "bases: older is left")]);
        Assert.Equal("Information No longer so: bases: old is left", _log.Written[^1]);
        Assert.Equal(3, _log.Written.Count);
    }

    private static HealthProblem Of(HealthPart part, string name, string message) =>
        new(part, name, HealthState.Warning, message);
}
