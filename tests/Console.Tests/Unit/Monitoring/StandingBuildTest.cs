using TestServers.Monitoring;

namespace TestServers.Tests.Unit.Monitoring;

/// <summary>When the queue stands, and when it only waits.</summary>
public sealed class StandingBuildTest
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 17, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_build_that_waits_behind_nothing_stands()
    {
        var (first, second) = (Build(1, "qa01", JobState.Queued, 5), Build(2, "qa01", JobState.Queued, 4));
        var standing = Assert.Single(Find([second, first]));
        Assert.Equal((first, Now.AddMinutes(-5)), (standing.Build, standing.Since));
    }

    [Fact]
    public void Each_server_has_a_line_of_its_own() =>
        Assert.Equal(
            ["qa02"],
            Find([
                    Build(3, "qa02", JobState.Queued, 5),
                    Build(2, "qa01", JobState.Queued, 5),
                    Build(1, "qa01", JobState.Running, 5),
                ])
                .Select(s => s.Build.Server.Text)
        );

    [Fact]
    public void What_may_only_just_begin_or_is_not_known_to_be_there_waits() =>
        Assert.Empty(
            Find([Build(1, "qa01", JobState.Queued, 0.5)])
                .Concat(Find([Build(2, "qa01", JobState.Queued, 5), Build(1, "qa01", JobState.Succeeded, 0.5)]))
                .Concat(Find([Build(1, "qa01", JobState.Queued, 5)], started: 0.5))
                .Concat(Find([Build(1, "qa01", JobState.Queued, 5)], isKnown: false))
        );

    private static IEnumerable<StandingBuild> Find(Build[] builds, double started = 60, bool isKnown = true) =>
        StandingBuild.Find(builds, _ => isKnown, Now.AddMinutes(-started), Now);

    private static Build Build(long id, string server, JobState state, double minutesAgo) =>
        new(ServerName.From(server)!, AppName.From("shop")!, RepositoryPath.From("trunk")!, null, false, true)
        {
            Id = JobId.From($"{id}")!,
            By = "anna",
            At = Now.AddMinutes(-minutesAgo),
            State = state,
            EndedAt = state == JobState.Succeeded ? Now.AddMinutes(-minutesAgo) : null,
        };
}
