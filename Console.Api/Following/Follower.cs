using System.Collections.Concurrent;
using System.Collections.Immutable;
using TestServers.Apps;
using TestServers.Builds;
using TestServers.History;
using TestServers.Reservations;

namespace TestServers.Following;

/// <summary>
/// Asks repositories for what is new on the paths that servers follow, and launches the builds. One question serves all
/// servers of one repository. A build is launched when none runs or waits on its server, in the act that notes its
/// commit: neither a kill nor a hook that comes twice has anything built twice.
/// </summary>
public sealed class Follower(
    FollowBook book,
    BuildQueue queue,
    HistoryStore history,
    Inventory inventory,
    Usability usability,
    ReservationBook reservations,
    RepositoryTips repositories,
    People people,
    CurrentSettings settings,
    TimeProvider clock,
    ILogger<Follower> log
) : BackgroundService
{
    private const int MostAtOnce = 4;
    private static readonly TimeSpan Idle = TimeSpan.FromHours(1),
        Look = TimeSpan.FromSeconds(15);
    private readonly Loop _loop = new(TimeSpan.FromSeconds(5), log);
    private readonly SemaphoreSlim _asking = new(MostAtOnce);
    private readonly ConcurrentDictionary<RepositoryPlace, Watched> _watched = new();
    private readonly ConcurrentDictionary<ServerName, string> _obstacles = new();

    /// <summary>Raised when what is said of a server that follows a path is another thing.</summary>
    public event Action<ServerName>? Changed;

    /// <summary>What a server follows, as it is shown; null: nothing.</summary>
    public FollowingView? Of(ServerName server) => book.Of(server) is { } followed ? Show(followed) : null;

    /// <summary>As it is shown.</summary>
    public FollowingView Show(Followed followed)
    {
        var app = settings.Now.App(followed.App);
        var watched = app is null ? null : _watched.GetValueOrDefault(PlaceOf(app));
        return new(
            followed.App,
            followed.Path,
            followed.Database,
            followed.By,
            followed.Since,
            followed.Seen,
            followed.SeenAt,
            app?.Follow?.Seconds ?? new FollowSettings().Seconds,
            ProblemOf(followed, app, watched),
            watched?.NextLook
        );
    }

    /// <summary>Has an app's repository asked at once, as it says that there is something new.</summary>
    public void AskNow(AppSettings app)
    {
        if (!_watched.TryGetValue(PlaceOf(app), out var watched))
            return;
        watched.AskNow();
        _loop.Wake();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        book.Changed += _ => _loop.Wake();
        reservations.Changed += _ => _loop.Wake();
        settings.Changed += (_, _) => _loop.Wake();
        queue.Store.Changed += build =>
        {
            if (build.Ended)
                _loop.Wake();
        };
        await _loop.Run(TakeTurn, stoppingToken);
    }

    private async Task<TimeSpan> TakeTurn(CancellationToken stop)
    {
        await book.RemoveEnded();
        var followed = book.All;
        foreach (var server in _obstacles.Keys.Except(followed.Select(f => f.Server)))
            _obstacles.TryRemove(server, out _);
        var places = followed
            .Select(f => (Followed: f, App: settings.Now.App(f.App)))
            .Where(f => f.App is not null)
            .GroupBy(f => PlaceOf(f.App!))
            .ToList();
        foreach (var gone in _watched.Keys.Except(places.Select(p => p.Key)))
            _watched.TryRemove(gone, out _);
        var next = places.Count == 0 ? Idle : Look;
        foreach (var place in places)
        {
            var watched = _watched.GetOrAdd(place.Key, _ => new(clock));
            watched.Every = TimeSpan.FromSeconds(place.Min(f => (f.App!.Follow ?? new FollowSettings()).Seconds));
            ImmutableArray<RepositoryPath> paths = [.. place.Select(f => f.Followed.Path).Distinct()];
            if (watched.Answer is { Problem: null } known && !paths.All(known.Asked.Contains))
                watched.AskNow();
            if (watched.Begin())
                _ = Ask(place.First().App!, paths, watched, stop);
            if (watched.Answer is { } answer)
            {
                foreach (var (one, app) in place)
                {
                    if (watched.IsSilent is { } isSilent && isSilent != one.SilentSince.HasValue)
                        await book.NoteSilent(one, isSilent);
                    await Decide(one, app!, answer);
                }
            }
            if (watched.Wait is var wait && wait >= TimeSpan.Zero && wait < next)
                next = wait;
        }
        return next;
    }

    private async Task Ask(
        AppSettings app,
        IReadOnlyList<RepositoryPath> paths,
        Watched watched,
        CancellationToken stop
    )
    {
        var answer = TipList.None($"The repository {app.Repository.Url} could not be asked.");
        await Task.Yield();
        try
        {
            await _asking.WaitAsync(stop);
            try
            {
                answer = await repositories.Ask(app.Repository, paths, stop);
            }
            finally
            {
                _asking.Release();
            }
        }
        catch (OperationCanceledException)
        {
            // A stop.
        }
        catch (Exception e)
        {
            log.LogError(e, "The repository of {App} could not be asked for what is new", app.Name);
        }
        var before = watched.Answer?.Problem;
        watched.End(answer);
        if (before != answer.Problem)
        {
            foreach (var one in book.All.Where(f => settings.Now.App(f.App) is { } a && PlaceOf(a) == PlaceOf(app)))
                Changed?.Invoke(one.Server);
        }
        _loop.Wake();
    }

    private async Task Decide(Followed followed, AppSettings app, TipList answer)
    {
        // It was not asked about this one, or did not answer: then nothing new is known.
        if (!answer.Asked.Contains(followed.Path) || answer.Problem is not null)
            return;
        var tip = answer.Tips.GetValueOrDefault(followed.Path);
        var isGone = tip is null;
        if (isGone != followed.GoneSince.HasValue)
            await book.NoteGone(followed, isGone);
        if (queue.Store.Open.Any(b => b.Server == followed.Server))
            return;
        var kept = history.Of(followed.Server);
        var here = kept.Code.GetValueOrDefault(app.Name);
        if (kept.Other is not null || kept.ConfigurationOf(app.Name) is null || here?.Path != followed.Path)
        {
            await book.Remove(followed, "something else was built on it since");
            return;
        }
        if (tip is null || tip == followed.Seen)
        {
            SetObstacle(followed.Server, null);
            return;
        }
        if (!FollowRules.IsNew(app.Repository.Kind, tip, followed.Seen, here.Revision))
            await book.NoteSeen(followed, tip);
        else
            await Build(followed, app, tip);
    }

    private async Task Build(Followed followed, AppSettings app, Revision tip)
    {
        var server = followed.Server;
        try
        {
            var machine = inventory.Find(server);
            if ((usability.WhyOutOfService(server) ?? usability.Obstacle(machine)) is { } obstacle)
            {
                SetObstacle(server, obstacle);
                return;
            }
            var caller = CallerOf(followed.By);
            caller.MustBeAllowedTo("build");
            await queue.Enqueue(
                server,
                new(app.Name, followed.Path, null, followed.Database, true),
                followed.Number,
                new(caller, null, "follow", ""),
                follows: new(act =>
                {
                    if (queue.Store.Open.Any(b => b.Server == server))
                        throw Problem.Conflict($"A build runs or waits on {server}.");
                    book.NoteBuilt(act, followed, tip);
                })
            );
            SetObstacle(server, null);
        }
        // Whatever stands against it now is looked at again with the next turn.
        catch (Problem problem)
        {
            SetObstacle(server, problem.Message);
        }
    }

    // Who had it followed, as they stand now.
    private Caller CallerOf(string name) =>
        settings.Now.Tokens.FirstOrDefault(t => t.Name == name) is { } token
            ? new(name, CallerKind.Token, token.May.ToHashSet(StringComparer.Ordinal))
            {
                Groups = people.Of(name).Groups,
            }
            : Caller.Person(
                name,
                settings.Now.Listen.Socket is null ? CallerKind.Open : CallerKind.User,
                people.Of(name)
            );

    private void SetObstacle(ServerName server, string? why)
    {
        var before = _obstacles.GetValueOrDefault(server);
        if (before == why)
            return;
        if (why is null)
            _obstacles.TryRemove(server, out _);
        else
            _obstacles[server] = why;
        Changed?.Invoke(server);
    }

    private string? ProblemOf(Followed followed, AppSettings? app, Watched? watched) =>
        app is null ? $"The settings no longer name the app {followed.App}."
        : followed.GoneSince is { } since
            ? $"{followed.Path} is not in the repository of {followed.App} since {Times.Say(since)}. Nothing is built "
                + "until it is there again."
        : watched?.Answer?.Problem ?? _obstacles.GetValueOrDefault(followed.Server);

    private static RepositoryPlace PlaceOf(AppSettings app) => new(app.Repository.Kind, app.Repository.Url);

    private sealed record RepositoryPlace(RepositoryKind Kind, string Url);
}
