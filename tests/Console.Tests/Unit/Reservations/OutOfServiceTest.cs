using Microsoft.Extensions.Time.Testing;
using TestServers.Messages;

namespace TestServers.Tests.Unit.Reservations;

/// <summary>Servers out of service, by the console's own parts and a clock that the test sets.</summary>
public sealed class OutOfServiceTest : ReservationParts
{
    private const string Apps = """
        "guests": { "ssh": { "user": "nobody", "port": 9, "key": "/dev/null", "knownHosts": "/dev/null" } },
        "apps": [ { "name": "plain", "repository": { "kind": "git", "url": "https://127.71.9.1/plain" },
          "templates": "templates", "defaultPath": "main" } ],
        "roles": [ { "role": "administrator", "users": ["carla"] } ],
        "tags": [ { "servers": "^qa0[12]$", "tags": ["64 GB"] }, { "servers": "^qa02$", "tags": ["release", "64 GB"] },
          { "servers": "^none$", "tags": ["gone"] } ]
        """;

    private static readonly Wanted Code = new(AppName.From("plain")!, null, null, Database: false, Code: true);
    private readonly FakeTimeProvider _clock;

    public OutOfServiceTest()
        : this(new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero))) { }

    private OutOfServiceTest(FakeTimeProvider clock)
        : base(["qa01", "qa02", "qa03"], Apps, clock) => _clock = clock;

    [Fact]
    public async Task Whose_turn_it_is_has_none_while_it_lasts_and_is_the_first_again_afterwards()
    {
        await Parts.Reserve("qa01", "anna");
        await Join("qa01", "ben");
        await Join("qa01", "dora");
        await Release("qa01", "anna");
        Assert.Equal("ben", State.TurnOf(Qa01)?.Person);
        await Put(new(true, "the disk is being replaced"));
        Assert.Null(State.TurnOf(Qa01));
        await Join("qa01", "emil");
        await Pass(TimeSpan.FromHours(1));
        Assert.Null(State.TurnOf(Qa01));
        Assert.Equal(["ben", "dora", "emil"], State.Line.Select(p => p.Person));
        Assert.Contains("qa01 is out of service: the disk is being replaced (carla)", await RefusalOf("ben"));
        await Put(new(false));
        Assert.Equal("ben", State.TurnOf(Qa01)?.Person);
        Assert.Equal(TimeSpan.FromMinutes(10), State.TurnOf(Qa01)?.Until - _clock.GetUtcNow());
        Assert.Equal(["turn", "out of service", "back in service", "turn"], Audited("qa01", "turn", "service"));
    }

    [Fact]
    public async Task It_ends_by_the_clock_once_and_a_clock_that_is_set_back_brings_nothing_back()
    {
        await Put(new(true, "maintenance", Hours: 2));
        await Join("qa01", "ben");
        var likely = Parts.The<LineTimes>().Of(State).Values.Single();
        Assert.Equal(TimeSpan.FromHours(2), likely - _clock.GetUtcNow());
        await Pass(TimeSpan.FromMinutes(119));
        Assert.Null(State.TurnOf(Qa01));
        // It is over at once, also when nobody has written that down yet.
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(Parts.The<OutOfServiceServers>().Of(Qa01));
        await Pass(TimeSpan.Zero);
        await Pass(TimeSpan.Zero);
        Assert.Equal("ben", State.TurnOf(Qa01)?.Person);
        Assert.Empty(Parts.The<JsonFile<ServiceState>>().Value.Out);
        Assert.Equal(["out of service", "back in service"], Audited("qa01", "service"));
        var last = File.ReadLines(Audit).Last(l => l.Contains("back in service", StringComparison.Ordinal));
        Assert.Contains("\"kind\":\"console\"", last, StringComparison.Ordinal);
        Assert.Contains("number 1 of carla: its time ended at 2026-03-02 11:00 UTC", last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_it_shares_it_or_waits_for_it_is_told_once_each_time_and_who_does_it_is_not()
    {
        await Parts.Reserve("qa01", "anna", 8);
        await Parts.The<ReservationSharing>().Share(Qa01, ["emil"], null, PartsInPlace.DeedOf("anna"));
        foreach (var person in new[] { "ben", "carla", "dora" })
            await Join("qa01", person);
        await Parts.The<WaitingLine>().Join(new(Qa01, Watch: true), PartsInPlace.DeedOf("fred"));
        await Parts.Reserve("qa02", "gina", 8);
        var first = (await Put(new(true, "the disk is being replaced", Hours: 2))).Service!;
        Assert.Equal(["anna", "ben", "dora", "emil"], Told(ConcernKind.OutOfService));
        Assert.Equal(
            "carla has put qa01 out of service until 2026-03-02 11:00 UTC: the disk is being replaced. What you have "
                + "there, a reservation or a place in its line, stays yours.",
            MessageText.Of(Parts.The<Concerns>().Pending[^1]).Text
        );
        await Put(new(true, "the disk, and memory", Until: first.Until));
        Assert.Equal(4, Told(ConcernKind.OutOfService).Count);
        await Put(new(true, "the disk, and memory", Hours: 3));
        Assert.Equal(8, Told(ConcernKind.OutOfService).Count);
        await Put(new(false));
        Assert.Equal(["anna", "ben", "dora", "emil"], Told(ConcernKind.BackInService));

        // Back by the clock is nobody's deed.
        await Release("qa01", "anna");
        await Put(new(true, "once more", Hours: 1));
        Assert.Equal(10, Told(ConcernKind.OutOfService).Count);
        await Pass(TimeSpan.FromHours(1));
        await Pass(TimeSpan.Zero);
        Assert.Equal(["anna", "ben", "ben", "carla", "dora", "dora", "emil"], Told(ConcernKind.BackInService));
        Assert.Equal("qa01 is in service again.", MessageText.Of(Parts.The<Concerns>().Pending[^2]).Text);
        Assert.DoesNotContain(Parts.The<Concerns>().Pending, c => c.Person is "fred" or "gina");
    }

    [Fact]
    public async Task Who_holds_it_keeps_it_and_only_administrators_build_or_take_it_over()
    {
        await Parts.Reserve("qa01", "anna");
        var queue = Parts.The<BuildQueue>();
        var waits = await queue.Enqueue(Qa01, Code, null, PartsInPlace.DeedOf("anna"));
        await Put(new(true, "maintenance"));
        await Book.Reserve(Qa01, new(Hours: 3), PartsInPlace.DeedOf("anna"));
        Assert.Equal("anna", Book.Of(Qa01)?.Holder);
        var refused = await Assert.ThrowsAsync<Problem>(() =>
            queue.Enqueue(Qa01, Code, null, PartsInPlace.DeedOf("anna"))
        );
        Assert.Equal(("out-of-service", "maintenance"), (refused.Type, refused.Fields["note"]));
        await Assert.ThrowsAsync<Problem>(() =>
            Parts.The<ReservationSharing>().Give(Qa01, "ben", null, null, PartsInPlace.DeedOf("anna"))
        );
        // What was accepted before does not begin any more.
        var begun = await Parts
            .The<Journal>()
            .Do(act => Parts.The<BuildHolds>().Begin(act, Qa01, waits.Id, "anna", waits.Reservation));
        Assert.Contains("Cancelled: qa01 is out of service: maintenance", begun.Refusal, StringComparison.Ordinal);
        await Join("qa01", "ben");
        await Assert.ThrowsAsync<Problem>(() => TakeOver(PartsInPlace.DeedOf("ben")));
        var taken = await TakeOver(Administrator);
        Assert.Equal("carla", taken.Holder);
        await queue.Enqueue(Qa01, Code, null, Administrator);
        await Release("qa01", "carla");
        var rules = Parts.The<BuildRules>();
        var told = rules.RefusalOf(Qa01, Code, null, PartsInPlace.DeedOf("ben").Caller);
        Assert.StartsWith("qa01 is out of service: maintenance (carla).", told, StringComparison.Ordinal);
        Assert.Null(rules.RefusalOf(Qa01, Code, null, Administrator.Caller));
        // Others wait for it, but whoever repairs it comes first.
        var refusal = await Assert.ThrowsAsync<Problem>(() => Book.Reserve(Qa01, new("x"), Administrator));
        Assert.Equal("out-of-service", refusal.Type);
        await queue.Enqueue(Qa01, Code, null, Administrator);
        Assert.Equal("carla", Book.Of(Qa01)?.Holder);
        Assert.Equal(["ben"], State.Line.Select(p => p.Person));
        // A token of an administrator is none.
        await Assert.ThrowsAsync<Problem>(() => queue.Enqueue(Qa01, Code, null, PartsInPlace.DeedOf("carla")));
    }

    [Fact]
    public async Task Another_note_is_another_number_and_what_was_meant_for_an_older_one_does_nothing()
    {
        var first = (await Put(new(true, "maintenance"))).Service!;
        Assert.Equal(first, (await Put(new(true, " maintenance "))).Service);
        _clock.Advance(TimeSpan.FromMinutes(5));
        var second = (await Put(new(true, "the disk", Number: first.Number))).Service!;
        Assert.Equal((first.Since, 2), (second.Since, second.Number));
        await Assert.ThrowsAsync<Problem>(() => Put(new(false, Number: first.Number)));
        Assert.Equal("the disk", Parts.The<OutOfServiceServers>().Of(Qa01)?.Note);
        Assert.Null((await Put(new(false, Number: second.Number))).Service);
        await Assert.ThrowsAsync<Problem>(() => Put(new(false, Number: second.Number)));
        Assert.Null((await Put(new(false))).Service);
        Assert.Equal(["out of service", "out of service", "back in service"], Audited("qa01", "service"));
    }

    [Theory]
    [InlineData(true, null, null, null)]
    [InlineData(true, " ", null, null)]
    [InlineData(true, "a\nb", null, null)]
    [InlineData(true, "a\u200bb", null, null)]
    [InlineData(true, "maintenance", 1.0, 1.0)]
    [InlineData(true, "maintenance", 0.0, null)]
    [InlineData(true, "maintenance", -1.0, null)]
    [InlineData(true, "maintenance", 8785.0, null)]
    [InlineData(true, "maintenance", null, 0.0)]
    [InlineData(true, "maintenance", null, -24.0)]
    [InlineData(true, "maintenance", null, 10000.0)]
    [InlineData(false, "maintenance", null, null)]
    [InlineData(false, null, 1.0, null)]
    public async Task A_wish_that_is_none_changes_nothing(bool @out, string? note, double? hours, double? until)
    {
        await Put(new(true, "before"), "qa02");
        var end = until is { } number ? _clock.GetUtcNow().AddHours(number) : (DateTimeOffset?)null;
        foreach (var server in new[] { "qa01", "qa02" })
        {
            var refusal = await Assert.ThrowsAsync<Problem>(() => Put(new(@out, note, hours, end), server));
            Assert.Equal(400, refusal.Status);
        }
        Assert.Equal("before", Parts.The<JsonFile<ServiceState>>().Value.Out.Values.Single().Note);
        Assert.Equal(["out of service"], Audited("qa02", "service"));
        await Assert.ThrowsAsync<Problem>(() => Put(new(true, new string('x', 10_000))));
    }

    [Fact]
    public async Task Any_with_tags_has_all_of_them_and_a_line_for_such_is_served_by_such_alone()
    {
        var tags = Parts.The<ServerTags>();
        var both = tags.Wanted([TagName.From("release")!, TagName.From("64 GB")!, TagName.From("release")!]);
        Assert.Equal(["64 GB", "release"], both.Select(t => t.Text));
        var free = Parts.The<IAnyServers>();
        Assert.Equal(["qa02"], free.For(null, null, both).Select(s => s.Text));
        Assert.Empty(free.For(null, null, tags.Wanted([TagName.From("gone")!])));
        var unknown = Assert.Throws<Problem>(() => tags.Wanted([TagName.From("128 GB")!]));
        Assert.Equal("The settings give no server the tag 128 GB. They name: 64 GB, gone, release.", unknown.Message);

        await Parts.Reserve("qa01", "anna", 2);
        await Parts.Reserve("qa02", "anna", 8);
        var large = new LineWish(null, Purpose: "much data") { Tags = tags.Wanted([TagName.From("64 GB")!]) };
        await Parts.The<WaitingLine>().Join(large with { Tags = both }, PartsInPlace.DeedOf("ben"));
        await Parts.The<WaitingLine>().Join(large, PartsInPlace.DeedOf("dora"));
        Assert.False((await Parts.The<WaitingLine>().Join(large, PartsInPlace.DeedOf("dora"))).IsNew);
        // qa03 is free all the time.
        Assert.Empty(State.Turns);
        var likely = Parts.The<LineTimes>().Of(State);
        Assert.Equal([8, 2], State.Line.Select(p => (likely[p.Number] - _clock.GetUtcNow()).TotalHours));
        Assert.Equal("any server with 64 GB, release", State.Line[0].What);
        await Release("qa01", "anna");
        Assert.Equal(["dora"], State.Turns.Values.Select(t => t.Person));
        await Put(new(true, "maintenance"), "qa02");
        await Release("qa02", "anna");
        Assert.Equal(["dora"], State.Turns.Values.Select(t => t.Person));
        await Put(new(false), "qa02");
        Assert.Equal("ben", State.TurnOf(ServerName.From("qa02")!)?.Person);
    }

    private static ServerName Qa01 => ServerName.From("qa01")!;

    private static Deed Administrator =>
        new(
            new("carla", CallerKind.User, new HashSet<string>([.. TokenRights.All, Standing.Administer])),
            null,
            "PUT service",
            ""
        );

    private string Audit => Path.Combine(Parts.Settings.State, "audit.log");

    private List<string> Told(ConcernKind kind) =>
        [.. Parts.The<Concerns>().Pending.Where(c => c.Kind == kind).Select(c => c.Person).Order()];

    private List<string> Audited(string server, params string[] words) =>
        [
            .. File.ReadLines(Audit)
                .Select(l => System.Text.Json.JsonDocument.Parse(l).RootElement)
                .Where(f => f.Text("on") == server)
                .Select(f => f.Text("what")!)
                .Where(w => words.Any(word => w.Contains(word, StringComparison.Ordinal))),
        ];

    private Task<ServerService> Put(ServiceWish wish, string server = "qa01") =>
        Parts.The<ServiceChanges>().Put(ServerName.From(server)!, wish, Administrator);

    private Task<JoinedLine> Join(string server, string person) =>
        Parts.The<WaitingLine>().Join(new(ServerName.From(server), Purpose: "mine"), PartsInPlace.DeedOf(person));

    private Task<ReservationView> TakeOver(Deed deed) =>
        Parts.The<ReservationHandover>().TakeOver(Qa01, "urgent", new(), RunningBuilds.Cancel, deed);

    private Task<ReleasedServer> Release(string server, string person) =>
        Parts
            .The<ReservationHandover>()
            .Release(ServerName.From(server)!, null, RunningBuilds.Cancel, PartsInPlace.DeedOf(person));

    private async Task<string> RefusalOf(string person) =>
        (await Assert.ThrowsAsync<Problem>(() => Book.Reserve(Qa01, new("mine"), PartsInPlace.DeedOf(person)))).Message;

    private async Task Pass(TimeSpan time)
    {
        _clock.Advance(time);
        await Parts.The<ServiceChanges>().EndOver();
        await Book.RemoveEnded();
    }
}
