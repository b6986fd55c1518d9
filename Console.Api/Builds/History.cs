using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TestServers.Requests;
using TestServers.Storage;

namespace TestServers.Builds;

/// <summary>What is on a server now.</summary>
/// <param name="Build">The build that last touched it; null: another console's.</param>
/// <param name="Result">How the build that last touched it ended; a failed one may have changed a part.</param>
public sealed record Configuration(AppName App, RepositoryPath? Path, Revision? Revision, DateTimeOffset? DataTime, string? Database, string By, DateTimeOffset At, RequestId? Build, RequestState Result, string? Message)
{
    /// <summary>A checkout ended half-way: files of what was there before are among those of the path.</summary>
    public bool Incomplete { get; init; }

    /// <summary>Why it is not known how old the data are; null: it is. Told when somebody asks, never written down.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DataDoubt { get; init; }
}

/// <summary>One build in a server's history.</summary>
public sealed record HistoryEntry(RequestId Build, AppName App, RepositoryPath Path, Revision? Revision, DateTimeOffset? DataTime, bool Database, bool Code,
    string By, DateTimeOffset At, DateTimeOffset EndedAt, double? Seconds, RequestState Result, string? Message, AppHealth? Health)
{
    /// <summary>The settings as they were rendered, with the password hidden. A list of entries leaves them out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<SettingsFile> Settings { get; init; } = [];
}

/// <summary>A part that stays on a server while another app is on it.</summary>
public sealed record KeptCode(RepositoryPath Path, Revision? Revision)
{
    /// <summary>A checkout ended half-way: files of what was there before are among them.</summary>
    public bool Incomplete { get; init; }
}

/// <summary>What stands in history/SERVER.json.</summary>
/// <param name="Entries">Newest first, bounded.</param>
/// <param name="Copies">The data time of each base's copy that the server has; the key is the base.</param>
/// <param name="Code">The working copies that the server has; the key is the app.</param>
public sealed record ServerHistory(int Version, ServerName Server, Configuration? Configuration, ImmutableArray<HistoryEntry> Entries,
    ImmutableSortedDictionary<string, DateTimeOffset?> Copies, ImmutableSortedDictionary<string, KeptCode> Code) : IVersioned
{
    /// <summary>What could not be removed on the server, as it was told last.</summary>
    public ImmutableArray<SetAside> SetAside { get; init; } = [];

    /// <summary>What another console has put there since; null: nothing.</summary>
    public OtherWork? Other { get; init; }

    /// <summary>What was found to be other than this console had left it.</summary>
    public ImmutableArray<FoundOtherwise> Otherwise { get; init; } = [];

    public static ServerHistory Empty(ServerName server) => new(JsonFile<ServerHistory>.Version, server, null, [],
        ImmutableSortedDictionary.Create<string, DateTimeOffset?>(StringComparer.Ordinal), ImmutableSortedDictionary.Create<string, KeptCode>(StringComparer.Ordinal));

    public string? FindFault() =>
        Entries.Any(e => e is null) ? "one of its entries is null"
        : Entries.GroupBy(e => e.Build).FirstOrDefault(g => g.Count() > 1) is { } twice ? "it has two entries of "
            + $"build {twice.Key}"
        : Code.FirstOrDefault(c => c.Value is null) is { Key: { } app } ? $"the code of {app} is null"
        : null;
}

/// <summary>The configurations that each server has had, and the one it has now; a file a server.</summary>
public sealed class History
{
    private readonly ConcurrentDictionary<ServerName, JsonFile<ServerHistory>> _files = new();
    private readonly string _folder;
    private readonly Func<int> _kept;

    /// <param name="kept">How many entries a server keeps.</param>
    /// <exception cref="UnreadableFile">A file cannot be read.</exception>
    public History(string folder, Func<int> kept)
    {
        (_folder, _kept) = (folder, kept);
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*.json"))
        {
            var file = JsonFile<ServerHistory>.Load(path);
            StateFiles.MustBeNamed(path, file.Value.Server + ".json", $"the history of {file.Value.Server}");
            _files[file.Value.Server] = file;
        }
    }

    /// <summary>Raised when a server has told something else than was known of it.</summary>
    public event Action? Changed;

