using System.Text;
using TestServers.Board;

namespace TestServers.Tests.Unit.Board;

/// <summary>The list of servers in parts: a server that stays is in one of them, whatever comes and goes.</summary>
public sealed class ServerSearchTest
{
    private static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly string[] States = ["running", "paused", "shut off", "crashed"];

    [Theory]
    [InlineData(null, null, null, null, "a1 b1 c1 qa02 qa1 z9", null)]
    [InlineData("kvm2", null, null, null, "b1 qa02", null)]
    [InlineData("kvm3", null, null, null, "", null)]
    [InlineData(null, "running", null, null, "a1 c1 qa02", null)]
    [InlineData(null, "paused,crashed", null, null, "b1 qa1 z9", null)]
    [InlineData(null, null, null, 4, "a1 b1 c1 qa02", "qa02")]
    [InlineData(null, null, "qa02", 4, "qa1 z9", null)]
    [InlineData(null, null, "d", 1, "qa02", "qa02")]
    [InlineData(null, null, null, 6, "a1 b1 c1 qa02 qa1 z9", null)]
    [InlineData("kvm1", "running", "a1", 1, "c1", null)]
    [InlineData(null, null, "z9", 4, "", null)]
    public void What_is_asked_for_is_there(
        string? host,
        string? states,
        string? after,
        int? limit,
        string names,
        string? next
    )
    {
        var picture = PictureOf(
            ("kvm1", "a1 running, c1 running, qa1 paused, z9 crashed"),
            ("kvm2", "b1 paused, qa02 running"),
            ("kvm3", "")
        );
        var found = new ServerSearch(host, states?.Split(',').ToHashSet(), NameOf(after), limit).In(picture);
        var list = JsonDocument.Parse(found.Body).RootElement;
        Assert.Equal(names, string.Join(' ', NamesIn(found)));
        Assert.Equal(next, found.Next?.Text);
        Assert.Equal(
            host is null ? ["kvm1", "kvm2", "kvm3"] : [host],
            list.GetProperty("hosts").EnumerateArray().Select(h => h.Text("name")!)
        );
        Assert.All(
            list.GetProperty("servers").EnumerateArray(),
            s => Assert.StartsWith("2026-01-02T03:04:05", s.Text("asOf"), StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Another_answer_has_another_tag_and_the_time_of_a_host_s_answer_alone_does_not_change_it()
    {
        (string, string)[] hosts = [("kvm1", "a1 running, a2 running"), ("kvm2", "b1 running")];
        string TagOf(Picture picture, string? state = null, int? limit = null, string? after = null) =>
            new ServerSearch(null, state is null ? null : new HashSet<string> { state }, NameOf(after), limit)
                .In(picture)
                .Tag;
        var picture = PictureOf(hosts);
        var tags = new[]
        {
            TagOf(picture),
            TagOf(picture, limit: 2),
            TagOf(picture, limit: 1),
            TagOf(picture, after: "a1"),
            TagOf(picture, "paused"),
            TagOf(PictureOf(("kvm1", "a1 running, a2 paused"), hosts[1])),
            TagOf(PictureOf(hosts[0], ("kvm9", "b1 running"))),
        };
        Assert.Equal(tags.Length, tags.Distinct().Count());
        Assert.Equal(TagOf(picture), TagOf(PictureOf(hosts, Time.AddSeconds(2))));
        // What is shown is the same, and what comes behind it is not.
        Assert.NotEqual(TagOf(picture, limit: 2), TagOf(PictureOf(hosts[0], ("kvm2", "")), limit: 2));
    }

    [Fact]
    public void Over_five_hundred_random_fleets_each_server_that_stays_is_told_once()
    {
        var random = new Random(16);
        for (var round = 0; round < 500; round++)
        {
            var fleet = Enumerable
                .Range(0, 40)
                .Select(n => (Name: $"{(char)('a' + random.Next(5))}{n}", Host: random.Next(4), State: random.Next(4)))
                .ToList();
            var stays = fleet.Where(_ => random.Next(3) > 0).Select(s => s.Name).ToHashSet();
            var wanted = random.Next(2) == 0 ? null : States.Where(_ => random.Next(2) == 0).ToHashSet();
            var told = new List<string>();
            ServerName? next = null;
            do
            {
                // Others come and go, and any of them moves.
                var now = fleet
                    .Where(s => stays.Contains(s.Name) || random.Next(2) == 0)
                    .Select(s => (s.Name, Host: random.Next(5) == 0 ? random.Next(4) : s.Host, s.State))
                    .ToList();
                var picture = PictureOf([
                    .. Enumerable
                        .Range(0, 4)
                        .Select(h =>
                            (
                                $"kvm{h}",
                                string.Join(
                                    ", ",
                                    now.Where(s => s.Host == h).Select(s => $"{s.Name} {States[s.State]}")
                                )
                            )
                        ),
                ]);
                var found = new ServerSearch(null, wanted, next, 1 + random.Next(7)).In(picture);
                told.AddRange(NamesIn(found));
                next = found.Next;
            } while (next is not null);
            Assert.Equal(told.Order(StringComparer.Ordinal).Distinct(), told);
            var meant = fleet.Where(s => wanted?.Contains(States[s.State]) != false).Select(s => s.Name).ToHashSet();
            Assert.Subset(meant, told.ToHashSet());
            Assert.Superset(stays.Intersect(meant).ToHashSet(), told.ToHashSet());
        }
    }

    private static ServerName? NameOf(string? name) => name is null ? null : ServerName.From(name)!;

    private static IEnumerable<string> NamesIn(FoundServers found) =>
        JsonDocument
            .Parse(Encoding.UTF8.GetString(found.Body.Span))
            .RootElement.GetProperty("servers")
            .EnumerateArray()
            .Select(s => s.Text("name")!);

    private static Picture PictureOf(params (string Host, string Servers)[] hosts) => PictureOf(hosts, Time);

    private static Picture PictureOf((string Host, string Servers)[] hosts, DateTimeOffset asOf) =>
        new([.. hosts.Select(h => ShownOf(h.Host, h.Servers, asOf))]);

    private static ShownHost ShownOf(string host, string servers, DateTimeOffset asOf) =>
        ShownHost.Of(
            HostState.Unknown(host, null) with
            {
                AsOf = asOf,
            },
            new(new(host, null, null, null, 0, []), isTimeless: true),
            [
                .. servers
                    .Split(", ", StringSplitOptions.RemoveEmptyEntries)
                    .Select(s => s.Split(' ', 2))
                    .OrderBy(s => s[0], StringComparer.Ordinal)
                    .Select(s => new Shown<ServerView>(PlainView.Of(s[0], host, s[1]), isTimeless: true)),
            ]
        );
}
