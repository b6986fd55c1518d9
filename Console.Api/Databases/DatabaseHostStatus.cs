using System.Collections.Immutable;
using TestServers.HostPrograms;

namespace TestServers.Databases;

/// <summary>What a database host says of one base.</summary>
/// <param name="Console">The id of the console that has restored it; null: it carries none.</param>
public sealed record BaseStatus(
    long? Size,
    DateTimeOffset? DataTime,
    int Spares,
    string? Method,
    string? Console = null
);

/// <summary>What kind a database of a console's is.</summary>
public enum DatabaseKind
{
    Base,
    Copy,
    Spare,

    /// <summary>A base of before, kept.</summary>
    Night,

    /// <summary>A savepoint.</summary>
    Keep,

    /// <summary>What a savepoint has, ready to become some server's copy.</summary>
    Twin,
}

/// <summary>A database that some console has made.</summary>
/// <param name="Name">As PostgreSQL knows it.</param>
/// <param name="Server">Whose copy it is; null of another kind, and of a server that could not be one.</param>
/// <param name="Size">Bytes; null when the host may not look.</param>
/// <param name="Console">The id of the console that has made it; null: it carries none.</param>
/// <param name="Gone">Since when its server is not seen, as stands at it.</param>
public sealed record FoundDatabase(
    string Name,
    DatabaseKind Kind,
    BaseName Base,
    ServerName? Server,
    long? Size,
    DateTimeOffset? DataTime,
    string? Console,
    DateTimeOffset? Gone
)
{
    /// <summary>The savepoint that it is, is the twin of, or was made of; null: none.</summary>
    public JobId? Savepoint { get; init; }
}

/// <summary>What a database host says of what it has.</summary>
/// <param name="Bases">Those that were asked for and are there.</param>
/// <param name="Found">Every base, copy, spare and savepoint of every console.</param>
/// <param name="Cluster">
/// PostgreSQL's own number for what it serves: two hosts with the same one are one. Null when it is not told.
/// </param>
public sealed record DatabaseHostStatus(
    ImmutableDictionary<BaseName, BaseStatus> Bases,
    ImmutableArray<FoundDatabase> Found,
    string? Cluster
)
{
    /// <summary>Bytes that are free where PostgreSQL's data are; null when it is not told.</summary>
    public long? DiskFree { get; init; }

    /// <summary>Bytes of that disk in all.</summary>
    public long? DiskSize { get; init; }

    /// <summary>What there is older than the host program needs.</summary>
    public ImmutableArray<OldTool> Old { get; init; } = [];

    /// <summary>What a host has that was not asked yet.</summary>
    public static DatabaseHostStatus Nothing { get; } = new(ImmutableDictionary<BaseName, BaseStatus>.Empty, [], null);

    /// <summary>A base that the console with this id may copy; null when it is not there, or another's.</summary>
    public BaseStatus? BaseOf(BaseName name, string console) =>
        Bases.GetValueOrDefault(name) is { } there && (there.Console ?? console) == console ? there : null;

    /// <summary>That a base is another console's than the one with this id, in a sentence; else null.</summary>
    public string? ProblemOf(BaseSettings @base, string console) =>
        Bases.GetValueOrDefault(@base.Name)?.Console is { } other && other != console
            ? $"The base {@base.Name} on {@base.Host} is of the console {other}, which has restored it, "
                + $"and not of this one, which is {console}: it is left alone. Give the base another name here."
            : null;

    /// <summary>The same with another database in the place of one, or without it.</summary>
    public DatabaseHostStatus With(FoundDatabase before, FoundDatabase? after) =>
        this with
        {
            Found = [.. Found.Select(f => f.Name == before.Name ? after : f).OfType<FoundDatabase>()],
        };

    /// <summary>Reads what a host has reported.</summary>
    public static DatabaseHostStatus Read(IEnumerable<BaseName> bases, IReadOnlyDictionary<string, string> results) =>
        new(
            bases
                .Where(b => results.ContainsKey($"base.{b}.size") || results.ContainsKey($"base.{b}.of"))
                .ToImmutableDictionary(b => b, b => ReadBase(results, b)),
            [
                .. results
                    .Where(r => r.Key.EndsWith(".of", StringComparison.Ordinal))
                    .Select(r => ReadFound(results, r.Key[..^".of".Length], r.Value))
                    .OfType<FoundDatabase>()
                    .OrderBy(f => f.Name, StringComparer.Ordinal),
            ],
            results.GetValueOrDefault("cluster")
        )
        {
            DiskFree = DatabaseHost.Number(results, "disk_free"),
            DiskSize = DatabaseHost.Number(results, "disk_size"),
            Old = OldTool.In(results),
        };

    private static BaseStatus ReadBase(IReadOnlyDictionary<string, string> results, BaseName name) =>
        new(
            DatabaseHost.Number(results, $"base.{name}.size"),
            DatabaseHost.Instant(results, $"base.{name}.data_time"),
            (int)(DatabaseHost.Number(results, $"base.{name}.spares") ?? 0),
            DatabaseHost.Method(results, $"base.{name}.method"),
            results.GetValueOrDefault($"base.{name}.console")
        );

    private static FoundDatabase? ReadFound(IReadOnlyDictionary<string, string> results, string thing, string of)
    {
        var (word, rest) = thing.IndexOf('.', StringComparison.Ordinal) is var at and > 0
            ? (thing[..at], thing[(at + 1)..])
            : (thing, "");
        if (BaseName.From(of) is not { } @base || !Enum.TryParse<DatabaseKind>(word, ignoreCase: true, out var kind))
            return null;
        var name = kind == DatabaseKind.Base ? "base_" + rest : rest;
        var server = kind == DatabaseKind.Copy ? CopyName.From(name)?.ServerOf(@base) : null;
        return new(
            name,
            kind,
            @base,
            server,
            DatabaseHost.Number(results, thing + ".size"),
            DatabaseHost.Instant(results, thing + ".data_time"),
            results.GetValueOrDefault(thing + ".console"),
            DatabaseHost.Instant(results, thing + ".gone")
        )
        {
            Savepoint = JobId.From(
                kind is DatabaseKind.Keep or DatabaseKind.Twin
                    ? name[(name.LastIndexOf('_') + 1)..]
                    : results.GetValueOrDefault(thing + ".savepoint", "")
            ),
        };
    }
}
