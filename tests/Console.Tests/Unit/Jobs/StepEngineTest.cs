namespace TestServers.Tests.Unit.Jobs;

/// <summary>Which step begins when, what is on disk by then, and what becomes of the others when one fails.</summary>
public sealed class StepEngineTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StateFolder _state;
    private readonly JobStore<Build> _store;
    private readonly StepEngine<Build> _engine;
    private readonly Dictionary<string, TaskCompletionSource<StepResult<Build>>> _ends = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StepRun<Build>> _runs = new(StringComparer.Ordinal);
    private readonly List<string> _begun = [];

    public StepEngineTest()
    {
        _state = new(_folder["state"]);
        var numbers = new JobNumbers();
        _store = new(_state.Folder("builds"), numbers);
        numbers.Open(_state);
        _engine = new(_store, TimeProvider.System, (build, result) => build with { Unclean = result.IsUnknown });
    }

    public void Dispose()
    {
        _state.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_step_begins_when_all_that_it_needs_has_succeeded()
    {
        var id = Add("a", "b", "c");
        var run = Run(id, Make("a"), Make("b"), Make("c", "a", "b"));
        Assert.Equal(["a", "b"], _begun);
        Succeed("a");
        await Wait.Until("the end of a is written", () => StateOf(id, "a") == StepState.Succeeded);
        Assert.Equal(["a", "b"], _begun);
        Succeed("b");
        await Wait.Until("c has begun", () => _begun.Contains("c"));
        Assert.Equal(StepState.Running, OnDisk(id, "c"));
        Assert.Equal(StepState.Succeeded, OnDisk(id, "b"));
        Succeed("c");
        var end = await run;
        Assert.Null(end.Step);
        // Written together with the end of the job.
        Assert.Equal(StepState.Running, StateOf(id, "c"));
        Assert.Equal(StepState.Succeeded, end.LastStep(_store.Find(id)!).Steps[2].State);
    }

    [Fact]
    public async Task A_milestone_lets_others_begin_and_one_that_nobody_gives_is_met()
    {
        var id = Add("code", "database");
        var run = Run(id, Make("database", "reached"), Make("code") with { Given = ["reached"] });
        Assert.Equal(["code"], _begun);
        _runs["code"].Reach("reached");
        await Wait.Until("the database has begun", () => _begun.Contains("database"));
        Succeed("code");
        Succeed("database");
        Assert.Null((await run).Step);

        _begun.Clear();
        var alone = Add("database");
        run = Run(alone, Make("database", "reached"), Make("code") with { Given = ["reached"] });
        Assert.Equal(["database"], _begun);
        Succeed("database");
        Assert.Null((await run).Step);
    }

    [Fact]
    public async Task A_step_that_ends_without_its_milestone_keeps_the_others_from_beginning()
    {
        var id = Add("code", "database");
        var run = Run(id, Make("database", "reached"), Make("code") with { Given = ["reached"] });
        End("code", new(StepState.Failed, "nobody there") { Untouched = true });
        var end = await run;
        Assert.Equal("failed at step code: nobody there", end.Verdict);
        Assert.Equal(["code"], _begun);
        Assert.Equal(StepState.Waiting, StateOf(id, "database"));
    }

    [Fact]
    public async Task When_one_fails_those_that_run_come_to_their_end_and_no_other_begins()
    {
        var id = Add("a", "b", "c");
        var run = Run(id, Make("a"), Make("b"), Make("c", "b"));
        End("a", new(StepState.Failed, "broken") { IsUnknown = true });
        await Wait.Until("the end of a is written", () => StateOf(id, "a") == StepState.Failed);
        Assert.True(_store.Find(id)!.Unclean);
        Assert.False(run.IsCompleted);
        Succeed("b");
        var end = await run;
        Assert.Equal(("a", "failed at step a: broken"), (end.Step, end.Verdict));
        Assert.DoesNotContain("c", _begun);
    }

    [Fact]
    public async Task Of_two_that_were_cancelled_the_one_whose_host_did_not_answer_is_told()
    {
        var id = Add("a", "b");
        var run = Run(id, Make("a"), Make("b"));
        End("a", new(StepState.Cancelled, "Cancelled."));
        End("b", new(StepState.Cancelled, "It did not answer.") { IsAbandoned = true });
        Assert.Equal("It did not answer.", (await run).Verdict);
    }

    [Fact]
    public async Task What_a_step_throws_is_its_end()
    {
        var id = Add("a");
        var run = Run(id, Make("a"));
        _ends["a"].SetException(Problem.Failed("The password file cannot be read."));
        Assert.Equal("failed at step a: The password file cannot be read.", (await run).Verdict);

        var other = Add("a");
        run = Run(other, Make("a"));
        _ends["a"].SetException(new OperationCanceledException());
        Assert.Equal(StepState.Cancelled, (await run).Result.State);
    }

    [Fact]
    public async Task A_step_that_succeeded_in_the_build_before_is_not_done_again()
    {
        var id = Add(new Step("a", StepState.Succeeded), new Step("b"));
        var run = Run(id, Make("a"), Make("b", "a"));
        Assert.Equal(["b"], _begun);
        Succeed("b");
        Assert.Null((await run).Step);
    }

    [Fact]
    public async Task A_fault_of_ours_waits_for_what_runs()
    {
        var id = Add("a", "b");
        var run = Run(id, Make("a"), Make("b"));
        _ends["a"].SetException(new InvalidOperationException("ours"));
        Assert.False(run.IsCompleted);
        Succeed("b");
        await Assert.ThrowsAsync<InvalidOperationException>(() => run);
    }

    [Fact]
    public async Task A_disk_that_refuses_an_end_loses_none_and_no_other_step_begins()
    {
        var id = Add("a", "b", "c");
        var run = Run(id, Make("a"), Make("b"), Make("c", "a"));
        var draft = Directory.CreateDirectory(Path.Combine(_folder["state"], "builds", id + ".json.draft"));
        End(
            "a",
            new(
                StepState.Succeeded,
                "done",
                job => job with { Result = new(Database: CopyName.From("copy_shop_qa01")) }
            )
        );
        await Wait.Until("a is refused", () => DiskTroubles.Open.Any(t => t.Path.Contains(_folder.Path)));
        Assert.False(run.IsCompleted);
        End("b", new(StepState.Failed, "cut off") { IsUnknown = true });
        var end = await run;
        Assert.Contains(id + ".json", end.Verdict, StringComparison.Ordinal);
        Assert.DoesNotContain("c", _begun);
        draft.Delete();
        var job = _store.Change(id, end.LastStep);
        Assert.Equal([StepState.Succeeded, StepState.Failed, StepState.Waiting], States(id));
        Assert.True(job.Unclean);
        Assert.Equal("copy_shop_qa01", job.Result!.Database?.Text);
    }

    [Fact]
    public async Task A_step_with_parts_is_shown_under_them_as_it_tells()
    {
        var id = Add("x", "y", "z");
        var run = Run(id, Make("all") with { Told = ["x", "y", "z"] });
        Assert.Equal([StepState.Waiting, StepState.Waiting, StepState.Waiting], States(id));
        _runs["all"].Enter("x");
        _runs["all"].Progress(0.5);
        Assert.Equal(0.5, _store.Find(id)!.Steps[0].Progress);
        _runs["all"].Enter("y");
        _runs["all"].Enter("unknown");
        Assert.Equal([StepState.Succeeded, StepState.Running, StepState.Waiting], States(id));
        Assert.Null(_store.Find(id)!.Steps[0].Progress);
        Assert.Equal(StepState.Running, OnDisk(id, "y"));
        End("all", new(StepState.Failed, "broken"));
        Assert.Equal("failed at step all: broken", (await run).Verdict);
    }

    private Task<StepsResult<Build>> Run(JobId id, params ToldStep[] steps) =>
        _engine.Run(id, steps, this, CancellationToken.None);

    private ToldStep Make(string name, params string[] needs)
    {
        _ends[name] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return new(name, needs);
    }

    private void Succeed(string name) => End(name, new(StepState.Succeeded, "done"));

    private void End(string name, StepResult<Build> result) => _ends[name].SetResult(result);

    private JobId Add(params string[] names) => Add([.. names.Select(n => new Step(n))]);

    private JobId Add(params Step[] steps)
    {
        var journal = _state.Journal(_state.Lines($"audit{_store.All.Count()}.log"));
        Build Make(JobId id) =>
            new(ServerName.From("qa01")!, AppName.From("shop")!, RepositoryPath.From("trunk")!, null, true, true)
            {
                Id = id,
                By = "anna",
                At = DateTimeOffset.UtcNow,
                StartedAt = DateTimeOffset.UtcNow,
                State = JobState.Running,
                Steps = [.. steps],
            };
        return journal.Do(act => _store.Add(act, Make)).GetAwaiter().GetResult().Id;
    }

    private StepState StateOf(JobId id, string name) => _store.Find(id)!.Steps.First(s => s.Name == name).State;

    private StepState[] States(JobId id) => [.. _store.Find(id)!.Steps.Select(s => s.State)];

    private StepState OnDisk(JobId id, string name) =>
        JsonFile<Build>
            .Load(Path.Combine(_folder["state"], "builds", id + ".json"))
            .Value.Steps.First(s => s.Name == name)
            .State;

    /// <summary>Ends as the test tells it.</summary>
    private sealed record ToldStep(string Name, IReadOnlyList<string> Needs) : IStep<Build, StepEngineTest>
    {
        public IReadOnlyList<string> Given { get; init; } = [];

        public IReadOnlyList<string> Told { get; init; } = [];

        public IReadOnlyList<string> Milestones => Given;

        public IReadOnlyList<string> Parts => Told;

        public TimeSpan Limit => TimeSpan.FromMinutes(1);

        public Task<StepResult<Build>> Run(StepEngineTest work, StepRun<Build> run, CancellationToken cancel)
        {
            work._runs[Name] = run;
            work._begun.Add(Name);
            return work._ends[Name].Task;
        }
    }
}
