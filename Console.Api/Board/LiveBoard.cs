using System.Collections.Immutable;
using TestServers.Builds;
using TestServers.Databases;
using TestServers.History;
using TestServers.Hosts;
using TestServers.Http;
using TestServers.Jobs;
using TestServers.Reservations;

namespace TestServers.Board;

/// <summary>A picture of all servers, ready to be sent.</summary>
/// <param name="Body">The list as JSON.</param>
/// <param name="Tag">Its ETag. While a host answers, the time of its last answer alone does not change it: then who has
/// the tag has the truth.</param>
public sealed record Picture(ServerList List, ReadOnlyMemory<byte> Body, string Tag);

/// <summary>
/// Puts servers, reservations, configurations and builds together. The picture is made when something has changed, not
/// when somebody asks: the list is served from memory. Every second it is made anew, because reservations end by the
/// clock.
/// </summary>
public sealed class LiveBoard : BackgroundService
{
    private readonly Inventory _inventory;
    private readonly ReservationBook _reservations;
    private readonly JobStore<Build> _builds;
    private readonly HistoryStore _history;
    private readonly BuildPresenter _views;
    private readonly ServerCleanup _cleaning;
    private readonly Usability _usability;
    private readonly ProtectedServers _protection;
    private readonly BuildsUnderHolds _underHolds;
    private readonly DataTimes _times;
    private readonly Loop _loop;
    private readonly Lock _making = new();

    // How many changes there were, and up to which of them the picture shows.
    private long _changes = 1,
        _shown;

    // What is held, as the picture shows it.
    private object _heldThen = new();
    private Picture _picture = new(new([], []), ReadOnlyMemory<byte>.Empty, "");

    public LiveBoard(
        Inventory inventory,
        ReservationBook reservations,
        JobStore<Build> builds,
        HistoryStore history,
        BuildPresenter views,
        ServerCleanup cleaning,
        Usability usability,
        ProtectedServers protection,
        Reachability reachability,
        BuildsUnderHolds underHolds,
        DataTimes times,
        ILogger<LiveBoard> log
    )
    {
        _loop = new(TimeSpan.FromSeconds(1), log);
        (_inventory, _reservations, _builds, _history, _views, _cleaning, _usability) = (
            inventory,
            reservations,
            builds,
            history,
            views,
            cleaning,
            usability
        );
        (_underHolds, _times, _protection) = (underHolds, times, protection);
        reachability.Changed += _ => Mark();
        inventory.Changed += Mark;
        reservations.Changed += _ => Mark();
        builds.Changed += _ => Mark();
        history.Changed += Mark;
    }

    /// <summary>Raised when the picture differs from the one before; both are given.</summary>
    public event Action<ServerList, ServerList>? Changed;

    /// <summary>The picture as it is now; whoever changed something sees his change in it.</summary>
    public Picture Now => IsUpToDate ? Volatile.Read(ref _picture) : Make(onlyIfStale: true);

    // The picture is read after this is: one that is being made does not count yet. Who holds what is compared by
    // itself: an answer may tell of a hold before the board hears of it, and no look after it may show the one before.
    private bool IsUpToDate =>
        Volatile.Read(ref _shown) >= Volatile.Read(ref _changes)
        && ReferenceEquals(Volatile.Read(ref _heldThen), _reservations.State);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        _loop.Run(() => Make(onlyIfStale: false), stoppingToken);

    private void Mark()
    {
        Interlocked.Increment(ref _changes);
        _loop.Wake();
    }

    private Picture Make(bool onlyIfStale)
    {
        ServerList before,
            after;
        Picture picture;
        lock (_making)
        {
            if (onlyIfStale && IsUpToDate)
                return _picture;
            var changes = Volatile.Read(ref _changes);
            var held = _reservations.State;
            before = _picture.List;
            after = Collect();
            var timeless = Timeless(after);
            var tag = Cacheable.TagOf(ServerListJson.BytesOf(timeless));
            picture = new(after, ServerListJson.BytesOf(after), tag);
            var same = tag == _picture.Tag;
            Volatile.Write(ref _picture, picture);
            Volatile.Write(ref _heldThen, held);
            Volatile.Write(ref _shown, changes);
            if (same)
                return picture;
            // Under the lock, so that pictures are told of in their order.
            Changed?.Invoke(Timeless(before), timeless);
        }
        return picture;
    }

    private ServerList Collect()
    {
        var open = _builds.Open.GroupBy(b => b.Server).ToDictionary(g => g.Key, g => g.ToList());
        var unclean = _cleaning.Open;
        var hosts = _inventory.Hosts.ToList();
        return new(
            [
                .. hosts.SelectMany(h =>
                    h.Servers.Select(m => new ServerView(
                        m.Name,
                        m.Host,
                        m.State,
                        h.AsOf,
                        h.Problem,
                        m.Address,
                        m.Url,
                        _reservations.Of(m.Name) is { } held ? ReservationView.Of(held) : null,
                        _times.Shown(_history.Of(m.Name)),
                        Current(open.GetValueOrDefault(m.Name)),
                        unclean.GetValueOrDefault(m.Name),
                        _usability.WhyNot(m),
                        _protection.Of(m.Name),
                        _history.Of(m.Name).SetAside,
                        _history.Of(m.Name).Other,
                        _history.Of(m.Name).Otherwise
                    ))
                ),
            ],
            [.. hosts.Select(h => new HostView(h.Name, h.AsOf, h.Problem, h.Others, h.Notices))]
        );
    }

    private CurrentBuild? Current(List<Build>? builds)
    {
        if (builds is not [var build, .. var behind])
            return null;
        var view = _views.Of(build);
        var step = build.Steps.FirstOrDefault(s => s.State == StepState.Running)?.Name;
        var progress = build.Steps.FirstOrDefault(s => s.Progress is not null)?.Progress;
        return new(
            build.Id,
            build.State,
            build.App,
            build.Path,
            build.By,
            _underHolds.NumberOf(build.Server, build.Id) ?? build.Reservation,
            step,
            progress,
            view.EstimatedStart,
            view.EstimatedEnd,
            behind.Count
        );
    }

    private static ServerList Timeless(ServerList list) =>
        new(
            [.. list.Servers.Select(s => s.Problem is null ? s with { AsOf = null } : s)],
            [.. list.Hosts.Select(h => h.Problem is null ? h with { AsOf = null } : h)]
        );
}
