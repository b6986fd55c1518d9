using System.Text.Json;
using TestServers.Storage;

namespace TestServers.Access;

/// <summary>
/// Who did what to what, and when: a line of JSON a fact, written with the act that it tells of, so that the audit neither
/// misses a deed nor tells of one that was refused.
/// </summary>
public sealed class Audit(TimeProvider clock)
{
    /// <summary>Adds a fact to an act. Texts from people are JSON-encoded, so that none can look like another line.</summary>
    public void Write(Act act, Caller caller, string what, string on, string? more = null) =>
        act.Note(
            JsonSerializer.Serialize(new Fact(clock.GetUtcNow(), caller.Name, caller.Kind, what, on, more), Json.Web)
        );

    private sealed record Fact(DateTimeOffset At, string Who, CallerKind Kind, string What, string On, string? More);
}
