using System.Collections.Immutable;

namespace TestServers.Reservations;

/// <summary>
/// What people are to be told of reservations and lines. It is written in the act that it tells of, and stays until who
/// tells it takes it out, in the act that hands it over: a kill in between loses nothing and tells nothing twice.
/// </summary>
public sealed class Concerns(JsonFile<ConcernsState> file, TimeProvider clock)
{
    /// <summary>How many wait at most, and for how long: what nobody has told by then is of no use any more.</summary>
    internal const int Most = 2000;
    internal static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>Raised when something is to be told, after the act.</summary>
    public event Action? Raised;

    /// <summary>What is to be told, in the order in which it happened.</summary>
    public ImmutableList<Concern> Pending => file.Value.Pending;

    /// <summary>Takes out what was told, as a part of the act that hands it over.</summary>
    public void Remove(Act act, IReadOnlySet<long> told) =>
        act.Change(
            file,
            state =>
                state.Pending.Any(c => told.Contains(c.Id))
                    ? state with
                    {
                        Pending = state.Pending.RemoveAll(c => told.Contains(c.Id)),
                    }
                    : state
        );

    /// <summary>Adds one to an act.</summary>
    /// <inheritdoc cref="Concern"/>
    internal void Raise(
        Act act,
        ConcernKind kind,
        string person,
        ServerName? server,
        long? number = null,
        string? by = null,
        string? text = null,
        DateTimeOffset? until = null,
        int? minutes = null
    )
    {
        var now = clock.GetUtcNow();
        act.Change(
            file,
            state =>
            {
                // Of several new ends the last is told alone.
                bool IsOverridden(Concern c) =>
                    kind == ConcernKind.NewEnd && c.Kind == kind && c.Person == person && c.Server == server;
                var pending = state.Pending.RemoveAll(c => now - c.At > Longest || IsOverridden(c));
                pending = pending.Add(new(state.Next, kind, person, server, now, number, by, text, until, minutes));
                return state with
                {
                    Next = state.Next + 1,
                    Pending = pending.RemoveRange(0, Math.Max(0, pending.Count - Most)),
                };
            }
        );
        act.After(() => Raised?.Invoke());
    }
}
