using System.Globalization;
using TestServers.Apps;
using TestServers.Builds;
using TestServers.Databases;

namespace TestServers.Monitoring;

/// <summary>
/// Writes into the log what happens, a line a fact: every line of the audit; builds and restores when they begin and
/// when they have ended; servers that cannot be reached and are again; refusals at the door, rarely; bases that
/// become stale or were left, a disk that is nearly full or silent, and a queue that stands. What the hosts do, and a
/// disk that refuses, is written where it is noticed. The nouns
/// know nothing of it.
/// </summary>
public sealed class FactLog : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5),
        BetweenRefusals = TimeSpan.FromMinutes(1);

    private readonly Loop _loop;
    private readonly Health _health;
    private readonly Reachability _reachability;
    private readonly Secrets _secrets;
    private readonly RarelyTold _tokens,
        _names;
    private readonly ILogger<FactLog> _log;

    public FactLog(
        Audit audit,
        JobWatch<Build> builds,
        JobWatch<Restore> restores,
        Reachability reachability,
        SignInRefusals refusals,
        Health health,
        Secrets secrets,
        TimeProvider clock,
        ILogger<FactLog> log
    )
    {
        (_health, _reachability, _secrets, _log) = (health, reachability, secrets, log);
        _loop = new(Pause, log);
        _tokens = new(BetweenRefusals, clock, Warn);
        _names = new(BetweenRefusals, clock, Warn);
        audit.Written += Tell;
        builds.Began += TellBegin;
        builds.Ended += build => TellEnd("Build", build.Server.Text, build);
        restores.Began += TellBegin;
        restores.Ended += restore => TellEnd("Restore", restore.Base.Text, restore);
        reachability.Changed += Tell;
        refusals.Refused += (why, what) => (why == SignInRefusal.Token ? _tokens : _names).Note(what);
    }

    public override void Dispose()
    {
        _tokens.Dispose();
        _names.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var problems = new StandingProblems(_log);
        // Not at once: at the start no host has answered yet.
        await Task.Delay(Pause, stoppingToken).ContinueWith(_ => { }, TaskScheduler.Default);
        await _loop.Run(() => problems.Look(_health.Unlogged), stoppingToken);
    }

    private void Tell(AuditFact fact)
    {
        var kind = fact.Kind == CallerKind.Token ? $" (token{(fact.Token is null ? "" : " ")}{fact.Token})" : "";
        var more = fact.More is null ? "" : $": {_secrets.Hide(fact.More)}";
        var refused = fact.Refused ? ", refused" : "";
        const string Text = "{Who}{Kind}: {What} {On}{Refused}{More}";
        _log.LogInformation(Text, fact.Who, kind, fact.What, fact.On, refused, more);
    }

    private void TellBegin(Build build)
    {
        var parts = (build.Database, build.Code, build.Off) switch
        {
            (_, _, not null) => "to be taken off",
            (true, true, _) => "database and code",
            (true, false, _) => "database",
            _ => "code",
        };
        _log.LogInformation(
            "Build {Id} on {Server} begins: {App} {Path}, {Parts}, for {By}.",
            build.Id,
            build.Server,
            build.App,
            build.Path,
            parts,
            build.By
        );
    }

    private void TellBegin(Restore restore) =>
        _log.LogInformation("Restore {Id} of {Base} begins, for {By}.", restore.Id, restore.Base, restore.By);

    private void TellEnd(string kind, string on, Job request)
    {
        var state = request.State.ToString().ToLowerInvariant();
        var step = request.FailedStep() is { } failed ? $" at step {failed}" : "";
        var time = request.Seconds is { } seconds
            ? string.Create(CultureInfo.InvariantCulture, $" after {seconds:0.0} s")
            : "";
        var message = _secrets.Hide(request.Message ?? "").Replace($"failed{step}: ", "", StringComparison.Ordinal);
        var without = request.LeftOut.Length > 0 ? $" (its log tells of {request.LeftOut.Length} things left out)" : "";
        const string Text = "{Kind} {Id} {Of} {On} {State}{Step}{Time}: {Message}{Without}";
        var of = kind == "Build" ? "on" : "of";
        _log.Log(LevelOf(kind, request), Text, kind, request.Id, of, on, state, step, time, message, without);
    }

    // A failed build is known to whoever asked for it; a failed restore leaves everybody with old data.
    private static LogLevel LevelOf(string kind, Job ended) =>
        ended.State switch
        {
            JobState.Succeeded or JobState.Cancelled => LogLevel.Information,
            _ => kind == "Build" ? LogLevel.Warning : LogLevel.Error,
        };

    private void Tell(ServerName server)
    {
        if (_reachability.Of(server) is { } unreachable)
            _log.LogWarning("Server {Server}: {Reason}", server, unreachable.Reason);
        else
            _log.LogInformation("Server {Server} is reached again.", server);
    }

    private void Warn(string what) => _log.LogWarning("{What}", what);
}
