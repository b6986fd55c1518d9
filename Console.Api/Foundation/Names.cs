using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace TestServers.Foundation;

/// <summary>A name from outside, checked once by making it: whoever holds one need not check again.</summary>
public interface IName<TSelf> : IParsable<TSelf>, IComparable<TSelf>
    where TSelf : IName<TSelf>
{
    /// <summary>The text, as it was given.</summary>
    string Text { get; }

    /// <summary>What a good one looks like, as the end of a sentence.</summary>
    static abstract string Rule { get; }

    /// <summary>A right one, for the API document.</summary>
    static virtual string? Example => null;

    /// <summary>Makes one of a text that keeps the rule, null of another.</summary>
    static abstract TSelf? From(string text);

    /// <summary>As their texts are ordered, byte by byte.</summary>
    int IComparable<TSelf>.CompareTo(TSelf? other) => string.CompareOrdinal(Text, other?.Text);
}

/// <summary>The name of a virtual test machine.</summary>
[JsonConverter(typeof(NameConverter<ServerName>))]
public sealed partial record ServerName : IName<ServerName>
{
    private ServerName(string text) => Text = text;

    public string Text { get; }
    public static string Rule => "1 to 32 letters, digits, dots, dashes or underscores, the first a letter or digit";
    public static string Example => "qa07";

    public static ServerName? From(string text) => Allowed().IsMatch(text) ? new(text) : null;

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out ServerName result
    ) => Name.Try(s, out result);

    public static ServerName Parse(string s, IFormatProvider? provider) => Name.Make<ServerName>(s);

    public override string ToString() => Text;

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,31}\z")]
    private static partial Regex Allowed();
}

/// <summary>A word of the settings for what a server is or has, such as "64 GB".</summary>
[JsonConverter(typeof(NameConverter<TagName>))]
public sealed partial record TagName : IName<TagName>
{
    private TagName(string text) => Text = text;

    public string Text { get; }
    public static string Rule => "1 to 32 characters that can be seen, without commas, with single blanks inside alone";
    public static string Example => "64 GB";

    public static TagName? From(string text) =>
        text.Length <= 32 && Allowed().IsMatch(text) && PlainText.FirstUnseen(text) is null ? new(text) : null;

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out TagName result
    ) => Name.Try(s, out result);

    public static TagName Parse(string s, IFormatProvider? provider) => Name.Make<TagName>(s);

    public override string ToString() => Text;

    [GeneratedRegex(@"\A[^\s,]+( [^\s,]+)*\z")]
    private static partial Regex Allowed();
}

/// <summary>The name of an app in the catalogue.</summary>
[JsonConverter(typeof(NameConverter<AppName>))]
public sealed partial record AppName : IName<AppName>
{
    private AppName(string text) => Text = text;

    public string Text { get; }
    public static string Rule => "1 to 32 small letters, digits, dashes or underscores, the first a letter";
    public static string Example => "shop";

    public static AppName? From(string text) => Allowed().IsMatch(text) ? new(text) : null;

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out AppName result
    ) => Name.Try(s, out result);

    public static AppName Parse(string s, IFormatProvider? provider) => Name.Make<AppName>(s);

    public override string ToString() => Text;

    [GeneratedRegex(@"\A[a-z][a-z0-9_-]{0,31}\z")]
    private static partial Regex Allowed();
}

/// <summary>The name of a base; 20 characters, so that PostgreSQL's 63 hold it together with a server's name.</summary>
[JsonConverter(typeof(NameConverter<BaseName>))]
public sealed partial record BaseName : IName<BaseName>
{
    private BaseName(string text) => Text = text;

    public string Text { get; }
    public static string Rule => "1 to 20 small letters, digits or underscores, the first a letter";
    public static string Example => "shop";

    public static BaseName? From(string text) => Allowed().IsMatch(text) ? new(text) : null;

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out BaseName result
    ) => Name.Try(s, out result);

    public static BaseName Parse(string s, IFormatProvider? provider) => Name.Make<BaseName>(s);

    public override string ToString() => Text;

    [GeneratedRegex(@"\A[a-z][a-z0-9_]{0,19}\z")]
    private static partial Regex Allowed();
}

/// <summary>What an app calls one of its databases; templates name it so.</summary>
[JsonConverter(typeof(NameConverter<DatabaseName>))]
public sealed partial record DatabaseName : IName<DatabaseName>
{
    private DatabaseName(string text) => Text = text;

    public string Text { get; }
    public static string Rule => "1 to 20 small letters, digits or underscores, the first a letter";
    public static string Example => "reports";

    /// <summary>That of the usual one.</summary>
    public static DatabaseName Default { get; } = new("default");

