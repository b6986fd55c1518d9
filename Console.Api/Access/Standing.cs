namespace TestServers.Access;

/// <summary>What somebody is to the console now.</summary>
/// <param name="May">The rights that go with the role.</param>
public sealed record Standing(Role Role, IReadOnlySet<string> Groups, IReadOnlySet<string> May)
{
    /// <summary>The right that administrators alone have.</summary>
    public const string Administer = "administer";
    private static readonly IReadOnlySet<string> OfViewers = new HashSet<string>(StringComparer.Ordinal);
    private static readonly IReadOnlySet<string> OfAdministrators = TokenRights
        .All.Append(Administer)
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>The rights of a role.</summary>
    public static IReadOnlySet<string> RightsOf(Role role) =>
        role switch
        {
            Role.Viewer => OfViewers,
            Role.User => TokenRights.All,
            _ => OfAdministrators,
        };
}
