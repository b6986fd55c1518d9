using System.Text;
using System.Text.RegularExpressions;

namespace TestServers.Apps;

/// <summary>
/// Python. Within quotes every value can be written, except in raw texts and in the braces of f-texts, where there
/// is no way to write some letters. Outside of quotes a value may only be a number, True, False, None or a name.
/// </summary>
internal sealed partial class PythonWriter : SiteWriter
{
    private enum Place
    {
        Code,
        Comment,
        Opening,
        Empty,
        Text,
    }

    private const string Cookie = "coding";
    private static readonly string[] Keywords = (
        "and as assert async await break class continue def del elif else except finally for from global if "
        + "import in is lambda nonlocal not or pass raise return try while with yield"
    ).Split(' ');

    private Place _place = Place.Code;
    private PythonText _quotes = new("", '\'');

    // In code the beginning of the name that ends here, and whether a value is part of it; in a comment its last
    // letters, and how far the last of a value's letters is back.
    private string _word = "";
    private bool _valueInWord;
    private int _sinceValue;
    private bool _return;

    protected override char Quote => '\'';

    protected override void EnsureQuotesMayBegin()
    {
        if (_place is not (Place.Code or Place.Empty) || _word.Length > 0)
            throw new UnwritableValue(
                "{{quoted ...}} brings quotes of its own, and stands in quotes, in a comment or beside a name",
                "Write it in the place of a whole Python text; within quotes the value alone is enough."
            );
    }

    // To Python a carriage return is a line's end, and with the line feed after it one and the same.
    protected override void Follow(char c)
    {
        var goesOn = c == '\n' && _return;
        _return = c == '\r';
        if (!goesOn)
            FollowLetter(_return ? '\n' : c);
    }

    private void FollowLetter(char c)
    {
        switch (_place)
        {
            case Place.Code:
                FollowCode(c);
                break;
            case Place.Comment:
                FollowComment(c, isValue: false);
                break;
            case Place.Opening when c == _quotes.Quote:
                _place = Place.Empty;
                break;
            case Place.Opening:
                BeginText(triple: false);
                FollowText(c);
                break;
            case Place.Empty when c == _quotes.Quote:
                BeginText(triple: true);
                break;
            case Place.Empty:
                BeginCode();
                FollowCode(c);
                break;
            default:
                FollowText(c);
                break;
        }
    }

    private void BeginCode() => (_place, _word, _valueInWord) = (Place.Code, "", false);

    private void BeginText(bool triple)
    {
        _place = Place.Text;
        _quotes.Triple = triple;
    }

    private void FollowText(char c)
    {
        if (_quotes.EndsWith(c))
            BeginCode();
    }

    private void FollowCode(char c)
    {
        if (c == '#')
            (_place, _word, _sinceValue) = (Place.Comment, "", Cookie.Length);
        else if (c is '\'' or '"')
        {
            if (_valueInWord)
                throw new UnwritableValue(
                    "it stands directly before a quote, which would give it a meaning",
                    "Put a blank or quotes between them in the template."
                );
            (_quotes, _place) = (new(Prefix().IsMatch(_word) ? _word : "", c), Place.Opening);
        }
        else if (char.IsLetterOrDigit(c) || c == '_')
            _word = _word.Length < Cookie.Length ? _word + c : _word;
        else
            (_word, _valueInWord) = ("", false);
    }

    // A comment in the first lines that names a coding changes how the file is read: a value has no part in that.
    // Gives whether the letter has to be kept apart.
    private bool FollowComment(char c, bool isValue)
    {
        if (c is '\n' or '\r')
        {
            BeginCode();
            return false;
        }
        var apart = c is ':' or '=' && _word == Cookie && (isValue || _sinceValue < Cookie.Length);
        if (apart && !isValue)
            Separate();
        _word = (_word.Length < Cookie.Length ? _word : _word[1..]) + c;
        _sinceValue = isValue ? 0 : _sinceValue + 1;
        return apart;
    }

    protected override string Quoted(string value)
    {
        _return = false;
        if (_place == Place.Opening)
            BeginText(triple: false);
        if (_place == Place.Empty)
            BeginCode();
        return _place == Place.Comment ? InComment(Visible(value))
            : _place == Place.Code || _quotes.InBraces ? Bare(value)
            : _quotes.Quoted(value);
    }

    private string InComment(string value)
    {
        var text = new StringBuilder();
        foreach (var c in value)
            text.Append(FollowComment(c, isValue: true) ? " " : "").Append(c);
        return text.ToString();
    }

    private string Bare(string value)
    {
        var goesOn = _place == Place.Code && _word.Length > 0;
        if (
            !Number().IsMatch(value)
            && !(Name().IsMatch(goesOn ? _word + value : value) && !value.Split('.').Any(Keywords.Contains))
        )
            throw new UnwritableValue(
                "it stands outside of quotes, where only a number or a name can",
                "Put quotes around it in the template, or write {{quoted NAME}}; three braces write it as it is."
            );
        if (_place == Place.Code)
            (_word, _valueInWord) = (_word + value, true);
        return value;
    }

    [GeneratedRegex(
        @"\A([rubft]|br|rb|fr|rf|tr|rt)\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Prefix();

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Number();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}
