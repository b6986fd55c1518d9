using System.Globalization;
using System.Text.RegularExpressions;

namespace TestServers.Apps;

/// <summary>
/// What a directive of Apache's makes of its arguments, beyond quotes: some hold patterns, programs or formats.
/// </summary>
internal sealed partial class ApacheDirective
{
    private enum Kind
    {
        Other,
        Literal,
        Format,
        Pattern,
    }

    private static readonly string[] Literals =
    
        ("setenv servername serveralias serveradmin documentroot adddefaultcharset wsgipythonpath "
            + "wsgipythonhome").Split(' ');

    private static readonly string[] Formats = ["header", "requestheader", "logformat", "errorlogformat"];

    // Regular expressions, expressions, wildcards, what may name a program or another file of settings, and what is
    // put into other lines.
    private static readonly string[] Patterns =
    
        ("if elseif require directory files location proxy setenvif setenvifnocase setenvifexpr browsermatch "
            + "browsermatchnocase substitute sslrequire include includeoptional loadmodule loadfile errorlog "
            + "customlog transferlog globallog extfilterdefine filterprovider define").Split(' ');

    private readonly Kind _kind;

    private ApacheDirective(string name, Kind kind) => (_kind, QuotesAfterEquals) = (kind, name == "wsgidaemonprocess");

    /// <summary>The directive that a line begins with.</summary>
    public static ApacheDirective Of(string line)
    {
        var name = line.Trim().TrimStart('<').ToLowerInvariant();
        var pattern =
            Patterns.Contains(name)
            || name.StartsWith("rewrite", StringComparison.Ordinal)
            || name.EndsWith("match", StringComparison.Ordinal);
        return new(
            name,
            pattern ? Kind.Pattern
                : Formats.Contains(name) ? Kind.Format
                : Literals.Contains(name) ? Kind.Literal
                : Kind.Other
        );
    }

    /// <summary>Whether it reads name="a text" as a quoted text.</summary>
    public bool QuotesAfterEquals { get; }

    /// <summary>Whether %{...} and $1 may have a meaning in its arguments.</summary>
    public bool Expands => _kind is Kind.Other or Kind.Pattern;

    /// <summary>What a value may have within quotes.</summary>
    public bool InQuotes(char c) => _kind != Kind.Pattern || InPatterns(c) || c == ' ';

    /// <summary>Whether quotes would do for a value.</summary>
    public bool InQuotes(string value) => value.All(InQuotes) && value.All(c => c >= ' ');

    /// <summary>What a value may have outside of quotes.</summary>
    public bool InWords(char c) =>
        InPatterns(c) || (_kind != Kind.Pattern && "!&()*;?[]^`{|}#%$".Contains(c, StringComparison.Ordinal));

    /// <summary>What may stand in a name.</summary>
    public static bool InNames(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private static bool InPatterns(char c) =>
        c > 0x7f
            ? char.IsLetterOrDigit(c)
                || char.IsSurrogate(c)
                || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            : char.IsAsciiLetterOrDigit(c) || "_./:@,+=~-".Contains(c, StringComparison.Ordinal);

    /// <summary>
    /// Why a value cannot stand behind <paramref name="line"/>, whose last letter is <paramref name="last"/>.
    /// </summary>
    public string? RefusalOf(string value, string line, char last) =>
        _kind != Kind.Format ? null
        : last == '%' ? "stands behind a %, which would give it a meaning"
        : value.StartsWith("expr=", StringComparison.OrdinalIgnoreCase) && line.EndsWith(' ')
            ? "begins with expr=, which Apache reads as an expression here"
        : Edit().IsMatch(line)
            ? value.All(InPatterns) ? null
                : "stands in a regular expression, where it may have letters, digits and _./:@,+=~- alone"
        : null;

    /// <summary>A value in the directive's own language, before quotes.</summary>
    public string Escape(string value) =>
        _kind != Kind.Format
            ? value
            : value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", "%%", StringComparison.Ordinal);

    [GeneratedRegex(
        @"\A\s*(request)?header\s+(always\s+|onsuccess\s+)?edit",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Edit();
}
