using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TestServers.Savepoints;

/// <summary>What stands in savepoints.json.</summary>
/// <param name="Savepoints">By their number.</param>
/// <param name="Back">Servers that go back, by their name.</param>
public sealed record SavepointsState(
    int Version,
    ImmutableSortedDictionary<string, Savepoint> Savepoints,
    ImmutableSortedDictionary<string, GoingBack> Back
) : IVersioned
{
    private static readonly ImmutableSortedDictionary<string, EndedSavepointWork> NoneEnded =
        ImmutableSortedDictionary.Create<string, EndedSavepointWork>(StringComparer.Ordinal);

    public static SavepointsState Empty { get; } =
        new(
            JsonFile<SavepointsState>.Version,
            ImmutableSortedDictionary.Create<string, Savepoint>(StringComparer.Ordinal),
            ImmutableSortedDictionary.Create<string, GoingBack>(StringComparer.Ordinal)
        );

    /// <summary>How the last thing that was done on a server ended, by its name. Null: nothing was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<string, EndedSavepointWork>? Last { get; init; }

    /// <summary>Those that are not being dropped, the newest first.</summary>
    [JsonIgnore]
    public IEnumerable<Savepoint> Shown =>
        Savepoints.Values.Where(s => s.State != SavepointState.Dropping).OrderByDescending(s => s.Id.Number);

    public string? FindFault() =>
        Savepoints.FirstOrDefault(s => s.Value is null || s.Value.Id.Text != s.Key) is { Key: { } wrong }
            ? $"what stands under savepoint `{wrong}` is null, or another one"
        : Savepoints.Values.FirstOrDefault(s => s.Copies.IsDefaultOrEmpty || s.Copies.Any(c => c is null)) is { } empty
            ? $"savepoint {empty.Id} has no database"
        : Back.FirstOrDefault(b => b.Value is null || b.Value.Server.Text != b.Key) is { Key: { } other }
            ? $"what stands under `back` for {other} is null, or another server's"
        : Last?.FirstOrDefault(l => l.Value is null) is { Key: { } ended }
            ? $"what stands under `last` for {ended} is null"
        : null;

    /// <summary>One that is shown; null: there is none.</summary>
    public Savepoint? Find(JobId id) =>
        Savepoints.GetValueOrDefault(id.Text) is { State: not SavepointState.Dropping } found ? found : null;

    public SavepointsState With(Savepoint savepoint) =>
        this with
        {
            Savepoints = Savepoints.SetItem(savepoint.Id.Text, savepoint),
        };

    /// <summary>With another state of one, if it is there.</summary>
    public SavepointsState With(JobId id, Func<Savepoint, Savepoint> change) =>
        Savepoints.GetValueOrDefault(id.Text) is { } found ? With(change(found)) : this;

    public SavepointsState Without(JobId id) => this with { Savepoints = Savepoints.Remove(id.Text) };

    public SavepointsState With(GoingBack back) => this with { Back = Back.SetItem(back.Server.Text, back) };

    public SavepointsState With(ServerName server, EndedSavepointWork last) =>
        this with
        {
            Last = (Last ?? NoneEnded).SetItem(server.Text, last),
        };

    /// <summary>What waited on a server begins.</summary>
    public SavepointsState WithBegun(ServerName server)
    {
        var made = Savepoints
            .Values.Where(p => p.Server == server && p.Waits)
            .Aggregate(this, (state, p) => state.With(p with { Waits = false }));
        return Back.GetValueOrDefault(server.Text) is { Waits: true } back
            ? made.With(back with { Waits = false })
            : made;
    }

    /// <summary>The servers on which something waits to begin.</summary>
    [JsonIgnore]
    public IEnumerable<ServerName> Waiting =>
        Savepoints
            .Values.Where(p => p is { State: SavepointState.Making, Waits: true })
            .Select(p => p.Server)
            .Concat(Back.Values.Where(b => b.Waits).Select(b => b.Server));

    /// <summary>Without what has ended before a time; the same state when nothing has.</summary>
    public SavepointsState WithoutEnded(DateTimeOffset before) =>
        Last?.Values.Any(l => l.EndedAt < before) != true
            ? this
            : this with
            {
                Last = Last.RemoveRange(Last.Where(l => l.Value.EndedAt < before).Select(l => l.Key)),
            };

    public SavepointsState WithoutBack(ServerName server) => this with { Back = Back.Remove(server.Text) };
}
