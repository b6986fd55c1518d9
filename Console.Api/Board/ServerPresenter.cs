using TestServers.Builds;
using TestServers.Databases;
using TestServers.Following;
using TestServers.History;
using TestServers.Reservations;

namespace TestServers.Board;

/// <summary>
/// Shows servers and hosts: without the time of the last answer while a host answers, so that what is shown stays the
/// same until something else changes.
/// </summary>
public sealed class ServerPresenter(
    ReservationBook reservations,
    HistoryStore history,
    BuildPresenter builds,
    BuildsUnderHolds underHolds,
    Usability usability,
    ProtectedServers protection,
    DataTimes times,
    LineTimes lineTimes,
    ServerTags tags,
    Follower follower,
    ServerLooks looks,
    Inventory inventory,
    MadeServers made
)
{
    /// <summary>When it is probably whose turn, by the place's number: the same for all servers of one look.</summary>
    public IReadOnlyDictionary<long, DateTimeOffset> LikelyTurns => lineTimes.Of(reservations.State);

    /// <param name="open">The builds that run on it or wait for it, in the order in which they came.</param>
    /// <param name="likely"><see cref="LikelyTurns"/>.</param>
    public ServerView Of(
        Server server,
        HostState host,
        IReadOnlyList<Build> open,
        UncleanServer? unclean,
        IReadOnlyDictionary<long, DateTimeOffset> likely
    )
    {
        var (known, state) = (history.Of(server.Name), reservations.State);
        return new(
            server.Name,
            server.Host,
            server.State,
            AsOf(host),
            host.Problem,
            server.Address,
            server.Url,
            reservations.Of(server.Name) is { } held ? ReservationView.Of(held) : null,
            times.Shown(known),
            open is [var build, ..] ? Current(build, open.Count - 1) : null,
            unclean,
            usability.WhyNot(server),
            protection.Of(server.Name),
            known.SetAside,
            known.Other,
            known.Otherwise,
            LineView.Of(state, server.Name, likely),
            tags.Of(server.Name),
            usability.OutOfService(server.Name),
            follower.Of(server.Name)
        )
        {
            Status = server.Status,
            Beside = known.Beside is { } beside ? [.. beside.Keys] : null,
            Power = inventory.SettingsOf(server.Host) is { Power: { Count: > 0 } power } ? power : null,
            Goes = made.Of(server)?.Goes,
            OldTools = looks.OldOn(server.Name) is { Count: > 0 } old ? old : null,
        };
    }

    public static HostView Of(HostState host) =>
        new(host.Name, AsOf(host), host.Problem, host.AskedAgain, host.Others, host.Notices);

    private static DateTimeOffset? AsOf(HostState host) => host.Problem is null ? null : host.AsOf;

    private CurrentBuild Current(Build build, int waiting)
    {
        var view = builds.Of(build);
        var step = build.Steps.FirstOrDefault(s => s.State == StepState.Running)?.Name;
        var progress = build.Steps.FirstOrDefault(s => s.Progress is not null)?.Progress;
        return new(
            build.Id,
            build.State,
            build.App,
            build.Path,
            build.By,
            underHolds.NumberOf(build.Server, build.Id) ?? build.Reservation,
            step,
            progress,
            view.EstimatedStart,
            view.EstimatedEnd,
            waiting
        );
    }
}
