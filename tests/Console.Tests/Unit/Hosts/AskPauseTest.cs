using Microsoft.Extensions.Time.Testing;

namespace TestServers.Tests.Unit.Hosts;

/// <summary>A host that is down is asked more and more rarely, and one that is back as often as before.</summary>
public sealed class AskPauseTest
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(0, 1.5)]
    [InlineData(6, 1.5)]
    [InlineData(20, 5)]
    [InlineData(40, 10)]
    [InlineData(60, 15)]
    [InlineData(86_400, 15)]
    public void The_pause_is_a_quarter_of_the_silence_between_its_bounds(double silence, double pause)
    {
        var asked = new AskPause(_clock);
        asked.After(hasAnswered: false);
        _clock.Advance(TimeSpan.FromSeconds(silence));
        Assert.InRange(asked.After(hasAnswered: false).TotalSeconds, 0.8 * pause, pause);
        Assert.True(asked.IsSilent);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void After_an_answer_and_after_new_settings_it_begins_anew(bool answers)
    {
        var asked = new AskPause(_clock);
        asked.After(hasAnswered: false);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.InRange(asked.After(hasAnswered: false).TotalSeconds, 12, 15);
        if (answers)
            Assert.Equal(AskPause.Usual, asked.After(hasAnswered: true));
        else
            asked.Forget();
        Assert.False(asked.IsSilent);
        Assert.InRange(asked.After(hasAnswered: false).TotalSeconds, 1.2, 1.5);
    }

    [Fact]
    public void Hosts_that_fell_silent_together_are_not_asked_together()
    {
        var hosts = Enumerable.Range(0, 50).Select(_ => new AskPause(_clock)).ToList();
        Assert.All(hosts, h => h.After(hasAnswered: false));
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.InRange(hosts.Select(h => h.After(hasAnswered: false)).Distinct().Count(), 45, 50);
    }

    /// <summary>Whatever happens, nobody waits for a host longer than a quarter of its silence, or the cap.</summary>
    [Fact]
    public void Over_a_thousand_random_histories_the_pause_keeps_its_bounds()
    {
        var random = new Random(15);
        for (var round = 0; round < 1000; round++)
        {
            var asked = new AskPause(_clock);
            var silence = (TimeSpan?)null;
            for (var step = 0; step < 30; step++)
            {
                var passed = TimeSpan.FromSeconds(random.NextDouble() * 40);
                _clock.Advance(passed);
                silence += passed;
                var answers = random.Next(6) == 0;
                var pause = asked.After(answers);
                silence = answers ? null : silence ?? TimeSpan.Zero;
                var most = Math.Clamp((silence ?? TimeSpan.Zero).TotalSeconds / 4, 1.5, 15);
                Assert.InRange(pause.TotalSeconds, answers ? 1.5 : 0.8 * most - 1e-6, most + 1e-6);
            }
        }
    }
}
