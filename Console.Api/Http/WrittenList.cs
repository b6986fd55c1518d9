using System.Buffers;
using System.Text;

namespace TestServers.Http;

/// <summary>A list, or a part of one, as it is sent, with its ETag.</summary>
/// <param name="Frame">The answer without its items: its last field is the empty list.</param>
/// <param name="Next">Behind which item the next part begins; null: this is the last.</param>
public sealed record WrittenList(
    WrittenJson Frame,
    IReadOnlyList<WrittenJson> Items,
    string? Next,
    ReadOnlyMemory<byte> Body,
    string Tag
)
{
    /// <summary>The longest part that one may ask for.</summary>
    public const int Longest = 200;

    private static ReadOnlySpan<byte> End => "]}"u8;

    public static WrittenList Join(WrittenJson frame, IReadOnlyList<WrittenJson> items, string? next)
    {
        var frameBytes = frame.Bytes.Span;
        if (!frameBytes.EndsWith(End))
            throw new ArgumentException("Its last field is no list.", nameof(frame));
        var body = new ArrayBufferWriter<byte>(frameBytes.Length + items.Sum(i => i.Bytes.Length + 1));
        body.Write(frameBytes[..^End.Length]);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                body.Write(","u8);
            body.Write(items[i].Bytes.Span);
        }
        body.Write(End);
        return new(frame, items, next, body.WrittenMemory, TagOf(frame, items, next));
    }

    /// <summary>Whether it shows this and nothing else.</summary>
    public bool Shows(WrittenJson frame, IReadOnlyList<WrittenJson> items, string? next) =>
        Next == next && Frame.Digest.Span.SequenceEqual(frame.Digest.Span) && Items.SequenceEqual(items);

    // The header Link belongs to the answer: who has the tag has the right one.
    private static string TagOf(WrittenJson frame, IReadOnlyList<WrittenJson> items, string? next)
    {
        var digests = new ArrayBufferWriter<byte>();
        digests.Write(frame.Digest.Span);
        foreach (var item in items)
            digests.Write(item.Digest.Span);
        digests.Write(Encoding.UTF8.GetBytes(next ?? ""));
        return Cacheable.TagOf(digests.WrittenSpan);
    }
}
