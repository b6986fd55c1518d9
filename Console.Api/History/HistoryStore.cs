using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace TestServers.History;

/// <summary>The configurations that each server has had, and the one it has now; a file a server.</summary>
public sealed class HistoryStore
{
    private static readonly ImmutableSortedDictionary<
        AppName,
        ImmutableSortedDictionary<DatabaseName, BaseName>
    > NoBases = ImmutableSortedDictionary<AppName, ImmutableSortedDictionary<DatabaseName, BaseName>>.Empty;
    private static readonly ImmutableSortedDictionary<AppName, Configuration> NoneBeside = ImmutableSortedDictionary<
        AppName,
        Configuration
    >.Empty;
    private readonly ConcurrentDictionary<ServerName, JsonFile<ServerHistory>> _files = new();
    private readonly string _folder;
    private readonly Func<int> _kept;

    /// <param name="kept">How many entries a server keeps.</param>
    /// <exception cref="UnreadableFile">A file cannot be read.</exception>
    public HistoryStore(string folder, Func<int> kept)
    {
        (_folder, _kept) = (folder, kept);
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*.json"))
        {
            var file = JsonFile<ServerHistory>.Load(path);
            StateFiles.MustBeNamed(path, file.Value.Server + ".json", $"the history of {file.Value.Server}");
            _files[file.Value.Server] = file;
        }
    }

    /// <summary>Raised when a server has told something else than was known of it, with the server.</summary>
    public event Action<ServerName>? Changed;

    /// <summary>Every history that there is.</summary>
    public IEnumerable<ServerHistory> All => _files.Values.Select(f => f.Value);

    /// <summary>Whether anything was ever built on a server.</summary>
    public bool Has(ServerName server) => _files.ContainsKey(server);

    /// <summary>A history's file.</summary>
    public string PathOf(ServerName server) => Path.Combine(_folder, server + ".json");

    /// <summary>A server's history; empty when nothing was built on it.</summary>
    public ServerHistory Of(ServerName server) =>
        _files.TryGetValue(server, out var file) ? file.Value : ServerHistory.Empty(server);

    /// <summary>One entry.</summary>
    /// <exception cref="Problem">404: the server's history has no such build.</exception>
    public HistoryEntry Entry(ServerName server, JobId build) =>
        Of(server).Entries.FirstOrDefault(e => e.Build == build)
        ?? throw Problem.NotFound(
            "history entry",
            $"The history of {server} has no build {build}; it keeps the last {_kept()}."
        );

    /// <summary>
    /// Writes down how a build ended and what is on its server now. A build that stands there already is not written
    /// twice.
    /// </summary>
    public void Add(EndedBuild build)
    {
        var file = _files.GetOrAdd(
            build.Server,
            server => JsonFile<ServerHistory>.Create(PathOf(server), ServerHistory.Empty(server))
        );
        file.Change(history => history.Entries.Any(e => e.Build == build.Id) ? history : Fold(history, build));
    }

    /// <summary>Notes what could not be removed on a server.</summary>
    public void NoteSetAside(ServerName server, ImmutableArray<SetAside> folders)
    {
        if (Of(server).SetAside.SequenceEqual(folders))
            return;
        var file = _files.GetOrAdd(
            server,
            name => JsonFile<ServerHistory>.Create(PathOf(name), ServerHistory.Empty(name))
        );
        file.Change(history => history with { SetAside = folders });
        Changed?.Invoke(server);
    }

