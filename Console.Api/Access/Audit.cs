using System.Text.Json;
using TestServers.Storage;

namespace TestServers.Access;

/// <summary>
/// Who did what to what, and when: a line of JSON a fact, written with the act that it tells of, so that the audit
/// neither misses a deed nor tells of one that was refused.
/// </summary>
public sealed class Audit(TimeProvider clock)
{
    /// <summary>Raised when a fact is in the audit, after the act it tells of.</summary>
    public event Action<AuditFact>? Written;

    /// <summary>
    /// Adds a fact to an act. Texts from people are JSON-encoded, so that none can look like another line.
    /// </summary>
    public void Write(Act act, Caller caller, string what, string on, string? more = null)
    {
        var fact = new AuditFact(
            clock.GetUtcNow(),
            caller.Name,
            caller.Kind,
            what,
            on,
            more,
            caller.Token?.Name,
            caller.Address
        );
        act.Note(JsonSerializer.Serialize(fact, Json.Web));
        act.After(() => Written?.Invoke(fact));
    }
}

/// <summary>A line of the audit: who did what to what, and when.</summary>
/// <param name="Token">The name of the token of theirs with which a person did it.</param>
/// <param name="From">The address, as far as the web server tells it.</param>
public sealed record AuditFact(
    DateTimeOffset At,
    string Who,
    CallerKind Kind,
    string What,
    string On,
    string? More,
    string? Token = null,
    string? From = null
);
