using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TestServers.Messages;

/// <summary>What stands in the file of one person's messages.</summary>
/// <param name="Next">The id of the next one.</param>
/// <param name="Messages">Oldest first.</param>
/// <param name="Unwanted">Of what the person does not want to be told.</param>
public sealed record MessagesState(
    int Version,
    string Person,
    long Next,
    ImmutableList<Message> Messages,
    ImmutableSortedSet<MessageKind> Unwanted
) : IVersioned
{
    /// <summary>So many are kept of one person.</summary>
    public const int Most = 200;

    /// <summary>What is sent by e-mail to nobody who has not chosen it: it can wait until one looks.</summary>
    public static readonly ImmutableSortedSet<MessageKind> UsuallyUnmailed =
    [
        MessageKind.NewEnd,
        MessageKind.BuildSucceeded,
    ];

    // An older console knew of no time without a message.
    public static IReadOnlyList<Migration> Migrations { get; } = [_ => { }];

    /// <summary>Since when there is no message and nothing else was chosen; null: there is one, or nobody has looked
    /// since.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? IdleSince { get; init; }

    /// <summary>Of what the person does not want to be told by e-mail; null: they have not chosen.</summary>
    public ImmutableSortedSet<MessageKind>? Unmailed { get; init; }

    public static MessagesState Of(string person) => new(JsonFile<MessagesState>.Version, person, 1, [], []);

    [JsonIgnore]
    public int Unseen => Messages.Count(m => m.SeenAt is null);

    [JsonIgnore]
    public bool IsEmpty => Messages.IsEmpty && Unwanted.IsEmpty && Unmailed is null;

    /// <summary>With one more, whose id is the next; the oldest goes when there are too many.</summary>
    public MessagesState With(Message message)
    {
        var all = Messages.Add(message with { Id = Next });
        return this with
        {
            Next = Next + 1,
            Messages = all.RemoveRange(0, Math.Max(0, all.Count - Most)),
            IdleSince = null,
        };
    }

    /// <summary>Without those that were told before a time; the same state when nothing is other then.</summary>
    public MessagesState Without(DateTimeOffset before, DateTimeOffset now)
    {
        var left = Messages.RemoveAll(m => m.At < before);
        return left.Count == Messages.Count && (IdleSince is not null || !left.IsEmpty)
            ? this
            : this with
            {
                Messages = left,
                IdleSince = left.IsEmpty ? IdleSince ?? now : null,
            };
    }

    /// <summary>With those seen that are meant and were not; the same state when there are none.</summary>
    public MessagesState WithSeen(Func<Message, bool> isMeant, DateTimeOffset now) =>
        Messages.Any(m => m.SeenAt is null && isMeant(m))
            ? this with
            {
                Messages = [.. Messages.Select(m => m.SeenAt is null && isMeant(m) ? m with { SeenAt = now } : m)],
            }
            : this;

    public string? FindFault() =>
        string.IsNullOrEmpty(Person) ? "`person` is empty: whose messages are they?"
        : Messages.Any(m => m is null || string.IsNullOrEmpty(m.Text)) ? "one of `messages` says nothing; remove it"
        : Messages.FirstOrDefault(m => m.Id >= Next) is { } above
            ? $"`next` is {Next}, but there is a message {above.Id}: it would be given again; `next` is above every id"
        : Messages.Zip(Messages.Skip(1)).FirstOrDefault(p => p.First.Id >= p.Second.Id) is { First: { } wrong }
            ? $"message {wrong.Id} stands before one whose id is not higher; each id is there once, in their order"
        : null;
}
