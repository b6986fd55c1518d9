namespace TestServers.Tests.Stage;

/// <summary>Who may do what: Apache, when it is started as root, serves as nobody, who must reach what it
/// needs.</summary>
internal static class FileModes
{
    /// <summary>A folder that everybody may pass through.</summary>
    public const UnixFileMode Reachable = (UnixFileMode)0b111_001_001;

    /// <summary>Everybody may do all.</summary>
    public const UnixFileMode Open = (UnixFileMode)0b111_111_111;
}
