using System.Collections.Immutable;
using TestServers.History;

namespace TestServers.Builds.Steps;

/// <summary>How the loading of one database ended.</summary>
internal sealed record DatabaseEnd(ChosenBase Chosen, StepResult<Build> Result)
{
    /// <summary>What is there now; null: it failed.</summary>
    public LoadedDatabase? Loaded { get; init; }

    /// <summary>Its database host was not reached: nothing was done.</summary>
    public bool IsUnreached { get; init; }
}

/// <summary>The ends of several databases as that of the step that has loaded them side by side.</summary>
internal static class LoadedDatabases
{
    /// <param name="bases">All of the app's, in their order.</param>
    /// <param name="before">Those that needed no loading.</param>
    public static StepResult<Build> Fold(
        ImmutableArray<ChosenBase> bases,
        ImmutableArray<LoadedDatabase> before,
        IReadOnlyList<DatabaseEnd> ends
    )
    {
        var loaded = ends.Select(e => e.Loaded).OfType<LoadedDatabase>().ToList();
        var bad = ends.Where(e => !e.Result.Succeeded && e.Result.State != StepState.Skipped)
            .OrderBy(e => e.Result.State == StepState.Cancelled)
            .ThenByDescending(e => e.Result.IsAbandoned)
            .ToList();
        var all = before
            .Concat(loaded)
            .OrderBy(d => bases.IndexOf(bases.First(b => b.Name == d.Name)))
            .ToImmutableArray();
        return new(bad is [var first, ..] ? first.Result.State : StepState.Succeeded, Say(ends, bad, all), Add)
        {
            LeftOut = [.. ends.SelectMany(e => e.Result.LeftOut.Select(text => $"{e.Chosen.Name}: {text}"))],
            IsUnknown = ends.Any(e => e.Result.IsUnknown),
            IsAbandoned = ends.Any(e => e.Result.IsAbandoned),
            Untouched = ends.All(e => e.Result.Untouched),
        };
        Build Add(Build build)
        {
            if (loaded.Count == 0)
                return build;
            var usual = all.FirstOrDefault(d => d.Name == bases[0].Name);
            return build.WithResult(r =>
                r with
                {
                    Databases = all,
                    DataTime = usual?.DataTime,
                    Method = usual?.Method,
                    Database = usual?.Database,
                    Host = usual?.Host,
                    Left = usual?.Left,
                }
            );
        }
    }

    private static string Say(
        IReadOnlyList<DatabaseEnd> ends,
        List<DatabaseEnd> bad,
        ImmutableArray<LoadedDatabase> loaded
    )
    {
        if (bad.Count == 0)
            return string.Join("; ", ends.Select(e => $"{e.Chosen.Name}: {e.Result.Message}"));
        var failed = string.Join(" ", bad.Select(e => $"{e.Chosen.Name}: {e.Result.Message.TrimEnd('.')}."));
        return loaded.IsEmpty
            ? $"{failed} No database was exchanged."
            : $"{failed} Exchanged already: {string.Join(", ", loaded.Select(d => $"{d.Name} ({d.Database})"))}.";
    }
}
