namespace TestServers.Reservations;

/// <summary>What a person is to be told.</summary>
public enum ConcernKind
{
    /// <summary>It is their turn: the server is held for them until a time.</summary>
    YourTurn,

    /// <summary>They have lost their turn or their place, as its time was over.</summary>
    PlaceOver,

    /// <summary>A server that they watch is free.</summary>
    Free,

    /// <summary>A server that they wait for has another end.</summary>
    NewEnd,

    /// <summary>Their reservation ends in a while.</summary>
    EndsSoon,

    /// <summary>Somebody has taken their server over.</summary>
    TakenOver,

    /// <summary>Somebody asks them to release it.</summary>
    Asked,

    /// <summary>The holder whom they asked has answered.</summary>
    Answered,

    /// <summary>Somebody has given them a server.</summary>
    Given,

    /// <summary>Somebody lets them build on a server.</summary>
    Shared,

    /// <summary>A server that they hold, share or wait for was put out of service.</summary>
    OutOfService,

    /// <summary>It is in service again.</summary>
    BackInService,

    /// <summary>The path that their server follows is not in its repository any more.</summary>
    PathGone,

    /// <summary>The repository that their server follows does not answer any more.</summary>
    RepositorySilent,

    /// <summary>A savepoint that they made, or of a server that they hold, is dropped soon, or was.</summary>
    SavepointEnds,

    /// <summary>The same, as its server has more of them than it may have by now.</summary>
    SavepointTooMany,

    /// <summary>A server for an app that they wait for could not be made.</summary>
    NotMade,

    /// <summary>A server that was made, and that they had last, is deleted soon.</summary>
    ServerGoes,

    /// <summary>Somebody else has started, shut down or reset a server that they hold or share.</summary>
    Power,
}

/// <summary>Something that a person is to be told once; written in the act that it tells of.</summary>
/// <param name="Id">Rises with every one and is never used again.</param>
/// <param name="Server">Null: any server.</param>
/// <param name="Number">The reservation that it is about; null: none.</param>
/// <param name="By">Who did it; null: the clock.</param>
/// <param name="Text">What they wrote.</param>
/// <param name="Until">The time that it is about: the end of a turn, of a reservation, or of being out of
/// service.</param>
/// <param name="Minutes">How long before its end a reservation's end is told.</param>
public sealed record Concern(
    long Id,
    ConcernKind Kind,
    string Person,
    ServerName? Server,
    DateTimeOffset At,
    long? Number = null,
    string? By = null,
    string? Text = null,
    DateTimeOffset? Until = null,
    int? Minutes = null
);