    /// <summary>Every history that there is.</summary>
    public IEnumerable<ServerHistory> All => _files.Values.Select(f => f.Value);

    /// <summary>Whether anything was ever built on a server.</summary>
    public bool Has(ServerName server) => _files.ContainsKey(server);

    /// <summary>A history's file.</summary>
    public string PathOf(ServerName server) => Path.Combine(_folder, server + ".json");

    /// <summary>A server's history; empty when nothing was built on it.</summary>
    public ServerHistory Of(ServerName server) => _files.TryGetValue(server, out var file) ? file.Value : ServerHistory.Empty(server);

    /// <summary>One entry.</summary>
    /// <exception cref="Problem">404: the server's history has no such build.</exception>
    public HistoryEntry Entry(ServerName server, RequestId build) => Of(server).Entries.FirstOrDefault(e => e.Build == build)
        ?? throw Problem.NotFound("history entry", $"The history of {server} has no build {build}; it keeps the last {_kept()}.");

    /// <summary>Writes down how a build ended and what is on its server now. A build that stands there already is not written twice.</summary>
    public void Add(Build build, BaseName? @base)
    {
        if (build.StartedAt is null) return;
        var file = _files.GetOrAdd(
            build.Server,
            server => JsonFile<ServerHistory>.Create(PathOf(server), ServerHistory.Empty(server)));
        file.Change(history => history.Entries.Any(e => e.Build == build.Id) ? history : Fold(history, build, @base));
    }

    /// <summary>Notes what could not be removed on a server.</summary>
    public void NoteSetAside(ServerName server, ImmutableArray<SetAside> folders)
    {
        if (Of(server).SetAside.SequenceEqual(folders)) return;
        var file = _files.GetOrAdd(
            server,
            name => JsonFile<ServerHistory>.Create(PathOf(name), ServerHistory.Empty(name)));
        file.Change(history => history with { SetAside = folders });
        Changed?.Invoke();
    }

    /// <summary>Corrects what is on a server, after a build whose end is not known: as the hosts themselves tell.</summary>
    /// <param name="code">Path and revision of each app's working copy; null: the server has none.</param>
    /// <param name="copies">The data time of each base's copy.</param>
    public void Correct(ServerName server, IReadOnlyDictionary<string, KeptCode?> code, IReadOnlyDictionary<string, DateTimeOffset?> copies)
    {
        if (!_files.TryGetValue(server, out var file)) return;
        file.Change(history =>
        {
            var nextCode = history.Code.RemoveRange(code.Where(c => c.Value is null).Select(c => c.Key))
                .SetItems(code.Where(c => c.Value is not null).Select(c => KeyValuePair.Create(c.Key, c.Value!)));
            var nextCopies = history.Copies.SetItems(copies);
            if (history.Configuration is not { } now) return history with { Code = nextCode, Copies = nextCopies };
            var here = nextCode.GetValueOrDefault(now.App.Text);
            var dataTime = copies.FirstOrDefault(c => now.Database == $"copy_{c.Key}_{server}").Value ?? now.DataTime;
            return history with { Code = nextCode, Copies = nextCopies, Configuration = now with { Path = here?.Path, Revision = here?.Revision, DataTime = dataTime, Incomplete = here?.Incomplete ?? false } };
        });
    }

    /// <summary>Takes note of what another console has put on a server, or that nothing is there of one.</summary>
    /// <returns>Whether that is new.</returns>
    public bool NoteOther(ServerName server, OtherWork? other)
    {
        if (Of(server).Other == other) return false;
        var file = _files.GetOrAdd(server, name => JsonFile<ServerHistory>.Create(PathOf(name), ServerHistory.Empty(name)));
        file.Change(history => history with { Other = other });
        Changed?.Invoke();
        return true;
    }

