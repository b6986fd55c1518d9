using TestServers.Builds;
using TestServers.Databases;
using TestServers.HostPrograms;

namespace TestServers.Room;

/// <summary>
/// Drops what nobody needs, by the list that a person was shown: nothing is dropped that is not on it, and nothing at
/// all when something on it is needed by now.
/// </summary>
public sealed class RoomDrop(
    RoomPresenter room,
    BaseFacts bases,
    CopyKeeper copies,
    Copies found,
    UnusedCopies unused,
    Journal journal,
    Audit audit,
    KeptAnswers answers
)
{
    private const int Most = 200;

    /// <summary>Drops the databases of a list.</summary>
    /// <exception cref="Problem">400: the list is empty or too long; 409: one of it is not among what nobody needs
    /// now.</exception>
    public async Task<DroppedDatabases> Run(IReadOnlyList<NamedDatabase> asked, Deed deed)
    {
        if (answers.Find<DroppedDatabases>(deed) is { } earlier)
            return earlier;
        if (asked.Count is 0 or > Most)
            throw Problem.BadInput($"`databases` lists 1 to {Most} databases, as `unneeded` of GET api/room has them.");
        var now = room.Unneeded;
        var wanted = asked
            .Distinct()
            .Select(a => now.FirstOrDefault(u => u.View.Host == a.Host && u.View.Name == a.Name))
            .ToList();
        var missing = wanted.FindIndex(w => w.Database is null);
        if (missing >= 0)
        {
            var gone = asked.Distinct().ElementAt(missing);
            throw Problem.Conflict(
                $"{gone.Name} on {gone.Host} is not among what nobody needs now. Nothing was dropped. Look again first."
            );
        }
        var (dropped, failed) = (new List<NamedDatabase>(), new List<UndroppedDatabase>());
        foreach (var (database, view) in wanted)
        {
            if (await Drop(database, deed.Caller) is { } problem)
                failed.Add(new(view.Host, view.Name, problem));
            else
                dropped.Add(new(view.Host, view.Name));
        }
        var answer = new DroppedDatabases(Say(dropped.Count, failed.Count), dropped, failed);
        try
        {
            await journal.Do(act => answers.Keep(act, deed, answer));
        }
        catch (DiskRefused)
        {
            // What is dropped is dropped, and the audit has it. Only the key is not remembered.
        }
        return answer;
    }

    private static string Say(int dropped, int failed) =>
        $"{dropped} {(dropped == 1 ? "database was" : "databases were")} dropped"
        + (failed == 0 ? "." : $", and {failed} could not be.");

    /// <returns>Why it is still there; null: it is gone.</returns>
    private async Task<string?> Drop(Copy database, Caller caller)
    {
        try
        {
            if (database.Found.Kind == DatabaseKind.Copy && unused.IsOfFormerBase(database))
                return await unused.DropFormer(database, caller);
            if (database.Found.Kind == DatabaseKind.Copy)
            {
                await copies.Drop(database, caller);
                return null;
            }
            var (name, host) = (database.Found.Name, database.Host.Settings.Name);
            await journal.Do(act => audit.Write(act, caller, "drop database", name, $"on {host}, as nobody needs it"));
            var end = await Drop(database);
            if (end.Done)
            {
                foreach (var gone in found.Every.Where(c => GoesWith(c, database)).ToList())
                    bases.NoteFound(gone.Host, gone.Found, null);
                return null;
            }
            await journal.Do(act => audit.Write(act, caller, "drop database failed", name, end.Message));
            return end.Message;
        }
        catch (Problem problem)
        {
            return problem.Message;
        }
        catch (DiskRefused refused)
        {
            return refused.Message;
        }
    }

    // A base goes with its spares and old nights, a savepoint with its twin.
    private static bool GoesWith(Copy one, Copy dropped) =>
        one.Host == dropped.Host
        && one.Found.Base == dropped.Found.Base
        && one.Found.Console == dropped.Found.Console
        && (
            dropped.Found.Kind == DatabaseKind.Keep
                ? one.Found.Savepoint == dropped.Found.Savepoint
                    && one.Found.Kind is DatabaseKind.Keep or DatabaseKind.Twin
                : one.Found.Kind is DatabaseKind.Base or DatabaseKind.Spare or DatabaseKind.Night
        );

    private static Task<HostResult> Drop(Copy database) =>
        database.Found is { Kind: DatabaseKind.Keep, Savepoint: { } savepoint }
            ? database.Host.Unkeep(database.Found.Base, savepoint, CancellationToken.None)
            : database.Host.Clear(database.Found.Base, CancellationToken.None);
}
