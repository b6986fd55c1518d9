using System.Collections.Immutable;
using TestServers.Storage;

namespace TestServers.Databases;

/// <summary>What the console remembers of a base between restarts: what its host last said.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="DataTime">When the dump was made, from the dump itself.</param>
/// <param name="Spares">How many are ready.</param>
/// <param name="Method">How a spare or plain copy is made there: clone or file_copy.</param>
/// <param name="MethodSeconds">How long the last one took to make.</param>
/// <param name="LastRestore">The number of the restore that ended last.</param>
/// <param name="StaleTold">The data time about which the team was told that it is stale, so that it is told once.</param>
public sealed record BaseFacts(bool Exists, long? Size, DateTimeOffset? DataTime, int Spares, string? Method, RequestId? LastRestore, double? MethodSeconds = null, DateTimeOffset? StaleTold = null)
{
    /// <summary>What its dump has and it has not, a sentence each, as the restore reported.</summary>
    public ImmutableArray<string> LeftOut { get; init; } = [];

    private const int MostAhead = 50;

    /// <summary>Data times that were to come when they were restored: copies of these data may be there for long.</summary>
    public ImmutableArray<DateTimeOffset> Ahead { get; init; } = [];

    /// <summary>Whether data of this time were to come when they were restored.</summary>
    public bool WereAhead(DateTimeOffset time) => !Ahead.IsDefaultOrEmpty && Ahead.Contains(time);

    /// <summary>The same with a data time that is to come.</summary>
    public BaseFacts WithAhead(DateTimeOffset time) =>
        WereAhead(time) ? this : this with { Ahead = [time, .. (Ahead.IsDefault ? [] : Ahead).Take(MostAhead - 1)] };

    public static BaseFacts Unknown { get; } = new(false, null, null, 0, null, null);
}

/// <summary>What stands in bases.json.</summary>
/// <param name="Copies">By database host and database, as `db1/copy_shop_qa01`; null in a file of version 1.</param>
public sealed record BasesState(
    int Version,
    ImmutableSortedDictionary<string, BaseFacts> Bases,
    ImmutableSortedDictionary<string, CopyFacts>? Copies = null) : IVersioned
{
    public static int Latest => 2;

    public static BasesState Empty { get; } = new(JsonFile<BasesState>.Version, ImmutableSortedDictionary.Create<string, BaseFacts>(StringComparer.Ordinal));

    public string? FindFault()
    {
        var wrong = Bases.FirstOrDefault(b => b.Value is null || BaseName.From(b.Key) is null).Key
            ?? Copies?.FirstOrDefault(c => c.Value is null or { Host: null } or { Uri: null }).Key;
        return wrong is null ? null : $"it holds no facts under `{wrong}`, or that is no base's name";
    }
}

/// <summary>A base as it is shown.</summary>
/// <param name="DataTime">When its dump was made, as the dump says.</param>
/// <param name="DataDoubt">Why it is not known how old its data are: the dump says a time that is to come. Null: it is.</param>
/// <param name="Stale">Its data are older than its limit; also when it was never restored, or their age is not known.</param>
/// <param name="Problem">Why its host does not answer, or that it is another console's; or null.</param>
/// <param name="LeftOut">What its dump has and it has not, a sentence each.</param>
public sealed record BaseView(BaseName Name, string Host, bool Exists, long? Size, DateTimeOffset? DataTime, string? DataDoubt, bool Stale, double StaleAfterHours, string? Method, double? MethodSeconds,
    SparesView Spares, string? Problem, RestoreView? Restore, RestoreView? LastRestore, IReadOnlyList<AppName> Apps,
    IReadOnlyList<string> LeftOut);

public sealed record SparesView(int Wanted, int Ready);
