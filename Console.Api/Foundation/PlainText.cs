using System.Globalization;
using System.Text;

namespace TestServers.Foundation;

/// <summary>
/// Text for people: a purpose, a reason, a name one gives oneself. What cannot be seen is refused, as it makes a text
/// another one than it looks: letters of every script and emoji of one sign are fine, their sequences with invisible
/// joiners are not.
/// </summary>
public static class PlainText
{
    // Seen by nobody although Unicode counts them among letters, marks and symbols.
    private static readonly (int First, int Last)[] Invisible =
    [
        (0x034F, 0x034F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x2065, 0x2065),
        (0x2800, 0x2800),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0D),
        (0xFFA0, 0xFFA0),
        (0xFFF0, 0xFFF8),
        (0xFFFC, 0xFFFD),
        (0x13441, 0x13442),
        (0x1D159, 0x1D159),
        (0xE0000, 0xE0FFF),
    ];

    /// <summary>Trims it and checks that it is there, not too long and free of what cannot be seen.</summary>
    /// <exception cref="Problem">400, naming the field.</exception>
    public static string Check(string? text, string field, int longest)
    {
        var trimmed = text?.Trim() ?? "";
        if (FirstUnseen(trimmed) is { } unseen)
            throw Problem.BadInput(
                $"The field `{field}` holds U+{unseen:X4}, "
                    + $"{(IsControl(unseen) ? "a control character" : "which cannot be seen")}. "
                    + "Use plain text on one line."
            );
        if (!trimmed.EnumerateRunes().Any(IsInk))
            throw Problem.BadInput(
                $"The field `{field}` is missing: give a few words that tell your team mates what it is for."
            );
        if (trimmed.Length > longest)
            throw Problem.BadInput($"The field `{field}` has {trimmed.Length} characters; {longest} are allowed.");
        return trimmed;
    }

    /// <summary>Whether a reader sees it, or at least its place.</summary>
    public static bool IsVisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.Surrogate
            )
        && !Invisible.Any(r => rune.Value >= r.First && rune.Value <= r.Last);

    private static bool IsControl(int code) => code <= char.MaxValue && char.IsControl((char)code);

    /// <summary>The first character that nobody sees; null: there is none.</summary>
    public static int? FirstUnseen(string text)
    {
        for (var at = 0; at < text.Length; )
        {
            if (!Rune.TryGetRuneAt(text, at, out var rune))
                return text[at];
            if (!IsVisible(rune))
                return rune.Value;
            at += rune.Utf16SequenceLength;
        }
        return null;
    }

    // Blanks, and marks that have nothing to stand on, show nothing.
    private static bool IsInk(Rune rune) =>
        Rune.IsLetterOrDigit(rune) || Rune.IsPunctuation(rune) || Rune.IsSymbol(rune) || Rune.IsNumber(rune);
}
