using Microsoft.Extensions.Time.Testing;
using TestServers.Messages;

namespace TestServers.Tests.Unit.Reservations;

/// <summary>Lines where some servers are a group's alone, or a token is for some servers alone.</summary>
public sealed class ProtectedLinesTest : ReservationParts
{
    private const string Settings = """
        "apps": [], "protected": [ { "servers": "^qa0[12]$", "groups": ["release"] } ]
        """;

    private readonly FakeTimeProvider _clock;

    public ProtectedLinesTest()
        : this(new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero))) { }

    private ProtectedLinesTest(FakeTimeProvider clock)
        : base(["qa01", "qa02", "qa03"], Settings, clock) => _clock = clock;

    [Fact]
    public async Task Nobody_waits_for_what_is_a_groups_alone_and_who_waits_for_any_gets_none_of_these()
    {
        await HoldAll();
        foreach (var watch in new[] { false, true })
        {
            var refused = await Assert.ThrowsAsync<Problem>(() => Join("qa01", "ben", watch));
            Assert.Equal(403, refused.Status);
            Assert.StartsWith("qa01 is protected: only members of release", refused.Message, StringComparison.Ordinal);
        }
        await Join(null, "ben");
        Assert.Null(await AskForAny(Script));
        await Release("qa01", "anna");
        Assert.Empty(State.Turns);
        Assert.Null(await AskForAny(Script));
        // It is free for its group alone, and nobody else is told so.
        await Join(null, "emil", watch: true);
        Assert.Contains(State.Line, p => p.Watch);
        await Book.Reserve(Server("qa01"), new("mine", 8), PartsInPlace.DeedOf("anna"));

        await Release("qa03", "anna");
        Assert.Equal("ben", TurnOf("qa03"));
        await Book.Reserve(Server("qa03"), new(), PartsInPlace.DeedOf("ben"));
        await Release("qa03", "ben");
        Assert.Equal("ci", TurnOf("qa03"));
        Assert.Equal("qa03", (await AskForAny(Script))?.Server.Text);
    }

    [Fact]
    public async Task Who_leaves_the_group_has_no_place_and_no_turn_there_any_more_and_is_told_why()
    {
        await HoldAll();
        foreach (var person in new[] { "ben", "carla", "dora" })
        {
            Parts.The<People>().Note(person, "release", "");
            await Join("qa01", person);
        }
        Parts.The<People>().Note("emil", "release", "");
        await Join(null, "emil");
        Parts.The<People>().Note("carla", "", "");
        await Book.RemoveEnded();
        Assert.Equal(["ben", "dora", "emil"], State.Line.Select(p => p.Person));
        Assert.Equal(
            "Your place in the line for qa01 is over: qa01 is protected: only members of release may reserve it, build "
                + "on it or take it over. Ask one of them, or take another server.",
            MessageText.Of(Assert.Single(Parts.The<Concerns>().Pending)).Text
        );
        await Release("qa01", "anna");
        await Release("qa02", "anna");
        Assert.Equal(("ben", "emil"), (TurnOf("qa01"), TurnOf("qa02")));
        foreach (var person in new[] { "ben", "emil" })
            Parts.The<People>().Note(person, "", "");
        await Book.RemoveEnded();
        Assert.Equal(("dora", null), (TurnOf("qa01"), TurnOf("qa02")));
        // Who waits for any keeps the place for another server.
        Assert.Equal(["dora", "emil"], State.Line.Select(p => p.Person));
        await Release("qa03", "anna");
        Assert.Equal("emil", TurnOf("qa03"));
    }

    [Fact]
    public async Task A_server_that_is_a_groups_alone_is_given_to_and_shared_with_its_members_alone()
    {
        await HoldAll();
        var sharing = Parts.The<ReservationSharing>();
        Task Give(string to) => sharing.Give(Server("qa01"), to, null, null, PartsInPlace.DeedOf("anna"));
        Task Share(string with) => sharing.Share(Server("qa01"), [with], null, PartsInPlace.DeedOf("anna"));
        foreach (var deed in new Func<string, Task>[] { Give, Share })
        {
            var refused = await Assert.ThrowsAsync<Problem>(() => deed("ben"));
            Assert.StartsWith("qa01 is protected: only members of release", refused.Message, StringComparison.Ordinal);
        }
        Assert.Equal(("anna", 0), (Book.Of(Server("qa01"))!.Holder, Book.Of(Server("qa01"))!.SharedWith.Length));
        Parts.The<People>().Note("ben", "release", "");
        await Share("ben");
        await Give("ben");
        Assert.Equal("ben", Book.Of(Server("qa01"))?.Holder);

        // Who has left the group makes it no longer, also not by an answer.
        Parts.The<People>().Note("ben", "", "");
        var asks = Parts.The<ReleaseAsks>();
        await asks.Ask(Server("qa01"), null, null, PartsInPlace.DeedOf("anna"));
        Task Answer(AskAnswer said, DateTimeOffset? until = null) =>
            asks.Answer(Server("qa01"), said, until, null, RunningBuilds.Cancel, PartsInPlace.DeedOf("ben"));
        var until = await Assert.ThrowsAsync<Problem>(() => Answer(AskAnswer.Until, _clock.GetUtcNow().AddHours(12)));
        Assert.Equal(403, until.Status);
        await Answer(AskAnswer.Keep);
    }

    [Fact]
    public async Task A_script_whose_token_is_for_some_servers_waits_for_these_alone()
    {
        await HoldAll();
        Parts.The<People>().Note("ci", "release", "");
        var bound = Script with
        {
            Caller = Script.Caller with
            {
                Token = new PersonalToken(
                    1,
                    "ci",
                    "nightly",
                    "x",
                    [TokenScope.Reserve],
                    [Server("qa02")],
                    null,
                    _clock.GetUtcNow(),
                    _clock.GetUtcNow().AddDays(1)
                ),
            },
        };
        Assert.Null(await AskForAny(bound));
        Assert.Equal(["qa02"], State.Line.Single().Only!.Value.Select(s => s.Text));
        await Release("qa01", "anna");
        await Release("qa03", "anna");
        Assert.Empty(State.Turns);
        await Release("qa02", "anna");
        Assert.Equal("ci", TurnOf("qa02"));
        Assert.Equal("qa02", (await AskForAny(bound))?.Server.Text);
    }

    private static Deed Script => PartsInPlace.DeedOf("ci") with { Key = "nightly" };

    private static ServerName Server(string name) => ServerName.From(name)!;

    private string? TurnOf(string server) => State.TurnOf(Server(server))?.Person;

    private async Task HoldAll()
    {
        Parts.The<People>().Note("anna", "release", "");
        foreach (var server in new[] { "qa01", "qa02", "qa03" })
            await Parts.Reserve(server, "anna", 8);
    }

    private Task<JoinedLine> Join(string? server, string person, bool watch = false) =>
        Parts
            .The<WaitingLine>()
            .Join(
                new(server is null ? null : Server(server), Purpose: "mine", Watch: watch),
                PartsInPlace.DeedOf(person)
            );

    private Task<ReleasedServer> Release(string server, string person) =>
        Parts
            .The<ReservationHandover>()
            .Release(Server(server), null, RunningBuilds.Cancel, PartsInPlace.DeedOf(person));

    // As a script does by HTTP: what it may not have is none of those that are offered.
    private Task<Reservation?> AskForAny(Deed deed) =>
        Book.ReserveAny(
            () =>
                Parts
                    .The<IAnyServers>()
                    .For(null, null, [])
                    .Where(s =>
                        deed.Caller.Reaches(s) && Parts.The<ProtectedServers>().WhyNot(s, deed.Caller.Name) is null
                    ),
            new("nightly", 1),
            new LineWish(null, Purpose: "nightly", Hours: 1),
            deed,
            reservation => reservation
        );
}