    /// <summary>
    /// Corrects what is on a server, after a build whose end is not known: as the hosts themselves tell.
    /// </summary>
    /// <param name="code">Path and revision of each app's working copy; null: the server has none.</param>
    /// <param name="copies">The data time of each base's copy.</param>
    /// <param name="sites">The apps whose sites it has; null: it has one app's alone.</param>
    /// <param name="onSite">The build whose settings are in place, as the server says; null: it is not known.</param>
    /// <param name="hosts">The database host of each copy whose base is on several.</param>
    /// <param name="replaced">Copies in whose place another database host has the one that is used.</param>
    public void Correct(
        ServerName server,
        IReadOnlyDictionary<AppName, KeptCode?> code,
        IReadOnlyDictionary<BaseName, DateTimeOffset?> copies,
        IReadOnlyList<AppName>? sites,
        JobId? onSite,
        IReadOnlyDictionary<BaseName, string> hosts,
        IReadOnlyList<string> replaced
    )
    {
        if (!_files.TryGetValue(server, out var file))
            return;
        file.Change(history =>
        {
            var nextCode = history
                .Code.RemoveRange(code.Where(c => c.Value is null).Select(c => c.Key))
                .SetItems(code.Where(c => c.Value is not null).Select(c => KeyValuePair.Create(c.Key, c.Value!)));
            var nextCopies = history.Copies.SetItems(copies);
            history = history.WithFound(hosts, replaced) with
            {
                Beside = sites is null ? null : Beside(history.Beside, sites, server, nextCode, nextCopies),
            };
            history = history.WithSite(onSite, hosts);
            if (history.Configuration is not { } now)
                return history with { Code = nextCode, Copies = nextCopies };
            var here = nextCode.GetValueOrDefault(now.App);
            var dataTime = copies.FirstOrDefault(c => now.Database == CopyName.Of(c.Key, server)).Value ?? now.DataTime;
            var databases = now.Databases?.Select(d =>
                copies.GetValueOrDefault(d.Base) is { } time ? d with { DataTime = time } : d
            );
            return history with
            {
                Code = nextCode,
                Copies = nextCopies,
                Configuration = now with
                {
                    Path = here?.Path,
                    Revision = here?.Revision,
                    LastChanged = LastChangedOf(now, here),
                    DataTime = dataTime,
                    Databases = databases?.ToList(),
                    Incomplete = here?.Incomplete ?? false,
                },
            };
        });
    }

    /// <summary>Takes note that a server has the data of a savepoint now.</summary>
    /// <param name="copies">The data time of each base's copy.</param>
    public void NoteSavepoint(
        ServerName server,
        SavepointMark mark,
        IReadOnlyDictionary<BaseName, DateTimeOffset?> copies
    )
    {
        var file = _files.GetOrAdd(
            server,
            name => JsonFile<ServerHistory>.Create(PathOf(name), ServerHistory.Empty(name))
        );
        file.Change(history =>
        {
            var next = history.Copies.SetItems(copies);
            return history with
            {
                Copies = next,
                Savepoint = mark,
                Configuration = Now(history.Configuration, server, history.Code, next),
                Beside = Beside(history.Beside, null, server, history.Code, next),
            };
        });
        Changed?.Invoke(server);
    }

    /// <summary>Takes note of what another console has put on a server, or that nothing is there of one.</summary>
    /// <returns>Whether that is new.</returns>
    public bool NoteOther(ServerName server, OtherWork? other)
    {
        if (Of(server).Other == other)
            return false;
        var file = _files.GetOrAdd(
            server,
            name => JsonFile<ServerHistory>.Create(PathOf(name), ServerHistory.Empty(name))
        );
        file.Change(history => history with { Other = other });
        Changed?.Invoke(server);
        return true;
    }

    /// <summary>Takes note of what was found on a server, unless a build has ended there since it was asked.</summary>
    /// <param name="asked">The history as it was then.</param>
    /// <returns>Whether something is other than it was known.</returns>
    public bool NoteFound(ServerHistory asked, FoundOnServer found)
    {
        var isSame =
            found.Code.All(c => asked.Code.GetValueOrDefault(c.Key) == c.Value)
            && found.Copies.OrderBy(c => c.Key).SequenceEqual(asked.Copies);
        if (isSame && asked.Otherwise.SequenceEqual(found.Otherwise))
            return false;
        var (server, isNoted) = (asked.Server, false);
        var file = _files.GetOrAdd(
            server,
            name => JsonFile<ServerHistory>.Create(PathOf(name), ServerHistory.Empty(name))
        );
        file.Change(history =>
        {
            if (
                history.Entries.FirstOrDefault()?.Build != asked.Entries.FirstOrDefault()?.Build
                || !history.Code.SequenceEqual(asked.Code)
                || history.Savepoint != asked.Savepoint
            )
                return history;
            isNoted = true;
            var code = history
                .Code.RemoveRange(found.Code.Where(c => c.Value is null).Select(c => c.Key))
                .SetItems(found.Code.Where(c => c.Value is not null).Select(c => KeyValuePair.Create(c.Key, c.Value!)));
            var copies = history.Copies.Clear().AddRange(found.Copies);
            return history with
            {
                Code = code,
                Copies = copies,
                Otherwise = [.. found.Otherwise],
                Savepoint = copies.SequenceEqual(history.Copies) ? history.Savepoint : null,
                Configuration = Now(history.Configuration, server, code, copies),
                Beside = Beside(history.Beside, null, server, code, copies),
            };
        });
        if (isNoted)
            Changed?.Invoke(server);
        return isNoted;
    }

