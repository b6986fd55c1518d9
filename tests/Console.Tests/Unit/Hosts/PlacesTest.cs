using System.Collections.Immutable;

namespace TestServers.Tests.Unit.Hosts;

public sealed class PlacesTest
{
    private static readonly string[] Hosts = ["kvm1", "kvm2", "kvm3"];
    private static readonly ImmutableSortedDictionary<string, string> None = PlacesState.Empty.Places;
    private static readonly ImmutableSortedDictionary<string, string?> NoOthers = PlacesState.Empty.Others;

    [Fact]
    public void A_name_that_nobody_had_goes_to_the_first_host_of_the_settings_that_shows_it() =>
        Assert.Equal("kvm2", Settle(None, ("kvm1", ""), ("kvm2", "qa01"), ("kvm3", "qa01"))["qa01"]);

    [Fact]
    public void A_name_waits_until_the_hosts_before_have_been_asked()
    {
        Assert.Empty(Settle(None, ("kvm1", null), ("kvm2", "qa01"), ("kvm3", "")));
        Assert.Equal("kvm2", Settle(None, ("kvm1", "silent"), ("kvm2", "qa01"), ("kvm3", null))["qa01"]);
    }

    [Fact]
    public void The_host_that_had_it_keeps_it_also_while_it_has_not_answered_since_the_start()
    {
        var places = None.Add("qa01", "kvm2");
        Assert.Equal("kvm2", Settle(places, ("kvm1", "qa01"), ("kvm2", "qa01"), ("kvm3", "qa01"))["qa01"]);
        Assert.Equal("kvm2", Settle(places, ("kvm1", "qa01"), ("kvm2", null), ("kvm3", ""))["qa01"]);
        Assert.Equal("kvm2", Settle(places, ("kvm1", "qa01"), ("kvm2", "silent"), ("kvm3", ""))["qa01"]);
    }

    [Fact]
    public void A_server_that_moves_or_whose_host_left_the_settings_goes_to_where_it_is()
    {
        Assert.Equal("kvm3", Settle(None.Add("qa01", "kvm1"), ("kvm1", ""), ("kvm2", ""), ("kvm3", "qa01"))["qa01"]);
        Assert.Equal("kvm3", Settle(None.Add("qa01", "kvm9"), ("kvm1", ""), ("kvm2", ""), ("kvm3", "qa01"))["qa01"]);
        Assert.Empty(Settle(None.Add("qa01", "kvm1"), ("kvm1", ""), ("kvm2", ""), ("kvm3", "")));
    }

    /// <summary>What a second name of the same host shows is no machine of its own.</summary>
    [Theory]
    [InlineData("test:///a", "test:///a", "second")]
    [InlineData("test:///a", "test:///b", "first")]
    public void A_host_that_the_settings_name_twice_is_one(string one, string two, string place)
    {
        Places.Host Of(string name, string uri, params string[] names) => new(name, true, names.ToHashSet(), uri);
        Places.Host[] both = [Of("first", one, "qa01"), Of("second", two, "qa01")];
        var places = Places.Settle(both, None);
        Assert.Equal("first", places["qa01"]);
        var others = Places.FindOthers(both, places, NoOthers);
        Assert.Equal(place, Places.Settle([Of("first", one), Of("second", two, "qa01")], places, others)["qa01"]);
        // As a console has written it down that did not know.
        Assert.Equal(
            place,
            Places.Settle([Of("first", one), Of("second", two, "qa01")], places, NoOthers.Add("qa01/second", null))[
                "qa01"
            ]
        );
    }

    [Fact]
    public void Over_a_thousand_random_histories_no_choice_flaps_and_no_server_that_is_shown_is_lost()
    {
        var random = new Random(8);
        for (var round = 0; round < 1000; round++)
        {
            var shown = Hosts.ToDictionary(h => h, _ => (HashSet<string>?)null, StringComparer.Ordinal);
            var asked = new HashSet<string>(StringComparer.Ordinal);
            var places = None;
            for (var step = 0; step < 40; step++)
            {
                var host = Hosts[random.Next(3)];
                var restart = random.Next(15) == 0;
                if (restart)
                {
                    // The console begins again: what was written down stays, what was heard is forgotten.
                    asked.Clear();
                    foreach (var name in Hosts)
                        shown[name] = null;
                }
                asked.Add(host);
                if (random.Next(5) > 0)
                    shown[host] = [.. Enumerable.Range(1, 4).Where(_ => random.Next(2) == 0).Select(i => $"qa{i}")];
                var before = places;
                places = Places.Settle([.. Hosts.Select(h => new Places.Host(h, asked.Contains(h), shown[h]))], before);
                foreach (var (name, place) in before.Where(b => shown[b.Value]?.Contains(b.Key) != false))
                    Assert.Equal(place, places[name]);
                foreach (var (name, place) in places)
                    Assert.True(
                        shown[place] is null || shown[place]!.Contains(name),
                        $"{name} is on {place}, which does not show it."
                    );
                if (asked.Count == 3)
                    Assert.All(
                        shown.Values.OfType<HashSet<string>>().SelectMany(n => n),
                        name => Assert.Contains(name, places.Keys)
                    );
            }
        }
    }

