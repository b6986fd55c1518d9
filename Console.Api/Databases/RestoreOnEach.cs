using TestServers.HostPrograms;

namespace TestServers.Databases;

/// <summary>
/// All of a restore of a base that several database hosts have: on each, side by side, when it is its turn there. One
/// that fails keeps none of the others from its end, and its base of before stays in use.
/// </summary>
public sealed class RestoreOnEach(CurrentSettings settings, BaseFacts bases, Lanes lanes, ILogger<RestoreOnEach> log)
    : IStep<Restore, RestoreWork>
{
    public const string Called = "restore";

    private static readonly Dictionary<string, string> NoResults = [];

    public string Name => Called;

    public TimeSpan Limit => TimeSpan.FromHours(settings.Now.Builds.RestoreHours);

    public async Task<StepResult<Restore>> Run(RestoreWork work, StepRun<Restore> run, CancellationToken cancel)
    {
        // Two names of one PostgreSQL are one place, which can take one restore at a time.
        var places = work.Base.Places.Where(p => bases.TwinOf(p) is null).ToList();
        run.ShowStrands([.. places.Select(p => new Strand(p.Host))]);
        var ends = await Task.WhenAll(places.Select(p => RunOn(p, work, run, cancel)));
        work.Ends = [.. places.Zip(ends)];
        var bad = ends.Where(e => !e.Done).ToList();
        var message = string.Join(" ", work.Ends.Select(e => $"{e.Place.Host}: {e.End.Message.TrimEnd('.')}."));
        var result =
            bad.Count == 0
                ? new StepResult<Restore>(StepState.Succeeded, message)
                : StepResult<Restore>.Of(bad.Find(e => StateOf(e) == StepState.Failed) ?? bad[0]) with
                {
                    Message = message,
                };
        return result with { LeftOut = [.. ends.SelectMany(e => e.LeftOut).Distinct(StringComparer.Ordinal)] };
    }

    private async Task<HostResult> RunOn(
        BaseSettings place,
        RestoreWork work,
        StepRun<Restore> run,
        CancellationToken cancel
    )
    {
        void Show(Func<Strand, Strand> change) => run.ShowStrand(place.Host, change);
        var host = bases.HostOf(place);
        HostResult end;
        try
        {
            using var turn = await lanes.Enter(
                Lane.OfHost(place.Host),
                host.Settings.Copies,
                run.Job.Id,
                $"restore {run.Job.Id}",
                who => Show(s => s with { WaitsFor = $"{place.Host} is busy with {who}" }),
                cancel
            );
            Show(s => s with { WaitsFor = null });
            end = await host.Restore(
                place,
                Limit,
                line => run.Log($"{place.Host}: {line}"),
                part => Show(s => s with { Progress = part }),
                part => Show(s => s with { Message = part, Progress = null }),
                cancel
            );
        }
        catch (OperationCanceledException)
        {
            end = new(HostOutcome.Cancelled, $"It had not begun on {place.Host}.", NoResults);
        }
        if (!end.Done)
            run.Log($"{place.Host}: {end.Message}");
        Show(s => s.WithEnd(StateOf(end), end.Message));
        try
        {
            work.OnEnd?.Invoke(place, end);
        }
        catch (DiskRefused refused)
        {
            // What the host has it says itself, a moment later.
            log.LogError("Restore {Id} on {Host}: {Reason}", run.Job.Id, place.Host, refused.Message);
        }
        return end;
    }

    /// <summary>How a step ends that ended so on its host.</summary>
    public static StepState StateOf(HostResult end) =>
        end.Done ? StepState.Succeeded : StepResult<Restore>.Of(end).State;
}
