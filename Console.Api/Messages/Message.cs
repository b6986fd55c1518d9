namespace TestServers.Messages;

/// <summary>Something that one person was told.</summary>
/// <param name="Id">Rises with each of this person's, and is never used again.</param>
/// <param name="Text">A sentence for people; its times are in UTC.</param>
/// <param name="Server">Null: it is about none.</param>
/// <param name="Build">Null: it is about none.</param>
/// <param name="Restore">Null: it is about none.</param>
/// <param name="Base">Null: it is about none.</param>
/// <param name="Number">The reservation that it is about; null: none.</param>
/// <param name="SeenAt">When the person has said that they have seen it; null: not yet.</param>
public sealed record Message(
    long Id,
    MessageKind Kind,
    string Text,
    DateTimeOffset At,
    ServerName? Server = null,
    JobId? Build = null,
    long? Number = null,
    DateTimeOffset? SeenAt = null,
    JobId? Restore = null,
    BaseName? Base = null
);

/// <summary>Messages of one person.</summary>
/// <param name="Unseen">How many they have not seen yet, of all that they have.</param>
/// <param name="Messages">Newest first.</param>
public sealed record MessageList(int Unseen, IReadOnlyList<Message> Messages);
