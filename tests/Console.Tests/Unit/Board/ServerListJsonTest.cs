using System.Collections.Immutable;
using System.Text;
using TestServers.Board;

namespace TestServers.Tests.Unit.Board;

/// <summary>The list of servers is written by code of its own, and reads as every other answer.</summary>
public sealed class ServerListJsonTest
{
    private static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1));
    private static readonly AppName Shop = AppName.From("shop")!;
    private static readonly RepositoryPath Trunk = RepositoryPath.From("trunk")!;
    private static readonly Revision Seven = Revision.From("7")!;

    [Fact]
    public void It_reads_as_every_other_answer()
    {
        var server = new ServerView(
            ServerName.From("qa07")!,
            "vmhost",
            "running",
            Time,
            "It does not answer <now>.",
            "127.0.0.7",
            "http://127.0.0.7/",
            new(
                7,
                "jörg",
                "\"basket\" & more",
                Time,
                Time,
                new("anna", 6, "ill", Time, Id(3), RunningBuilds.Finish),
                ["carla"],
                [new("dora", "please", Time, AskAnswer.Keep, Time)],
                "ben"
            ),
            new(
                Shop,
                Trunk,
                Seven,
                Time,
                CopyName.From("copy_shop_qa07"),
                "anna",
                Time,
                Id(4),
                JobState.Failed,
                "It failed."
            )
            {
                Incomplete = true,
                DataDoubt = "Nobody knows.",
                LastChanged = Revision.From("6"),
            },
            new(Id(5), JobState.Running, Shop, Trunk, "anna", 7, "code", 0.25, Time, Time, 2),
            new(Id(4), Time, "It cannot be reached."),
            "It is off.",
            new(["release"], "It is theirs."),
            [new("/srv/code/.aside-1", Time, "www-data", "uploads", "rm -r")],
            new("0123", Shop, Trunk, Seven, Time, "ben", Time, "Another console has built here."),
            [new("code shop", "It is another one.")],
            new(
                new(ServerName.From("qa07")!, "dora", Time, Time),
                [new(3, "dora", "the basket", Time, Time)],
                ["emil"]
            ),
            [TagName.From("64 GB")!],
            new(ServerName.From("qa07")!, 2, "the disk", "carla", Time, Time),
            new(Shop, Trunk, true, "anna", Time, Seven, Time, 30, "It is silent.", Time)
        );
        var list = new ServerList([server], [new("vmhost", Time, "It is silent.", Time, 3, ["a b is left out."])]);
        Assert.DoesNotContain("null", JsonSerializer.Serialize(list, Json.Web), StringComparison.Ordinal);
        Assert.Equal(JsonSerializer.Serialize(list, Json.Web), Joined(list));
    }

    [Fact]
    public void What_is_not_there_is_null()
    {
        var server = PlainView.Of("qa07");
        var list = new ServerList([server], [new("vmhost", null, null, null, 0, [])]);
        Assert.Equal(JsonSerializer.Serialize(list, Json.Web), Joined(list));
    }

    // A text of somebody's may look like a part of the JSON.
    [Fact]
    public void The_time_of_a_hosts_answer_stands_where_it_belongs()
    {
        const string odd = "a,\"asOf\":null,";
        var held = new ReservationView(7, odd, odd, Time, Time, null, [], [], null);
        var server = PlainView.Of("qa07") with
        {
            Host = odd,
            State = odd,
            Address = odd,
            Url = odd,
            Reservation = held,
            Unusable = odd,
        };
        var list = new ServerList(
            [server, server with { Name = ServerName.From("qa08")! }],
            [new(odd, null, null, null, 0, [odd])]
        );
        var timed = new ServerList(
            [.. list.Servers.Select(s => s with { AsOf = Time })],
            [list.Hosts[0] with { AsOf = Time }]
        );
        Assert.Equal(JsonSerializer.Serialize(timed, Json.Web), Joined(list, Time));
    }

    [Fact]
    public void A_long_list_is_joined_of_groups_and_of_these_only_those_that_have_changed_are_others()
    {
        var servers = Enumerable.Range(1, 300).Select(n => Shown(n, new string('x', 300))).ToImmutableArray();
        var state = HostState.Unknown("vmhost", null) with { AsOf = Time };
        var before = ShownHost.Of(state, new(new("vmhost", null, null, null, 0, []), true), servers);
        var after = before.With(state, before.Host, servers.SetItem(100, Shown(101, "ü")));
        Assert.Equal(
            [100 / ShownGroup.Most],
            before.Groups.Zip(after.Groups).Index().Where(g => g.Item.First != g.Item.Second).Select(g => g.Index)
        );
        var list = new ServerList(
            [.. after.Servers.Select(s => s.View with { AsOf = Time })],
            [after.Host.View with { AsOf = Time }]
        );
        var picture = new Picture([after]);
        Assert.True(picture.Body.Count > 1);
        Assert.Equal(JsonSerializer.Serialize(list, Json.Web), Text(picture));
        Assert.NotEqual(new Picture([before]).Tag, picture.Tag);
    }

    private static Shown<ServerView> Shown(int number, string url) =>
        new(PlainView.Of($"qa{number}") with { Url = url }, isTimeless: true);

    private static string Text(Picture picture) =>
        string.Concat(picture.Body.Select(p => Encoding.UTF8.GetString(p.Span)));

    // As one host's: `asOf` is when it has answered last.
    private static string Joined(ServerList list, DateTimeOffset? asOf = null)
    {
        var host = list.Hosts.Single();
        var isTimeless = asOf is not null;
        var picture = new Picture([
            ShownHost.Of(
                HostState.Unknown(host.Name, host.Problem) with
                {
                    AsOf = asOf,
                },
                new(host, isTimeless),
                [.. list.Servers.Select(s => new Shown<ServerView>(s, isTimeless))]
            ),
        ]);
        return Text(picture);
    }

    private static JobId Id(long number) => JobId.Of(number);
}
