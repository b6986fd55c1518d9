using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace TestServers.Settings;

/// <summary>
/// The kind of an app's site: a folder of the program on the servers, which says how its files are checked and loaded
/// and which logs tell why it answers with an error. A server's owner may have more kinds than those known here.
/// </summary>
[JsonConverter(typeof(NameConverter<SiteKind>))]
public sealed partial record SiteKind : IName<SiteKind>
{
    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal)
    {
        ["django-apache"] = TemplateFile.Names,
        ["static"] = ["apache.conf"],
        ["gunicorn-nginx"] = ["nginx.conf"],
    };

    private SiteKind(string text) => Text = text;

    /// <summary>The kind of an app that names none: Django behind Apache with mod_wsgi.</summary>
    public static SiteKind Usual { get; } = new("django-apache");

    public string Text { get; }
    public static string Rule => "1 to 32 small letters, digits or dashes, the first a letter";
    public static string Example => "django-apache";

    /// <summary>The files that must be among an app's templates; none for a kind that only servers know.</summary>
    internal IReadOnlyList<string> Files => Known.GetValueOrDefault(Text) ?? [];

    /// <summary>Whether Apache alone serves it, and its error log says why it answers with an error.</summary>
    internal bool IsApaches => Text is "django-apache" or "static";

    public static SiteKind? From(string text) => Allowed().IsMatch(text) ? new(text) : null;

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out SiteKind result
    ) => Name.Try(s, out result);

    public static SiteKind Parse(string s, IFormatProvider? provider) => Name.Make<SiteKind>(s);

    public override string ToString() => Text;

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,31}\z")]
    private static partial Regex Allowed();
}
