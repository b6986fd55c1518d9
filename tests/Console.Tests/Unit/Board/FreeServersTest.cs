using Microsoft.Extensions.Time.Testing;

namespace TestServers.Tests.Unit.Board;

/// <summary>
/// Which of the free servers is given first: the one on which a build is quickest, and that nobody misses.
/// </summary>
public sealed class FreeServersTest : IAsyncLifetime, IAsyncDisposable
{
    private const string Settings = """
        "guests": { "ssh": { "user": "nobody", "port": 9, "key": "/dev/null", "knownHosts": "/dev/null" } },
        "databaseHosts": [
          { "name": "db1", "address": "127.71.9.1", "port": 9, "local": { "program": "program",
            "config": "password" } } ],
        "bases": [ { "name": "shop", "host": "db1", "dump": "shop.dump", "owner": "shop" } ],
        "apps": [
          { "name": "shop", "repository": { "kind": "svn", "url": "svn://127.71.9.1/shop" }, "templates": "templates",
            "base": "shop", "database": { "user": "shop", "passwordFile": "password" } } ]
        """;

    private static readonly Dictionary<string, string> Histories = new(StringComparer.Ordinal)
    {
        ["qa02"] = """ "copies": {"shop": "2026-11-24T01:00:00Z"}, "code": {} """,
        ["qa03"] = """
            "copies": {"shop": "2026-11-24T01:00:00Z"}, "code": {"shop": {"path": "trunk", "revision": "12"}}
            """,
        ["qa04"] = """ "copies": {}, "code": {"shop": {"path": "trunk", "revision": "12"}} """,
    };

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private readonly PartsInPlace _parts;

    public FreeServersTest() =>
        _parts = new(Enumerable.Range(1, 5).Select(n => ($"qa0{n}", 1)), Histories, Settings, _clock);

    public Task InitializeAsync() => _parts.Begin();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    [Fact]
    public async Task What_the_app_needs_is_there_before_all_else_and_of_equals_the_one_that_was_free_longest()
    {
        Assert.Equal(["qa03", "qa02", "qa04", "qa01", "qa05"], Free("shop"));
        foreach (var server in new[] { "qa02", "qa01", "qa03" })
        {
            await _parts.Reserve(server, "anna");
            _clock.Advance(TimeSpan.FromMinutes(1));
            await _parts
                .The<ReservationHandover>()
                .Release(ServerName.From(server)!, null, RunningBuilds.Cancel, PartsInPlace.DeedOf("anna"));
        }
        Assert.Equal(["qa03", "qa04", "qa02", "qa05", "qa01"], Free("shop"));
        Assert.Equal(["qa04", "qa05", "qa02", "qa01", "qa03"], Free(null));
    }

    private IEnumerable<string> Free(string? app) =>
        _parts.The<IAnyServers>().For(app is null ? null : AppName.From(app), null, []).Select(s => s.Text);
}
