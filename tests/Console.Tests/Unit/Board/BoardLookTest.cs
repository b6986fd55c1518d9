using System.Collections.Immutable;
using TestServers.Board;

namespace TestServers.Tests.Unit.Board;

/// <summary>What a host says costs what that host has, however many others there are.</summary>
public sealed class BoardLookTest : IAsyncLifetime, IAsyncDisposable
{
    private const int ServersOfOne = 30;
    private static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly HashSet<ServerName> Nothing = [];
    private readonly PartsInPlace _parts = new(
        Enumerable.Range(1, 200).Select(n => ($"qa{n:000}", 1)),
        new Dictionary<string, string>(StringComparer.Ordinal),
        ""
    );

    public Task InitializeAsync() => _parts.Begin();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    [Theory, InlineData("says the same"), InlineData("has another state"), InlineData("is silent")]
    public void An_answer_makes_nothing_anew_but_what_is_that_hosts(string what)
    {
        var (few, many) = (CostOf(what, 2), CostOf(what, 50));
        // Each host has a place in a few lists, and nothing of its servers.
        Assert.InRange(many, 1, (1.2 * few) + (48 * 200));
    }

    [Fact]
    public async Task When_it_is_probably_whose_turn_is_reckoned_once_for_all_servers()
    {
        var hosts = _parts.The<Inventory>().Hosts.ToImmutableArray();
        foreach (var server in hosts[0].Servers)
            await _parts.Reserve(server.Name.Text, "anna");
        var before = Look(new([]), null, hosts).Picture;
        var alone = Allocated(() => Look(before, null, hosts));
        await _parts.The<WaitingLine>().Join(new(null, Purpose: "a test", Hours: 1), PartsInPlace.DeedOf("ben"));
        Assert.Single(_parts.The<ReservationBook>().State.Line);
        var once = Allocated(() => Assert.Single(_parts.The<ServerPresenter>().LikelyTurns));
        Assert.InRange(Allocated(() => Look(before, null, hosts)), alone, alone + (2 * once));
    }

    private double CostOf(string what, int count)
    {
        var hosts = Hosts(count);
        var before = Look(new([]), null, hosts).Picture;
        var now = hosts.SetItem(1, Next(hosts[1], what));
        var (picture, change) = Look(before, Nothing, now);
        for (var place = 0; place < count; place++)
            Assert.Equal(place != 1, ReferenceEquals(before.Hosts[place], picture.Hosts[place]));
        Assert.Equal(
            what switch
            {
                "says the same" => 0,
                "has another state" => 1,
                _ => ServersOfOne,
            },
            change.Servers.Count
        );
        Assert.Same(picture, Look(picture, Nothing, now).Picture);
        return Allocated(() => Look(before, Nothing, now));
    }

    private static HostState Next(HostState host, string what) =>
        what switch
        {
            "says the same" => host with { AsOf = Time.AddSeconds(2) },
            "has another state" => host with
            {
                Servers = host.Servers.SetItem(3, host.Servers[3] with { State = "paused" }),
            },
            _ => host with { Problem = "It is silent." },
        };

    private (Picture Picture, BoardChange Change) Look(
        Picture before,
        IReadOnlySet<ServerName>? changed,
        ImmutableArray<HostState> hosts
    ) =>
        new BoardLook(
            before,
            changed,
            [],
            new Dictionary<ServerName, UncleanServer>(),
            _parts.The<ServerPresenter>()
        ).Make(hosts);

    // The least of some: the first ones make what is made once.
    private static double Allocated(Action act)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            act();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }

    private static ImmutableArray<HostState> Hosts(int count) =>
        [
            .. Enumerable
                .Range(1, count)
                .Select(h =>
                    HostState.Unknown($"kvm{h}", null) with
                    {
                        AsOf = Time,
                        Servers =
                        [
                            .. Enumerable
                                .Range(1, ServersOfOne)
                                .Select(n => ServerName.From($"qb{h:00}{n:00}")!)
                                .Select(name => new Server(name, $"kvm{h}", "running", name.Text, "")),
                        ],
                    }
                ),
        ];
}
