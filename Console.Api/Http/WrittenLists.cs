namespace TestServers.Http;

/// <summary>
/// Lists as they were sent last, so that one is joined again only when something in it is another thing. Nothing bounds
/// what may be asked for: when they have become too large, all are let go, and those that are polled come back.
/// </summary>
public sealed class WrittenLists
{
    private const long Most = 8 << 20;
    private readonly Dictionary<string, WrittenList> _kept = new(StringComparer.Ordinal);
    private readonly Lock _keeping = new();
    private long _size;

    /// <param name="question">What was asked for, in one form.</param>
    /// <param name="frame">The answer without its items: its last field is the empty list.</param>
    /// <param name="items">At most as many as are wanted, and one more if there are more.</param>
    /// <param name="wanted">How many are wanted; null: all.</param>
    /// <param name="cursorOf">What names an item of this index as the last of a part.</param>
    public WrittenList Of(
        string question,
        WrittenJson frame,
        IReadOnlyList<WrittenJson> items,
        int? wanted,
        Func<int, string> cursorOf
    )
    {
        var hasMore = wanted < items.Count;
        var shown = hasMore ? [.. items.Take(wanted!.Value)] : items;
        var next = hasMore ? cursorOf(shown.Count - 1) : null;
        lock (_keeping)
        {
            if (_kept.TryGetValue(question, out var known) && known.Shows(frame, shown, next))
                return known;
        }
        var made = WrittenList.Join(frame, shown, next);
        lock (_keeping)
            Keep(question, made);
        return made;
    }

    private void Keep(string question, WrittenList made)
    {
        if (_kept.Remove(question, out var before))
            _size -= before.Body.Length;
        if (_size + made.Body.Length > Most)
        {
            _kept.Clear();
            _size = 0;
        }
        _kept[question] = made;
        _size += made.Body.Length;
    }
}