    /// <summary>Takes note that the copy of a base is dropped, or is to stay.</summary>
    public void NoteUnused(ServerName server, BaseName name, bool dropped)
    {
        if (!_files.TryGetValue(server, out var file))
            return;
        file.Change(history =>
            history.Unused is not { } unused || !unused.Contains(name)
                ? history
                : (dropped ? history.Without([name]) : history) with
                {
                    Unused = unused.Count == 1 ? null : unused.Remove(name),
                }
        );
    }

    /// <summary>
    /// Takes note that a copy is gone in whose place another database host has the one that is used, or that it is to
    /// stay.
    /// </summary>
    public void NoteReplaced(ServerName server, string key)
    {
        if (_files.TryGetValue(server, out var file))
            file.Change(history =>
                history.Replaced?.Contains(key) != true
                    ? history
                    : history with
                    {
                        Replaced = history.Replaced.Count == 1 ? null : history.Replaced.Remove(key),
                    }
            );
    }

    /// <summary>Takes note that a server has no copy of a base any more.</summary>
    public void NoteDropped(ServerName server, BaseName name)
    {
        if (_files.TryGetValue(server, out var file))
            file.Change(history => history.Without([name]));
    }

    /// <summary>Takes out every entry of a server that is gone: then none of its builds is needed any more.</summary>
    public void Empty(ServerName server)
    {
        if (_files.TryGetValue(server, out var file))
            file.Change(history => history.Entries.IsEmpty ? history : history with { Entries = [] });
    }

    /// <summary>Removes the history of a server that is gone, whose builds are removed.</summary>
    /// <exception cref="IOException">The disk refused; the next call goes on.</exception>
    public void Remove(ServerName server)
    {
        JsonFile<ServerHistory>.Remove(PathOf(server));
        _files.TryRemove(server, out _);
        Changed?.Invoke(server);
    }

    private static Configuration? Now(
        Configuration? now,
        ServerName server,
        ImmutableSortedDictionary<AppName, KeptCode> code,
        ImmutableSortedDictionary<BaseName, DateTimeOffset?> copies
    )
    {
        if (now is null)
            return null;
        var here = code.GetValueOrDefault(now.App);
        var copy = copies.FirstOrDefault(c => now.Database == CopyName.Of(c.Key, server));
        return now with
        {
            Path = here?.Path,
            Revision = here?.Revision,
            LastChanged = LastChangedOf(now, here),
            Incomplete = here?.Incomplete ?? false,
            Database = copy.Key is null ? null : now.Database,
            DataTime = copy.Key is null ? null : copy.Value,
            Databases = now
                .Databases?.Where(d => copies.ContainsKey(d.Base))
                .Select(d => d with { DataTime = copies[d.Base] })
                .ToList(),
        };
    }

    // Of those whose sites are there; null: of all.
    private static ImmutableSortedDictionary<AppName, Configuration>? Beside(
        ImmutableSortedDictionary<AppName, Configuration>? before,
        IReadOnlyList<AppName>? sites,
        ServerName server,
        ImmutableSortedDictionary<AppName, KeptCode> code,
        ImmutableSortedDictionary<BaseName, DateTimeOffset?> copies
    )
    {
        var after = before
            ?.Where(b => sites?.Contains(b.Key) != false)
            .ToImmutableSortedDictionary(b => b.Key, b => Now(b.Value, server, code, copies)!);
        return after is null or { IsEmpty: true } ? null : after;
    }

