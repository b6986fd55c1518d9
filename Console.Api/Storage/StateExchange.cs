namespace TestServers.Storage;

/// <summary>
/// Puts a state that was unpacked and checked in the place of the one before, which stays beside it. While a console
/// runs, it waits beside the state folder as STATE.restored, and the next start takes it.
/// </summary>
public static class StateExchange
{
    /// <summary>Where one is unpacked, which nobody takes yet.</summary>
    public static string DraftOf(string state) => Path.TrimEndingDirectorySeparator(state) + ".restoring";

    private static string ReadyOf(string state) => Path.TrimEndingDirectorySeparator(state) + ".restored";

    /// <summary>From now on the draft is what the next start takes.</summary>
    /// <exception cref="DiskRefused">It is not.</exception>
    public static void MakeReady(string state)
    {
        var (draft, ready) = (DraftOf(state), ReadyOf(state));
        if (Directory.Exists(ready))
            Directory.Delete(ready, recursive: true);
        Disk.GiveAllTo(draft, Directory.Exists(state) ? state : Disk.FolderOf(state));
        Disk.Rename(draft, ready);
        Disk.SyncFolder(Disk.FolderOf(ready));
    }

    /// <summary>Puts one that waits in its place, unless a console runs there.</summary>
    /// <returns>What was done, in a sentence; null: nothing.</returns>
    /// <exception cref="DiskRefused">It could not be done.</exception>
    public static string? Finish(string state, DateTimeOffset now)
    {
        var ready = ReadyOf(state);
        if (!Directory.Exists(ready))
            return null;
        state = Path.TrimEndingDirectorySeparator(state);
        if (!Directory.Exists(state))
        {
            Disk.Rename(ready, state);
            Disk.SyncFolder(Disk.FolderOf(state));
            return $"The state in {state} was put back from a backup.";
        }
        using var hold = LockFile.Take(Path.Combine(state, StatePlace.Lock));
        if (hold is null)
            return null;
        var former = $"{state}.before-{now.UtcDateTime:yyyyMMddTHHmmssZ}";
        Disk.Rename(state, former);
        Disk.Rename(ready, state);
        Disk.SyncFolder(Disk.FolderOf(state));
        return $"The state in {state} was put back from a backup; the one before is {former}.";
    }
}
