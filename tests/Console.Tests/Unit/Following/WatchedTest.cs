using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using TestServers.Apps;
using TestServers.Following;

namespace TestServers.Tests.Unit.Following;

/// <summary>When a repository is asked: never twice at once, in its rhythm, more rarely while it is silent.</summary>
public sealed class WatchedTest
{
    private static readonly TipList Well = new(ImmutableDictionary<RepositoryPath, Revision>.Empty, null);
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void It_is_asked_at_once_then_in_its_rhythm_and_by_one_at_a_time()
    {
        var watched = new Watched(_clock) { Every = TimeSpan.FromSeconds(30) };
        Assert.True(watched.Begin());
        Assert.False(watched.Begin());
        watched.End(Well);
        Assert.False(watched.Begin());
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(TimeSpan.FromSeconds(1), watched.Wait);
        Assert.False(watched.Begin());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(watched.Begin());
    }

    [Fact]
    public void A_hook_has_it_asked_now_and_once_more_when_it_is_being_asked()
    {
        var watched = new Watched(_clock) { Every = TimeSpan.FromSeconds(30) };
        watched.Begin();
        watched.AskNow();
        Assert.False(watched.Begin());
        watched.End(Well);
        Assert.True(watched.Begin());
        watched.End(Well);
        Assert.False(watched.Begin());
    }

    [Fact]
    public void Silence_makes_the_pause_grow_to_ten_minutes_and_what_was_known_stays()
    {
        var watched = new Watched(_clock) { Every = TimeSpan.FromSeconds(30) };
        var path = RepositoryPath.From("main")!;
        var tips = ImmutableDictionary<RepositoryPath, Revision>.Empty.Add(path, Revision.From("1234567")!);
        watched.Begin();
        watched.End(new(tips, null));
        Assert.False(watched.IsSilent);
        var pauses = new List<double>();
        var told = new List<bool?>();
        for (var failure = 0; failure < 20; failure++)
        {
            _clock.Advance(watched.Wait);
            Assert.True(watched.Begin());
            watched.End(TipList.None("silent"));
            pauses.Add(watched.Wait.TotalSeconds);
            told.Add(watched.IsSilent);
            Assert.Equal(_clock.GetUtcNow() + watched.Wait, watched.NextLook);
        }
        Assert.Equal([30, 60, 120, 240, 480, 600, 600], pauses.Take(7));
        Assert.Equal([null, null, true, true], told.Take(4));
        Assert.Equal("silent", watched.Answer!.Problem);
        Assert.Equal(tips, watched.Answer.Tips);
        _clock.Advance(watched.Wait);
        watched.Begin();
        watched.End(Well);
        Assert.Equal((TimeSpan.FromSeconds(30), null, false), (watched.Wait, watched.NextLook, watched.IsSilent));
    }
}
