namespace TestServers.Databases;

/// <summary>What is left of a base that the settings do not name on a database host; never dropped by itself.</summary>
/// <param name="Size">Bytes, of all together.</param>
/// <param name="Statements">What drops it, for a superuser of PostgreSQL there.</param>
public sealed record LeftoverView(
    BaseName Base,
    string Host,
    string Message,
    int Bases,
    int Copies,
    int Spares,
    int Savepoints,
    long Size,
    IReadOnlyList<string> Statements
);

/// <summary>Puts together what is left of bases that the settings no longer name.</summary>
public static class Leftovers
{
    // Another console's are that one's: its settings name them, or it tells.
    public static IEnumerable<LeftoverView> Of(Copies copies, CopySight sight) =>
        from found in copies.Leftovers
        where found.Found.Console is null || sight.IsOurs(found)
        group found by (found.Found.Base, found.Host) into left
        select Of([.. left]);

    private static LeftoverView Of(IReadOnlyList<Copy> left)
    {
        var (first, size) = (left[0], left.Sum(l => l.Found.Size ?? 0));
        int Count(DatabaseKind kind) => left.Count(l => l.Found.Kind == kind);
        var (bases, copies) = (Count(DatabaseKind.Base), Count(DatabaseKind.Copy));
        var (spares, savepoints) = (Count(DatabaseKind.Spare), Count(DatabaseKind.Keep));
        var parts = new[]
        {
            Say(bases, "base", "bases"),
            Say(copies, "copy", "copies"),
            Say(spares, "spare", "spares"),
            Say(Count(DatabaseKind.Night), "old night", "old nights"),
            Say(savepoints, "savepoint", "savepoints"),
        }.OfType<string>();
        var where = first.Elsewhere!.Replace("its base ", "the base ", StringComparison.Ordinal);
        var message =
            $"{first.Host.Settings.Name} has {string.Join(", ", parts)} of {first.Found.Base}, {Sizes.Say(size)}, "
            + $"but {where}. "
            + "Nothing of it is dropped by itself: name the base again, or have an administrator drop what nobody "
            + "needs of it (Room, on the page of the bases).";
        return new(
            first.Found.Base,
            first.Host.Settings.Name,
            message,
            bases,
            copies,
            spares,
            savepoints,
            size,
            [.. left.SelectMany(l => Drop(l.Found))]
        );
    }

    private static string? Say(int number, string one, string many) =>
        number == 0 ? null : $"{number} {(number == 1 ? one : many)}";

    // Names are of the closed list: none holds a quotation mark.
    private static IEnumerable<string> Drop(FoundDatabase found) =>
        found.Kind == DatabaseKind.Base
            ? [$"ALTER DATABASE \"{found.Name}\" IS_TEMPLATE false;", $"DROP DATABASE \"{found.Name}\";"]
            : [$"DROP DATABASE \"{found.Name}\";"];
}
