namespace TestServers.Reservations;

/// <summary>What a holder answers to who asks for the server.</summary>
public enum AskAnswer
{
    /// <summary>They release it.</summary>
    Release,

    /// <summary>They have it until a time.</summary>
    Until,

    /// <summary>They still need it.</summary>
    Keep,
}

/// <summary>Somebody asks a holder to release a server.</summary>
/// <param name="Text">Why, in their words; null: they say nothing.</param>
/// <param name="Answer">Null: there is none yet.</param>
public sealed record ReleaseAsk(
    string Person,
    string? Text,
    DateTimeOffset At,
    AskAnswer? Answer = null,
    DateTimeOffset? AnsweredAt = null
);
