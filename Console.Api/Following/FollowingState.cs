using System.Collections.Immutable;

namespace TestServers.Following;

/// <summary>What stands in following.json.</summary>
/// <param name="Servers">Every server that follows a path; the key is the server.</param>
public sealed record FollowingState(int Version, ImmutableSortedDictionary<string, Followed> Servers) : IVersioned
{
    public static FollowingState Empty { get; } =
        new(
            JsonFile<FollowingState>.Version,
            ImmutableSortedDictionary.Create<string, Followed>(StringComparer.Ordinal)
        );

    public string? FindFault()
    {
        foreach (var (key, followed) in Servers)
        {
            if (followed is null || followed.Server.Text != key)
                return $"what stands under `{key}` is null, or another server's; remove it";
            if (followed.By.Length == 0 || followed.Number < 1)
                return $"{key} follows a path in nobody's name, or under no reservation; remove it";
        }
        return null;
    }

    /// <summary>What a server follows, whether or not its reservation still holds.</summary>
    public Followed? On(ServerName server) => Servers.GetValueOrDefault(server.Text);

    /// <summary>With a server that follows a path.</summary>
    public FollowingState With(Followed followed) =>
        this with
        {
            Servers = Servers.SetItem(followed.Server.Text, followed),
        };

    /// <summary>With a server that follows none.</summary>
    public FollowingState Without(ServerName server) => this with { Servers = Servers.Remove(server.Text) };

    /// <summary>With people as they are called now; the same state when nobody is called otherwise.</summary>
    public FollowingState WithNames(Func<string, string> nameOf) =>
        Servers
            .Values.Where(f => nameOf(f.By) != f.By)
            .Aggregate(this, (state, f) => state.With(f with { By = nameOf(f.By) }));
}
