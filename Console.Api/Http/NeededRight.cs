namespace TestServers.Http;

/// <summary>What a caller must have for a call.</summary>
public enum Right
{
    /// <summary>Nothing, not even a name: monitoring asks so.</summary>
    Anybody,

    /// <summary>A signature that the call itself looks at; no name.</summary>
    Signature,

    /// <summary>To be known. Where the console is open, everybody on this machine is.</summary>
    View,

    /// <summary>To be a person: a token makes and ends no tokens.</summary>
    Person,

    /// <summary>The right to reserve.</summary>
    Reserve,

    /// <summary>The right to build, and to start programs on servers.</summary>
    Build,

    /// <summary>The right to restore bases.</summary>
    Restore,

    /// <summary>To be an administrator.</summary>
    Administer,
}

/// <summary>Stands at each call; one without it is refused to everybody.</summary>
public sealed record NeededRight(Right Right);
