namespace TestServers.Tests.Unit.Reservations;

/// <summary>
/// Many lines at once, deeds that meet, and clocks that are set: each turn is one person's, and told once.
/// </summary>
public sealed class LinesInTroubleTest : ReservationParts
{
    private static readonly string[] Servers = [.. Enumerable.Range(1, 10).Select(n => $"qa{n:00}")];

    private readonly SetClock _clock;

    public LinesInTroubleTest()
        : this(new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero))) { }

    private LinesInTroubleTest(SetClock clock)
        : base(Servers, "\"apps\": []", clock) => _clock = clock;

    [Fact]
    public async Task Who_is_in_ten_lines_and_first_in_three_loses_none_but_those_that_they_take_or_miss()
    {
        foreach (var (server, n) in Servers.Select((s, n) => (s, n)))
        {
            await Parts.Reserve(server, "anna", 8);
            foreach (var person in n < 3 ? ["ben", "carla"] : new[] { "carla", "ben" })
                await Join(server, person);
        }
        foreach (var server in Servers)
            await Release(server, "anna");
        Assert.Equal(Servers.Select((_, n) => n < 3 ? "ben" : "carla"), Servers.Select(TurnOf));
        await Take("qa02", "ben");
        Assert.Equal(9, State.Line.Count(p => p.Person == "ben"));
        Assert.Null(TurnOf("qa02"));

        await Pass(TimeSpan.FromMinutes(10));
        Assert.Equal(Servers.Select((_, n) => n < 3 ? "carla" : "ben"), Servers.Select(s => TurnOf(s) ?? "carla"));
        Assert.Equal(7, State.Line.Count(p => p.Person == "ben"));
        foreach (var server in Servers[3..])
            await Take(server, "ben");
        Assert.DoesNotContain(State.Line, p => p.Person == "ben");
        await Release("qa02", "ben");
        Assert.Equal("carla", TurnOf("qa02"));
        Assert.Equal((10, 2), (Told(ConcernKind.YourTurn, "ben"), Told(ConcernKind.PlaceOver, "ben")));
        Assert.Equal((10, 7), (Told(ConcernKind.YourTurn, "carla"), Told(ConcernKind.PlaceOver, "carla")));
    }

    [Fact]
    public async Task A_holder_who_extends_while_somebody_gets_into_the_line_or_is_told_of_their_turn_passes_nobody()
    {
        for (var round = 0; round < 30; round++)
        {
            var since = _clock.GetUtcNow();
            await Parts.Reserve("qa01", "anna", 1);
            var joined = Task.Run(() => Join("qa01", "ben"));
            var extended = await Task.Run(() => Extends("anna", 3));
            await joined;
            var held = Book.Of(Server("qa01"))!;
            Assert.Equal(extended ? 3 : 1, (held.Until - _clock.GetUtcNow()).TotalHours, 3);

            _clock.Advance(TimeSpan.FromHours(extended ? 3 : 1));
            var told = Task.Run(Book.RemoveEnded);
            Assert.False(await Task.Run(() => Extends("anna", 3)));
            await told;
            Assert.Equal("ben", TurnOf("qa01"));
            Assert.Null(Book.Of(Server("qa01")));
            Assert.Equal(1, Told(ConcernKind.YourTurn, "ben", since));
            await Take("qa01", "ben");
            await Release("qa01", "ben");
        }
        Assert.Equal(0, Told(ConcernKind.NewEnd, "ben"));
    }

    // Both nights in which Europe's clocks are changed, and the machine's clock set by an hour.
    [Theory]
    [InlineData("2026-03-29T00:55:00Z", 0)]
    [InlineData("2026-10-25T00:55:00Z", 0)]
    [InlineData("2026-10-25T00:55:00Z", 1)]
    [InlineData("2026-10-25T00:55:00Z", -1)]
    public async Task A_turn_lasts_its_time_whatever_the_hour_is_called_and_a_clock_that_is_set_tells_nobody_twice(
        string night,
        double hours
    )
    {
        _clock.Advance(Times.Read(night)!.Value - _clock.GetUtcNow());
        await Parts.Reserve("qa01", "anna", 3);
        foreach (var person in new[] { "ben", "carla" })
            await Join("qa01", person);
        await Release("qa01", "anna");
        Assert.Equal("ben", TurnOf("qa01"));
        Assert.Equal(10, (State.TurnOf(Server("qa01"))!.Until - _clock.GetUtcNow()).TotalMinutes);
        await Step(hours);
        // Forwards its time is over, as a reservation's would be; back it is longer.
        Assert.Equal(hours > 0 ? "carla" : "ben", TurnOf("qa01"));
        await Step(-hours);
        Assert.Equal(hours > 0 ? "carla" : "ben", TurnOf("qa01"));
        await Pass(TimeSpan.FromMinutes(9));
        Assert.Equal(hours > 0 ? "carla" : "ben", TurnOf("qa01"));
        await Pass(TimeSpan.FromMinutes(1) + TimeSpan.FromHours(Math.Max(0, hours)));
        Assert.Equal(hours > 0 ? null : "carla", TurnOf("qa01"));
        Assert.Equal((1, 1), (Told(ConcernKind.YourTurn, "ben"), Told(ConcernKind.PlaceOver, "ben")));
        Assert.Equal(1, Told(ConcernKind.YourTurn, "carla"));
        Assert.Equal(hours > 0 ? 1 : 0, Told(ConcernKind.PlaceOver, "carla"));
    }

    [Fact]
    public async Task Who_takes_a_release_back_leaves_the_line_that_they_got_into_meanwhile()
    {
        await Parts.Reserve("qa01", "anna", 3);
        await Release("qa01", "anna");
        await Join("qa01", "anna");
        await Join("qa01", "ben");
        Assert.Equal("anna", TurnOf("qa01"));
        await Parts.The<ReleaseUndo>().Undo(Server("qa01"), null, PartsInPlace.DeedOf("anna"));
        Assert.Equal(("anna", null), (Book.Of(Server("qa01"))?.Holder, TurnOf("qa01")));
        Assert.Equal(["ben"], State.Line.Select(p => p.Person));
        await Pass(TimeSpan.FromMinutes(11));
        Assert.Equal(0, Told(ConcernKind.PlaceOver, "anna"));
    }

    [Fact]
    public async Task Who_has_asked_is_told_when_a_release_is_taken_back_or_somebody_else_has_the_server()
    {
        await Parts.Reserve("qa01", "anna", 3);
        await Parts.The<ReleaseAsks>().Ask(Server("qa01"), null, null, PartsInPlace.DeedOf("dora"));
        await Release("qa01", "anna");
        await Parts.The<ReleaseUndo>().Undo(Server("qa01"), null, PartsInPlace.DeedOf("anna"));
        Assert.Equal((1, 1), (Told(ConcernKind.Answered, "dora"), Told(ConcernKind.NewEnd, "dora")));
        Assert.Null(Assert.Single(Book.Of(Server("qa01"))!.Asked).Answer);
        var sharing = Parts.The<ReservationSharing>();
        await sharing.Give(Server("qa01"), "carla", null, null, PartsInPlace.DeedOf("anna"));
        Assert.Equal("carla", Assert.Single(NewEnds()).By);
        await Parts.The<ReleaseAsks>().Ask(Server("qa01"), null, null, PartsInPlace.DeedOf("dora"));
        await Parts
            .The<ReservationHandover>()
            .TakeOver(Server("qa01"), "urgent", new(), RunningBuilds.Cancel, PartsInPlace.DeedOf("emil"));
        Assert.Equal(("dora", "emil"), Assert.Single(NewEnds().Select(c => (c.Person, c.By))));
        List<Concern> NewEnds() => [.. Parts.The<Concerns>().Pending.Where(c => c.Kind == ConcernKind.NewEnd)];
    }

    [Fact]
    public async Task A_release_is_not_taken_back_over_the_end_of_who_has_had_it_since()
    {
        await Parts.Reserve("qa01", "anna", 3);
        await Release("qa01", "anna");
        await Parts.Reserve("qa01", "ben", TimeSpan.FromSeconds(4).TotalHours);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(Book.Of(Server("qa01")));
        var refusal = await Assert.ThrowsAsync<Problem>(() =>
            Parts.The<ReleaseUndo>().Undo(Server("qa01"), null, PartsInPlace.DeedOf("anna"))
        );
        Assert.StartsWith("There is no release of qa01 by you", refusal.Message, StringComparison.Ordinal);
        await Book.RemoveEnded();
        Assert.Null(Book.Of(Server("qa01")));
        Assert.Equal(["ben", "anna"], Parts.The<PastReservations>().Of(Server("qa01")).Select(p => p.Held.Holder));
    }

    private static ServerName Server(string name) => ServerName.From(name)!;

    private string? TurnOf(string server) => State.TurnOf(Server(server))?.Person;

    private int Told(ConcernKind kind, string person, DateTimeOffset since = default) =>
        Parts.The<Concerns>().Pending.Count(c => c.Kind == kind && c.Person == person && c.At > since);

    private Task<JoinedLine> Join(string server, string person) =>
        Parts.The<WaitingLine>().Join(new(Server(server), Purpose: "mine"), PartsInPlace.DeedOf(person));

    private Task<ReservedServer> Take(string server, string person) =>
        Book.Reserve(Server(server), new("mine"), PartsInPlace.DeedOf(person));

    private Task<ReleasedServer> Release(string server, string person) =>
        Parts
            .The<ReservationHandover>()
            .Release(Server(server), null, RunningBuilds.Cancel, PartsInPlace.DeedOf(person));

    private async Task<bool> Extends(string person, double hours)
    {
        try
        {
            await Book.Reserve(Server("qa01"), new(Hours: hours), PartsInPlace.DeedOf(person));
            return true;
        }
        catch (Problem problem)
        {
            Assert.Contains("ben", problem.Message, StringComparison.Ordinal);
            return false;
        }
    }

    private Task Step(double hours)
    {
        _clock.Set += TimeSpan.FromHours(hours);
        return Book.RemoveEnded();
    }

    private Task Pass(TimeSpan time)
    {
        _clock.Advance(time);
        return Book.RemoveEnded();
    }
}