    private ServerHistory Fold(ServerHistory history, EndedBuild build)
    {
        if (build.IsOff)
            return FoldOff(history, build);
        var result = build.Result;
        history = history.WithLoaded(build);
        var copies = history.Copies;
        var databases = build
            .Bases.Where(b => copies.ContainsKey(b.Base))
            .Select(b => LoadedDatabase.Of(b, build.Server, copies[b.Base], history.Hosts?.GetValueOrDefault(b.Base)))
            .ToList();
        var code = result.Revision is not null
            ? history.Code.SetItem(build.App, new(build.Path, result.Revision))
            : history.Code;
        var here = code.GetValueOrDefault(build.App);
        var changed =
            result.Revision is not null ? result.LastChanged
            : history.ConfigurationOf(build.App) is { } now ? LastChangedOf(now, here)
            : null;
        string?[] made =
        [
            result.Revision is null ? null : FoundOtherwise.CodeOf(build.App),
            .. build.Loaded.Where(build.IsUsed).Select(d => FoundOtherwise.CopyOf(d.Base)),
        ];
        var unused = (history.Unused ?? [])
            .Union(build.Unused)
            .Except(build.Bases.Select(b => b.Base).Concat(build.Loaded.Select(d => d.Base)));
        var (configuration, beside) = build.HasBegun
            ? After(history, build, ConfigurationOf(build, here, databases) with { LastChanged = changed })
            : (history.Configuration, history.Beside);
        return history with
        {
            Code = code,
            Savepoint = !build.IsLoadedHere || history.Savepoint?.IsOfAny(beside) == true ? history.Savepoint : null,
            Other = build.IsOnSite ? null : history.Other,
            Otherwise = history.Otherwise.Any(o => made.Contains(o.Part))
                ? [.. history.Otherwise.Where(o => !made.Contains(o.Part))]
                : history.Otherwise,
            Entries =
            [
                EntryOf(build, here, databases) with
                {
                    LastChanged = changed,
                },
                .. history.Entries.Take(_kept() - 1),
            ],
            Configuration = configuration,
            Beside = beside,
            Bases = build is { Bases.IsDefaultOrEmpty: false, IsOnSite: true }
                ? (history.Bases ?? NoBases).SetItem(
                    build.App,
                    build.Bases.ToImmutableSortedDictionary(b => b.Name, b => b.Base)
                )
                : history.Bases,
            Unused = unused.IsEmpty ? null : unused,
        };
    }

    // What is gone is what the hosts have told; of a build that has ended before, the server tells the rest.
    private ServerHistory FoldOff(ServerHistory history, EndedBuild build)
    {
        var next = history with
        {
            Entries =
            [
                EntryOf(build, history.Code.GetValueOrDefault(build.App), []) with
                {
                    Off = true,
                },
                .. history.Entries.Take(_kept() - 1),
            ],
        };
        if (build.Result.Off is not { } off)
            return !build.HasBegun || history.Configuration is not { } now || now.App != build.App
                ? next
                : next with
                {
                    Configuration = now with
                    {
                        By = build.By,
                        At = build.EndedAt,
                        Build = build.Id,
                        Result = build.State,
                        Message = $"{build.App} is not taken off: {build.Message}",
                    },
                };
        var beside = (history.Beside ?? NoneBeside).Remove(build.App);
        var configuration = history.Configuration;
        if (configuration?.App == build.App)
        {
            configuration = beside.Values.MaxBy(c => c.At);
            beside = configuration is null ? beside : beside.Remove(configuration.App);
        }
        next = next.Without(off.Copies);
        var copies = next.Copies;
        var others = history.Bases?.Remove(build.App);
        // Whose a copy is that could not be dropped, and is no other app's, is still known.
        var isLeft = history.Bases?.GetValueOrDefault(build.App)?.Values.Any(IsLeft) == true;
        bool IsLeft(BaseName name) =>
            copies.ContainsKey(name) && others?.Values.Any(b => b.ContainsValue(name)) != true;
        var bases = isLeft ? history.Bases : others;
        var unused = history.Unused?.Except(off.Copies);
        string[] gone = [FoundOtherwise.CodeOf(build.App), .. off.Copies.Select(FoundOtherwise.CopyOf)];
        var workers = FoundOtherwise.WorkerOf(build.App, "");
        return next with
        {
            Code = history.Code.Remove(build.App),
            Savepoint = history.Savepoint?.IsOf(build.App) == true ? null : history.Savepoint,
            Other = history.Other?.App == build.App ? null : history.Other,
            Otherwise =
            [
                .. history.Otherwise.Where(o =>
                    !gone.Contains(o.Part) && !o.Part.StartsWith(workers, StringComparison.Ordinal)
                ),
            ],
            Configuration = configuration,
            Beside = beside.IsEmpty ? null : beside,
            Bases = bases is null or { IsEmpty: true } ? null : bases,
            Unused = unused is null or { IsEmpty: true } ? null : unused,
        };
    }

