using TestServers.Settings;

namespace TestServers.Access;

/// <summary>What somebody is to the console now.</summary>
/// <param name="May">The rights that go with the role.</param>
public sealed record Standing(Role Role, IReadOnlySet<string> Groups, IReadOnlySet<string> May)
{
    private static readonly IReadOnlySet<string> Nothing = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>The rights of a role.</summary>
    public static IReadOnlySet<string> RightsOf(Role role) => role == Role.Viewer ? Nothing : TokenRights.All;
}
