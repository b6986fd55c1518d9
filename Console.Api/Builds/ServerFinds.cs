using System.Text.RegularExpressions;
using TestServers.Databases;
using TestServers.History;
using TestServers.HostPrograms;

namespace TestServers.Builds;

/// <summary>Puts together what a server and its database hosts say of what is there.</summary>
public sealed partial class ServerFinds(CurrentSettings settings, BaseFacts bases, StateFolder state)
{
    /// <param name="known">What was known when the server was asked.</param>
    /// <param name="status">What it has answered.</param>
    public async Task<FoundOnServer> Of(
        ServerName server,
        ServerHistory known,
        HostResult status,
        CancellationToken cancel
    )
    {
        var (apps, all) = (settings.Now.Apps, settings.Now.Bases);
        var code = apps.ToDictionary(a => a.Name, a => CodeOf(a, status, known));
        foreach (var former in known.FormerApps(apps))
            code[former.Name] = ServerCleanup.CodeOfFormer(former.Name, status, known);
        var copies = await CopiesOf(server, known, all, cancel);
        return new(
            code,
            copies,
            [
                .. apps.Select(a => OtherwiseOf(a, code[a.Name], status, known))
                    .Concat(all.Select(b => OtherwiseOf(known.PlaceOf(b, settings.Now), copies, known)))
                    .OfType<FoundOtherwise>()
                    .Concat(apps.SelectMany(a => OtherwiseOfWorkers(a, status))),
            ]
        );
    }

    private static KeptCode? CodeOf(AppSettings app, HostResult status, ServerHistory known)
    {
        if (!status.Results.Keys.Any(k => k.StartsWith($"app.{app.Name}.", StringComparison.Ordinal)))
            return null;
        var before = known.Code.GetValueOrDefault(app.Name);
        // The path is the one by which it was built, while that is what is there.
        var named = BuiltMark.OfCode(status, app.Name) is { Path: { } path, Revision: { } revision }
            ? new KeptCode(path, revision)
            : before;
        if (ServerCleanup.CodeOf(app, status, named) is not { } now)
            return before;
        // An app may write into files that Git knows: that alone is no checkout that ended half-way.
        return app.Repository.Kind == RepositoryKind.Git && status.Results.ContainsKey($"app.{app.Name}.revision")
            ? now with
            {
                Incomplete = before is { Incomplete: true } && before.Revision == now.Revision,
            }
            : now;
    }

    // Seen from this console's last build of it; one that has failed has left nothing that can be told.
    private FoundOtherwise? OtherwiseOf(AppSettings app, KeptCode? now, HostResult status, ServerHistory known)
    {
        var last = known.Entries.FirstOrDefault(e => e.App == app.Name && (e.Code || e.Off));
        if (last is not { Off: false, Revision: not null })
            return null;
        var left = new KeptCode(last.Path, last.Revision);
        if (now == left)
            return null;
        var was = $"build {last.Build} of this console had left {Say(left)}";
        var message = now is null
            ? $"The working copy of {app.Name} is gone: {was}. Build the code again."
            : $"The working copy of {app.Name} is {Say(now)} now: {was}. {Who(BuiltMark.OfCode(status, app.Name))}.";
        return new(FoundOtherwise.CodeOf(app.Name), message);
    }

    // One that runs, and has not ended within the last minute before it was started, is as it was left.
    private static IEnumerable<FoundOtherwise> OtherwiseOfWorkers(AppSettings app, HostResult status)
    {
        foreach (var name in (app.Workers?.Keys ?? []).Order(StringComparer.Ordinal))
        {
            if (status.Results.GetValueOrDefault($"worker.{app.Name}.{name}") is not { } state)
                continue;
            var why =
                EndOfWorker().Match(state) is { Success: true } ended ? $"{ended.Value}, and is started again and again"
                : state == "it does not run" ? "does not run"
                : null;
            if (why is not null)
                yield return new(
                    FoundOtherwise.WorkerOf(app.Name, name),
                    $"The worker {name} of {app.Name} {why}: log/{app.Name}-{name}.log on the server has its words. "
                        + "Build again to have it started."
                );
        }
    }

