using TestServers.Builds;
using TestServers.Databases;
using TestServers.Savepoints;

namespace TestServers.Room;

/// <summary>Shows what takes room on the database hosts, and what of it nobody needs.</summary>
public sealed class RoomPresenter(
    BaseFacts bases,
    Copies copies,
    CopySight sight,
    JsonFile<SavepointsState> savepoints,
    UnusedCopies unused,
    KeptFolders folders
)
{
    public RoomView Now
    {
        get
        {
            var all = copies.Every.ToList();
            return new(
                [.. bases.Hosts.Select(h => Of(h.Host, h.Status, all))],
                [
                    .. all.Select(c => (Server: ServerOf(c), c.Found.Size))
                        .Where(c => c.Server is not null)
                        .GroupBy(c => c.Server!)
                        .Select(g => new RoomServer(g.Key, g.Count(), g.Sum(c => c.Size ?? 0)))
                        .OrderByDescending(s => s.Size),
                ],
                [.. UnneededOf(all).Select(u => u.View)],
                folders.Unnamed
            );
        }
    }

    /// <summary>What nobody needs, now.</summary>
    internal IReadOnlyList<(Copy Database, UnneededDatabase View)> Unneeded => [.. UnneededOf(copies.Every)];

    private RoomHost Of(DatabaseHost host, DatabaseHostStatus? status, List<Copy> all)
    {
        var own = all.Where(c => c.Host == host).ToList();
        return new(
            host.Settings.Name,
            bases.ProblemOf(host) ?? OldOf(status),
            status?.DiskFree,
            status?.DiskSize,
            [
                .. own.GroupBy(c => c.Found.Kind)
                    .OrderBy(g => g.Key)
                    .Select(g => new RoomPart(g.Key, g.Count(), g.Sum(c => c.Found.Size ?? 0))),
            ],
            [.. own.OrderByDescending(c => c.Found.Size ?? 0).Select(Of)]
        );
    }

    private static string? OldOf(DatabaseHostStatus? status) =>
        status is { Old.IsEmpty: false } ? string.Join(" ", status.Old.Select(o => o.Message)) : null;

    private RoomDatabase Of(Copy copy) =>
        new(
            copy.Found.Name,
            copy.Found.Kind,
            copy.Found.Base,
            ServerOf(copy),
            copy.Found.Savepoint,
            copy.Found.Size,
            copy.Found.DataTime,
            sight.IsAnothers(copy)
        );

    private ServerName? ServerOf(Copy copy) =>
        copy.Found.Kind is DatabaseKind.Keep or DatabaseKind.Twin && sight.IsOurs(copy)
            ? savepoints.Value.Savepoints.GetValueOrDefault(copy.Found.Savepoint?.Text ?? "")?.Server
            : copy.Found.Server;

    private IEnumerable<(Copy Database, UnneededDatabase View)> UnneededOf(IEnumerable<Copy> all) =>
        from one in all
        where sight.IsOurs(one)
        let why = WhyUnneeded(one)
        where why is not null
        select (
            one,
            new UnneededDatabase(one.Host.Settings.Name, one.Found.Name, one.Found.Kind, one.Found.Size, why!)
        );

    // A copy whose server is seen is used by its site, unless it is known not to be.
    private string? WhyUnneeded(Copy one) =>
        one.Found.Kind switch
        {
            DatabaseKind.Copy when unused.IsOfFormerBase(one) => one.Elsewhere is { } elsewhere
                ? SayElsewhere(elsewhere, $", and nothing on {one.Server} uses it")
                : $"{one.Server} uses its copy of {one.Found.Base} on another database host.",
            DatabaseKind.Copy when one.Found.Server is not null && sight.ReasonToRefuse(one) is null =>
                sight.ReasonToKeep(one, copies.FactsOf(one)) is { } kept
                    ? $"Its server {one.Server} is not seen; so far it is kept, as {kept.Text}."
                    : $"Its server {one.Server} is not seen; it is dropped by itself in a while.",
            DatabaseKind.Keep when !savepoints.Value.Savepoints.ContainsKey(one.Found.Savepoint?.Text ?? "") =>
                "This console knows no such savepoint.",
            DatabaseKind.Base when one.Elsewhere is { } elsewhere => SayElsewhere(
                elsewhere,
                "; its spares and old nights go with it"
            ),
            // Those of a base that is there go with it.
            DatabaseKind.Spare or DatabaseKind.Night when one.Elsewhere is { } elsewhere && !HasBase(one) =>
                SayElsewhere(elsewhere, ""),
            _ => null,
        };

    private static string SayElsewhere(string elsewhere, string more)
    {
        var where = elsewhere.Replace("its base ", "the base ", StringComparison.Ordinal);
        return $"{char.ToUpperInvariant(where[0])}{where[1..]}{more}.";
    }

    private bool HasBase(Copy one) =>
        copies.Every.Any(c =>
            c.Host == one.Host && c.Found.Kind == DatabaseKind.Base && c.Found.Base == one.Found.Base
        );
}
