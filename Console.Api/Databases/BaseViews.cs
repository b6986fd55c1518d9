namespace TestServers.Databases;

/// <summary>Shows bases with their age, spares and restores.</summary>
public sealed class BaseViews(Settings settings, Bases bases, Restores restores, TimeProvider clock)
{
    public IEnumerable<BaseView> All => settings.Bases.Select(Of);

    public BaseView Of(BaseSettings @base)
    {
        var facts = bases.FactsOf(@base.Name);
        return new(@base.Name, @base.Host, facts.Exists, facts.Size, facts.DataTime, IsStale(@base, facts.DataTime), @base.StaleAfterHours, facts.Method, new(@base.Spares, facts.Spares),
            bases.ProblemOf(@base), View(restores.OpenOf(@base.Name)), View(restores.LastOf(@base.Name)), [.. settings.Apps.Where(a => a.Base == @base.Name).Select(a => a.Name)]);
    }

    private static RestoreView? View(Restore? restore) => restore is null ? null : RestoreView.Of(restore);

    private bool IsStale(BaseSettings @base, DateTimeOffset? dataTime) => dataTime is null || clock.GetUtcNow() - dataTime > TimeSpan.FromHours(@base.StaleAfterHours);
}
