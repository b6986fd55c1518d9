using System.Collections.Immutable;
using TestServers.Databases;
using TestServers.History;
using TestServers.HostPrograms;

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
    Placement placement,
    HistoryStore history,
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

    // A build that goes on with another does not load again what that one has loaded, but for what it has left unused
    // on another database host, which is dropped.
    private static ImmutableArray<LoadedDatabase> LoadedBefore(BuildWork work) =>
        work.Build is { Resumes: not null, Result.Databases: { } databases }
            ? [.. databases.Where(d => d.Left is null && work.Bases.Any(b => b.Name == d.Name && b.Base == d.Base))]
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
        loading.Before = history.Of(loading.Work.Build.Server).HostOf(@base, settings.Now);
        var night = loading.Night is { } time && bases.Of(@base.Name).DataTime != time ? loading.Night : null;
        var (away, empty) = (new HashSet<string>(), new HashSet<string>());
        var places = PlacesOf(@base, loading, night);
        while (true)
        {
            var place = places.FirstOrDefault(p => !away.Contains(p.Name)) ?? places[0];
            if (place.Why is { } why)
                loading.Log($"The copy is made {why}.");
            loading.Left = loading.Before is { } before && IsAnother(before, place.Name) ? before : null;
            var end =
                night is not null ? await OfNight(loading, place, night.Value)
                : bases.Of(place.Base).Spares > 0 && empty.Add(place.Name) ? await FromSpare(loading, place)
                : await Plain(loading, place);
            if (end is { IsUnreached: false })
                return end;
            if (end is null)
                loading.Log($"The spare of {@base.Name} on {place.Name} is taken by now.");
            else if (!away.Add(place.Name) || places.All(p => away.Contains(p.Name)))
                return end;
            else
            {
                // It was never reached, so it has done nothing: another one may be.
                loading.Log(end.Result.Message);
                bases.NoteProblem(place.Host, end.Result.Message);
            }
            places = PlacesOf(@base, loading, night);
        }
    }

    private bool IsAnother(string before, string now) => before != now && !bases.IsOne(before, now);

    private IReadOnlyList<CopyPlace> PlacesOf(BaseSettings @base, Loading loading, DateTimeOffset? night) =>
        placement.Of(new(@base, loading.Work.Build.Server, loading.Before, night));

    private async Task<DatabaseEnd> OfNight(Loading loading, CopyPlace place, DateTimeOffset night)
    {
        loading.Log($"The data of {Times.Say(night)} are wanted again.");
        if (await PlainCopy(loading, place, night) is { } again)
            return again;
        var without = $"The data of {Times.Say(night)} are not kept any more: the newest were taken.";
        loading.Log(without);
        var fresh = bases.Of(place.Base).Spares > 0 ? await FromSpare(loading, place) : null;
        fresh ??= await Plain(loading, place);
        return fresh with { Result = fresh.Result with { LeftOut = fresh.Result.LeftOut.Add(without) } };
    }

    // Null: there is none any more, and nothing was done.
    private async Task<DatabaseEnd?> FromSpare(Loading loading, CopyPlace place)
    {
        var end = await loading.Copy(place, onlySpare: true, night: null);
        if (end.Done || end.Results.GetValueOrDefault("spare") != "none")
            return Finish(loading, place, end);
        bases.Note(place.Base, known => known with { Spares = 0 });
        return null;
    }

    private async Task<DatabaseEnd> Plain(Loading loading, CopyPlace place)
    {
        loading.Log($"No spare of {place.Base.Name} is ready: a plain copy is made.");
        return (await PlainCopy(loading, place, night: null))!;
    }

    // Null: that night is not kept any more, and nothing was done.
    private async Task<DatabaseEnd?> PlainCopy(Loading loading, CopyPlace place, DateTimeOffset? night)
    {
        var (@base, host, build) = (place.Base, place.Host, loading.Work.Build);
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
        using var onBase = await Enter(Lane.OfBase(@base.Name, @base.Host), 1, $"the base {@base.Name}");
        using var onHost = await Enter(Lane.OfHost(host.Settings.Name), host.Settings.Copies, host.Settings.Name);
        await keeper.StandAside(@base);
        loading.WaitsFor(null);
        var end = await loading.Copy(place, onlySpare: false, night);
        return !end.Done && end.Results.GetValueOrDefault("night") == "none" ? null : Finish(loading, place, end);
    }

    private DatabaseEnd Finish(Loading loading, CopyPlace place, HostResult end)
    {
        var @base = place.Base;
        if (!end.Done)
        {
            keeper.Refresh(@base, sweep: true);
            return new(loading.Chosen, StepResult<Build>.Of(end))
            {
                IsUnreached =
                    end.Outcome is HostOutcome.Unreachable or HostOutcome.Stranger
                    || end.Results.GetValueOrDefault("reached") == "false",
            };
        }
        // The next spare is made when the build has ended, so that it takes nothing from the person who waits for it.
        keeper.Touch(@base);
        var dataTime = DatabaseHost.Instant(end.Results, "data_time");
        var method = DatabaseHost.Method(end.Results, "method");
        if (method == "spare")
            bases.Note(@base, known => known with { Spares = Math.Max(0, known.Spares - 1) });
        var what = method == "spare" ? "A spare" : "A copy";
        var left = loading.Left;
        var host = @base.IsOnSeveral || left is not null ? @base.Host : null;
        var database = CopyName.From(end.Results.GetValueOrDefault("database") ?? "");
        var (chosen, work) = (loading.Chosen, loading.Work);
        var loaded = LoadedDatabase.Of(chosen, work.Build.Server, dataTime, host) with { Method = method, Left = left };
        var result = new StepResult<Build>(
            StepState.Succeeded,
            (dataTime is { } time ? $"{what} with the data of {Times.Say(time)}" : what)
                + (place.Why is { } why ? $", {why}" : ""),
            build =>
                build.WithResult(r =>
                    r with
                    {
                        DataTime = dataTime,
                        Method = method,
                        Database = database,
                        Host = host,
                        Left = left,
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

        /// <summary>The database host that had the server's copy before; null: none had.</summary>
        public string? Before { get; set; }

        /// <summary>The same, where that is another than the one on which it is loaded; null: it is not.</summary>
        public string? Left { get; set; }

        public Task<HostResult> Copy(CopyPlace place, bool onlySpare, DateTimeOffset? night) =>
            place.Host.Copy(place.Base, Work.Build.Server, onlySpare, night, Log, Progress, Cancel);

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