    /// <summary>Takes note of what was found on a server, unless a build has ended there since it was asked.</summary>
    /// <param name="asked">The history as it was then.</param>
    /// <returns>Whether something is other than it was known.</returns>
    public bool NoteFound(ServerHistory asked, FoundOnServer found)
    {
        var isSame = found.Code.All(c => asked.Code.GetValueOrDefault(c.Key) == c.Value)
            && found.Copies.OrderBy(c => c.Key, StringComparer.Ordinal).SequenceEqual(asked.Copies);
        if (isSame && asked.Otherwise.SequenceEqual(found.Otherwise)) return false;
        var (server, isNoted) = (asked.Server, false);
        var file = _files.GetOrAdd(server, name => JsonFile<ServerHistory>.Create(PathOf(name), ServerHistory.Empty(name)));
        file.Change(history =>
        {
            if (history.Entries.FirstOrDefault()?.Build != asked.Entries.FirstOrDefault()?.Build || !history.Code.SequenceEqual(asked.Code))
                return history;
            isNoted = true;
            var code = history.Code.RemoveRange(found.Code.Where(c => c.Value is null).Select(c => c.Key))
                .SetItems(found.Code.Where(c => c.Value is not null).Select(c => KeyValuePair.Create(c.Key, c.Value!)));
            var copies = history.Copies.Clear().AddRange(found.Copies);
            return history with
            {
                Code = code, Copies = copies, Otherwise = [.. found.Otherwise], Configuration = Now(history.Configuration, server, code, copies),
            };
        });
        if (isNoted) Changed?.Invoke();
        return isNoted;
    }

    private static Configuration? Now(Configuration? now, ServerName server, ImmutableSortedDictionary<string, KeptCode> code,
        ImmutableSortedDictionary<string, DateTimeOffset?> copies)
    {
        if (now is null) return null;
        var here = code.GetValueOrDefault(now.App.Text);
        var copy = copies.FirstOrDefault(c => now.Database == $"copy_{c.Key}_{server}");
        return now with
        {
            Path = here?.Path, Revision = here?.Revision, Incomplete = here?.Incomplete ?? false,
            Database = copy.Key is null ? null : now.Database, DataTime = copy.Key is null ? null : copy.Value,
        };
    }

    private ServerHistory Fold(ServerHistory history, Build build, BaseName? @base)
    {
        var result = build.Result ?? new();
        var copies = result.Database is not null && @base is not null ? history.Copies.SetItem(@base.Text, result.DataTime) : history.Copies;
        var code = result.Revision is not null ? history.Code.SetItem(build.App.Text, new(build.Path, result.Revision)) : history.Code;
        var here = code.GetValueOrDefault(build.App.Text);
        var dataTime = @base is null ? null : copies.GetValueOrDefault(@base.Text);
        // What a step that failed should have put there is not there: a wanted path has no revision of another one.
        var entry = new HistoryEntry(build.Id, build.App, build.Path, build.Code ? result.Revision : here?.Revision, build.Database ? result.DataTime : dataTime, build.Database, build.Code,
            build.By, build.StartedAt!.Value, build.EndedAt!.Value, build.Seconds, build.State, build.Message, build.Health) { Settings = build.Settings };
        string?[] made = [result.Revision is null ? null : FoundOtherwise.CodeOf(build.App), result.Database is null || @base is null ? null : FoundOtherwise.CopyOf(@base)];
        return history with
        {
            Copies = copies,
            Code = code,
            Other = IsOnSite(build) ? null : history.Other,
            Otherwise = history.Otherwise.Any(o => made.Contains(o.Part)) ? [.. history.Otherwise.Where(o => !made.Contains(o.Part))] : history.Otherwise,
            Entries = [entry, .. history.Entries.Take(_kept() - 1)],
            Configuration = Touched(build) ? After(history.Configuration, build, new(build.App, here?.Path, here?.Revision, dataTime,
                @base is not null && copies.ContainsKey(@base.Text) ? $"copy_{@base}_{build.Server}" : null, build.By, build.EndedAt.Value, build.Id, build.State, build.Message) { Incomplete = here?.Incomplete ?? false })
                : history.Configuration,
        };
    }

    // What runs on a server changes with its site: a build of another app that did not come so far has left the one before in place.
    private static Configuration After(Configuration? before, Build build, Configuration after) =>
        before is null || before.App == build.App || IsOnSite(build) ? after
            : before with { By = build.By, At = after.At, Build = build.Id, Result = build.State, Message = $"{build.App} {build.Path}: {build.Message}" };

    private static bool IsOnSite(Build build) => build.Steps.Any(s => s is { Name: Build.SettingsStep, State: StepState.Succeeded });

    // A build that ended before any of its steps began has changed nothing.
    private static bool Touched(Build build) => build.Steps.Any(s => s.StartedAt is not null);
}
