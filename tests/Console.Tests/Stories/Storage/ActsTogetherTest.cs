using Number = TestServers.Tests.Stories.Storage.JournalTest.Number;

namespace TestServers.Tests.Stories.Storage;

/// <summary>
/// Acts that have come while another was on its way to the disk: they are decided one after the other and written
/// together. In each story the first act waits in its decision until the others are there.
/// </summary>
public sealed class ActsTogetherTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualResetEventSlim _others = new();
    private readonly Journal _journal;
    private readonly JsonFile<Number> _a,
        _b;

    public ActsTogetherTest()
    {
        _journal = new(_folder.Path, new LineParts(_folder["audit.log"]));
        _a = JsonFile<Number>.Create(_folder["a.json"], new(1, 0));
        _b = JsonFile<Number>.Create(_folder["b.json"], new(1, 0));
    }

    public void Dispose()
    {
        _others.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Each_is_decided_on_what_those_before_leave_and_all_are_written_once()
    {
        var first = await BeginFirst(act => Add(act, _a));
        var others = Enumerable.Range(0, 9).Select(_ => _journal.Do(act => Add(act, _a))).ToList();
        Assert.All(others, o => Assert.False(o.IsCompleted));
        _others.Set();
        Assert.Equal(1, await first);
        Assert.Equal(Enumerable.Range(2, 9), await Task.WhenAll(others));
        Assert.Equal((10, 10), (_a.Value.Value, OnDisk("a.json")));
        // What was there before the last write.
        Assert.Equal(1, OnDisk("a.json.last"));
        Assert.Equal(Enumerable.Range(1, 10).Select(n => $"{n}"), Audit());
        Assert.Equal("", File.ReadAllText(_folder["journal.log"]));
    }

    [Fact]
    public async Task Nobody_but_those_who_decide_sees_what_is_not_on_disk()
    {
        var first = await BeginFirst(_ => 0);
        var added = _journal.Do(act => Add(act, _a));
        var seen = _journal.Do(act => (act.Of(_a).Value, _a.Value.Value, ByAnother(() => _a.Value.Value)));
        _others.Set();
        await Task.WhenAll(first, added);
        Assert.Equal((1, 1, 0), await seen);
        Assert.Equal(1, _a.Value.Value);
    }

    [Fact]
    public async Task Only_those_are_refused_whose_own_file_the_disk_does_not_take()
    {
        Directory.CreateDirectory(_folder["b.json.draft"]);
        var first = await BeginFirst(act => Add(act, _a));
        var before = _journal.Do(act => Add(act, _a));
        var refused = _journal.Do(act => Add(act, _a) + Add(act, _b));
        var after = _journal.Do(act => Add(act, _a));
        _others.Set();
        Assert.Equal((1, 2, 3), (await first, await before, await after));
        await Assert.ThrowsAsync<DiskRefused>(() => refused);
        Assert.Equal((3, 0), (_a.Value.Value, _b.Value.Value));
        Assert.Equal((3, 0), (OnDisk("a.json"), OnDisk("b.json")));
        Assert.Equal(["1", "2", "3"], Audit());
        Assert.Equal([_folder["b.json"]], TroublesHere());
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.draft"));
        // Its locks are free again.
        Directory.Delete(_folder["b.json.draft"]);
        Assert.Equal(7, _b.Change(n => n with { Value = 7 }).Value);
        Assert.Empty(TroublesHere());
    }

    [Theory]
    [InlineData("audit.log")]
    [InlineData("journal.log")]
    public async Task What_all_of_them_need_and_the_disk_does_not_take_refuses_all_and_changes_nothing(string file)
    {
        Assert.Equal(1, await _journal.Do(act => Add(act, _a)));
        var first = await BeginFirst(_ => 0);
        var path = _folder[file];
        File.Move(path, path + ".aside");
        Directory.CreateDirectory(path);
        var others = Enumerable.Range(0, 3).Select(_ => _journal.Do(act => Add(act, _a))).ToList();
        _others.Set();
        await first;
        foreach (var other in others)
            await Assert.ThrowsAsync<DiskRefused>(() => other);
        Directory.Delete(path);
        File.Move(path + ".aside", path);
        Assert.Equal((1, 1), (_a.Value.Value, OnDisk("a.json")));
        Assert.Equal(["1"], Audit());
        Assert.Equal(2, await _journal.Do(act => Add(act, _a)));
    }

    [Fact]
    public async Task Nobody_is_refused_for_what_does_not_come_about()
    {
        Directory.CreateDirectory(_folder["a.json.draft"]);
        var first = await BeginFirst(_ => 0);
        var taken = _journal.Do(act => Add(act, _a));
        var decided = 0;
        var second = _journal.Do(act =>
        {
            decided++;
            return act.Of(_a).Value == 0 ? Add(act, _b) : throw new InvalidOperationException("a is taken");
        });
        _others.Set();
        await first;
        await Assert.ThrowsAsync<DiskRefused>(() => taken);
        Assert.Equal(1, await second);
        Assert.Equal(2, decided);
        Directory.Delete(_folder["a.json.draft"]);
        Assert.DoesNotContain(DiskTroubles.Probe(), t => t.Path.StartsWith(_folder.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_decision_that_throws_takes_nothing_of_the_others_with_it()
    {
        var first = await BeginFirst(_ => 0);
        var made = new StateValue<string>("nothing");
        var before = _journal.Do(act =>
        {
            act.Set(made, _ => "before");
            return Add(act, _a);
        });
        var thrown = _journal.Do<int>(act =>
        {
            Add(act, _a);
            Add(act, _b);
            act.Create(_folder["new.json"], new Number(1, 1));
            act.Set(made, _ => "thrown");
            throw new InvalidOperationException();
        });
        var after = _journal.Do(act => (Add(act, _a), made.Now));
        _others.Set();
        await first;
        await Assert.ThrowsAsync<InvalidOperationException>(() => thrown);
        Assert.Equal((1, (2, "before")), (await before, await after));
        Assert.Equal((2, 0, "before"), (OnDisk("a.json"), OnDisk("b.json"), made.Now));
        Assert.False(File.Exists(_folder["new.json"]));
        Assert.Equal(["1", "2"], Audit());
    }

    [Fact]
    public async Task What_is_made_and_changed_in_one_turn_is_on_disk_as_the_last_has_left_it()
    {
        var first = await BeginFirst(_ => 0);
        var made = _journal.Do(act => act.Create(_folder["new.json"], new Number(1, 1)));
        JsonFile<Number>? file = null;
        var found = _journal.Do(act => file = act.Create(_folder["other.json"], new Number(1, 1)));
        var changed = _journal.Do(act => Add(act, file!));
        _others.Set();
        await Task.WhenAll(first, changed);
        Assert.Equal((1, 2), (OnDisk("new.json"), OnDisk("other.json")));
        Assert.Equal((1, 2), ((await made).Value.Value, (await found).Value.Value));
    }

    [Fact]
    public async Task What_memory_has_in_another_form_is_there_before_the_next_is_decided()
    {
        var first = await BeginFirst(_ => 0);
        var there = false;
        var publishes = _journal.Do(act =>
        {
            act.Publish(() => there = true);
            return Add(act, _a);
        });
        var reads = _journal.Do(act => (there, OnDisk("a.json")));
        _others.Set();
        await Task.WhenAll(first, publishes);
        Assert.Equal((true, 1), await reads);
    }

    [Fact]
    public async Task Each_is_decided_with_what_the_asker_s_own_flow_of_work_holds()
    {
        var held = new AsyncLocal<string>();
        var first = await BeginFirst(_ => 0);
        Task<string> Ask(string name)
        {
            held.Value = name;
            return _journal.Do(_ => held.Value!);
        }
        var (anna, ben) = (Ask("anna"), Ask("ben"));
        held.Value = "nobody";
        _others.Set();
        await first;
        Assert.Equal(("anna", "ben"), (await anna, await ben));
    }

    [Fact]
    public async Task Whatever_the_order_in_which_hundreds_come_all_are_done_once()
    {
        var done = await Task.WhenAll(
            Enumerable.Range(0, 500).Select(_ => Task.Run(() => _journal.Do(act => Add(act, _a))))
        );
        Assert.Equal(Enumerable.Range(1, 500), done.Order());
        Assert.Equal((500, 500), (_a.Value.Value, OnDisk("a.json")));
        Assert.Equal(Enumerable.Range(1, 500).Select(n => $"{n}"), Audit());
    }

    private async Task<Task<int>> BeginFirst(Func<Act, int> decide)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = Task.Run(() =>
            _journal.Do(act =>
            {
                begun.TrySetResult();
                Assert.True(_others.Wait(TimeSpan.FromSeconds(20)));
                return decide(act);
            })
        );
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));
        return first;
    }

    private static int Add(Act act, JsonFile<Number> file)
    {
        var next = act.Change(file, n => n with { Value = n.Value + 1 }).Value;
        act.Note($"{next}");
        return next;
    }

    private static T ByAnother<T>(Func<T> look)
    {
        T? seen = default;
        var other = new Thread(() => seen = look());
        other.Start();
        Assert.True(other.Join(TimeSpan.FromSeconds(20)));
        return seen!;
    }

    private IEnumerable<string> TroublesHere() =>
        DiskTroubles.Open.Select(t => t.Path).Where(p => p.StartsWith(_folder.Path, StringComparison.Ordinal));

    private int OnDisk(string name) => JsonFile<Number>.Load(_folder[name]).Value.Value;

    private string[] Audit() => File.Exists(_folder["audit.log"]) ? File.ReadAllLines(_folder["audit.log"]) : [];
}
