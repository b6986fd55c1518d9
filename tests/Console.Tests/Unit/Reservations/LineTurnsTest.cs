using Microsoft.Extensions.Time.Testing;

namespace TestServers.Tests.Unit.Reservations;

/// <summary>Whose turn it is, by the console's own parts and a clock that the test sets.</summary>
public sealed class LineTurnsTest : ReservationParts
{
    private const string Apps = """
        "guests": { "ssh": { "user": "nobody", "port": 9, "key": "/dev/null", "knownHosts": "/dev/null" } },
        "apps": [ { "name": "plain", "repository": { "kind": "git", "url": "https://127.71.9.1/plain" },
          "templates": "templates", "defaultPath": "main" } ]
        """;

    private readonly FakeTimeProvider _clock;

    public LineTurnsTest()
        : this(new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero))) { }

    private LineTurnsTest(FakeTimeProvider clock)
        : base(["qa01", "qa02", "qa03"], Apps, clock) => _clock = clock;

    [Fact]
    public async Task Who_comes_first_is_served_first_and_who_does_not_take_it_in_time_is_passed()
    {
        await Parts.Reserve("qa01", "anna", 8);
        foreach (var person in new[] { "ben", "carla", "dora" })
            await Join("qa01", person, hours: 3);
        Assert.Null(TurnOf("qa01"));
        Assert.Contains(
            "ben is the first of 3",
            await RefusalOf(() => TakeOver("qa01", "emil")),
            StringComparison.Ordinal
        );
        await Release("qa01", "anna");
        Assert.Equal("ben", TurnOf("qa01"));
        foreach (var other in new[] { "anna", "carla", "emil" })
            Assert.Contains("It is ben's turn", await RefusalOf(() => Take("qa01", other)), StringComparison.Ordinal);

        await Pass(TimeSpan.FromMinutes(9));
        Assert.Equal("ben", TurnOf("qa01"));
        await Pass(TimeSpan.FromMinutes(1));
        Assert.Equal("carla", TurnOf("qa01"));
        Assert.Contains("It is carla's turn", await RefusalOf(() => Take("qa01", "ben")), StringComparison.Ordinal);

        var taken = (await Book.Reserve(Server("qa01"), new(), PartsInPlace.DeedOf("carla"))).Reservation;
        Assert.Equal(("carla", "a wish of carla"), (taken.Holder, taken.Purpose));
        Assert.Equal(TimeSpan.FromHours(3), taken.Until - taken.Since);
        Assert.Null(TurnOf("qa01"));
        Assert.Equal(["dora"], State.Line.Select(p => p.Person));
        Assert.Equal(
            [(ConcernKind.YourTurn, "ben"), (ConcernKind.PlaceOver, "ben"), (ConcernKind.YourTurn, "carla")],
            Told()
        );
    }

    [Fact]
    public async Task A_line_waits_for_a_server_that_cannot_be_used_and_nobody_loses_a_turn_by_it()
    {
        await Parts.Reserve("qa01", "anna");
        await Join("qa01", "ben");
        var reach = Parts.The<Reachability>();
        reach.NoteUnreachable(Server("qa01"), "it was unplugged.");
        await Release("qa01", "anna");
        await Pass(TimeSpan.FromHours(1));
        Assert.Null(TurnOf("qa01"));
        Assert.Contains("cannot be reached", await RefusalOf(() => Take("qa01", "ben")), StringComparison.Ordinal);
        reach.NoteReached(Server("qa01"));
        await Pass(TimeSpan.FromSeconds(1));
        Assert.Equal("ben", TurnOf("qa01"));

        reach.NoteUnreachable(Server("qa01"), "it was unplugged.");
        await Pass(TimeSpan.FromMinutes(20));
        Assert.Null(TurnOf("qa01"));
        Assert.Equal(["ben"], State.Line.Select(p => p.Person));
        reach.NoteReached(Server("qa01"));
        await Pass(TimeSpan.FromSeconds(1));
        await Take("qa01", "ben");
        Assert.Empty(State.Line);
    }

    [Fact]
    public async Task Any_server_is_held_for_who_waits_for_any_and_of_all_who_wait_the_first_has_it()
    {
        foreach (var server in new[] { "qa01", "qa02", "qa03" })
            await Parts.Reserve(server, "anna", 8);
        await Join(null, "ben");
        await Join("qa02", "carla");
        await Join(null, "dora");
        await Release("qa02", "anna");
        Assert.Equal("ben", TurnOf("qa02"));
        Assert.Contains("It is ben's turn", await RefusalOf(() => Take("qa02", "carla")), StringComparison.Ordinal);
        await Take("qa02", "ben");
        Assert.Equal(["carla", "dora"], State.Line.Select(p => p.Person));
        await Release("qa02", "ben");
        Assert.Equal("carla", TurnOf("qa02"));
        await Release("qa03", "anna");
        Assert.Equal("dora", TurnOf("qa03"));
        await Take("qa03", "dora");
        Assert.Equal(["carla"], State.Line.Select(p => p.Person));
    }

    [Fact]
    public async Task Who_is_first_in_three_lines_has_each_held_and_keeps_the_other_places_when_one_is_taken()
    {
        var servers = new[] { "qa01", "qa02", "qa03" };
        foreach (var server in servers)
        {
            await Parts.Reserve(server, "anna", 8);
            await Join(server, "ben");
            await Join(server, "carla");
        }
        foreach (var server in servers)
            await Release(server, "anna");
        Assert.All(servers, s => Assert.Equal("ben", TurnOf(s)));
        await Take("qa02", "ben");
        Assert.Equal(["qa01", "qa03"], State.Turns.Keys);
        await Parts.The<WaitingLine>().Leave(Server("qa01"), PartsInPlace.DeedOf("ben"));
        Assert.Equal("carla", TurnOf("qa01"));
        await Pass(TimeSpan.FromMinutes(10));
        Assert.Equal("carla", TurnOf("qa03"));
    }

    [Fact]
    public async Task Who_only_watches_is_told_when_nobody_waits_for_it_and_has_no_right_to_it()
    {
        await Parts.Reserve("qa01", "anna", 8);
        await Join("qa01", "emil", watch: true);
        await Join("qa01", "ben");
        await Release("qa01", "anna");
        Assert.Equal([(ConcernKind.YourTurn, "ben")], Told());
        await Take("qa01", "ben");
        await Release("qa01", "ben");
        Assert.Equal([(ConcernKind.YourTurn, "ben"), (ConcernKind.Free, "emil")], Told());
        Assert.Empty(State.Line);
        await Take("qa01", "fred");
        foreach (var server in new[] { "qa02", null })
        {
            var refusal = await RefusalOf(() => Join(server, "emil", watch: true));
            Assert.Contains("qa02 is free now", refusal, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nobody_can_extend_give_away_or_build_past_those_who_wait()
    {
        await Parts.Reserve("qa01", "anna", 2);
        await Book.Reserve(Server("qa01"), new(Hours: 3), PartsInPlace.DeedOf("anna"));
        await Join("qa01", "ben");
        var refusal = await RefusalOf(() => Book.Reserve(Server("qa01"), new(Hours: 4), PartsInPlace.DeedOf("anna")));
        Assert.Contains("ben waits for qa01", refusal, StringComparison.Ordinal);
        // Both are told as one.
        await Book.Reserve(Server("qa01"), new(Hours: 1), PartsInPlace.DeedOf("anna"));
        await Book.Reserve(Server("qa01"), new(Hours: 0.5), PartsInPlace.DeedOf("anna"));
        await Book.Reserve(Server("qa01"), new("the same, told better"), PartsInPlace.DeedOf("anna"));
        var sharing = Parts.The<ReservationSharing>();
        var given = await RefusalOf(() =>
            sharing.Give(Server("qa01"), "carla", null, null, PartsInPlace.DeedOf("anna"))
        );
        Assert.Contains("ben is the first of 1", given, StringComparison.Ordinal);

        await Release("qa01", "anna");
        var code = new Wanted(AppName.From("plain")!, null, null, Database: false, Code: true);
        var queue = Parts.The<BuildQueue>();
        var built = await RefusalOf(() => queue.Enqueue(Server("qa01"), code, null, PartsInPlace.DeedOf("anna")));
        Assert.Contains("It is ben's turn", built, StringComparison.Ordinal);
        await queue.Enqueue(Server("qa01"), code, null, PartsInPlace.DeedOf("ben"));
        Assert.Equal("ben", Book.Of(Server("qa01"))?.Holder);
        Assert.Empty(State.Line);
        Assert.Equal([(ConcernKind.NewEnd, "ben"), (ConcernKind.YourTurn, "ben")], Told());
    }

    [Fact]
    public async Task A_place_lasts_until_its_limit_and_a_free_server_s_line_is_a_turn_at_once()
    {
        await Parts.Reserve("qa01", "anna", 168);
        await Join("qa01", "ben");
        await Join("qa02", "carla");
        Assert.Equal("carla", TurnOf("qa02"));
        await Book.Reserve(Server("qa01"), new(Purpose: "still"), PartsInPlace.DeedOf("anna"));
        _clock.Advance(TimeSpan.FromHours(100));
        await Book.RemoveEnded();
        Assert.Equal(["ben"], State.Line.Select(p => p.Person));
        _clock.Advance(TimeSpan.FromHours(67.9));
        await Book.RemoveEnded();
        Assert.Single(State.Line);
        var again = await Parts
            .The<WaitingLine>()
            .Join(new(Server("qa01"), Purpose: "again"), PartsInPlace.DeedOf("ben"));
        Assert.False(again.IsNew);
        _clock.Advance(TimeSpan.FromHours(0.2));
        await Book.RemoveEnded();
        Assert.Empty(State.Line);
    }

    [Fact]
    public async Task A_script_keeps_its_place_while_it_asks_with_its_key_and_no_longer()
    {
        foreach (var server in new[] { "qa01", "qa02", "qa03" })
            await Parts.Reserve(server, "anna", 8);
        Assert.Null(await AskForAny("first"));
        Assert.Null(await AskForAny("second"));
        Assert.Null(await AskForAny("first"));
        Assert.Equal(["first", "second"], State.Line.Select(p => p.Key));
        await Pass(TimeSpan.FromSeconds(50));
        Assert.Null(await AskForAny("second"));
        await Release("qa02", "anna");
        Assert.Null(await AskForAny("second"));
        Assert.Equal("ci", TurnOf("qa02"));
        // The first asks no more: after a minute its turn is the second's.
        await Pass(TimeSpan.FromSeconds(15));
        var given = await AskForAny("second");
        Assert.Equal(("ci", "nightly"), (given?.Holder, given?.Purpose));
        Assert.Empty(State.Line);
        Assert.Equal(given?.Number, (await AskForAny("second"))?.Number);
    }

    [Fact]
    public async Task Whose_server_cannot_be_used_any_more_gets_the_next_one_before_who_came_later_and_never_that_one()
    {
        foreach (var server in new[] { "qa01", "qa02", "qa03" })
            await Parts.Reserve(server, "anna", 8);
        Assert.Null(await AskForAny("first"));
        await Join(null, "dora");
        await Join(null, "emil");
        await Release("qa02", "anna");
        Assert.Equal("ci", TurnOf("qa02"));
        Parts.The<Reachability>().NoteUnreachable(Server("qa02"), "it was unplugged.");
        Assert.Null(await AskForAny("first"));
        Assert.Null(Book.Of(Server("qa02")));
        await Release("qa03", "anna");
        Assert.Equal((null, "ci"), (TurnOf("qa02"), TurnOf("qa03")));
        Assert.Equal("ci", (await AskForAny("first"))?.Holder);
        Assert.Equal("ci", Book.Of(Server("qa03"))?.Holder);

        // The next one has a person in its place; a moment of silence alone takes it from nobody.
        Parts.The<Reachability>().NoteReached(Server("qa02"));
        await Pass(TimeSpan.FromSeconds(1));
        Assert.Equal("dora", TurnOf("qa02"));
        Parts.The<Reachability>().NoteUnreachable(Server("qa02"), "it was unplugged.");
        await Pass(TimeSpan.FromSeconds(1));
        Assert.Equal("dora", TurnOf("qa02"));
        await Release("qa01", "anna");
        Assert.Equal((null, "dora"), (TurnOf("qa02"), TurnOf("qa01")));
        Parts.The<Reachability>().NoteReached(Server("qa02"));
        await Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(("emil", "dora"), (TurnOf("qa02"), TurnOf("qa01")));
    }

    [Fact]
    public async Task What_its_holder_has_released_behind_its_build_is_asked_for_in_vain_and_comes_back_by_no_answer()
    {
        var held = await Parts.Reserve("qa01", "anna", 3);
        var build = JobId.From("1")!;
        await Parts
            .The<Journal>()
            .Do(act => Parts.The<BuildsUnderHolds>().Begin(act, Server("qa01"), held.Number, build));
        var asks = Parts.The<ReleaseAsks>();
        await asks.Ask(Server("qa01"), null, null, PartsInPlace.DeedOf("ben"));
        await Parts
            .The<ReservationHandover>()
            .Release(Server("qa01"), null, RunningBuilds.Finish, PartsInPlace.DeedOf("anna"));
        Assert.Contains(
            "has released qa01 already",
            await RefusalOf(() => asks.Ask(Server("qa01"), null, null, PartsInPlace.DeedOf("carla"))),
            StringComparison.Ordinal
        );
        foreach (var (answer, until) in new[] { (AskAnswer.Until, 2), (AskAnswer.Keep, (int?)null) })
            Assert.Contains(
                "it ends with build 1",
                await RefusalOf(() =>
                    asks.Answer(
                        Server("qa01"),
                        answer,
                        until is { } hours ? _clock.GetUtcNow().AddHours(hours) : null,
                        null,
                        RunningBuilds.Cancel,
                        PartsInPlace.DeedOf("anna")
                    )
                ),
                StringComparison.Ordinal
            );
        // Whoever does not wait for the build takes nothing from her.
        await TakeOver("qa01", "dora");
        var past = Assert.Single(Parts.The<PastReservations>().Of(Server("qa01")));
        Assert.Equal((ReservationEnd.Released, "anna"), (past.End, past.By));
        Parts.The<BuildHolds>().End(Server("qa01"), build);
        await Release("qa01", "dora");
        Assert.Null(Book.Of(Server("qa01")));
        Assert.Equal([(ConcernKind.Asked, "anna"), (ConcernKind.Answered, "ben")], Told());
    }

    [Fact]
    public async Task The_likely_time_counts_what_those_before_have_said()
    {
        await Parts.Reserve("qa01", "anna", 2);
        await Parts.Reserve("qa02", "anna", 5);
        await Parts.Reserve("qa03", "anna", 6);
        await Join("qa01", "ben", hours: 1);
        await Join("qa01", "carla", hours: 2);
        await Join(null, "dora", hours: 1);
        await Join(null, "emil", hours: 1);
        var likely = Parts.The<LineTimes>().Of(State);
        var now = _clock.GetUtcNow();
        Assert.Equal([2, 3, 5, 5], State.Line.Select(p => (int)Math.Round((likely[p.Number] - now).TotalHours)));
    }

    [Fact]
    public async Task Of_a_hold_whose_time_is_over_and_whose_build_goes_on_no_likely_time_is_told()
    {
        var held = await Parts.Reserve("qa01", "anna", 1);
        await Parts
            .The<Journal>()
            .Do(act => Parts.The<BuildsUnderHolds>().Begin(act, Server("qa01"), held.Number, JobId.From("1")!));
        await Join("qa01", "ben", hours: 1);
        Assert.Single(Parts.The<LineTimes>().Of(State));
        await Pass(TimeSpan.FromHours(1));
        Assert.Null(TurnOf("qa01"));
        Assert.Empty(Parts.The<LineTimes>().Of(State));
    }

    [Fact]
    public async Task Ends_are_told_an_hour_and_ten_minutes_before_once_each()
    {
        await Parts.Reserve("qa01", "anna", 2);
        await Parts.Reserve("qa02", "ben", 0.5);
        async Task At(double minutes)
        {
            await Pass(TimeSpan.FromMinutes(minutes));
            await Pass(TimeSpan.Zero);
        }
        await At(25);
        Assert.Equal([(ConcernKind.EndsSoon, "ben")], Told());
        await At(34);
        Assert.Empty(Minutes("anna"));
        await At(1);
        await At(10);
        Assert.Equal([60], Minutes("anna"));
        await Book.Reserve(Server("qa01"), new(Hours: 2), PartsInPlace.DeedOf("anna"));
        await At(60);
        await At(49);
        Assert.Equal([60, 60], Minutes("anna"));
        await At(1);
        await At(1);
        Assert.Equal([60, 60, 10], Minutes("anna"));
        Assert.Equal([10], Minutes("ben"));
        await At(60);
        Assert.Null(Book.Of(Server("qa01")));
    }

    [Fact]
    public async Task What_was_told_is_taken_out_in_the_act_that_hands_it_over()
    {
        await Parts.Reserve("qa01", "anna", 2);
        await Join("qa01", "ben");
        await Release("qa01", "anna");
        var concerns = Parts.The<Concerns>();
        var told = Assert.Single(concerns.Pending);
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Parts
                .The<Journal>()
                .Do(act =>
                {
                    concerns.Remove(act, new HashSet<long> { told.Id });
                    throw new InvalidOperationException("not handed over");
                })
        );
        Assert.Single(concerns.Pending);
        await Parts.The<Journal>().Do(act => concerns.Remove(act, new HashSet<long> { told.Id }));
        Assert.Empty(concerns.Pending);
    }

    private static ServerName Server(string name) => ServerName.From(name)!;

    private string? TurnOf(string server) => State.TurnOf(Server(server))?.Person;

    private List<(ConcernKind, string)> Told() => [.. Parts.The<Concerns>().Pending.Select(c => (c.Kind, c.Person))];

    private List<int?> Minutes(string person) =>
        [
            .. Parts
                .The<Concerns>()
                .Pending.Where(c => c.Kind == ConcernKind.EndsSoon && c.Person == person)
                .Select(c => c.Minutes),
        ];

    private Task<JoinedLine> Join(string? server, string person, double? hours = null, bool watch = false) =>
        Parts
            .The<WaitingLine>()
            .Join(
                new(server is null ? null : Server(server), Purpose: $"a wish of {person}", Hours: hours, Watch: watch),
                PartsInPlace.DeedOf(person)
            );

    private Task<ReservationView?> AskForAny(string key) =>
        Book.ReserveAny(
            () => Parts.The<IAnyServers>().For(null, null, []),
            new("nightly", 1),
            new LineWish(null, Purpose: "nightly", Hours: 1),
            PartsInPlace.DeedOf("ci") with
            {
                Key = key,
            },
            ReservationView.Of
        );

    private Task<ReservedServer> Take(string server, string person) =>
        Book.Reserve(Server(server), new("mine"), PartsInPlace.DeedOf(person));

    private Task<ReservationView> TakeOver(string server, string person) =>
        Parts
            .The<ReservationHandover>()
            .TakeOver(Server(server), "urgent", new(), RunningBuilds.Cancel, PartsInPlace.DeedOf(person));

    private Task<ReleasedServer> Release(string server, string person) =>
        Parts
            .The<ReservationHandover>()
            .Release(Server(server), null, RunningBuilds.Cancel, PartsInPlace.DeedOf(person));

    private async Task Pass(TimeSpan time)
    {
        _clock.Advance(time);
        await Book.RemoveEnded();
    }

    private static async Task<string> RefusalOf(Func<Task> deed) => (await Assert.ThrowsAsync<Problem>(deed)).Message;
}
