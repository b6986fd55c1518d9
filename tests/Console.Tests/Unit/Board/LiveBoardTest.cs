using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TestServers.Board;
using TestServers.Following;
using TestServers.History;

namespace TestServers.Tests.Unit.Board;

/// <summary>One change costs what it changes, and the picture is what it would be if all were looked at.</summary>
public sealed class LiveBoardTest
{
    private const string Apps = """
        "guests": {
          "ssh": { "user": "nobody", "port": 9, "key": "/dev/null", "knownHosts": "/dev/null", "connectSeconds": 1 } },
        "apps": [
          { "name": "plain", "repository": { "kind": "git", "url": "https://127.71.9.1/plain" },
            "templates": "templates", "defaultPath": "main" } ],
        "builds": { "perPerson": 500 }
        """;

    private static readonly Wanted Wanted = new(AppName.From("plain")!, null, null, false, true);
    private static readonly string[] Names = [.. Enumerable.Range(1, 8).Select(n => $"qa{n:00}")];

    // An answer may tell of a hold before all who listen have heard of it: this test listens before the board does.
    [Fact]
    public async Task Whoever_has_seen_a_hold_sees_it_on_the_board()
    {
        await using var parts = Parts();
        await parts.Begin();
        var book = parts.The<ReservationBook>();
        var (held, seen) = (ServerName.From("qa02")!, new List<string?>());
        book.Changed += _ => seen.Add(HolderOf(held, parts.The<LiveBoard>().Now));
        Assert.Null(HolderOf(held, parts.The<LiveBoard>().Now));
        await parts.Reserve("qa02", "anna");
        await parts.The<ReservationHandover>().Release(held, null, RunningBuilds.Cancel, PartsInPlace.DeedOf("anna"));
        Assert.Equal(["anna", null], seen);
    }

    [Fact]
    public async Task The_other_servers_of_a_picture_are_those_of_the_one_before()
    {
        await using var parts = Parts();
        await parts.Begin();
        using var board = BoardOf(parts);
        var before = board.Now;
        await parts.Reserve("qa02", "anna");
        var after = board.Now;
        Assert.Equal("anna", after.Hosts[0].Servers[1].View.Reservation?.Holder);
        Assert.NotEqual(before.Tag, after.Tag);
        Assert.Equal(
            ["qa02"],
            before
                .Hosts[0]
                .Servers.Zip(after.Hosts[0].Servers)
                .Where(pair => !ReferenceEquals(pair.First, pair.Second))
                .Select(pair => pair.Second.View.Name.Text)
        );
    }

    [Fact]
    public async Task A_host_that_says_the_same_again_changes_its_time_alone()
    {
        await using var parts = Parts();
        await parts.Begin();
        using var board = BoardOf(parts);
        var before = board.Now;
        await Wait.Until("virsh has answered again", () => board.Now.Hosts[0].State.AsOf > before.Hosts[0].State.AsOf);
        var after = board.Now;
        Assert.Equal(before.Tag, after.Tag);
        Assert.Equal(before.Hosts[0].Servers, after.Hosts[0].Servers);
        Assert.NotEqual(Text(before.Body), Text(after.Body));
        Assert.Equal(WrittenAtOnce(after), Text(after.Body));
        var (one, _) = after.Find(ServerName.From("qa03")!)!.Value;
        Assert.Equal(
            JsonSerializer.Serialize(WithTime(after.Hosts[0].Servers[2].View, after.Hosts[0].State), Json.Web),
            Encoding.UTF8.GetString(one.Span)
        );
    }