    [Fact]
    public void A_machine_that_was_seen_beside_the_one_that_has_the_name_does_not_take_it_over()
    {
        Places.Host Showing(string host, params string[] names) =>
            new(host, true, names.ToHashSet(StringComparer.Ordinal));
        var both = new[] { Showing("kvm1", "qa06"), Showing("kvm2", "qa06") };
        var places = Places.Settle(both, None);
        var others = Places.FindOthers(both, places, NoOthers);
        Assert.Equal("kvm1", places["qa06"]);
        Assert.Equal("qa06.kvm2", others["qa06/kvm2"]);
        // Not seen for once: hold, history and copies stay those of the one on kvm1.
        var gone = new[] { Showing("kvm1"), Showing("kvm2", "qa06") };
        places = Places.Settle(gone, places, others);
        others = Places.FindOthers(gone, places, others);
        Assert.Equal("kvm1", places["qa06"]);
        // When neither is seen, nobody could tell which comes back: each has the name that it had.
        var none = new[] { Showing("kvm1"), Showing("kvm2") };
        places = Places.Settle(none, places, others);
        others = Places.FindOthers(none, places, others);
        Assert.Equal("kvm1", Places.Settle(gone, places, others)["qa06"]);
        Assert.Equal("qa06.kvm2", Places.FindOthers(gone, places, others)["qa06/kvm2"]);
        // When the other one is not there while this one is, it is gone; and one that moves was never seen on both.
        var one = new[] { Showing("kvm1", "qa06"), Showing("kvm2") };
        places = Places.Settle(one, places, others);
        others = Places.FindOthers(one, places, others);
        Assert.Empty(others);
        places = Places.Settle(none, places, others);
        Assert.Equal("kvm2", Places.Settle(gone, places, others)["qa06"]);
    }

