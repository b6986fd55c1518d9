using System.Text;

namespace TestServers.Apps;

/// <summary>A quoted text of Python's, from its first quote to its last.</summary>
/// <param name="prefix">The letters before the first quote: r, b, f and others.</param>
internal sealed class PythonText(string prefix, char quote)
{
    private readonly bool _raw = Has(prefix, 'r'),
        _bytes = Has(prefix, 'b'),
        _format = Has(prefix, 'f') || Has(prefix, 't');
    private int _closing,
        _field;
    private bool _brace;

    // The letters after a backslash, as long as they may have more.
    private string? _escape;

    public char Quote => quote;

    public bool Triple { get; set; }

    /// <summary>Whether the text has come to the code in the braces of an f-text.</summary>
    public bool InBraces
    {
        get
        {
            if (_brace)
                (_brace, _field) = (false, 1);
            return _field > 0;
        }
    }

    /// <summary>Goes on over a letter of the template; whether it is the last.</summary>
    public bool EndsWith(char c)
    {
        if (_escape is not null && FollowEscape(c))
            return false;
        if (c == quote)
            return !Triple || ++_closing == 3;
        _closing = 0;
        if (c == '\\')
            _escape = "";
        else if (_format)
            FollowFormat(c);
        return c == '\n' && !Triple;
    }

    /// <summary>Gives a value as it is written here, and goes on over it.</summary>
    /// <exception cref="UnwritableValue">It cannot be written.</exception>
    public string Quoted(string value)
    {
        _closing = 0;
        return _raw ? Raw(value) : Escaped(value);
    }

    private static bool Has(string prefix, char letter) => prefix.Contains(letter, StringComparison.OrdinalIgnoreCase);

    private void FollowFormat(char c)
    {
        if (_field > 0)
            _field +=
                c == '{' ? 1
                : c == '}' ? -1
                : 0;
        else if (_brace)
        {
            _brace = false;
            if (c != '{')
                _field = c == '}' ? 0 : 1;
        }
        else
            _brace = c == '{';
    }

    // False: the letter is not part of it.
    private bool FollowEscape(char c)
    {
        var escape = _escape + c;
        _escape = escape[0] switch
        {
            _ when _raw => null,
            'x' => escape.Length < 3 ? escape : null,
            'u' when !_bytes => escape.Length < 5 ? escape : null,
            'U' when !_bytes => escape.Length < 9 ? escape : null,
            'N' when !_bytes => c == '}' ? null : escape,
            >= '0' and <= '7' => escape.Length < 3 && c is >= '0' and <= '7' ? escape : null,
            _ => null,
        };
        return escape[0] is not (>= '0' and <= '7') || _raw || c is >= '0' and <= '7';
    }

    private string Raw(string value)
    {
        _escape = null;
        for (var at = 0; at < value.Length; at += SiteWriter.LengthAt(value, at))
        {
            var c = value[at];
            var last = at == value.Length - 1;
            if (
                c == quote
                || (c == '\\' && (last || value[at + 1] == quote))
                || (_format && c is '{' or '}')
                || (_bytes && c > 0x7e)
                || (!SiteWriter.IsPlain(value, at) && c != '\t')
            )
                throw new UnwritableValue(
                    $"it has {Tell(value, at)}, which a raw text (r'...') cannot hold",
                    "Leave out the r in the template."
                );
        }
        return value;
    }

    private string Escaped(string value)
    {
        // Up to three octal digits are one letter: a value's own must not go on with them.
        var digits = _escape is { Length: > 0 } && _escape[0] is >= '0' and <= '7';
        if (_escape is not null && !digits)
            throw new UnwritableValue(
                "it stands behind a backslash, which would take its first letters away",
                "Write two backslashes in the template, or none."
            );
        _escape = null;
        var text = new StringBuilder();
        for (var at = 0; at < value.Length; at += SiteWriter.LengthAt(value, at))
            text.Append(
                at == 0 && digits && value[0] is >= '0' and <= '7' ? SiteWriter.NumberOf(value, 0) : Escape(value, at)
            );
        return text.ToString();
    }

    private string Escape(string value, int at) =>
        value[at] switch
        {
            '\\' => @"\\",
            '\'' => @"\'",
            '"' => "\\\"",
            '\n' => @"\n",
            '\r' => @"\r",
            '\t' => @"\t",
            '{' or '}' when _format => SiteWriter.NumberOf(value, at),
            > '\x7e' when _bytes => Bytes(value, at),
            _ => SiteWriter.IsPlain(value, at)
                ? value.Substring(at, SiteWriter.LengthAt(value, at))
                : SiteWriter.NumberOf(value, at),
        };

    private static string Bytes(string value, int at)
    {
        if (SiteWriter.LengthAt(value, at) == 1 && char.IsSurrogate(value[at]))
            throw new UnwritableValue($"it has {Tell(value, at)}, which has no bytes", "Change the value.");
        return string.Concat(
            Encoding.UTF8.GetBytes(value.Substring(at, SiteWriter.LengthAt(value, at))).Select(b => $"\\x{b:x2}")
        );
    }

    private static string Tell(string value, int at) =>
        $"{SiteWriter.Visible(value.Substring(at, SiteWriter.LengthAt(value, at)))} as its letter {at + 1}";
}
