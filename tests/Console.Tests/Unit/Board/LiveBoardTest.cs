using TestServers.Board;
using TestServers.Reservations;
using TestServers.Tests.Stage;

namespace TestServers.Tests.Unit.Board;

public sealed class LiveBoardTest
{
    // An answer may tell of a hold before all who listen have heard of it: this test listens before the board does.
    [Fact]
    public async Task Whoever_has_seen_a_hold_sees_it_on_the_board()
    {
        await using var parts = new PartsInPlace([("qa01", 1)], new Dictionary<string, string>(), "\"apps\": []");
        await parts.Begin();
        var book = parts.The<ReservationBook>();
        var seen = new List<string?>();
        book.Changed += _ => seen.Add(parts.The<LiveBoard>().Now.List.Servers.Single().Reservation?.Holder);
        Assert.Null(parts.The<LiveBoard>().Now.List.Servers.Single().Reservation);
        await parts.Reserve("qa01", "anna");
        Assert.Equal(["anna"], seen);
    }
}