    /// <summary>
    /// A story of hosts, a moment each: what each shows, in their order; `-` is one that was not asked since the start,
    /// `!` one that does not answer now, `restart` a console that begins again, and `kvm2 kvm1` other settings.
    /// </summary>
    [Theory]
    // Both at once, and the second later.
    [InlineData("qa05 | qa05", "qa05=kvm1 qa05.kvm2=kvm2")]
    [InlineData("qa05 | ; qa05 | qa05", "qa05=kvm1 qa05.kvm2=kvm2")]
    [InlineData("qa05 | qa05 ; restart ; - | qa05", "qa05.kvm2=kvm2")]
    [InlineData("qa05 | qa05 ; restart ; - | qa05 ; qa05 | qa05", "qa05=kvm1 qa05.kvm2=kvm2")]
    // The first goes for good: the name is nobody's, and the second's stays, over restarts and moments unseen.
    [InlineData("qa05 | qa05 ; | qa05", "qa05.kvm2=kvm2")]
    [InlineData("qa05 | qa05 ; | qa05 ; restart ; - | qa05 ; | qa05", "qa05.kvm2=kvm2")]
    [InlineData("qa05 | qa05 ; | qa05 ; | ; | qa05", "qa05.kvm2=kvm2")]
    [InlineData("qa05 | qa05 ; | qa05 ; | ; restart ; | ; | qa05 ; qa05 | qa05", "qa05=kvm1 qa05.kvm2=kvm2")]
    // The second goes, and a machine moves: it takes its name along.
    [InlineData("qa05 | qa05 ; qa05 | ; | ; | qa05", "qa05=kvm2")]
    [InlineData("qa05 | ; | qa05", "qa05=kvm2")]
    // The first is down: one that was known keeps its name, and of a new one nobody knows yet what it is.
    [InlineData("qa05 | qa05 ; ! qa05 | qa05", "qa05=kvm1 qa05.kvm2=kvm2")]
    [InlineData("qa05 | ; ! qa05 | qa05", "qa05=kvm1")]
    [InlineData("qa05 | ; ! qa05 | qa05 ; qa05 | qa05", "qa05=kvm1 qa05.kvm2=kvm2")]
    [InlineData("qa05 | ; ! qa05 | qa05 ; | qa05", "qa05=kvm2")]
    [InlineData("qa05 | ; restart ; ! | qa05 ; qa05 | qa05", "qa05=kvm1 qa05.kvm2=kvm2")]
    // Hosts come and go in the settings, and change their order.
    [InlineData("qa05 | qa05 ; kvm2 kvm1 ; qa05 | qa05", "qa05=kvm1 qa05.kvm2=kvm2")]
    [InlineData("qa05 | qa05 ; kvm2 ; qa05", "qa05.kvm2=kvm2")]
    [InlineData("qa05 | qa05 ; kvm2 ; qa05 ; kvm1 kvm2 ; qa05 | qa05", "qa05=kvm1 qa05.kvm2=kvm2")]
    [InlineData("qa05 | qa05 ; kvm1 ; qa05 ; kvm2 kvm1 ; qa05 | qa05", "qa05=kvm1 qa05.kvm2=kvm2")]
    [InlineData("qa05 | qa05 ; kvm1 ; ; kvm1 kvm2 ; | qa05", "qa05.kvm2=kvm2")]
    // Three: each has its own, and a machine that comes where the first went has moved.
    [InlineData("qa05 | qa05 | qa05", "qa05=kvm1 qa05.kvm2=kvm2 qa05.kvm3=kvm3")]
    [InlineData("qa05 | qa05 | ; | qa05 | qa05", "qa05=kvm3 qa05.kvm2=kvm2")]
    [InlineData("qa05 | qa05 | qa05 ; | qa05 | qa05 ; | qa05 |", "qa05.kvm2=kvm2")]
    // The unique name may be another machine's: who had it first has it, and it goes to nobody else.
    [InlineData("qa05 | qa05 | qa05.kvm2", "qa05=kvm1 qa05.kvm2=kvm3")]
    [InlineData("qa05 | qa05 | qa05.kvm2 ; qa05 | qa05 |", "qa05=kvm1")]
    [InlineData("qa05 | qa05 | ; qa05 | qa05 | qa05.kvm2", "qa05=kvm1 qa05.kvm2=kvm2")]
    [InlineData(
        "qa1234567890123456789012345678 | qa1234567890123456789012345678",
        "qa1234567890123456789012345678=kvm1"
    )]
    public void Two_machines_of_one_name_have_a_name_each_which_never_goes_to_the_other(string story, string board)
    {
        var settings = Hosts.Take(story.Split(';')[0].Split('|').Length).ToList();
        var known = new Dictionary<string, (bool Asked, bool Silent, HashSet<string>? Names)>(StringComparer.Ordinal);
        var (places, others) = (None, NoOthers);
        IEnumerable<string> Board() =>
            from host in settings
            from name in known.GetValueOrDefault(host).Names ?? []
            let server = new Server(ServerName.From(name)!, host, "running", "", "")
            let shown = new BoardNames(places, others, None).Show(server).Shown
            where shown is not null
            orderby shown.Name.Text
            select $"{shown.Name}={host}";
        foreach (var moment in story.Split(';').Select(m => m.Trim()))
        {
            if (moment == "restart")
                known.Clear();
            else if (moment.StartsWith("kvm", StringComparison.Ordinal))
                settings = [.. moment.Split(' ')];
            else
            {
                foreach (var (at, shows) in moment.Split('|').Select(s => s.Trim()).Index())
                {
                    var names = shows.Trim('!', '-', ' ').Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    if (shows == "-")
                        continue;
                    known[settings[at]] = shows.StartsWith('!')
                        ? (true, true, known.GetValueOrDefault(settings[at]).Names)
                        : (true, false, names.ToHashSet(StringComparer.Ordinal));
                }
            }
            var hosts = settings
                .Select(h => new Places.Host(h, known.GetValueOrDefault(h).Asked, known.GetValueOrDefault(h).Names)
                {
                    IsSilent = known.GetValueOrDefault(h).Silent,
                })
                .ToList();
            places = Places.Settle(hosts, places, others);
            others = Places.FindOthers(hosts, places, others);
            Assert.Equal(Board().Select(b => b.Split('=')[0]).Distinct(), Board().Select(b => b.Split('=')[0]));
        }
        Assert.Equal(board, string.Join(' ', Board()));
    }

