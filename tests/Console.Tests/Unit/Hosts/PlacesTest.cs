using System.Collections.Immutable;
using TestServers.Hosts;

namespace TestServers.Tests.Unit.Hosts;

public sealed class PlacesTest
{
    private static readonly string[] Hosts = ["kvm1", "kvm2", "kvm3"];
    private static readonly ImmutableSortedDictionary<string, string> None = PlacesState.Empty.Places;

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
        var others = Places.FindOthers(both, places, []);
        Assert.Equal(place, Places.Settle([Of("first", one), Of("second", two, "qa01")], places, others)["qa01"]);
        // As a console has written it down that did not know.
        Assert.Equal(
            place,
            Places.Settle([Of("first", one), Of("second", two, "qa01")], places, ["qa01/second"])["qa01"]
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
        var others = Places.FindOthers(both, places, []);
        Assert.Equal("kvm1", places["qa06"]);
        // Not seen for once: hold, history and copies stay those of the one on kvm1.
        var gone = new[] { Showing("kvm1"), Showing("kvm2", "qa06") };
        places = Places.Settle(gone, places, others);
        others = Places.FindOthers(gone, places, others);
        Assert.Equal("kvm1", places["qa06"]);
        // When the other one is gone, too, the name is anybody's; and one that moves was never seen on both.
        var none = new[] { Showing("kvm1"), Showing("kvm2") };
        others = Places.FindOthers(none, places, others);
        Assert.Empty(others);
        places = Places.Settle(none, places, others);
        Assert.Equal("kvm2", Places.Settle(gone, places, others)["qa06"]);
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
