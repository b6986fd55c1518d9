using System.Collections.Immutable;

namespace TestServers.Hosts.OpenStack;

/// <summary>The servers of a project as Nova has told them, by their ids.</summary>
/// <param name="WholeAt">When the last whole list was begun, by the clock that nobody sets.</param>
/// <param name="Date">Nova's own time when it was asked last; null: it does not say it.</param>
internal sealed record ProjectPicture(
    ImmutableDictionary<string, NovaServer> Servers,
    IReadOnlyList<(string Name, string Reason)> Odd,
    long WholeAt,
    DateTimeOffset? Date
)
{
    /// <summary>A whole list. A server of a cell that is down has its name from before.</summary>
    /// <exception cref="CloudFault">A name is not known: nobody could tell what is there from what is not.</exception>
    public static ProjectPicture Of(
        IReadOnlyDictionary<string, NovaServer> servers,
        IReadOnlyList<(string Name, string Reason)> odd,
        long at,
        DateTimeOffset? date,
        ProjectPicture? before
    )
    {
        var named = servers.Values.Where(s => !s.IsDeleted).Select(s => Named(s, before)).ToList();
        var nameless = named.Count(s => s.Name is null);
        return nameless == 0
            ? new(named.ToImmutableDictionary(s => s.Id, StringComparer.Ordinal), odd, at, date)
            : throw new CloudFault(
                $"Nova does not tell the names of {nameless} of its {named.Count} servers, as a part of it (a cell) is "
                    + "down. Look at it: nova-manage cell_v2 list_cells."
            );
    }

    /// <summary>With what has changed.</summary>
    public ProjectPicture With(IReadOnlyList<NovaServer> changed, DateTimeOffset date)
    {
        var servers = Servers.ToBuilder();
        foreach (var server in changed)
        {
            if (server.IsDeleted)
                servers.Remove(server.Id);
            else if (Named(server, this) is { Name: not null } known)
                servers[server.Id] = known;
        }
        return this with { Servers = servers.ToImmutable(), Date = date };
    }

    private static NovaServer Named(NovaServer server, ProjectPicture? before) =>
        server.Name is null && before?.Servers.GetValueOrDefault(server.Id) is { } known
            ? known with
            {
                Status = server.Status,
                Task = null,
            }
            : server;
}
