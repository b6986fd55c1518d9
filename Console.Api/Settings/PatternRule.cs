using System.Text.RegularExpressions;

namespace TestServers.Settings;

/// <summary>
/// Whether a regular expression of the settings can be used, and in time: one that could take for ever is refused.
/// </summary>
internal static class PatternRule
{
    /// <exception cref="WrongSetting">It cannot.</exception>
    public static void Check(string pattern, string key)
    {
        try
        {
            _ = Make(pattern);
        }
        catch (RegexParseException e)
        {
            throw WrongSetting.At(
                key,
                $"is a regular expression; this is none, as {Say(e.Error)}, "
                    + $"character {Math.Min(e.Offset + 1, pattern.Length)}"
            );
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw WrongSetting.At(
                key,
                "is a regular expression without look-around and back references, and of a size that takes no time"
            );
        }
    }

    public static Regex Make(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static string Say(RegexParseError error) =>
        error switch
        {
            RegexParseError.InsufficientClosingParentheses => "a ( is not closed",
            RegexParseError.InsufficientOpeningParentheses => "a ) closes nothing",
            RegexParseError.UnterminatedBracket => "a [ is not closed",
            RegexParseError.QuantifierAfterNothing => "a * + ? or { has nothing before it",
            RegexParseError.NestedQuantifiersNotParenthesized => "a * + ? or { follows another",
            RegexParseError.ReversedCharacterRange or RegexParseError.ReversedQuantifierRange =>
                "a range is the wrong way round",
            RegexParseError.UnescapedEndingBackslash => "it ends with a backslash",
            RegexParseError.UnrecognizedEscape => "a backslash is before a letter without a meaning",
            _ => "it is not understood",
        };
}
