using System.Collections.Immutable;

namespace TestServers.Databases;

/// <summary>What the console remembers of a base between restarts: what its host last said.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="DataTime">When the dump was made, from the dump itself.</param>
/// <param name="Spares">How many are ready.</param>
/// <param name="Method">How a spare or plain copy is made there: clone or file_copy.</param>
/// <param name="MethodSeconds">How long the last one took to make.</param>
/// <param name="LastRestore">The number of the restore that ended last.</param>
/// <param name="StaleTold">The data time about which the team was told that it is stale, so that it is told
/// once.</param>
public sealed record KnownBase(
    bool Exists,
    long? Size,
    DateTimeOffset? DataTime,
    int Spares,
    string? Method,
    JobId? LastRestore,
    double? MethodSeconds = null,
    DateTimeOffset? StaleTold = null
)
{
    /// <summary>What its dump has and it has not, a sentence each, as the restore reported.</summary>
    public ImmutableArray<string> LeftOut { get; init; } = [];

    private const int MostAhead = 50;

    /// <summary>
    /// Data times that were to come when they were restored: copies of these data may be there for long.
    /// </summary>
    public ImmutableArray<DateTimeOffset> Ahead { get; init; } = [];

    /// <summary>Whether data of this time were to come when they were restored.</summary>
    public bool WereAhead(DateTimeOffset time) => !Ahead.IsDefaultOrEmpty && Ahead.Contains(time);

    /// <summary>The same with a data time in the future.</summary>
    public KnownBase WithAhead(DateTimeOffset time) =>
        WereAhead(time) ? this : this with { Ahead = [time, .. (Ahead.IsDefault ? [] : Ahead).Take(MostAhead - 1)] };

    /// <summary>
    /// What can be had of a base that several hosts have: the newest data, and all spares of them. This one is what the
    /// usual host said.
    /// </summary>
    public KnownBase Together(IReadOnlyList<KnownBase> places)
    {
        var newest = places.Where(p => p.Exists).MaxBy(p => p.DataTime ?? DateTimeOffset.MinValue);
        return newest is null
            ? this
            : newest with
            {
                Spares = places.Where(p => p.Exists && p.DataTime == newest.DataTime).Sum(p => p.Spares),
                StaleTold = StaleTold,
                Ahead = [.. places.SelectMany(p => p.Ahead.IsDefault ? [] : p.Ahead).Distinct()],
            };
    }

    public static KnownBase Unknown { get; } = new(false, null, null, 0, null, null);
}
