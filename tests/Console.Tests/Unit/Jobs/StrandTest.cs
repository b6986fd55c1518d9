namespace TestServers.Tests.Unit.Jobs;

/// <summary>A step that does several things side by side: what it says of itself by them.</summary>
public sealed class StrandTest
{
    private static readonly Step Both = new("database", StepState.Running)
    {
        Strands = [new("default"), new("reports")],
    };

    [Fact]
    public void It_waits_while_all_that_go_on_wait()
    {
        var one = Both.WithStrand("default", s => s with { WaitsFor = "the base shop is busy" });
        Assert.Null(one.WaitsFor);
        var both = one.WithStrand("reports", s => s with { WaitsFor = "db1 is busy" });
        Assert.Equal("the base shop is busy; db1 is busy", both.WaitsFor);
        var ended = one.WithStrand("reports", s => s.WithEnd(StepState.Succeeded, "A spare"));
        Assert.Equal("the base shop is busy", ended.WaitsFor);
        Assert.Null(ended.WithStrand("default", s => s with { WaitsFor = null }).WaitsFor);
    }

    [Fact]
    public void Its_progress_is_that_of_all_together_where_each_has_one()
    {
        var one = Both.WithStrand("default", s => s with { Progress = 0.5 });
        Assert.Null(one.Progress);
        Assert.Equal(0.25, one.WithStrand("reports", s => s with { Progress = 0 }).Progress);
        var ended = one.WithStrand("reports", s => s.WithEnd(StepState.Succeeded, "A spare"));
        Assert.Equal(0.75, ended.Progress);
        Assert.Null(ended.WithStrand("default", s => s.WithEnd(StepState.Succeeded, "A copy")).Progress);
    }

    [Fact]
    public void What_went_on_ends_with_it_and_what_had_ended_stays()
    {
        var step = Both.WithStrand("reports", s => s.WithEnd(StepState.Succeeded, "A spare"));
        var ended = step.StrandsAtEnd(StepState.Interrupted)!;
        Assert.Equal([StepState.Interrupted, StepState.Succeeded], ended.Select(s => s.State));
        Assert.Null(new Step("code").StrandsAtEnd(StepState.Failed));
    }
}
