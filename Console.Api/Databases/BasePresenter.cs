namespace TestServers.Databases;

/// <summary>Shows bases with their age, spares and restores.</summary>
public sealed class BasePresenter(
    CurrentSettings settings,
    BaseFacts bases,
    Restores restores,
    DataTimes times,
    TimeProvider clock
)
{
    private const int PastRestores = 5;

    public IEnumerable<BaseView> All => settings.Now.Bases.Select(Of);

    public BaseView Of(BaseSettings @base)
    {
        var facts = bases.Of(@base.Name);
        var places = @base.Places.Select(PlaceOf).ToList();
        var problems = places.Select(p => p.Problem).OfType<string>().ToList();
        return new(
            @base.Name,
            @base.Host,
            facts.Exists,
            facts.Size,
            facts.DataTime,
            times.DoubtOf(@base, facts.DataTime),
            IsStale(@base, facts.DataTime),
            @base.StaleAfterHours,
            facts.Method,
            facts.MethodSeconds,
            new(places.Sum(p => p.Spares.Wanted), facts.Spares),
            problems.Count > 0 ? string.Join(" ", problems) : null,
            View(restores.OpenOf(@base.Name)),
            View(restores.LastOf(@base.Name)),
            [.. settings.Now.Apps.Where(a => a.Uses(@base.Name)).Select(a => a.Name)],
            facts.LeftOut
        )
        {
            Places = @base.IsOnSeveral ? places : null,
        };
    }

    private BasePlaceView PlaceOf(BaseSettings place)
    {
        var facts = bases.Of(place);
        return new(
            place.Host,
            facts.Exists,
            facts.Size,
            facts.DataTime,
            IsStale(place, facts.DataTime),
            facts.Method,
            facts.MethodSeconds,
            new(place.Spares, facts.Spares),
            bases.ProblemOf(place) ?? TwinProblemOf(place)
        );
    }

    /// <summary>That one of a base's hosts is another by a second name, in a sentence; null: it is not.</summary>
    public string? TwinProblemOf(BaseSettings place) =>
        bases.TwinOf(place) is { } twin
            ? $"{place.Host} is the same PostgreSQL as {twin}: {place.Name} is there once. Take one of the two out of "
                + "the base's `host` and `alsoOn`."
            : null;

    /// <summary>
    /// A restore as it is shown, with its probable end: the median of the last ones of its base that succeeded.
    /// </summary>
    public RestoreView ViewOf(Restore restore)
    {
        if (restore.Ended || restores.Store.BeginOf(restore, clock.GetUtcNow()) is not { } started)
            return RestoreView.Of(restore, null);
        var past = restores
            .Store.All.Where(r => r.Base == restore.Base && r.State == JobState.Succeeded)
            .Take(PastRestores)
            .Select(r => r.Seconds ?? 0)
            .Order()
            .ToList();
        return RestoreView.Of(restore, past.Count == 0 ? null : started.AddSeconds(past[past.Count / 2]));
    }

    private RestoreView? View(Restore? restore) => restore is null ? null : ViewOf(restore);

    /// <summary>
    /// Whether the data are older than the base's limit; also when there are none, or their age is not known.
    /// </summary>
    public bool IsStale(BaseSettings @base, DateTimeOffset? dataTime) =>
        !(AgeOf(@base, dataTime) <= TimeSpan.FromHours(@base.StaleAfterHours));

    /// <summary>How old data are; null when there are none, or it is not known.</summary>
    public TimeSpan? AgeOf(BaseSettings @base, DateTimeOffset? dataTime) => times.AgeOf(@base, dataTime);

    /// <summary>Why it is not known how old a base's data are; null when it is.</summary>
    public string? DoubtOf(BaseSettings @base) => times.DoubtOf(@base, bases.Of(@base.Name).DataTime);
}