    [Fact]
    public void What_moves_between_two_looks_is_one_and_what_is_still_there_when_asked_again_are_two()
    {
        Places.Host Of(string host, long asked, long since, params string[] names) =>
            new(host, true, names.ToHashSet(StringComparer.Ordinal)) { At = (asked, since) };
        // kvm1 was asked before kvm2 showed it.
        Places.Host[] hosts = [Of("kvm1", 10, 1, "qa05"), Of("kvm2", 11, 12, "qa05")];
        var places = None.Add("qa05", "kvm1");
        Assert.Empty(Places.FindOthers(hosts, places, NoOthers));
        Assert.True(Places.IsOpen(hosts, places, NoOthers));
        Places.Host[] moved = [Of("kvm1", 13, 14), hosts[1]];
        Assert.Equal("kvm2", Places.Settle(moved, places, NoOthers)["qa05"]);
        Places.Host[] two = [Of("kvm1", 13, 1, "qa05"), hosts[1]];
        var others = Places.FindOthers(two, places, NoOthers);
        Assert.Equal("qa05.kvm2", others["qa05/kvm2"]);
        Assert.False(Places.IsOpen(two, places, others));
    }

    [Fact]
    public void A_machine_that_is_migrated_live_is_on_both_for_long_and_takes_its_name_along()
    {
        Places.Host Of(string host, long asked, long since, bool isPaused, params string[] names) =>
            new(host, true, names.ToHashSet(StringComparer.Ordinal))
            {
                At = (asked, since),
                Paused = isPaused ? names.ToHashSet(StringComparer.Ordinal) : new(StringComparer.Ordinal),
            };
        var places = None.Add("qa05", "kvm1");
        Places.Host[] onItsWay = [Of("kvm1", 900, 1, false, "qa05"), Of("kvm2", 899, 12, true, "qa05")];
        Assert.Equal(places, Places.Settle(onItsWay, places, NoOthers));
        Assert.Empty(Places.FindOthers(onItsWay, places, NoOthers));
        // Where it has come, it runs; kvm1 was asked before.
        Places.Host[] there = [onItsWay[0], Of("kvm2", 902, 903, false, "qa05")];
        Assert.Empty(Places.FindOthers(there, places, NoOthers));
        Assert.Equal("kvm2", Places.Settle([Of("kvm1", 904, 905, false), there[1]], places, NoOthers)["qa05"]);
        // One that was resumed by hand, and is still on both, is another.
        Places.Host[] two = [Of("kvm1", 904, 1, false, "qa05"), there[1]];
        Assert.Single(Places.FindOthers(two, places, NoOthers));
        // One that has its name already keeps it while it is paused.
        Places.Host[] paused = [two[0], Of("kvm2", 906, 907, true, "qa05")];
        Assert.Single(Places.FindOthers(paused, places, Places.FindOthers(two, places, NoOthers)));
    }

    [Fact]
    public void A_state_that_gave_the_others_no_names_gives_them_now()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            folder["places.json"],
            """{"version": 1, "places": {"qa05": "kvm1"}, "others": ["qa05/kvm2", "qa05/kvm9"]}"""
        );
        var state = JsonFile<PlacesState>.Load(folder["places.json"]).Value;
        Assert.Equal(["qa05/kvm2", "qa05/kvm9"], state.Others.Keys);
        Places.Host[] hosts =
        [
            new("kvm1", false, null),
            new("kvm2", true, new HashSet<string>(StringComparer.Ordinal) { "qa05" }),
        ];
        Assert.Equal("qa05.kvm2", Places.FindOthers(hosts, state.Places, state.Others)["qa05/kvm2"]);
        File.WriteAllText(folder["places.json"], """{"version": 1, "places": {}}""");
        Assert.Empty(JsonFile<PlacesState>.Load(folder["places.json"]).Value.Others);
        Assert.Contains(
            "the name of qa05/kvm2 cannot be a server's",
            (state with { Others = NoOthers.Add("qa05/kvm2", "a b") }).FindFault(),
            StringComparison.Ordinal
        );
    }

    // null: not asked yet; "silent": asked in vain.
    private static ImmutableSortedDictionary<string, string> Settle(
        ImmutableSortedDictionary<string, string> before,
        params (string Host, string? Names)[] hosts
    ) =>
        Places.Settle(
            [
                .. hosts.Select(h => new Places.Host(
                    h.Host,
                    h.Names is not null,
                    h.Names is null or "silent"
                        ? null
                        : h.Names.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal)
                )),
            ],
            before
        );
}
