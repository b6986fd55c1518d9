using TestServers.Access;
using TestServers.Jobs;
using TestServers.Reservations;
using TestServers.Settings;
using TestServers.Storage;

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
        string NameOf(string name) => settings.Tokens.Any(t => t.Name == name) ? name : settings.People.NameOf(name);
        act.Change(people, known => known.WithNames(NameOf));
        act.Change(tokens, all => all.WithOwners(NameOf));
        act.Change(reservations, held => held.WithNames(NameOf));
        act.Change(concerns, told => told.WithNames(NameOf));
        foreach (var build in builds.Open.Where(b => NameOf(b.By) != b.By).ToList())
            builds.Change(act, build.Id, b => b with { By = NameOf(b.By) });
    }
}
