using TestServers.Databases;

namespace TestServers.Savepoints;

/// <summary>A savepoint as it is shown.</summary>
/// <param name="Size">Bytes; null until it is whole.</param>
/// <param name="DataTime">When the dump behind its data was made; of several the oldest.</param>
/// <param name="Quick">Whether going back is an exchange of names: its twin is ready.</param>
/// <param name="BackSeconds">How long going back takes, probably; null: not known.</param>
/// <param name="DroppedAt">When it is dropped by itself.</param>
/// <param name="WhyNot">Why the server that was asked for cannot go back to it, whoever asks; null: it can.</param>
public sealed record SavepointView(
    JobId Id,
    ServerName Server,
    AppName App,
    string Name,
    string Note,
    string By,
    DateTimeOffset At,
    SavepointState State,
    long? Size,
    DateTimeOffset? DataTime,
    bool Quick,
    double? BackSeconds,
    DateTimeOffset DroppedAt,
    string? WhyNot,
    IReadOnlyList<SavedCopy> Copies
);

/// <summary>What is under way with a server's savepoints.</summary>
/// <param name="Name">What people call the savepoint.</param>
/// <param name="Back">It is gone back to; else it is made.</param>
/// <param name="Progress">From 0 to 1; null: not told yet.</param>
/// <param name="WaitsFor">What it waits for; null: nothing.</param>
public sealed record SavepointWorkView(
    JobId Savepoint,
    string Name,
    bool Back,
    string By,
    DateTimeOffset At,
    double? Progress,
    string? WaitsFor
);

/// <summary>An app on a server whose databases can be kept.</summary>
/// <param name="KeepSeconds">How long that takes, probably; null: not known.</param>
public sealed record AppToKeep(AppName App, double? KeepSeconds);

/// <summary>The savepoints of a server.</summary>
/// <param name="App">The app that is kept when none is named, as it was built last; null: it cannot be.</param>
/// <param name="Apps">Every app there that can be kept.</param>
/// <param name="PerServer">How many a server may have.</param>
/// <param name="KeepSeconds">How long the next one takes, probably, as its size and the last measured speed say; for
/// most of it nobody can connect to the database. Null: not known.</param>
/// <param name="WhyNot">Why nothing can be kept there now, whoever asks; null: it can.</param>
/// <param name="Full">It has as many as it may: one more can be kept in place of one that is there
/// (`instead`).</param>
/// <param name="Last">How the last thing that was done with savepoints there ended; null: nothing was.</param>
/// <param name="Savepoints">The server's own, the newest first.</param>
/// <param name="Others">Those of other servers that have the same app.</param>
public sealed record SavepointList(
    ServerName Server,
    AppName? App,
    IReadOnlyList<AppToKeep> Apps,
    int PerServer,
    double KeptDays,
    double? KeepSeconds,
    string? WhyNot,
    bool Full,
    SavepointWorkView? Work,
    EndedSavepointWork? Last,
    IReadOnlyList<SavepointView> Savepoints,
    IReadOnlyList<SavepointView> Others
);

/// <summary>How keeping, or going back, stands.</summary>
/// <param name="Done">It is over; else it goes on.</param>
/// <param name="Method">How the copy was made: twin, clone or file_copy; null: it goes on, or was done before.</param>
/// <param name="Seconds">How long the database hosts took.</param>
public sealed record SavepointAnswer(
    string Message,
    bool Done,
    string? Method,
    double? Seconds,
    SavepointView Savepoint
);