    // It is known of what a build has put there, as long as that is there.
    private static Revision? LastChangedOf(Configuration now, KeptCode? here) =>
        here is not null && here.Path == now.Path && here.Revision == now.Revision ? now.LastChanged : null;

    // What a step that failed should have put there is not there: a wanted path has no revision of another one.
    private static HistoryEntry EntryOf(EndedBuild build, KeptCode? here, IReadOnlyList<LoadedDatabase> databases) =>
        new(
            build.Id,
            build.App,
            build.Path,
            build.Code ? build.Result.Revision : here?.Revision,
            build.Database ? build.Result.DataTime : UsualOf(build, databases)?.DataTime,
            build.Database,
            build.Code,
            build.By,
            build.StartedAt,
            build.EndedAt,
            build.Seconds,
            build.State,
            build.Message,
            build.Health
        )
        {
            Databases =
                !build.HasSeveralBases ? null
                : build.Database ? build.Loaded
                : databases,
            Host = build.Database ? build.Result.Host : UsualOf(build, databases)?.Host,
            Settings = build.Settings,
        };

    private static LoadedDatabase? UsualOf(EndedBuild build, IReadOnlyList<LoadedDatabase> databases) =>
        databases.FirstOrDefault(d => d.Name == build.Bases[0].Name);

    private static Configuration ConfigurationOf(
        EndedBuild build,
        KeptCode? here,
        IReadOnlyList<LoadedDatabase> databases
    ) =>
        new(
            build.App,
            here?.Path,
            here?.Revision,
            UsualOf(build, databases)?.DataTime,
            UsualOf(build, databases)?.Database,
            build.By,
            build.EndedAt,
            build.Id,
            build.State,
            build.Message
        )
        {
            Incomplete = here?.Incomplete ?? false,
            Databases = build.HasSeveralBases ? databases : null,
            Host = UsualOf(build, databases)?.Host,
        };

    // Where a server has several sites, each is its app's: the one that was built last is what people see first.
    private static (Configuration?, ImmutableSortedDictionary<AppName, Configuration>?) After(
        ServerHistory history,
        EndedBuild build,
        Configuration after
    )
    {
        var (before, beside) = (history.Configuration, history.Beside ?? NoneBeside);
        if (!build.IsOnSite && before?.App != build.App && beside.ContainsKey(build.App))
            return (before, beside.SetItem(build.App, after));
        if (build.IsOnSite && build.Result.Sites is { } sites)
        {
            beside = before is null ? beside : beside.SetItem(before.App, before);
            beside = beside.RemoveRange(beside.Keys.Where(app => app == build.App || !sites.Contains(app)).ToList());
        }
        else if (build.IsOnSite)
            beside = NoneBeside;
        return (After(before, build, after), beside.IsEmpty ? null : beside);
    }

    // What runs on a server changes with its site: a build of another app that did not come so far has left the one
    // before in place.
    private static Configuration After(Configuration? before, EndedBuild build, Configuration after) =>
        before is null || before.App == build.App || build.IsOnSite
            ? after
            : before with
            {
                By = build.By,
                At = after.At,
                Build = build.Id,
                Result = build.State,
                Message = $"{build.App} {build.Path}: {build.Message}",
            };
}
