using TestServers.Builds;
using TestServers.Messages;
using TestServers.Reservations;
using TestServers.Savepoints;

namespace TestServers.Administration;

/// <summary>
/// Forgets people who have left: the groups and the address that the web server has named, when they have not signed in
/// for a year; their file of messages, when they were told nothing for a year and nothing else knows them.
/// </summary>
public sealed class GonePeople(
    CurrentSettings settings,
    People people,
    MessageBook messages,
    JsonFile<TokensState> tokens,
    JsonFile<ReservationsState> reservations,
    JsonFile<SavepointsState> savepoints,
    JobStore<Build> builds,
    Journal journal,
    Audit audit,
    TimeProvider clock
) : IRetained
{
    /// <summary>For how long somebody is known who is not seen.</summary>
    internal static readonly TimeSpan Kept = TimeSpan.FromDays(365);

    // By age alone, every hour.
    event Action? IRetained.Grown
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public void RemoveOld(int kept, DateTimeOffset time)
    {
        var before = clock.GetUtcNow() - Kept;
        var unseen = people.UnseenSince(before).ToHashSet(StringComparer.Ordinal);
        var idle = messages
            .IdleSince(before)
            .Where(name => unseen.Contains(name) || !(people.Knows(name) || IsNamed(name)))
            .ToHashSet(StringComparer.Ordinal);
        var gone = unseen.Union(idle, StringComparer.Ordinal).Where(name => !IsNeeded(name)).ToList();
        if (gone.Count > 0)
            journal.Do(act => Forget(act, gone, unseen, idle)).GetAwaiter().GetResult();
    }

    private void Forget(Act act, List<string> gone, HashSet<string> unseen, HashSet<string> idle)
    {
        foreach (var name in gone)
        {
            if (unseen.Contains(name))
            {
                people.Forget(act, name);
                audit.Write(act, Caller.TheConsole, "forget person", name, "they have not signed in for a year");
            }
            if (idle.Contains(name))
                messages.Forget(act, name);
        }
    }

    private bool IsNeeded(string name) =>
        tokens.Value.Tokens.Any(t => t.Owner == name)
        || reservations.Value.Held.Values.Any(r => r.IsFor(name))
        || reservations.Value.Line.Exists(p => p.Person == name)
        || savepoints.Value.Savepoints.Values.Any(s => s.By == name)
        || builds.Open.Any(b => b.By == name);

    private bool IsNamed(string name)
    {
        var now = settings.Newest;
        return now
            .Groups.SelectMany(g => g.Users)
            .Concat(now.Roles.SelectMany(r => r.Users ?? []))
            .Concat(now.Tokens.Select(t => t.Name))
            .Any(named => now.People.NameOf(named) == name);
    }
}