    [Fact]
    public async Task Whatever_is_changed_the_next_picture_is_that_of_a_board_that_looks_at_all()
    {
        await using var parts = Parts();
        await parts.Begin();
        using var board = BoardOf(parts);
        var random = new Random(7);
        var told = new HashSet<string>(StringComparer.Ordinal);
        board.Changed += change => told.UnionWith(change.Servers.Select(s => s.Name.Text));
        var tags = new HashSet<string>(StringComparer.Ordinal) { board.Now.Tag };
        for (var n = 0; n < 120; n++)
        {
            var name = ServerName.From(Names[random.Next(Names.Length)])!;
            var deed = random.Next(8);
            await Do(parts, deed, name, n);
            var now = board.Now;
            using var other = BoardOf(parts);
            Assert.True(other.Now.Tag == now.Tag, $"deed {deed} on {name}, the {n}th, is not seen");
            tags.Add(now.Tag);
        }
        Assert.Equal(Names, told.Order());
        Assert.True(tags.Count > 60, $"{tags.Count} pictures");
    }

    private static async Task Do(PartsInPlace parts, int deed, ServerName name, int n)
    {
        var (store, history) = (parts.The<JobStore<Build>>(), parts.The<HistoryStore>());
        var open = store.Open.FirstOrDefault(b => b.Server == name);
        var isUsable = parts.The<Usability>().WhyNot(parts.The<Inventory>().Find(name)) is null;
        switch (deed)
        {
            case 0 when isUsable:
                await parts.Reserve(name.Text, "anna");
                break;
            case 1 when parts.The<ReservationBook>().Of(name) is not null:
                await parts
                    .The<ReservationHandover>()
                    .Release(name, null, RunningBuilds.Cancel, PartsInPlace.DeedOf("anna"));
                break;
            case 2 when isUsable:
                await parts.The<BuildQueue>().Enqueue(name, Wanted, null, PartsInPlace.DeedOf("anna"));
                break;
            case 3 when open is not null:
                await parts.The<BuildQueue>().Cancel(open.Id, PartsInPlace.DeedOf("anna"), CancellationToken.None);
                break;
            case 4 when open is not null:
                store.Show(open.Id, b => b.WithStep("code", s => s with { Progress = n / 120.0 }));
                break;
            case 5:
                history.NoteSetAside(name, [new($"/srv/{n}", null, null, null, null)]);
                break;
            case 6 when parts.The<Reachability>().Of(name) is null:
                parts.The<Reachability>().NoteUnreachable(name, "it was unplugged.");
                break;
            default:
                parts.The<Reachability>().NoteReached(name);
                break;
        }
    }

    private static string Text(IEnumerable<ReadOnlyMemory<byte>> parts) =>
        string.Concat(parts.Select(p => Encoding.UTF8.GetString(p.Span)));

    private static string? HolderOf(ServerName server, Picture picture) =>
        picture.Hosts.Single().Find(server)!.View.Reservation?.Holder;

    private static string WrittenAtOnce(Picture picture) =>
        JsonSerializer.Serialize(
            new ServerList(
                [.. picture.Hosts.SelectMany(h => h.Servers.Select(s => WithTime(s.View, h.State)))],
                [.. picture.Hosts.Select(h => h.Host.View with { AsOf = h.State.AsOf })]
            ),
            Json.Web
        );

    private static ServerView WithTime(ServerView view, HostState host) => view with { AsOf = host.AsOf };

    private static PartsInPlace Parts() =>
        new(Names.Select(n => (n, n == "qa05" ? 5 : 1)), new Dictionary<string, string>(StringComparer.Ordinal), Apps);

    private static LiveBoard BoardOf(PartsInPlace parts) =>
        new(
            parts.The<CurrentSettings>(),
            parts.The<Inventory>(),
            parts.The<ReservationBook>(),
            parts.The<OutOfServiceServers>(),
            parts.The<MadeServers>(),
            parts.The<JobStore<Build>>(),
            parts.The<HistoryStore>(),
            parts.The<ServerCleanup>(),
            parts.The<Reachability>(),
            parts.The<FollowBook>(),
            parts.The<Follower>(),
            parts.The<ServerPresenter>(),
            NullLogger<LiveBoard>.Instance
        );
}
