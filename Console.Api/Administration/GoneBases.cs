using TestServers.Databases;
using TestServers.Savepoints;

namespace TestServers.Administration;

/// <summary>
/// Forgets bases that the settings do not name any more: when the last of their restores was removed, and no database
/// host has anything of them.
/// </summary>
public sealed class GoneBases(
    CurrentSettings settings,
    JsonFile<BasesState> file,
    JsonFile<SavepointsState> savepoints,
    JobStore<Restore> restores,
    BaseFacts bases,
    Copies copies,
    Journal journal,
    Audit audit
) : IRetained
{
    // By age alone, every hour.
    event Action? IRetained.Grown
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public void RemoveOld(int kept, DateTimeOffset time)
    {
        file.Change(state => state.WithPlacesOf(settings.Newest.Bases));
        var gone = file.Value.Names.Where(name => settings.Newest.Base(name) is null && !IsNeeded(name)).ToList();
        if (gone.Count == 0 || bases.Hosts.Any(h => h.Status is null || bases.ProblemOf(h.Host) is not null))
            return;
        journal
            .Do(act =>
            {
                foreach (var name in gone)
                {
                    act.Change(file, state => state.Without(name));
                    const string Why = "the settings do not name it, and nothing is left of it";
                    audit.Write(act, Caller.TheConsole, "forget base", name.Text, Why);
                }
            })
            .GetAwaiter()
            .GetResult();
    }

    private bool IsNeeded(BaseName name) =>
        restores.All.Any(r => r.Base == name)
        || copies.Every.Any(c => c.Found.Base == name)
        || savepoints.Value.Savepoints.Values.Any(s => s.Copies.Any(c => c.Base == name));
}
