using System.Collections.Immutable;
using TestServers.Databases;
using TestServers.History;
using TestServers.HostPrograms;
using TestServers.Jobs;
using TestServers.Settings;

namespace TestServers.Builds.Steps;

/// <summary>
/// Loads the app's databases, side by side where it has several: takes a spare at once, or waits for the base's lane
/// and makes a plain copy. When one fails, those that have begun come to their end, and those that still wait do not
/// begin.
/// </summary>
public sealed class DatabaseStep(
    CurrentSettings settings,
    BaseFacts bases,
    BaseKeeper keeper,
    UnusedCopies unused,
    Lanes lanes
) : IBuildStep
{
    public const string Called = "database";

    public string Name => Called;

    public IReadOnlyList<string> Needs { get; } = [WorkersStep.Called, BuildWork.ServerReached];

    public TimeSpan Limit => TimeSpan.FromMinutes(settings.Now.Builds.DatabaseMinutes);

    public bool IsPartOf(AppSettings app, bool database, bool code) => database;

    public async Task<StepResult<Build>> Run(BuildWork work, StepRun<Build> run, CancellationToken cancel)
    {
        await unused.Settle(work.Build.Server, cancel);
        if (work.Bases is [var only])
            return (await Load(new(work, only, run, cancel) { IsAlone = true })).Result;
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var before = LoadedBefore(work);
        run.ShowStrands([.. work.Bases.Select(b => StrandOf(b, before))]);
        var ends = await Task.WhenAll(
            work.Bases.Where(b => before.All(d => d.Name != b.Name))
                .Select(b => LoadBeside(new(work, b, run, cancel) { MayWait = wait }))
        );
        return LoadedDatabases.Fold(work.Bases, before, ends);
    }

    // A build that goes on with another does not load again what that one has loaded.
    private static ImmutableArray<LoadedDatabase> LoadedBefore(BuildWork work) =>
        work.Build is { Resumes: not null, Result.Databases: { } databases }
            ? [.. databases.Where(d => work.Bases.Any(b => b.Name == d.Name && b.Base == d.Base))]
            : [];

    private static Strand StrandOf(ChosenBase chosen, ImmutableArray<LoadedDatabase> before) =>
        before.Any(d => d.Name == chosen.Name)
            ? new(chosen.Name.Text, StepState.Succeeded, Message: "Loaded by the build that this one goes on with")
            : new(chosen.Name.Text);

    private async Task<DatabaseEnd> LoadBeside(Loading loading)
    {
        var end = await Load(loading);
        if (!end.Result.Succeeded)
            await loading.MayWait!.CancelAsync();
        loading.Log(end.Result.Message);
        loading.Show(strand => strand.WithEnd(end.Result.State, end.Result.Message));
        return end;
    }

    private async Task<DatabaseEnd> Load(Loading loading)
    {
        try
        {
            return await LoadOne(loading);
        }
        catch (OperationCanceledException) when (!loading.Cancel.IsCancellationRequested && !loading.IsAlone)
        {
            var skipped = new StepResult<Build>(StepState.Skipped, "Not begun, as another database failed")
            {
                Untouched = true,
            };
            return new(loading.Chosen, skipped);
        }
        catch (OperationCanceledException) when (!loading.IsAlone)
        {
            return new(loading.Chosen, new(StepState.Cancelled, "Cancelled.") { Untouched = true });
        }
        catch (Problem problem) when (!loading.IsAlone)
        {
            return new(loading.Chosen, new(StepState.Failed, problem.Message));
        }
    }

    private async Task<DatabaseEnd> LoadOne(Loading loading)
    {
        var @base = bases.Find(loading.Chosen.Base);
        var host = bases.HostOf(@base);
        if (loading.Night is not { } night || bases.Of(@base.Name).DataTime == night)
            return await Fresh(loading, @base, host);
        loading.Log($"The data of {Times.Say(night)} are wanted again.");
        if (await PlainCopy(loading, @base, host, night) is { } again)
            return again;
        var without = $"The data of {Times.Say(night)} are not kept any more: the newest were taken.";
        loading.Log(without);
        var fresh = await Fresh(loading, @base, host);
        return fresh with { Result = fresh.Result with { LeftOut = fresh.Result.LeftOut.Add(without) } };
    }

    private async Task<DatabaseEnd> Fresh(Loading loading, BaseSettings @base, DatabaseHost host)
    {
        if (bases.Of(@base.Name).Spares > 0)
        {
            var end = await loading.Copy(host, @base, onlySpare: true, night: null);
            if (end.Done || end.Results.GetValueOrDefault("spare") != "none")
                return Finish(loading, @base, end);
            bases.Note(@base.Name, known => known with { Spares = 0 });
        }
        loading.Log($"No spare of {@base.Name} is ready: a plain copy is made.");
        return (await PlainCopy(loading, @base, host, night: null))!;
    }

    // Null: that night is not kept any more, and nothing was done.
    private async Task<DatabaseEnd?> PlainCopy(
        Loading loading,
        BaseSettings @base,
        DatabaseHost host,
        DateTimeOffset? night
    )
    {
        var build = loading.Work.Build;
        var who = loading.IsAlone ? $"the copy for {build.Server}" : $"the copy of {@base.Name} for {build.Server}";
        Task<IDisposable> Enter(Lane lane, int places, string what) =>
            lanes.Enter(
                lane,
                places,
                build.Id,
                who,
                other => loading.WaitsFor($"{what} is busy with {other}"),
                loading.MayWait?.Token ?? loading.Cancel
            );
        using var onBase = await Enter(Lane.OfBase(@base.Name), 1, $"the base {@base.Name}");
        using var onHost = await Enter(Lane.OfHost(host.Settings.Name), host.Settings.Copies, host.Settings.Name);
        await keeper.StandAside(@base.Name);
        loading.WaitsFor(null);
        var end = await loading.Copy(host, @base, onlySpare: false, night);
        return !end.Done && end.Results.GetValueOrDefault("night") == "none" ? null : Finish(loading, @base, end);
    }

    private DatabaseEnd Finish(Loading loading, BaseSettings @base, HostResult end)
    {
        if (!end.Done)
        {
            keeper.Refresh(@base, sweep: true);
            return new(loading.Chosen, StepResult<Build>.Of(end));
        }
        // The next spare is made when the build has ended, so that it takes nothing from the person who waits for it.
        keeper.Touch(@base);
        var dataTime = DatabaseHost.Instant(end.Results, "data_time");
        var method = DatabaseHost.Method(end.Results, "method");
        if (method == "spare")
            bases.Note(@base.Name, known => known with { Spares = Math.Max(0, known.Spares - 1) });
        var what = method == "spare" ? "A spare" : "A copy";
        var database = CopyName.From(end.Results.GetValueOrDefault("database") ?? "");
        var (chosen, work) = (loading.Chosen, loading.Work);
        var loaded = LoadedDatabase.Of(chosen, work.Build.Server, dataTime) with { Method = method };
        var result = new StepResult<Build>(
            StepState.Succeeded,
            dataTime is { } time ? $"{what} with the data of {Times.Say(time)}" : what,
            build =>
                build.WithResult(r =>
                    r with
                    {
                        DataTime = dataTime,
                        Method = method,
                        Database = database,
                        Databases = work.App.HasSeveralBases ? [loaded] : null,
                    }
                )
        )
        {
            LeftOut = end.LeftOut,
        };
        return new(chosen, result) { Loaded = loaded };
    }

    /// <summary>A database that is being loaded.</summary>
    private sealed record Loading(BuildWork Work, ChosenBase Chosen, StepRun<Build> Run, CancellationToken Cancel)
    {
        /// <summary>It is the build's only one: what it says is the step's.</summary>
        public bool IsAlone { get; init; }

        /// <summary>For how long it may wait for its turn, beside others.</summary>
        public CancellationTokenSource? MayWait { get; init; }

        /// <summary>The data time that is wanted again; null: the newest.</summary>
        public DateTimeOffset? Night =>
            Work.Build.Nights?.TryGetValue(Chosen.Name, out var night) == true ? night
            : IsAlone ? Work.Build.Night
            : null;

        public Task<HostResult> Copy(DatabaseHost host, BaseSettings @base, bool onlySpare, DateTimeOffset? night) =>
            host.Copy(@base, Work.Build.Server, onlySpare, night, Log, Progress, Cancel);

        public void Log(string line) => Run.Log(IsAlone ? line : $"{Chosen.Name}: {line}");

        public void WaitsFor(string? what)
        {
            if (IsAlone)
                Run.WaitsFor(what);
            else
                Show(strand => strand with { WaitsFor = what });
        }

        public void Show(Func<Strand, Strand> change) => Run.ShowStrand(Chosen.Name.Text, change);

        private void Progress(double fraction)
        {
            if (IsAlone)
                Run.Progress(fraction);
            else
                Show(strand => strand with { Progress = fraction });
        }
    }
}
