using System.Globalization;
using System.Text.RegularExpressions;

namespace TestServers.Apps;

/// <summary>
/// What a directive of Apache's makes of its arguments, beyond quotes: some hold patterns, programs or formats. One
/// that is not known here may hold any of them, so a value in it has few letters.
/// </summary>
internal sealed partial class ApacheDirective
{
    // A pattern: regular expressions, expressions, wildcards, what may name a program or another file of settings,
    // what is put into other lines, and whatever is not known.
    private enum Kind
    {
        Pattern,
        Literal,
        Format,
        Ordinary,
    }

    private static readonly string[] Literals = (
        "setenv passenv unsetenv servername serveralias serveradmin documentroot adddefaultcharset wsgipythonpath "
        + "wsgipythonhome"
    ).Split(' ');

    private static readonly string[] Formats = ["header", "requestheader", "logformat", "errorlogformat"];

    // Texts, addresses and paths, in which %{...} and $1 may have a meaning.
    private static readonly string[] Ordinaries = (
        "alias scriptalias redirect redirectpermanent redirecttemp errordocument authname authtype authuserfile "
        + "authgroupfile virtualhost listen addtype addcharset addlanguage addencoding forcetype directoryindex "
        + "fallbackresource timeout keepalivetimeout limitrequestbody options allowoverride expiresdefault "
        + "expiresbytype proxypass proxypassreverse sslcertificatefile sslcertificatekeyfile "
        + "sslcertificatechainfile wsgidaemonprocess wsgiprocessgroup wsgiapplicationgroup wsgiscriptalias "
        + "wsgisocketprefix wsgiimportscript wsgipassauthorization wsgiscriptreloading"
    ).Split(' ');

    private static readonly string[] Programs = ["|", "exec:", "prog:", "prg:"];
    private const string Expression = "expr=";

    private readonly Kind _kind;

    private ApacheDirective(string name, Kind kind) => (_kind, QuotesAfterEquals) = (kind, name == "wsgidaemonprocess");

    /// <summary>The directive that a line begins with.</summary>
    public static ApacheDirective Of(string line)
    {
        var name = line.Trim().TrimStart('<').ToLowerInvariant();
        return new(
            name,
            Formats.Contains(name) ? Kind.Format
                : Literals.Contains(name) ? Kind.Literal
                : Ordinaries.Contains(name) ? Kind.Ordinary
                : Kind.Pattern
        );
    }

    /// <summary>Whether it reads name="a text" as a quoted text.</summary>
    public bool QuotesAfterEquals { get; }

    /// <summary>Whether %{...} and $1 may have a meaning in its arguments.</summary>
    public bool Expands => _kind is Kind.Ordinary or Kind.Pattern;

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

    /// <summary>What makes an argument that begins like this a program or an expression; null: nothing.</summary>
    public string? ActOf(string argument) =>
        _kind == Kind.Literal
            ? null
            : (_kind == Kind.Format ? [] : Programs)
                .Append(Expression)
                .FirstOrDefault(act => argument.StartsWith(act, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Why a value cannot stand behind <paramref name="line"/>, whose last letter is <paramref name="last"/>.
    /// </summary>
    public string? RefusalOf(string value, string line, char last) =>
        _kind != Kind.Format ? null
        : last == '%' ? "stands behind a %, which would give it a meaning"
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
