using Microsoft.Extensions.Time.Testing;

namespace TestServers.Tests.Unit.Builds;

/// <summary>
/// One look that nobody has asked for and that does not reach its server refuses it to nobody; the next does.
/// </summary>
public sealed class ServerLooksTest
{
    [Fact]
    public async Task One_missed_look_does_not_count_and_the_next_does()
    {
        await using var parts = NothingListens();
        await parts.Begin();
        var (looks, qa01) = (parts.The<ServerLooks>(), parts.The<Inventory>().Servers.Single());
        Assert.False(await looks.Look(qa01, CancellationToken.None));
        Assert.Null(parts.The<Reachability>().Of(qa01.Name));
        Assert.False(await looks.Look(qa01, CancellationToken.None));
        Assert.Contains(
            "qa01 cannot be reached",
            parts.The<Reachability>().Of(qa01.Name)?.Reason,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_server_that_a_look_has_missed_is_asked_again_at_once()
    {
        // The clock stands: no round comes.
        await using var parts = NothingListens(new FakeTimeProvider(DateTimeOffset.UtcNow));
        await parts.Begin();
        var (looks, qa01) = (parts.The<ServerLooks>(), ServerName.From("qa01")!);
        await looks.StartAsync(CancellationToken.None);
        looks.Ask(qa01);
        await Wait.Until("a second look counts", () => parts.The<Reachability>().Of(qa01) is not null);
        await looks.StopAsync(CancellationToken.None);
    }

    private static PartsInPlace NothingListens(TimeProvider? clock = null) =>
        new(
            [("qa01", 1)],
            new Dictionary<string, string>(StringComparer.Ordinal),
            $$"""
            "guests": { "ssh": { "user": "nobody", "port": {{LocalTools.FreePort()}}, "key": "/dev/null",
              "knownHosts": "/dev/null" } }
            """,
            clock
        );
}
