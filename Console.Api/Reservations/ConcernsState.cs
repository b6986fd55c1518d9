using System.Collections.Immutable;

namespace TestServers.Reservations;

/// <summary>What stands in concerns.json: what is still to be told.</summary>
/// <param name="Next">The id of the next one.</param>
/// <param name="Pending">In the order in which it happened.</param>
public sealed record ConcernsState(int Version, long Next, ImmutableList<Concern> Pending) : IVersioned
{
    public static ConcernsState Empty { get; } = new(JsonFile<ConcernsState>.Version, 1, []);

    /// <summary>With people as they are called now; the same state when nobody is called otherwise.</summary>
    public ConcernsState WithNames(Func<string, string> nameOf) =>
        Pending.All(c => nameOf(c.Person) == c.Person)
            ? this
            : this with
            {
                Pending = [.. Pending.Select(c => c with { Person = nameOf(c.Person) })],
            };

    public string? FindFault() =>
        Pending.Any(c => c is null) ? "one of `pending` is null; remove it"
        : Pending.FirstOrDefault(c => c.Id >= Next) is { } above
            ? $"`next` is {Next}, but {above.Id} is pending: it would be given again; `next` is above every id"
        : Pending.GroupBy(c => c.Id).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? $"it has id {twice.Key} twice; remove one"
        : null;
}
