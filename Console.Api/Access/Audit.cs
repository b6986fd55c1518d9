using System.Text.Json;
using System.Text.Json.Serialization;

namespace TestServers.Access;

/// <summary>
/// Who did what to what, and when: a line of JSON a fact. What was done is written with the act that it tells of, so
/// that the audit neither misses a deed nor tells of one that was not done; what was refused to somebody is written a
/// moment later (<see cref="RefusedDeeds"/>).
/// </summary>
public sealed class Audit(TimeProvider clock)
{
    /// <summary>Raised when a fact is in the audit, after the act it tells of.</summary>
    public event Action<AuditFact>? Written;

    /// <summary>
    /// Adds a fact to an act. Texts from people are JSON-encoded, so that none can look like another line.
    /// </summary>
    public void Write(Act act, Caller caller, string what, string on, string? more = null) =>
        Write(act, FactOf(caller, what, on, more));

    /// <summary>Adds a fact of before to an act.</summary>
    internal void Write(Act act, AuditFact fact)
    {
        act.Note(JsonSerializer.Serialize(fact, Json.Web));
        act.After(() => Written?.Invoke(fact));
    }

    /// <summary>What is done, or tried, right now.</summary>
    internal AuditFact FactOf(Caller caller, string what, string on, string? more) =>
        new(clock.GetUtcNow(), caller.Name, caller.Kind, what, on, more, caller.Token?.Name, caller.Address);
}

/// <summary>A line of the audit: who did what to what, and when.</summary>
/// <param name="More">Reason and limits, in words; or why it was refused.</param>
/// <param name="Token">The name of the token of theirs with which a person did it.</param>
/// <param name="From">The address, as far as the web server tells it.</param>
/// <param name="Refused">They tried, and it was not done.</param>
public sealed record AuditFact(
    DateTimeOffset At,
    string Who,
    CallerKind Kind,
    string What,
    string On,
    string? More,
    string? Token = null,
    string? From = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Refused = false
)
{
    /// <summary>The fact of a line; null: somebody has spoilt it by hand.</summary>
    public static AuditFact? Of(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<AuditFact>(line, Json.Web);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
