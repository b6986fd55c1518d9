namespace TestServers.Foundation;

/// <summary>What somebody may do besides reading, as the settings write it under tokens[].may.</summary>
public static class TokenRights
{
    public const string Reserve = "reserve",
        Build = "build",
        Restore = "restore";

    public static readonly IReadOnlySet<string> All = new HashSet<string>(StringComparer.Ordinal)
    {
        Reserve,
        Build,
        Restore,
    };
}