/// <summary>Shows savepoints: their size and age, and how long it takes to make one and to go back.</summary>
public sealed class SavepointPresenter(
    CurrentSettings settings,
    SavepointBook book,
    SavepointKeeper keeper,
    SavepointRules rules,
    BaseFacts bases,
    Inventory inventory
)
{
    /// <summary>Those of a server.</summary>
    /// <exception cref="Problem">404: no host has such a server, and it has no savepoint.</exception>
    public SavepointList ListOf(ServerName server)
    {
        var own = book.Of(server).ToList();
        if (own.Count == 0)
            inventory.Find(server);
        var (app, whyNot, seconds) = Here(server);
        List<AppToKeep> apps =
        [
            .. rules.AllOn(server).Select(a => new AppToKeep(a.App.Name, SecondsOf(a.Bases, server))),
        ];
        var most = settings.Now.Savepoints.PerServer;
        var full = own.Count < most ? null : $"{server} has {own.Count} savepoints, and may have {most}.";
        return new(
            server,
            app?.Name,
            apps,
            most,
            settings.Now.Savepoints.KeptDays,
            seconds,
            full ?? (apps.Count > 0 ? null : whyNot),
            apps.Count > 0 && most > 0 && own.Count == most,
            WorkOn(server),
            book.LastOn(server),
            [.. own.Select(s => Of(s, server))],
            [
                .. book
                    .All.Where(s => s.Server != server && (s.App == app?.Name || rules.IsOn(server, s.App)))
                    .Select(s => Of(s, server)),
            ]
        );
    }

    /// <summary>One of them, as it is for a server.</summary>
    public SavepointView Of(Savepoint savepoint, ServerName server)
    {
        var isQuick = savepoint.State == SavepointState.Kept && savepoint.Copies.All(c => HasTwin(savepoint, c));
        return new(
            savepoint.Id,
            savepoint.Server,
            savepoint.App,
            savepoint.Name,
            savepoint.Note,
            savepoint.By,
            savepoint.At,
            savepoint.State,
            savepoint.Size,
            savepoint.Copies.Min(c => c.DataTime),
            isQuick,
            isQuick ? 0.5 : Sum(savepoint.Copies.Select(c => c.Seconds)),
            book.Ends.EndOf(savepoint),
            rules.WhyNot(server, savepoint),
            savepoint.Copies
        );
    }

    /// <summary>What a call answers that has begun something, or found it under way.</summary>
    /// <exception cref="Problem">502: it could not be done.</exception>
    public SavepointAnswer AnswerOf(AcceptedSavepoint accepted, ServerName server)
    {
        var (savepoint, work, _) = accepted;
        if (work?.Problem is { } problem)
            throw problem;
        var isDone = work is null ? savepoint.State != SavepointState.Making : work.Ended.IsCompleted;
        var now = isDone ? book.Find(savepoint.Id) : savepoint;
        return new(
            isDone
                ? DoneOf(now, server, accepted)
                : $"{Under(accepted, server)} \"{now.Name}\"; GET api/servers/{server}/savepoints tells.",
            isDone,
            work?.Method,
            work?.Seconds,
            Of(now, server)
        );
    }

    private static string Under(AcceptedSavepoint accepted, ServerName server) =>
        accepted.Back ? $"{server} is going back to" : $"The state of {server} is being kept as";

    private static string DoneOf(Savepoint savepoint, ServerName server, AcceptedSavepoint accepted)
    {
        var took = accepted.Work?.Seconds is { } seconds ? $" in {seconds:0.0} s" : "";
        if (accepted.Back)
            return $"{server} has the data of \"{savepoint.Name}\" again{took}.";
        var closed = Sum(savepoint.Copies.Select(c => c.Closed)) is { } time
            ? $" Nobody could connect to its database for {time:0.0} s of it."
            : "";
        return $"The state of {savepoint.Server} is kept as \"{savepoint.Name}\"{took}.{closed}";
    }

    private bool HasTwin(Savepoint savepoint, SavedCopy copy) => keeper.TwinOf(savepoint, copy) is not null;

    private SavepointWorkView? WorkOn(ServerName server) =>
        keeper.WorkOn(server) is { } work
            ? new(work.Savepoint, work.Name, work.IsBack, work.By, work.At, work.Progress, work.WaitsFor)
            : null;

    private (AppSettings? App, string? WhyNot, double? Seconds) Here(ServerName server)
    {
        try
        {
            var (app, all) = rules.On(server);
            return (app, null, SecondsOf(all, server));
        }
        catch (Problem problem)
        {
            return (null, problem.Message, null);
        }
    }

    private double? SecondsOf(IEnumerable<BaseSettings> all, ServerName server) =>
        Sum(all.Select(b => SecondsOf(b, server)));

    // As long as the last one on that database host, for each byte where files are copied; before the first, as long as
    // the last spare took.
    private double? SecondsOf(BaseSettings @base, ServerName server)
    {
        var size = bases.CopyOf(@base, server)?.Size;
        var last = book
            .All.SelectMany(s => s.Copies)
            .FirstOrDefault(c => c.Host == @base.Host && c is { Seconds: not null, Size: > 0 });
        var known = bases.Of(@base);
        return last is not null
            ? Scaled(last.Seconds, last.Size, last.Method, size)
            : Scaled(known.MethodSeconds, known.Size, known.Method, size);
    }

    private static double? Scaled(double? seconds, long? of, string? method, long? size) =>
        method == "clone" || seconds is null || of is not > 0 || size is null ? seconds : seconds * size / of;

    // Of one that is not known nothing is known of all.
    private static double? Sum(IEnumerable<double?> seconds) =>
        seconds.Aggregate((double?)0, (sum, one) => sum + one) is { } all ? Math.Round(all, 3) : null;
}
