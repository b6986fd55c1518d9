using Microsoft.Extensions.Time.Testing;
using TestServers.Administration;
using TestServers.Databases;
using TestServers.History;
using TestServers.Messages;
using TestServers.Savepoints;

namespace TestServers.Tests.Unit.Administration;

/// <summary>Servers, people and bases that are gone are forgotten, and nothing that somebody may still need.</summary>
public sealed class ForgettingTest : IAsyncLifetime, IAsyncDisposable
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly ServerName Gone = ServerName.From("qa09")!;
    private static readonly BaseName Shop = BaseName.From("shop")!;

    private const string Apps = """
        "databaseHosts": [
          { "name": "db1", "address": "127.71.9.1", "port": 9, "local": { "program": "program",
            "config": "password" } } ],
        "bases": [ { "name": "shop", "host": "db1", "dump": "shop.dump", "owner": "shop" } ],
        "people": { "names": "folded" },
        "groups": [ { "name": "release", "users": ["Named"] } ]
        """;

    private static readonly Dictionary<string, string> Histories = new(StringComparer.Ordinal)
    {
        ["qa01"] = Nothing,
        ["qa09"] = Nothing,
        ["build-agent"] = Nothing,
    };
    private const string Nothing = """ "copies": {}, "code": {} """;

    private readonly FakeTimeProvider _clock = new(Begin);
    private readonly PartsInPlace _parts;

    public ForgettingTest() => _parts = new([("qa01", 1), ("build-agent", 1)], Histories, Apps, _clock);

    public Task InitializeAsync() => _parts.Begin();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    [Fact]
    public void A_server_that_no_host_has_is_forgotten_after_its_time_and_the_audit_says_so()
    {
        Answer();
        Pass(0);
        Assert.Equal(["qa09"], The<JsonFile<GoneState>>().Value.Servers.Keys);
        Pass(89);
        Assert.True(History.Has(Gone));
        Pass(2);
        Assert.False(History.Has(Gone));
        Assert.Contains(The<LineParts>().Back(), l => l.Line.Contains("forget server", StringComparison.Ordinal));
        Pass(0);
        Assert.Empty(The<JsonFile<GoneState>>().Value.Servers);
        // One that the settings' pattern does not name is still a domain of the host.
        foreach (var other in (string[])["qa01", "build-agent"])
            Assert.True(History.Has(ServerName.From(other)!), other);
    }

    public static TheoryData<string> Reasons() => [.. Needs.Keys];

    private static readonly Dictionary<string, Action<ForgettingTest>> Needs = new(StringComparer.Ordinal)
    {
        ["its database host has not answered"] = _ => { },
        ["a copy"] = test => test.Answer(Found("copy_shop_qa09", DatabaseKind.Copy)),
        ["a reservation"] = test =>
        {
            test.Answer();
            test.The<JsonFile<ReservationsState>>()
                .Change(s => s.WithNew(Gone, "anna", "a test", Begin, Begin.AddYears(1)));
        },
        ["somebody who waits"] = test =>
        {
            test.Answer();
            test.The<JsonFile<ReservationsState>>()
                .Change(s => s.WithPlace(new(0, "ben", Gone, null, null, "a test", 4, Begin, Begin.AddYears(1))));
        },
        ["a savepoint"] = test =>
        {
            test.Answer();
            test.The<JsonFile<SavepointsState>>()
                .Change(s =>
                    s.With(
                        new Savepoint(
                            JobId.Of(1),
                            Gone,
                            AppName.From("shop")!,
                            "x",
                            "",
                            "anna",
                            Begin,
                            SavepointState.Kept,
                            [new(Shop, "db1")]
                        )
                    )
                );
        },
        ["a build that waits"] = test =>
        {
            test.Answer();
            test.Do(act =>
                test.The<JobStore<Build>>()
                    .Add(
                        act,
                        id => new Build(Gone, AppName.From("shop")!, RepositoryPath.From("trunk")!, null, false, true)
                        {
                            Id = id,
                            By = "anna",
                            At = Begin,
                        }
                    )
            );
        },
    };

    [Theory]
    [MemberData(nameof(Reasons))]
    public void A_server_stays_as_long_as_there_is(string reason)
    {
        Needs[reason](this);
        Pass(0);
        Pass(200);
        Assert.True(History.Has(Gone));
    }

    [Fact]
    public async Task Who_has_not_signed_in_for_a_year_and_has_nothing_is_forgotten()
    {
        foreach (var name in (string[])["gone", "back", "holder"])
            The<People>().Note(name, "release", $"{name}@qa.example");
        for (var month = 0; month < 11; month++)
        {
            Pass(31);
            The<People>().Note("back", "release", "back@qa.example");
        }
        await The<PersonalTokens>().Make(new("ci", null, null, null, 31, null), PartsInPlace.DeedOf("holder"));
        Pass(30);
        Assert.Equal(["back", "holder"], The<JsonFile<PeopleState>>().Value.Addresses.Keys);
        Assert.Equal(["back", "holder"], The<JsonFile<PeopleState>>().Value.Groups.Keys);
        Assert.Contains(The<LineParts>().Back(), l => l.Line.Contains("forget person", StringComparison.Ordinal));
        // Its token has ended, and is not shown any more.
        _clock.Advance(TimeSpan.FromDays(62));
        await The<PersonalTokens>().KeepUses();
        Pass(0);
        Assert.Equal(["back"], The<JsonFile<PeopleState>>().Value.Seen.Keys);
    }

    [Fact]
    public void Whom_an_older_console_knew_is_taken_for_seen_when_that_is_looked_at_first()
    {
        The<People>().Note("old", "release", "");
        The<JsonFile<PeopleState>>().Change(state => state with { Seen = state.Seen.Clear() });
        Pass(400);
        Assert.True(The<People>().Knows("old"));
        Pass(364);
        Assert.True(The<People>().Knows("old"));
        Pass(2);
        Assert.False(The<People>().Knows("old"));
    }

    [Fact]
    public void What_people_chose_stays_as_long_as_anything_else_knows_them_and_a_year_at_least()
    {
        The<People>().Note("seen", "release", "");
        foreach (var name in (string[])["gone", "seen", "named", "told"])
            Do(act => The<MessageBook>().SetUnwanted(act, name, [MessageKind.NewEnd]));
        Pass(0);
        for (var month = 0; month < 13; month++)
        {
            The<People>().Note("seen", "release", "");
            if (month == 11)
                Do(act => The<MessageBook>().Add(act, "told", new(0, MessageKind.Free, "qa01 is free now.", default)));
            Pass(month == 0 ? 1 : 31);
        }
        Assert.Empty(The<MessageBook>().UnwantedBy("gone"));
        foreach (var name in (string[])["seen", "named", "told"])
            Assert.Equal([MessageKind.NewEnd], The<MessageBook>().UnwantedBy(name));
        Assert.Equal(3, Directory.GetFiles(Path.Combine(_parts.Settings.State, "messages"), "*.json").Length);
    }

    [Fact]
    public void A_base_that_the_settings_do_not_name_is_forgotten_when_nothing_is_left_of_it()
    {
        var former = BaseName.From("former")!;
        The<BaseFacts>().Note(former, known => known with { Exists = true });
        The<BaseFacts>().Note(Shop, known => known with { Exists = true });
        The<JsonFile<BasesState>>()
            .Change(s => s with { Copies = s.Copies.Add("db1/copy_former_qa01", new("vmhost", "test:///x")) });
        Pass(200);
        Assert.Equal(["former", "shop"], The<JsonFile<BasesState>>().Value.Bases.Keys);
        Answer(Found("spare_former_1", DatabaseKind.Spare));
        Pass(1);
        Assert.Equal(["former", "shop"], The<JsonFile<BasesState>>().Value.Bases.Keys);
        Answer();
        Pass(1);
        Assert.Equal(["shop"], The<JsonFile<BasesState>>().Value.Bases.Keys);
        Assert.Empty(The<JsonFile<BasesState>>().Value.Copies);
    }

    private HistoryStore History => The<HistoryStore>();

    private static FoundDatabase Found(string name, DatabaseKind kind) =>
        new(
            name,
            kind,
            BaseName.From(name.Split('_')[1])!,
            kind == DatabaseKind.Copy ? Gone : null,
            1,
            null,
            null,
            null
        );

    private void Answer(params FoundDatabase[] found)
    {
        var facts = The<BaseFacts>();
        facts.NoteAnswer(facts.Hosts.Single().Host, DatabaseHostStatus.Nothing with { Found = [.. found] });
    }

    private void Pass(int days)
    {
        _clock.Advance(TimeSpan.FromDays(days));
        The<Retention>().RemoveOld();
    }

    private void Do(Action<Act> decide) => The<Journal>().Do(decide).GetAwaiter().GetResult();

    private T The<T>()
        where T : notnull => _parts.The<T>();
}
