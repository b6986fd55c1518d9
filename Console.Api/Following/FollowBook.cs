using TestServers.Apps;
using TestServers.History;
using TestServers.Reservations;

namespace TestServers.Following;

/// <summary>
/// Which servers follow a path. A following is a part of a reservation: whether it holds is computed from that one at
/// every look, so that it ends with a release, a take-over or the clock, and nobody who gets the server inherits it.
/// </summary>
public sealed class FollowBook(
    JsonFile<FollowingState> file,
    ReservationBook reservations,
    BuildHolds holds,
    HistoryStore history,
    Catalogue catalogue,
    RepositoryTips repositories,
    Concerns concerns,
    Journal journal,
    Audit audit,
    KeptAnswers answers,
    TimeProvider clock
)
{
    /// <summary>Raised after a change, with the server.</summary>
    public event Action<ServerName>? Changed;

    /// <summary>What a server follows now; null: nothing.</summary>
    public Followed? Of(ServerName server) =>
        file.Value.On(server) is { } followed && Holds(followed) ? followed : null;

    /// <summary>Everything that is followed now.</summary>
    public IReadOnlyList<Followed> All => [.. file.Value.Servers.Values.Where(Holds)];

    /// <summary>Has a server follow the path that is on it, from what is there on.</summary>
    /// <param name="number">When given, the reservation that is meant.</param>
    /// <exception cref="Problem">409: the server is another's or nobody's, or has no path that can be followed; 400:
    /// its app has no database.</exception>
    public async Task<Followed> Begin(
        ServerName server,
        bool database,
        long? number,
        Deed deed,
        CancellationToken cancel
    )
    {
        if (answers.Find<Followed>(deed) is { } earlier)
            return earlier;
        await EnsureMoves(server, Ensure(server, number, deed), cancel);
        return await journal.Do(act =>
        {
            if (answers.Find<Followed>(deed) is { } same)
                return same;
            var (held, app, path, here) = Ensure(server, number, deed);
            if (database && app.AllDatabases.IsEmpty)
                throw Problem.BadInput($"{app.Name} has no base: give `database` as false.");
            var now = clock.GetUtcNow();
            var followed = new Followed(server, held.Number, deed.Caller.Name, app.Name, path, database, now);
            if (act.Of(file).On(server) is { } before && IsAsWished(before, followed))
                return before;
            followed = followed with { Seen = here, SeenAt = here is null ? null : now };
            act.Change(file, state => state.With(followed));
            var parts = database ? "code and database" : "code";
            audit.Write(
                act,
                deed.Caller,
                "follow",
                server.Text,
                $"{app.Name} {path}, {parts}, under number {held.Number}"
            );
            answers.Keep(act, deed, followed);
            act.After(() => Changed?.Invoke(server));
            return followed;
        });
    }

    /// <summary>Has a server follow nothing; one that does not stays as it is.</summary>
    /// <exception cref="Problem">409: somebody else holds it.</exception>
    public Task End(ServerName server, Caller by) =>
        journal.Do(act =>
        {
            if (act.Of(file).On(server) is not { } followed || !Holds(followed))
                return;
            var held = reservations.Of(server)!;
            if (!held.IsFor(by.Name) && !by.IsAdministrator)
                throw reservations.HeldBy(held);
            Remove(act, followed, by, "");
        });

    /// <summary>Takes out what has ended with its reservation.</summary>
    internal async Task RemoveEnded()
    {
        if (file.Value.Servers.Values.All(Holds))
            return;
        await journal.Do(act =>
        {
            foreach (var over in act.Of(file).Servers.Values.Where(f => !Holds(f)).ToList())
                Remove(act, over, Caller.TheConsole, $": reservation {over.Number} of it has ended");
        });
    }

    /// <summary>Takes one out that has lost its sense.</summary>
    internal Task Remove(Followed followed, string why) =>
        journal.Do(act =>
        {
            if (followed.IsSameAs(act.Of(file).On(followed.Server)))
                Remove(act, followed, Caller.TheConsole, $": {why}");
        });

    /// <summary>Notes what is the newest on the path and needs no build.</summary>
    internal Task NoteSeen(Followed followed, Revision seen) => journal.Do(act => NoteSeen(act, followed, seen));

    /// <summary>Notes it as a part of the act in which it comes to be built: once, whatever happens.</summary>
    /// <exception cref="Problem">409: it was seen already, or is not followed any more.</exception>
    internal void NoteBuilt(Act act, Followed followed, Revision seen)
    {
        var now = act.Of(file).On(followed.Server);
        if (!followed.IsSameAs(now) || !Holds(followed))
            throw Problem.Conflict($"{followed.Server} does not follow {followed.Path} any more.");
        if (now!.Seen == seen)
            throw Problem.Conflict($"{seen.Brief} of {followed.Path} was built on {followed.Server} already.");
        NoteSeen(act, followed, seen);
    }

    /// <summary>Notes that the path is not in the repository, which is told once; or that it is back.</summary>
    internal Task NoteGone(Followed followed, bool isGone) =>
        journal.Do(act =>
        {
            var now = act.Of(file).On(followed.Server);
            if (!followed.IsSameAs(now) || now!.GoneSince is not null == isGone)
                return;
            var noted = now with { GoneSince = isGone ? clock.GetUtcNow() : null };
            act.Change(file, state => state.With(noted));
            if (isGone)
                Tell(act, ConcernKind.PathGone, followed);
            act.After(() => Changed?.Invoke(followed.Server));
        });

    /// <summary>Notes that the repository does not answer, which is told once; or that it answers again.</summary>
    internal Task NoteSilent(Followed followed, bool isSilent) =>
        journal.Do(act =>
        {
            var now = act.Of(file).On(followed.Server);
            if (!followed.IsSameAs(now) || now!.SilentSince is not null == isSilent)
                return;
            var noted = now with { SilentSince = isSilent ? clock.GetUtcNow() : null };
            act.Change(file, state => state.With(noted));
            if (isSilent)
                Tell(act, ConcernKind.RepositorySilent, followed);
        });

    private void Tell(Act act, ConcernKind kind, Followed followed) =>
        concerns.Raise(
            act,
            kind,
            followed.By,
            followed.Server,
            followed.Number,
            text: $"{followed.Path} of {followed.App}"
        );

    private void NoteSeen(Act act, Followed followed, Revision seen)
    {
        if (act.Of(file).On(followed.Server) is not { } now || !followed.IsSameAs(now) || now.Seen == seen)
            return;
        act.Change(file, state => state.With(now with { Seen = seen, SeenAt = clock.GetUtcNow(), GoneSince = null }));
        act.After(() => Changed?.Invoke(followed.Server));
    }

    private void Remove(Act act, Followed followed, Caller by, string why)
    {
        act.Change(file, state => state.Without(followed.Server));
        audit.Write(act, by, "stop following", followed.Server.Text, $"{followed.App} {followed.Path}{why}");
        act.After(() => Changed?.Invoke(followed.Server));
    }

    private bool Holds(Followed followed) =>
        reservations.Of(followed.Server) is { Released: false } held
        && held.Number == followed.Number
        && held.IsFor(followed.By);

    private static bool IsAsWished(Followed before, Followed wished) =>
        before.Number == wished.Number
        && before.By == wished.By
        && before.App == wished.App
        && before.Path == wished.Path
        && before.Database == wished.Database;

    // What is on a server that may be followed by who asks.
    private Followable Ensure(ServerName server, long? number, Deed deed)
    {
        holds.Ensure(server, number, deed.Caller);
        var held =
            reservations.Of(server)
            ?? throw Problem.Conflict(
                $"Nobody holds {server}. Reserve it first: it follows a path as long as it is held."
            );
        var kept = history.Of(server);
        if (kept.Other is { } other)
            throw Problem.Conflict($"{other.Message} Build on {server} first, then have it follow.");
        if (kept.Configuration is not { Path: { } path } now)
            throw Problem.Conflict($"{server} has no code yet that it could follow. Build on it first.");
        var app = catalogue.Find(now.App);
        deed.Caller.MustReach([app.Name], $"of {app.Name}");
        if (FollowRules.FaultOf(path, app.Repository.Kind) is { } fault)
            throw StandsStill(server, app, path, fault);
        return new(held, app, path, kept.Code.GetValueOrDefault(app.Name)?.Revision);
    }

    // Only the repository knows whether a name is a branch's. One that does not answer is asked again by and by.
    private async Task EnsureMoves(ServerName server, Followable found, CancellationToken cancel)
    {
        var (_, app, path, _) = found;
        var answer = await repositories.Ask(app.Repository, [path], cancel);
        if (answer.Problem is null && !answer.Tips.ContainsKey(path))
            throw StandsStill(
                server,
                app,
                path,
                app.Repository.Kind == RepositoryKind.Git
                    ? "which is no branch in its repository: a tag or a commit does not move"
                    : "which is not in its repository any more"
            );
    }

    private static Problem StandsStill(ServerName server, AppSettings app, RepositoryPath path, string fault) =>
        Problem
            .Conflict($"{server} has {path} of {app.Name}, {fault}. Build a branch on it, then have it follow.")
            .With("server", server)
            .With("path", path);

    private sealed record Followable(Reservation Held, AppSettings App, RepositoryPath Path, Revision? Here);
}
