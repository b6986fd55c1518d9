using System.Text.Json;
using TestServers.Storage;

namespace TestServers.Access;

/// <summary>Who did what to what, and when: a line of JSON a fact, on disk before the answer.</summary>
public sealed class Audit(LineFile file, TimeProvider clock)
{
    /// <summary>Writes a fact. Texts from people are JSON-encoded, so that none can look like another line.</summary>
    /// <exception cref="DiskRefused">The disk refused.</exception>
    public void Write(Caller caller, string what, string on, string? more = null) =>
        file.Add(JsonSerializer.Serialize(new Fact(clock.GetUtcNow(), caller.Name, caller.Kind, what, on, more), Json.Web));

    private sealed record Fact(DateTimeOffset At, string Who, CallerKind Kind, string What, string On, string? More);
}
