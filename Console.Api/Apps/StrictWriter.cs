using System.Globalization;
using System.Text;

namespace TestServers.Apps;

/// <summary>
/// A file in any other language: .env, a shell's, nginx's, an .ini, a crontab, a unit. Nothing is escaped, as each
/// would have its own way: a value has letters, digits and <c>_./:@,+=-</c>, which mean themselves in all of them, and
/// within quotes blanks and <c>~</c>, too. Whatever else it has is refused, where the file does not write it as it is.
/// In a comment, a line that begins with #, those letters are told by their numbers.
/// </summary>
internal sealed class StrictWriter : SiteWriter
{
    private const string Plain = "_./:@,+=-";

    // What a quote stands behind where it begins a quoted text in all languages.
    private const string BeforeQuotes = " \t=:,([{";

    // What gives the letters behind it a meaning.
    private const string Giving = "$%\\&*!`";
    private bool _comment,
        _begun,
        _firstWord = true,
        _variable,
        _backslash;
    private char _quote,
        _last = '\n';
    private bool _lastIsValue;

    protected override char Quote => '"';

    protected override void EnsureQuotesMayBegin()
    {
        if (_comment || _quote != '\0' || !BeforeQuotes.Contains(_last, StringComparison.Ordinal))
            throw new UnwritableValue(
                "{{quoted ...}} brings quotes of its own, and stands in quotes, in a comment or beside a word",
                "Write it behind a blank or an equals sign; within quotes the value alone is enough."
            );
    }

    protected override void Follow(char c)
    {
        if (c is '\n' or '\r')
            (_comment, _begun, _firstWord, _quote, _variable, _backslash) = (false, false, true, '\0', false, false);
        else if (!_comment)
            FollowLetter(c);
        (_last, _lastIsValue) = (c, false);
    }

    // Quotes end with their line here: where a language has longer ones, values have fewer letters than they might.
    private void FollowLetter(char c)
    {
        var blank = c is ' ' or '\t';
        _variable = c is not ('}' or ')') && (_variable || (c is '{' or '(' && _last is '$' or '%'));
        if (!_begun && c == '#')
            _comment = true;
        else if (_quote != '\0')
        {
            if (c == _quote && !_backslash)
                _quote = '\0';
            _backslash = c == '\\' && !_backslash;
        }
        else if (c is '"' or '\'' && !_lastIsValue && BeforeQuotes.Contains(_last, StringComparison.Ordinal))
            (_quote, _backslash) = (c, false);
        _firstWord &= !_begun || !(blank || c == '=');
        _begun |= !blank;
    }

    protected override string Quoted(string value)
    {
        var text = _comment ? InComment(value) : Checked(value);
        (_begun, _last, _lastIsValue) = (true, text[^1], true);
        return text;
    }

    // Also within what only looks like a comment it has no effect.
    private static string InComment(string value)
    {
        var text = new StringBuilder();
        for (var at = 0; at < value.Length; at += LengthAt(value, at))
            text.Append(
                value[at] is ' ' or '~' || IsPlainText(value, at)
                    ? value.AsSpan(at, LengthAt(value, at))
                    : NumberOf(value, at)
            );
        return text.ToString();
    }

    private string Checked(string value)
    {
        if (!_lastIsValue && Giving.Contains(_last, StringComparison.Ordinal))
            throw Refused($"stands behind a {_last}, which would give it a meaning");
        var isName = _variable || (_quote == '\0' && _firstWord);
        for (var at = 0; at < value.Length; at += LengthAt(value, at))
        {
            if (isName ? !char.IsAsciiLetterOrDigit(value[at]) && value[at] != '_' : !MayHave(value, at))
                throw Refused(
                    $"has {Visible(value.Substring(at, LengthAt(value, at)))} as its letter {at + 1}, which may have a "
                        + "meaning there"
                );
        }
        if (value[0] == '-' && _last is ' ' or '\t' && _quote == '\0')
            throw Refused("begins with a dash, and may be taken for an option");
        return value;
    }

    private bool MayHave(string value, int at) => IsPlainText(value, at) || (_quote != '\0' && value[at] is ' ' or '~');

    private static bool IsPlainText(string value, int at) =>
        value[at] <= 0x7f
            ? char.IsAsciiLetterOrDigit(value[at]) || Plain.Contains(value[at], StringComparison.Ordinal)
            : CharUnicodeInfo.GetUnicodeCategory(value, at)
                is UnicodeCategory.UppercaseLetter
                    or UnicodeCategory.LowercaseLetter
                    or UnicodeCategory.TitlecaseLetter
                    or UnicodeCategory.ModifierLetter
                    or UnicodeCategory.OtherLetter
                    or UnicodeCategory.DecimalDigitNumber
                    or UnicodeCategory.NonSpacingMark
                    or UnicodeCategory.SpacingCombiningMark;

    private static UnwritableValue Refused(string why) =>
        new(
            "it " + why,
            "Put double quotes around it in the template, where it may have blanks, or change the value; "
                + "three braces in the template write it as it is."
        );
}
