using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace TestServers.Foundation;

/// <summary>
/// From which bases databases are to be made, as an address says it: default:shop_small,reports:reports.
/// </summary>
[JsonConverter(typeof(NameConverter<BaseChoice>))]
public sealed record BaseChoice : IName<BaseChoice>
{
    private BaseChoice(string text, ImmutableSortedDictionary<DatabaseName, BaseName> bases) =>
        (Text, Bases) = (text, bases);

    public string Text { get; }

    /// <summary>The base of each database that is named.</summary>
    public ImmutableSortedDictionary<DatabaseName, BaseName> Bases { get; }
    public static string Rule => "one or more of DATABASE:BASE, each database once, with commas between them";
    public static string Example => "default:shop_small";

    public static BaseChoice? From(string text)
    {
        var bases = ImmutableSortedDictionary.CreateBuilder<DatabaseName, BaseName>();
        foreach (var one in text.Split(','))
        {
            if (
                one.Split(':') is not [var name, var @base]
                || DatabaseName.From(name) is not { } database
                || BaseName.From(@base) is not { } wanted
                || !bases.TryAdd(database, wanted)
            )
                return null;
        }
        return new(text, bases.ToImmutable());
    }

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out BaseChoice result
    ) => Name.Try(s, out result);

    public static BaseChoice Parse(string s, IFormatProvider? provider) => Name.Make<BaseChoice>(s);

    public bool Equals(BaseChoice? other) => Text == other?.Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}