    public static DatabaseName? From(string text) => Allowed().IsMatch(text) ? new(text) : null;

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out DatabaseName result
    ) => Name.Try(s, out result);

    public static DatabaseName Parse(string s, IFormatProvider? provider) => Name.Make<DatabaseName>(s);

    public override string ToString() => Text;

    [GeneratedRegex(@"\A[a-z][a-z0-9_]{0,19}\z")]
    private static partial Regex Allowed();
}

/// <summary>The database that is a server's copy of a base.</summary>
[JsonConverter(typeof(NameConverter<CopyName>))]
public sealed partial record CopyName : IName<CopyName>
{
    private CopyName(string text) => Text = text;

    public string Text { get; }
    public static string Rule => "copy_, the name of a base, _ and the name of a server";
    public static string Example => "copy_shop_qa07";

    /// <summary>A server's copy of a base.</summary>
    public static CopyName Of(BaseName @base, ServerName server) => new($"copy_{@base}_{server}");

    /// <summary>Whose copy of that base it is; null: it is one of another base.</summary>
    public ServerName? ServerOf(BaseName @base) =>
        Text.StartsWith($"copy_{@base}_", StringComparison.Ordinal)
            ? ServerName.From(Text[$"copy_{@base}_".Length..])
            : null;

    /// <summary>What it is a server's copy of; null: it is another server's.</summary>
    public BaseName? BaseOf(ServerName server) =>
        Text.EndsWith($"_{server}", StringComparison.Ordinal) && Text.Length > "copy_".Length + server.Text.Length + 1
            ? BaseName.From(Text["copy_".Length..^(server.Text.Length + 1)])
            : null;

    public static CopyName? From(string text) => Allowed().IsMatch(text) ? new(text) : null;

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out CopyName result
    ) => Name.Try(s, out result);

    public static CopyName Parse(string s, IFormatProvider? provider) => Name.Make<CopyName>(s);

    public override string ToString() => Text;

    [GeneratedRegex(@"\Acopy_[a-z][a-z0-9_]{0,19}_[A-Za-z0-9][A-Za-z0-9._-]{0,31}\z")]
    private static partial Regex Allowed();
}

/// <summary>A Subversion revision number or a Git commit.</summary>
[JsonConverter(typeof(NameConverter<Revision>))]
public sealed partial record Revision : IName<Revision>
{
    private Revision(string text) => Text = text;

    public string Text { get; }

    /// <summary>As it is said in sentences: of a whole hash its beginning.</summary>
    public string Brief => Text.Length == 40 ? Text[..12] : Text;
    public static string Rule => "a revision number, or 7 to 40 hexadecimal digits";
    public static string Example => "1234";

    public static Revision? From(string text) => Allowed().IsMatch(text) ? new(text) : null;

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out Revision result
    ) => Name.Try(s, out result);

    public static Revision Parse(string s, IFormatProvider? provider) => Name.Make<Revision>(s);

    public override string ToString() => Text;

    [GeneratedRegex(@"\A([0-9]{1,10}|[0-9a-f]{7,40})\z")]
    private static partial Regex Allowed();
}

/// <summary>The number of a build or restore.</summary>
[JsonConverter(typeof(NameConverter<JobId>))]
public sealed partial record JobId : IName<JobId>
{
    private JobId(string text) => Text = text;

    public string Text { get; }
    public static string Rule => "a number";
    public static string Example => "17";

    /// <summary>The number itself, rising with each build and restore.</summary>
    public long Number => long.Parse(Text);

    // By the number: 10 comes behind 9.
    int IComparable<JobId>.CompareTo(JobId? other) => Number.CompareTo(other?.Number ?? 0);

    public static JobId Of(long number) => new(number.ToString());

    public static JobId? From(string text) => Allowed().IsMatch(text) ? new(text) : null;

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out JobId result
    ) => Name.Try(s, out result);

    public static JobId Parse(string s, IFormatProvider? provider) => Name.Make<JobId>(s);

    public override string ToString() => Text;

    [GeneratedRegex(@"\A[1-9][0-9]{0,14}\z")]
    private static partial Regex Allowed();
}

internal static class Name
{
    public static bool Try<T>(string? s, [MaybeNullWhen(false)] out T result)
        where T : class, IName<T>
    {
        result = s is null ? null : T.From(s);
        return result is not null;
    }

    public static T Make<T>(string s)
        where T : class, IName<T> => T.From(s) ?? throw new FormatException($"It must be {T.Rule}.");
}

/// <summary>Names in JSON are strings, also as keys.</summary>
public sealed class NameConverter<T> : JsonConverter<T>
    where T : class, IName<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text =
            reader.TokenType == JsonTokenType.String
                ? reader.GetString()!
                : throw new JsonException($"It must be a string: {T.Rule}.");
        return T.From(text) ?? throw new JsonException($"It must be {T.Rule}.");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Text);

    public override T ReadAsPropertyName(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    ) => T.From(reader.GetString()!) ?? throw new JsonException($"It must be {T.Rule}.");

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Text);
}
