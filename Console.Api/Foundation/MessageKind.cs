namespace TestServers.Foundation;

/// <summary>What people, and programs by webhook, are told about.</summary>
public enum MessageKind
{
    /// <summary>A server is held for one who has waited in line.</summary>
    YourTurn,

    /// <summary>A turn or a place in the line is lost.</summary>
    PlaceOver,

    /// <summary>A server that one watches is free.</summary>
    Free,

    /// <summary>A server that one waits for has another end.</summary>
    NewEnd,

    /// <summary>A reservation of one's own ends soon.</summary>
    EndsSoon,

    /// <summary>A server of one's own was taken over.</summary>
    TakenOver,

    /// <summary>Somebody asks for a server of one's own.</summary>
    Asked,

    /// <summary>A holder whom one has asked has answered.</summary>
    Answered,

    /// <summary>One was given a server.</summary>
    Given,

    /// <summary>One may build on somebody's server.</summary>
    Shared,

    /// <summary>A server that one holds, shares or waits for is out of service.</summary>
    OutOfService,

    /// <summary>It is in service again.</summary>
    BackInService,

    /// <summary>Somebody else has started, shut down or reset a server that one holds or shares.</summary>
    Power,

    /// <summary>A build of one's own has succeeded.</summary>
    BuildSucceeded,

    /// <summary>A build of one's own has failed, was interrupted, or was cancelled by somebody else.</summary>
    BuildFailed,

    /// <summary>The path that a server of one's own follows is not in its repository any more.</summary>
    PathGone,

    /// <summary>The repository that a server of one's own follows does not answer any more.</summary>
    RepositorySilent,

    /// <summary>A savepoint that one has made, or of a server of one's own, is dropped soon, or was.</summary>
    SavepointEnds,

    /// <summary>A server that one waits for could not be made.</summary>
    NotMade,

    /// <summary>A server that was made, and that one had last, is deleted soon.</summary>
    ServerGoes,

    /// <summary>A base's data are older than they should be, or nobody knows how old.</summary>
    BaseStale,

    /// <summary>A base could not be restored.</summary>
    RestoreFailed,
}
