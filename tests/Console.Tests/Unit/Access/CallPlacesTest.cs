using System.Text.RegularExpressions;

namespace TestServers.Tests.Unit.Access;

public sealed class CallPlacesTest
{
    private readonly CallPlaces _places = new();

    private static Caller Person(string name) => new(name, CallerKind.User, TokenRights.All);

    private static Caller Token(string name) => new(name, CallerKind.Token, TokenRights.All);

    // How many it gets.
    private int Fill(PlaceKind kind, Caller caller, List<IDisposable>? taken = null)
    {
        for (var number = 0; ; number++)
        {
            try
            {
                var place = _places.Take(kind, caller);
                taken?.Add(place);
            }
            catch (Problem refused) when (refused.Status == 429)
            {
                Assert.True((int)refused.Fields["limit"]! >= number);
                Assert.NotNull(refused.RetryAfter);
                return number;
            }
        }
    }

    [Theory]
    [InlineData(PlaceKind.Stream, 6, 6, 300)]
    [InlineData(PlaceKind.Wait, 10, 30, 60)]
    [InlineData(PlaceKind.Restore, 4, 100, 120)]
    [InlineData(PlaceKind.Log, 10, 10, 40)]
    [InlineData(PlaceKind.Plan, 4, 4, 12)]
    public void Each_caller_and_all_together_have_a_limit_and_a_place_that_is_given_back_is_free(
        PlaceKind kind,
        int person,
        int token,
        int all
    )
    {
        var taken = new List<IDisposable>();
        Assert.Equal(person, Fill(kind, Person("anna"), taken));
        Assert.Equal(token, Fill(kind, Token("anna"), taken));
        var sum = person + token;
        for (var number = 0; sum < all; number++)
            sum += Fill(kind, Person($"p{number}"), taken);
        Assert.Equal(all, sum);
        Assert.Equal(0, Fill(kind, Person("late")));
        taken[0].Dispose();
        taken[0].Dispose();
        Assert.Equal(1, Fill(kind, Person("late"), taken));
        foreach (var place in taken)
            place.Dispose();
        Assert.Equal(person, Fill(kind, Person("anna")));
    }

    [Fact]
    public void Callers_without_a_name_are_one_and_kinds_do_not_share()
    {
        var nobody = new Caller("", CallerKind.Nobody, new HashSet<string>());
        Assert.Equal(6, Fill(PlaceKind.Stream, nobody));
        Assert.Equal(0, Fill(PlaceKind.Stream, nobody with { }));
        Assert.Equal(10, Fill(PlaceKind.Log, nobody));
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_take_and_give_back_at_once()
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(client =>
                    Task.Run(() =>
                    {
                        for (var i = 0; i < 20000; i++)
                        {
                            try
                            {
                                using var place = _places.Take(PlaceKind.Plan, Person($"p{client % 3}"));
                            }
                            catch (Problem)
                            {
                                // Full for the moment.
                            }
                        }
                    })
                )
        );
        Assert.Equal(4, Fill(PlaceKind.Plan, Person("p0")));
        Assert.Equal(4, Fill(PlaceKind.Plan, Person("p1")));
        Assert.Equal(4, Fill(PlaceKind.Plan, Person("p2")));
    }

    [Fact]
    public async Task Who_is_refused_a_place_has_those_asked_who_hold_them_and_the_gone_do_not_count()
    {
        var (anna, ben) = (Person("anna"), Person("ben"));
        var held = Enumerable.Range(0, 6).Select(_ => _places.Take(PlaceKind.Stream, anna)).ToList();
        var others = Enumerable.Range(0, 6).Select(_ => _places.Take(PlaceKind.Stream, ben)).ToList();
        // Its reader has gone: the second thing that is sent tells.
        void Send() => held[3].Asked.Register(() => held[3].Asked.Register(held[3].Dispose));
        Send();
        using var place = await _places.TakeAsking(PlaceKind.Stream, anna, CancellationToken.None);
        Assert.False(others[0].Asked.IsCancellationRequested);
        Assert.Equal(0, Fill(PlaceKind.Stream, anna));
        var asked = 0;
        void Count() =>
            held[0]
                .Asked.Register(() =>
                {
                    asked++;
                    Count();
                });
        Count();
        await Assert.ThrowsAsync<Problem>(() => _places.TakeAsking(PlaceKind.Stream, anna, CancellationToken.None));
        Assert.InRange(asked, 2, 20);
    }

    [Fact]
    public async Task Few_at_once_wait_for_the_answer_and_the_others_are_refused_at_once()
    {
        var anna = Person("anna");
        Assert.Equal(6, Fill(PlaceKind.Stream, anna));
        var calls = Enumerable
            .Range(0, 100)
            .Select(_ => _places.TakeAsking(PlaceKind.Stream, anna, CancellationToken.None))
            .ToList();
        Assert.InRange(calls.Count(c => !c.IsCompleted), 1, 8);
        foreach (var call in calls)
            await Assert.ThrowsAsync<Problem>(() => call);
    }

    [Fact]
    public void All_places_leave_a_tenth_of_Apaches_workers_for_quick_answers_and_reloads_find_a_process()
    {
        var conf = File.ReadAllText(ApacheProcess.ConfFile("apache-limits.conf"));
        int Number(string name) =>
            int.Parse(
                Regex
                    .Match(
                        conf,
                        $@"^ +{name} +(\d+)$",
                        RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
                    )
                    .Value.Split(' ')[^1]
            );
        Assert.InRange(CallPlaces.InAll, 1, Number("MaxRequestWorkers") * 9 / 10);
        // A process that a reload has left lives as long as one call, at least; and those of now have room beside them.
        var now = Number("MaxRequestWorkers") / Number("ThreadsPerChild");
        Assert.True(Number("ServerLimit") >= CallPlaces.InAll + now);
        Assert.Equal(Number("ThreadsPerChild"), Number("ThreadLimit"));
    }
}
