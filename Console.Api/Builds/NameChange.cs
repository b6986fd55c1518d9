using TestServers.Reservations;

namespace TestServers.Builds;

/// <summary>
/// Gives people, their holds and open builds the names that the rule of the settings makes of those they have.
/// </summary>
internal static class NameChange
{
    public static void Apply(
        Act act,
        ConsoleSettings settings,
        JsonFile<PeopleState> people,
        JsonFile<TokensState> tokens,
        JsonFile<ReservationsState> reservations,
        JsonFile<ConcernsState> concerns,
        JobStore<Build> builds
    )
    {
        var nameOf = RuleOf(settings);
        act.Change(people, known => known.WithNames(nameOf));
        act.Change(tokens, all => all.WithOwners(nameOf));
        act.Change(reservations, held => held.WithNames(nameOf));
        act.Change(concerns, told => told.WithNames(nameOf));
        foreach (var build in builds.Open.Where(b => nameOf(b.By) != b.By).ToList())
            builds.Change(act, build.Id, b => b with { By = nameOf(b.By) });
    }

    /// <summary>The name that somebody has by the settings, of the one that is written down.</summary>
    public static Func<string, string> RuleOf(ConsoleSettings settings) =>
        name => settings.Tokens.Any(t => t.Name == name) ? name : settings.People.NameOf(name);
}
