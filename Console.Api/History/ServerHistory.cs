using System.Collections.Immutable;
using TestServers.Storage;

namespace TestServers.History;

/// <summary>What stands in history/SERVER.json.</summary>
/// <param name="Entries">Newest first, bounded.</param>
/// <param name="Copies">The data time of each base's copy that the server has; the key is the base.</param>
/// <param name="Code">The working copies that the server has; the key is the app.</param>
public sealed record ServerHistory(
    int Version,
    ServerName Server,
    Configuration? Configuration,
    ImmutableArray<HistoryEntry> Entries,
    ImmutableSortedDictionary<BaseName, DateTimeOffset?> Copies,
    ImmutableSortedDictionary<AppName, KeptCode> Code
) : IVersioned
{
    /// <summary>What could not be removed on the server, as it was told last.</summary>
    public ImmutableArray<SetAside> SetAside { get; init; } = [];

    /// <summary>What another console has put there since; null: nothing.</summary>
    public OtherWork? Other { get; init; }

    /// <summary>What was found to be other than this console had left it.</summary>
    public ImmutableArray<FoundOtherwise> Otherwise { get; init; } = [];

    public static ServerHistory Empty(ServerName server) =>
        new(
            JsonFile<ServerHistory>.Version,
            server,
            null,
            [],
            ImmutableSortedDictionary<BaseName, DateTimeOffset?>.Empty,
            ImmutableSortedDictionary<AppName, KeptCode>.Empty
        );

    public string? FindFault() =>
        Entries.Any(e => e is null) ? "one of its entries is null"
        : Entries.GroupBy(e => e.Build).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? "it has two entries of " + $"build {twice.Key}"
        : Code.FirstOrDefault(c => c.Value is null) is { Key: { } app } ? $"the code of {app} is null"
        : null;
}
