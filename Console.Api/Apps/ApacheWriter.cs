using System.Text;

namespace TestServers.Apps;

/// <summary>
/// Apache's settings. Within quotes most values can be written; there is no way to write a control character, and
/// none to write ${...}, which Apache replaces everywhere. Outside of quotes a value has no blanks, quotes or
/// backslashes.
/// </summary>
internal sealed class ApacheWriter : SiteWriter
{
    private enum Place
    {
        Start,
        Comment,
        Name,
        Gap,
        Word,
        Quotes,
    }

    private readonly StringBuilder _line = new();
    private Place _place = Place.Start;
    private ApacheDirective _directive = ApacheDirective.Of("");
    private ApacheArgument _argument = new(ApacheDirective.Of(""));
    private char _quote,
        _last;
    private bool _lastIsValue,
        _backslash,
        _variable;

    protected override char Quote => '"';

    protected override void EnsureQuotesMayBegin()
    {
        if (_place != Place.Gap && !MayBeginInWord())
            throw new UnwritableValue(
                "{{quoted ...}} brings quotes of its own, and stands in quotes, in a comment or beside a word",
                "Write it in the place of a whole argument; within quotes the value alone is enough."
            );
    }

    protected override void Follow(char c)
    {
        if (
            _lastIsValue
            && c == '{'
            && (_last == '$' || (_last == '%' && _directive.Expands))
            && _place != Place.Comment
        )
            throw new UnwritableValue(
                $"it ends with {_last} before a brace, and Apache would replace what is in the braces",
                "Change the value or the template."
            );
        if (c is '\n' or '\r')
            FollowLineEnd(c);
        else
            FollowLetter(c);
        if (c != '\r')
            (_last, _lastIsValue) = (c, false);
    }

    // A backslash at a line's end joins it with the next one: the template's own may, a value's may not.
    private void FollowLineEnd(char c)
    {
        if (_last == '\\' && _lastIsValue)
        {
            Separate();
            _last = ' ';
        }
        if (c == '\r')
            return;
        _backslash = false;
        if (_last == '\\')
        {
            _argument.Join();
            return;
        }
        (_place, _variable) = (Place.Start, false);
        _line.Clear();
    }

    private void FollowLetter(char c)
    {
        if (_place != Place.Comment)
            _line.Append(c);
        _variable = c != '}' && (_variable || (c == '{' && _last == '$'));
        var blank = c is ' ' or '\t';
        if (_place == Place.Gap)
            _argument = new(_directive);
        FollowPlace(c, blank);
        if (_place is Place.Word or Place.Quotes)
            _argument.Follow(c);
    }

    private void FollowPlace(char c, bool blank)
    {
        switch (_place)
        {
            case Place.Start when c == '#':
                _place = Place.Comment;
                break;
            case Place.Start when !blank:
                _place = Place.Name;
                break;
            case Place.Name when blank:
                BeginArguments();
                break;
            case Place.Gap when c is '"' or '\'':
                (_place, _quote, _backslash) = (Place.Quotes, c, false);
                break;
            case Place.Gap when !blank:
                _place = Place.Word;
                break;
            case Place.Word when blank:
                _place = Place.Gap;
                break;
            case Place.Word when c is '"' or '\'' && MayBeginInWord():
                (_place, _quote, _backslash) = (Place.Quotes, c, false);
                break;
            case Place.Quotes when _backslash:
                _backslash = false;
                break;
            case Place.Quotes when c == '\\':
                _backslash = true;
                break;
            case Place.Quotes when c == _quote:
                _place = Place.Gap;
                break;
            default:
                break;
        }
    }

    private void BeginArguments() => (_place, _directive) = (Place.Gap, ApacheDirective.Of(_line.ToString()));

    private bool MayBeginInWord() => _place == Place.Word && _last == '=' && _directive.QuotesAfterEquals;

    protected override string Quoted(string value)
    {
        var text = _place switch
        {
            Place.Comment => Visible(value),
            Place.Quotes => InQuotes(value),
            _ => Bare(value),
        };
        (_last, _lastIsValue) = (text[^1], true);
        return text;
    }

    private string InQuotes(string value)
    {
        EnsureWritable(value, _directive.InQuotes);
        _argument.FollowValue(value);
        var text = new StringBuilder();
        // The template's own backslash stays one when it is two.
        if (_backslash)
            text.Append('\\');
        _backslash = false;
        foreach (var c in _directive.Escape(value))
            text.Append(c == _quote || c == '\\' ? "\\" : "").Append(c);
        return text.ToString();
    }

    private string Bare(string value)
    {
        EnsureWritable(value, _place is Place.Start or Place.Name ? ApacheDirective.InNames : _directive.InWords);
        if (_place == Place.Start)
            _place = Place.Name;
        if (_place == Place.Gap)
            (_place, _argument) = (Place.Word, new(_directive));
        if (_place == Place.Word)
            _argument.FollowValue(value);
        _line.Append(value);
        return _directive.Escape(value);
    }

    private void EnsureWritable(string value, Func<char, bool> allowed)
    {
        var line = _place == Place.Quotes ? _line.ToString().TrimEnd(_quote) : _line.ToString();
        var (why, remedy) = new ApacheValue(value, _directive, _last).TroubleWith(
            _variable ? ApacheDirective.InNames : allowed,
            line
        );
        if (why is null)
            return;
        if (_place is Place.Gap or Place.Word && _directive.InQuotes(value))
            remedy = "Put double quotes around the whole argument in the template; three braces write it as it is.";
        throw new UnwritableValue("it " + why, remedy);
    }
}
