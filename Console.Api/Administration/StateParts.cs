using TestServers.Builds;
using TestServers.Databases;
using TestServers.Following;
using TestServers.History;
using TestServers.Messages;
using TestServers.Reservations;
using TestServers.Savepoints;
using TestServers.Webhooks;

namespace TestServers.Administration;

/// <summary>
/// Everything that the state folder holds, opened as a start opens it: whoever checks a state opens a copy of it by
/// this, so that what passes here lets the console start.
/// </summary>
public sealed class StateParts : IDisposable
{
    private readonly List<object> _parts = [];
    private readonly StateFolder _folder;

    private StateParts(StateFolder folder) => _folder = folder;

    /// <summary>Opens a state folder, making it where it is new.</summary>
    /// <exception cref="UnreadableFile">Something in it cannot be used.</exception>
    /// <exception cref="DiskRefused">The disk refused.</exception>
    /// <param name="notice">What was done with the folder before, for the log.</param>
    public static StateParts Open(string folder, CurrentSettings current, TimeProvider clock, string? notice = null)
    {
        var parts = new StateParts(new(folder, notice));
        try
        {
            parts.OpenAll(current, clock);
            return parts;
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    /// <summary>Has everybody share them.</summary>
    public void AddTo(IServiceCollection services)
    {
        foreach (var part in _parts)
            services.AddSingleton(part.GetType(), part);
    }

    /// <summary>Lets go of the folder.</summary>
    public void Dispose() => _folder.Dispose();

    private void OpenAll(CurrentSettings current, TimeProvider clock)
    {
        var settings = current.Newest;
        var (state, numbers) = (Add(_folder), Add(new JobNumbers()));
        var audit = Add(state.Lines("audit.log"));
        var journal = Add(state.Journal(audit));
        var people = Add(state.Open("people.json", PeopleState.Empty));
        var tokens = Add(state.Open("tokens.json", TokensState.Empty));
        var reservations = Add(state.Open("reservations.json", ReservationsState.Empty));
        var concerns = Add(state.Open("concerns.json", ConcernsState.Empty));
        var messages = Add(new MessageBook(state.Folder("messages"), clock));
        Add(state.Open("deliveries.json", DeliveriesState.Empty));
        Add(state.Open("service.json", ServiceState.Empty));
        var following = Add(state.Open("following.json", FollowingState.Empty));
        var past = Add(new PastReservations(state.Folder("reservations"), () => current.Now.Reservations.Kept));
        Add(state.Open("bases.json", BasesState.Empty));
        Add(state.Open("places.json", PlacesState.Empty));
        Add(state.Open("made.json", MadeState.Empty));
        var builds = Add(new JobStore<Build>(state.Folder("builds"), numbers));
        var restores = Add(new JobStore<Restore>(state.Folder("restores"), numbers));
        var history = Add(new HistoryStore(state.Folder("history"), () => current.Now.Builds.History));
        StateAgreement.Check(builds, restores, history, reservations, past);
        Add(new KeptAnswers(state.Folder("keys"), clock));
        var savepoints = Add(state.Open("savepoints.json", SavepointsState.Empty));
        foreach (var savepoint in savepoints.Value.Savepoints.Values)
            numbers.Taken(savepoint.Id);
        numbers.Open(state);
        Add(state.Open("sessions.json", SessionKey.New()));
        Add(state.Open("gone.json", GoneState.Empty));
        // The rule for names may be another one than at the last start.
        // Nobody else is there yet: it has ended when this returns.
        journal
            .Do(act =>
            {
                NameChange.Apply(act, settings, people, tokens, reservations, concerns, builds);
                messages.Rename(act, NameChange.RuleOf(settings));
                act.Change(following, all => all.WithNames(NameChange.RuleOf(settings)));
            })
            .GetAwaiter()
            .GetResult();
        state.Complete(clock.GetUtcNow());
    }

    private T Add<T>(T part)
        where T : class
    {
        _parts.Add(part);
        return part;
    }
}
