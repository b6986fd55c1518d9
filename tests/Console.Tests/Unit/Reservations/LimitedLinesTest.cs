using Microsoft.Extensions.Time.Testing;

namespace TestServers.Tests.Unit.Reservations;

/// <summary>Lines where a person may hold one server.</summary>
public sealed class LimitedLinesTest : ReservationParts
{
    private readonly FakeTimeProvider _clock;

    public LimitedLinesTest()
        : this(new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero))) { }

    private LimitedLinesTest(FakeTimeProvider clock)
        : base(["qa01", "qa02"], "\"apps\": [], \"reservations\": { \"perPerson\": 1 }", clock) => _clock = clock;

    [Fact]
    public async Task A_script_whose_person_holds_too_many_is_told_so_and_keeps_its_turn_as_long_as_it_asks()
    {
        await Parts.Reserve("qa01", "ci", 8);
        await Parts.Reserve("qa02", "anna", 8);
        Assert.Null(await AskForAny());
        await Parts.The<ReservationHandover>().Release(Qa("qa02"), null, RunningBuilds.Cancel, Of("anna"));
        for (var minute = 0; minute < 3; minute++)
        {
            _clock.Advance(TimeSpan.FromSeconds(50));
            await Book.RemoveEnded();
            Assert.Equal(429, (await Assert.ThrowsAsync<Problem>(AskForAny)).Status);
        }
        Assert.Equal("ci", State.TurnOf(Qa("qa02"))?.Person);
        await Parts.The<ReservationHandover>().Release(Qa("qa01"), null, RunningBuilds.Cancel, Of("ci"));
        Assert.Equal("qa02", (await AskForAny())?.Server.Text);
    }

    [Fact]
    public async Task Who_has_waited_for_longer_than_one_may_by_now_takes_it_for_as_long_as_one_may()
    {
        await Parts.Reserve("qa01", "anna", 8);
        await Parts.The<WaitingLine>().Join(new(Qa("qa01"), Purpose: "mine", Hours: 100), Of("ben"));
        var settings = Parts.The<CurrentSettings>();
        settings.Replace(
            settings.Now with
            {
                Reservations = settings.Now.Reservations with { DefaultHours = 4, MaxHours = 24 },
            }
        );
        await Parts.The<ReservationHandover>().Release(Qa("qa01"), null, RunningBuilds.Cancel, Of("anna"));
        var taken = (await Book.Reserve(Qa("qa01"), new(), Of("ben"))).Reservation;
        Assert.Equal(TimeSpan.FromHours(24), taken.Until - taken.Since);
    }

    private static ServerName Qa(string name) => ServerName.From(name)!;

    private static TestServers.Access.Deed Of(string person) => PartsInPlace.DeedOf(person);

    private Task<Reservation?> AskForAny() =>
        Book.ReserveAny(
            () => [],
            new("nightly", 1),
            new LineWish(null, Purpose: "nightly", Hours: 1),
            Of("ci") with
            {
                Key = "night",
            },
            reservation => reservation
        );
}
