using TestServers.Databases;
using TestServers.HostPrograms;
using TestServers.Jobs;
using TestServers.Settings;

namespace TestServers.Builds.Steps;

/// <summary>Takes a spare at once, or waits for the base's lane and makes a plain copy.</summary>
public sealed class DatabaseStep(CurrentSettings settings, BaseFacts bases, BaseKeeper keeper, Lanes lanes) : IBuildStep
{
    public const string Called = "database";

    public string Name => Called;

    public IReadOnlyList<string> Needs { get; } = [BuildWork.ServerReached];

    public TimeSpan Limit => TimeSpan.FromMinutes(settings.Now.Builds.DatabaseMinutes);

    public bool IsPartOf(AppSettings app, bool database, bool code) => database;

    public async Task<StepResult<Build>> Run(BuildWork work, StepRun<Build> run, CancellationToken cancel)
    {
        var @base = bases.Find(work.App.Base!);
        var host = bases.HostOf(@base);
        if (bases.Of(@base.Name).Spares > 0)
        {
            var end = await host.Copy(@base, work.Build.Server, onlySpare: true, run.Log, run.Progress, cancel);
            if (end.Done || end.Results.GetValueOrDefault("spare") != "none")
                return Finish(@base, end);
            bases.Note(@base.Name, known => known with { Spares = 0 });
        }
        run.Log($"No spare of {@base.Name} is ready: a plain copy is made.");
        return await PlainCopy(work.Build, @base, host, run, cancel);
    }

    private async Task<StepResult<Build>> PlainCopy(
        Build build,
        BaseSettings @base,
        DatabaseHost host,
        StepRun<Build> run,
        CancellationToken cancel
    )
    {
        var who = $"the copy for {build.Server}";
        Task<IDisposable> Enter(Lane lane, int places, string what) =>
            lanes.Enter(lane, places, build.Id, who, other => run.WaitsFor($"{what} is busy with {other}"), cancel);
        using var onBase = await Enter(Lane.OfBase(@base.Name), 1, $"the base {@base.Name}");
        using var onHost = await Enter(Lane.OfHost(host.Settings.Name), host.Settings.Copies, host.Settings.Name);
        await keeper.StandAside(@base.Name);
        run.WaitsFor(null);
        return Finish(@base, await host.Copy(@base, build.Server, onlySpare: false, run.Log, run.Progress, cancel));
    }

    private StepResult<Build> Finish(BaseSettings @base, HostResult end)
    {
        if (!end.Done)
        {
            keeper.Refresh(@base, sweep: true);
            return StepResult<Build>.Of(end);
        }
        // The next spare is made when the build has ended, so that it takes nothing from the person who waits for it.
        keeper.Touch(@base);
        var dataTime = DatabaseHost.Instant(end.Results, "data_time");
        var method = DatabaseHost.Method(end.Results, "method");
        if (method == "spare")
            bases.Note(@base.Name, known => known with { Spares = Math.Max(0, known.Spares - 1) });
        var what = method == "spare" ? "A spare" : "A copy";
        var database = CopyName.From(end.Results.GetValueOrDefault("database") ?? "");
        return new(
            StepState.Succeeded,
            dataTime is { } time ? $"{what} with the data of {Times.Say(time)}" : what,
            build => build.WithResult(r => r with { DataTime = dataTime, Method = method, Database = database })
        )
        {
            LeftOut = end.LeftOut,
        };
    }
}
