using System.Collections.Immutable;
using TestServers.History;

namespace TestServers.Builds;

/// <summary>From which bases a build's databases are made: what is asked for, and whether it can be had.</summary>
public static class BaseChoices
{
    /// <summary>The same with what is asked for instead, as far as the settings have it.</summary>
    public static ImmutableArray<ChosenBase> With(
        this ImmutableArray<ChosenBase> bases,
        ImmutableSortedDictionary<DatabaseName, BaseName>? asked,
        AppSettings app
    ) =>
        asked is null
            ? bases
            :
            [
                .. bases.Zip(
                    app.AllDatabases,
                    (now, database) =>
                        asked.GetValueOrDefault(now.Name) is { } wanted && database.Bases.Contains(wanted)
                            ? now with
                            {
                                Base = wanted,
                            }
                            : now
                ),
            ];

    /// <summary>Why an app cannot be made from what is asked for, and what can be chosen; null when it can.</summary>
    public static string? FaultIn(this AppSettings app, ImmutableSortedDictionary<DatabaseName, BaseName>? asked)
    {
        foreach (var (name, wanted) in asked ?? ImmutableSortedDictionary<DatabaseName, BaseName>.Empty)
        {
            if (app.AllDatabases.FirstOrDefault(d => d.Name == name) is not { } database)
                return $"{app.Name} has no database {name}. It has {Say(app)}.";
            if (!database.Bases.Contains(wanted))
                return $"The database {name} of {app.Name} is not made from {wanted}. "
                    + $"It can be made from {string.Join(" or ", database.Bases)}.";
        }
        return null;
    }

    private static string Say(AppSettings app) =>
        app.AllDatabases is [] ? "none" : string.Join(", ", app.AllDatabases.Select(d => d.Say()));
}