    private string Who(BuiltMark? mark) =>
        mark is null || mark.Console == state.Id ? "Somebody has changed it on the server"
        : mark.Console is null ? "Another console has changed it"
        : $"The console {mark.Console} has changed it";

    private static string Say(KeptCode code) =>
        $"{code.Path} at {code.Revision?.Brief ?? "an unknown revision"}{(code.Incomplete ? ", incomplete" : "")}";

    // What the database hosts said last is looked at first: only what does not fit is asked again. Of one that does not
    // answer the copy stays as it was known.
    private async Task<Dictionary<BaseName, DateTimeOffset?>> CopiesOf(
        ServerName server,
        ServerHistory known,
        IReadOnlyList<BaseSettings> all,
        CancellationToken cancel
    )
    {
        var copies = known.Copies.ToDictionary();
        foreach (var one in all.Where(b => known.Copies.ContainsKey(b.Name)))
        {
            var @base = known.PlaceOf(one, settings.Now);
            if (bases.ProblemOf(@base) is not null)
                continue;
            var name = @base.Name;
            if (bases.CopyOf(@base, server) is { } seen && IsOurs(seen) && seen.DataTime == known.Copies[name])
                continue;
            var (answered, copy) = await bases.FindCopy(@base, server, cancel);
            if (answered && copy is not null && IsOurs(copy))
                copies[name] = copy.DataTime;
            else if (answered)
                copies.Remove(name);
        }
        return copies;
    }

    private FoundOtherwise? OtherwiseOf(
        BaseSettings @base,
        Dictionary<BaseName, DateTimeOffset?> copies,
        ServerHistory known
    )
    {
        // One that no site uses any more is dropped by the console itself.
        if (known.Unused?.Contains(@base.Name) == true)
            return null;
        if (known.Entries.FirstOrDefault(entry => IsOfBase(entry, known, @base.Name)) is not { Off: false } last)
            return null;
        if (DataTimeOf(last, @base.Name) is not { } left)
            return null;
        var isThere = copies.TryGetValue(@base.Name, out var now);
        // Somebody has gone back to a savepoint since.
        if (isThere && known.Savepoint is not null && now == known.Copies.GetValueOrDefault(@base.Name))
            return null;
        if (isThere && now == left)
            return null;
        var found =
            !isThere ? "is gone, or another console's"
            : now is { } time ? $"has data of {Times.Say(time)}"
            : "has data of an unknown time";
        return new(
            FoundOtherwise.CopyOf(@base.Name),
            $"The database {CopyName.Of(@base.Name, known.Server)} on {@base.Host} {found} now: build "
                + $"{last.Build} of this console "
                + $"had left data of {Times.Say(left)} there.{(isThere ? "" : " Build the database again.")}"
        );
    }

    private bool IsOfBase(HistoryEntry entry, ServerHistory known, BaseName name) =>
        (entry.Database || entry.Off)
        && settings.Now.App(entry.App) is { } app
        && known.BasesOf(app).Any(b => b.Base == name);

    // Of one that was not loaded nothing can be told.
    private DateTimeOffset? DataTimeOf(HistoryEntry entry, BaseName name) =>
        entry.Databases is { } databases ? databases.FirstOrDefault(d => d.Base == name)?.DataTime
        : settings.Now.App(entry.App)!.AllDatabases[0].Bases.Contains(name) ? entry.DataTime
        : null;

    private bool IsOurs(FoundDatabase copy) => (copy.Console ?? state.Id) == state.Id;

    [GeneratedRegex(@"has ended with (code|signal) \d{1,3}", RegexOptions.ExplicitCapture)]
    private static partial Regex EndOfWorker();
}
