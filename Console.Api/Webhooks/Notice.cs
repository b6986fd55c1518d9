namespace TestServers.Webhooks;

/// <summary>Something that programs and chat rooms are told.</summary>
/// <param name="Text">A sentence for people; its times are in UTC.</param>
/// <param name="Page">The page that shows more: what follows #/ in its address.</param>
/// <param name="Person">Whom it concerns; null: all.</param>
public sealed record Notice(
    MessageKind Event,
    string Text,
    string Page,
    DateTimeOffset At,
    string? Person = null,
    ServerName? Server = null,
    JobId? Build = null,
    JobId? Restore = null,
    BaseName? Base = null
);
