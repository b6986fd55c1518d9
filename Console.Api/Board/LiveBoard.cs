using System.Diagnostics;
using TestServers.Builds;
using TestServers.Following;
using TestServers.History;
using TestServers.Reservations;

namespace TestServers.Board;

/// <summary>
/// Puts machines, reservations, configurations and builds together. The picture is made when something has changed, not
/// when somebody asks: the list is served from memory. Who says that something has changed says of which server, and
/// that one alone is looked at. Every second all are, because reservations end by the clock.
/// </summary>
public sealed class LiveBoard : BackgroundService
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);
    private readonly Inventory _inventory;
    private readonly ReservationBook _reservations;
    private readonly OutOfServiceServers _service;
    private readonly MadeServers _made;
    private readonly JobStore<Build> _builds;
    private readonly ServerCleanup _cleaning;
    private readonly ServerPresenter _views;
    private readonly Loop _loop;
    private readonly Lock _making = new(),
        _marking = new();

    // How many changes there were, and up to which of them the picture shows.
    private long _changes = 1,
        _shown;

    // What of them is not shown yet.
    private HashSet<ServerName> _changed = [];
    private bool _isAllChanged = true,
        _isCleaningChanged = true;
    private long _lookedAtAll;

    // What is held, out of service or made, as the picture shows it.
    private ReservationsState _heldThen = ReservationsState.Empty;
    private ServiceState _serviceThen = ServiceState.Empty;
    private MadeState _madeThen = MadeState.Empty;
    private IReadOnlyDictionary<ServerName, UncleanServer> _unclean = new Dictionary<ServerName, UncleanServer>();
    private Picture _picture = new([]);

    public LiveBoard(
        CurrentSettings settings,
        Inventory inventory,
        ReservationBook reservations,
        OutOfServiceServers service,
        MadeServers made,
        JobStore<Build> builds,
        HistoryStore history,
        ServerCleanup cleaning,
        Reachability reachability,
        FollowBook following,
        Follower follower,
        ServerPresenter views,
        ILogger<LiveBoard> log
    )
    {
        _loop = new(Turn, log);
        (_inventory, _reservations, _service, _made) = (inventory, reservations, service, made);
        (_builds, _cleaning, _views) = (builds, cleaning, views);
        settings.Changed += (_, _) => MarkAll();
        // Whose host has said something else is seen in what it has said.
        inventory.Changed += () => Mark();
        reachability.Changed += server => Mark(server);
        reservations.Changed += server => Mark(server);
        history.Changed += server => Mark(server);
        following.Changed += server => Mark(server);
        follower.Changed += server => Mark(server);
        builds.Changed += Mark;
    }

    /// <summary>Raised when the picture differs from the one before, in the pictures' order.</summary>
    public event Action<BoardChange>? Changed;

    /// <summary>
    /// Raised when somebody waits, or did, and who holds, waits or has a turn is another one than before.
    /// </summary>
    public event Action? LineChanged;

    /// <summary>The picture as it is now; whoever changed something sees his change in it.</summary>
    public Picture Now => IsUpToDate ? Volatile.Read(ref _picture) : Make();

    // The picture is read after this is: one that is being made does not count yet. Who holds what is compared by
    // itself: an answer may tell of a hold before the board hears of it, and no look after it may show the one before.
    private bool IsUpToDate =>
        Volatile.Read(ref _shown) >= Volatile.Read(ref _changes)
        && ReferenceEquals(Volatile.Read(ref _heldThen), _reservations.State)
        && ReferenceEquals(Volatile.Read(ref _serviceThen), _service.State)
        && ReferenceEquals(Volatile.Read(ref _madeThen), _made.State);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        _loop.Run(
            _ =>
            {
                Make();
                var since = Stopwatch.GetElapsedTime(Volatile.Read(ref _lookedAtAll));
                return Task.FromResult(since < Turn ? Turn - since : TimeSpan.Zero);
            },
            stoppingToken
        );

    // When one has succeeded, others of its kind have another estimate.
    private void Mark(Build build)
    {
        if (build.Ended)
            Volatile.Write(ref _isCleaningChanged, true);
        Mark([build.Server, .. build.State == JobState.Succeeded ? _builds.Open.Select(b => b.Server) : []]);
    }

    private void Mark(params IEnumerable<ServerName> servers)
    {
        lock (_marking)
            _changed.UnionWith(servers);
        Tell();
    }

    private void MarkAll()
    {
        Volatile.Write(ref _isAllChanged, true);
        Tell();
    }

    private void Tell()
    {
        Interlocked.Increment(ref _changes);
        _loop.Wake();
    }

    private Picture Make()
    {
        lock (_making)
        {
            var isTurn = Stopwatch.GetElapsedTime(_lookedAtAll) >= Turn;
            if (IsUpToDate && !isTurn)
                return _picture;
            var (changes, held, service) = (Volatile.Read(ref _changes), _reservations.State, _service.State);
            var made = _made.State;
            // They are few, and seldom change.
            if (!ReferenceEquals(made, _madeThen))
                Volatile.Write(ref _isAllChanged, true);
            var (before, heldThen) = (_picture, _heldThen);
            var (picture, change) = Look(held, service, isTurn);
            Volatile.Write(ref _picture, picture);
            Volatile.Write(ref _heldThen, held);
            Volatile.Write(ref _serviceThen, service);
            Volatile.Write(ref _madeThen, made);
            Volatile.Write(ref _shown, changes);
            // Under the lock, so that pictures are told of in their order.
            if (picture.Tag != before.Tag)
                Changed?.Invoke(change);
            if (!ReferenceEquals(held, heldThen) && !(held.Line.IsEmpty && heldThen.Line.IsEmpty))
                LineChanged?.Invoke();
            return picture;
        }
    }

    private (Picture, BoardChange) Look(ReservationsState held, ServiceState service, bool isTurn)
    {
        HashSet<ServerName> changed;
        lock (_marking)
            (changed, _changed) = (_changed, []);
        changed.UnionWith(held.ChangedSince(_heldThen));
        changed.UnionWith(service.ChangedSince(_serviceThen));
        var isAll = Interlocked.Exchange(ref _isAllChanged, false) | isTurn;
        try
        {
            if (Interlocked.Exchange(ref _isCleaningChanged, false) | isAll)
                _unclean = _cleaning.Open;
            var look = new BoardLook(_picture, isAll ? null : changed, _builds.Open, _unclean, _views);
            var made = look.Make(_inventory.Hosts);
            if (isAll)
                Volatile.Write(ref _lookedAtAll, Stopwatch.GetTimestamp());
            return made;
        }
        catch
        {
            // What was to be looked at is not known any more.
            Volatile.Write(ref _isAllChanged, true);
            throw;
        }
    }
}
