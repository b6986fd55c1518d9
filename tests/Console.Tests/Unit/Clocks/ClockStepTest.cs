using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;

namespace TestServers.Tests.Unit.Clocks;

/// <summary>The machine's clock is set by an hour, forwards and back, while something has a time to run.</summary>
public sealed class ClockStepTest : IDisposable
{
    private static readonly DateTimeOffset Evening = new(2026, 10, 24, 23, 30, 0, TimeSpan.Zero);
    private readonly SetClock _clock = new(Evening);
    private readonly TemporaryFolder _folder = new();
    private readonly StateFolder _state;

    public ClockStepTest() => _state = new(_folder["state"]);

    public void Dispose()
    {
        _state.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_step_is_no_time_that_passes(double hours)
    {
        var began = _clock.GetTimestamp();
        Step(hours);
        Assert.Equal(TimeSpan.Zero, _clock.GetElapsedTime(began));
    }

    // Minutes that a reservation has left, hours of the step, whether it holds then, and after the step is taken back.
    [Theory]
    [InlineData(30, 1, false)]
    [InlineData(60, 1, false)]
    [InlineData(61, 1, true)]
    [InlineData(30, -1, true)]
    [InlineData(1, -1, true)]
    [InlineData(120, 1, true)]
    [InlineData(120, -1, true)]
    public async Task A_reservation_ends_once_when_the_clock_says_so(int minutes, double hours, bool holds)
    {
        var book = Book(minutes);
        Assert.NotNull(book.Of(Server));
        Step(hours);
        Assert.Equal(holds, book.Of(Server) is not null);
        await book.RemoveEnded();
        Step(-hours);
        await book.RemoveEnded();
        Assert.Equal(holds, book.Of(Server) is not null);
        _clock.Advance(TimeSpan.FromMinutes(minutes));
        Assert.Null(book.Of(Server));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(0.01)]
    public void A_session_lasts_a_minute_whatever_the_clock_does_and_a_new_one_is_believed_at_once(double hours)
    {
        var sessions = Sessions();
        var before = sessions.Begin("anna", "");
        Step(hours);
        Assert.True(sessions.Find(before, "") is null or { Left.TotalSeconds: <= 60 });
        var after = sessions.Begin("anna", "");
        Assert.Equal("anna", sessions.Find(after, "")?.User);
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Null(sessions.Find(before, ""));
        Assert.Null(sessions.Find(after, ""));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Who_has_ended_his_sessions_can_begin_another_after_a_step_and_none_comes_back(double hours)
    {
        var sessions = Sessions();
        var ended = sessions.Begin("anna", "");
        sessions.End("anna");
        Step(hours);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var begun = sessions.Begin("anna", "");
        Assert.Equal("anna", sessions.Find(begun, "")?.User);
        Assert.Null(sessions.Find(ended, ""));
        for (var minute = 0; minute < 130; minute++)
        {
            Assert.Null(sessions.Find(ended, ""));
            _clock.Advance(TimeSpan.FromSeconds(31));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task One_night_has_one_restore_although_its_hour_comes_twice_or_not_at_all(double hours)
    {
        var answers = new KeptAnswers(_state.Folder("keys"), _clock);
        var night = new Deed(Caller.TheConsole, "shop-2026-10-25", "POST /api/bases/shop/restore", "");
        var journal = _state.Journal(_state.Lines("audit.log"));
        await journal.Do(act => answers.Keep(act, night, new Answered(7)));
        Step(hours);
        answers.RemoveOld();
        Assert.Equal(7, answers.Find<Answered>(night)?.Restore);
        _clock.Advance(TimeSpan.FromDays(1));
        answers.RemoveOld();
        Assert.Equal(7, answers.Find<Answered>(night)?.Restore);
        Assert.Null(answers.Find<Answered>(night with { Key = "shop-2026-10-26" }));
    }

    private static ServerName Server => ServerName.From("qa01")!;

    private Sessions Sessions() => new(_state.Open("sessions.json", SessionKey.New()), _clock);

    private ReservationBook Book(int minutes)
    {
        var state = ReservationsState.Empty.WithNew(Server, "anna", "a test", Evening, Evening.AddMinutes(minutes));
        var file = JsonFile<ReservationsState>.Create(Path.Combine(_state.Folder("held"), "reservations.json"), state);
        var settings = new CurrentSettings(new());
        var people = new People(
            settings,
            _state.Open("people.json", PeopleState.Empty),
            _clock,
            NullLogger<People>.Instance
        );
        var inventory = new Inventory(
            settings,
            _state.Open("places.json", PlacesState.Empty),
            [],
            _clock,
            NullLogger<Inventory>.Instance
        );
        var service = new OutOfServiceServers(_state.Open("service.json", ServiceState.Empty), _clock);
        var usability = new Usability(
            inventory,
            new Reachability(_clock),
            service,
            new MadeServers(_state.Open("made.json", MadeState.Empty))
        );
        var (audit, builds) = (new Audit(_clock), new BuildsUnderHolds());
        var hours = new ReservationClock(builds, _clock);
        var concerns = new Concerns(_state.Open("concerns.json", ConcernsState.Empty), _clock);
        var asks = new LineAsks(_clock);
        var protection = new ProtectedServers(settings, people);
        return new(
            file,
            _state.Journal(_state.Lines("audit.log")),
            audit,
            new KeptAnswers(_state.Folder("keys"), _clock),
            new ReservationLimits(settings, _clock),
            usability,
            protection,
            builds,
            hours,
            new PastReservations(_state.Folder("reservations"), () => 10),
            new LineTurns(
                file,
                hours,
                usability,
                protection,
                people,
                new NoServers(),
                asks,
                concerns,
                settings,
                audit,
                _clock
            ),
            new AnyLine(file, asks, audit, settings, _clock),
            new EndWarnings(file, concerns, _clock),
            concerns,
            _clock
        );
    }

    private void Step(double hours) => _clock.Set += TimeSpan.FromHours(hours);

    private sealed class NoServers : IAnyServers
    {
        public IEnumerable<ServerName> For(AppName? app, string? host, ImmutableArray<TagName> wanted) => [];
    }

    private sealed record Answered(int Restore);
}
