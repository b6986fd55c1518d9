using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace TestServers.Foundation;

/// <summary>
/// Where a person is sent e-mail. Of all that addresses may be, what people have: nothing in it can end a line, a
/// header or a command.
/// </summary>
[JsonConverter(typeof(NameConverter<EmailAddress>))]
public sealed partial record EmailAddress : IName<EmailAddress>
{
    private EmailAddress(string text) => Text = text;

    public string Text { get; }

    /// <summary>What stands behind the @.</summary>
    public string Domain => Text[(Text.LastIndexOf('@') + 1)..];

    public static string Rule =>
        "an e-mail address such as anna@qa.example, in letters without accents, digits and signs";
    public static string Example => "anna@qa.example";

    public static EmailAddress? From(string text) => text.Length <= 254 && Allowed().IsMatch(text) ? new(text) : null;

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out EmailAddress result
    ) => Name.Try(s, out result);

    public static EmailAddress Parse(string s, IFormatProvider? provider) => Name.Make<EmailAddress>(s);

    public override string ToString() => Text;

    [GeneratedRegex(
        @"\A[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
            + @"@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\z"
    )]
    private static partial Regex Allowed();
}
