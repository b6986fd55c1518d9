using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TestServers.Http;

/// <summary>What a right value of a type looks like, for people, and whether a text from an address is one.</summary>
public static partial class ValueRule
{
    /// <summary>As the end of "it must be ...".</summary>
    public static string Of(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (IsName(plain))
            return (string)plain.GetProperty(nameof(IName<>.Rule))!.GetValue(null)!;
        if (plain == typeof(string))
            return "a text";
        if (plain == typeof(bool))
            return "true or false";
        if (plain == typeof(int) || plain == typeof(long))
            return "a whole number";
        if (plain == typeof(double))
            return "a number";
        if (plain == typeof(DateTimeOffset))
            return Times.Rule;
        if (plain.IsEnum)
            return $"one of {string.Join(", ", Enum.GetNames(plain).Select(JsonNamingPolicy.CamelCase.ConvertName))}";
        if (plain.IsGenericType && plain.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
            return "an object of names";
        if (plain.IsGenericType && plain.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return $"a list, of which each is {Of(plain.GetGenericArguments()[0])}";
        return plain.IsAssignableTo(typeof(System.Collections.IEnumerable)) ? "a list" : "an object";
    }

    /// <summary>Whether this is a name with a rule of its own.</summary>
    public static bool IsName(Type type) =>
        type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IName<>));

    /// <summary>
    /// Tells for a type which texts in an address are right. Numbers are written as JSON writes them: "NaN", "1,000"
    /// and " 7" are none.
    /// </summary>
    public static Func<string, bool> For(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(string))
            return _ => true;
        if (plain == typeof(double))
            return text => Number().IsMatch(text) && double.IsFinite(double.Parse(text, CultureInfo.InvariantCulture));
        if (plain == typeof(int))
            return text => Whole().IsMatch(text) && int.TryParse(text, CultureInfo.InvariantCulture, out _);
        if (plain == typeof(long))
            return text => Whole().IsMatch(text) && long.TryParse(text, CultureInfo.InvariantCulture, out _);
        if (plain == typeof(bool))
            return text => text is "true" or "false";
        if (plain == typeof(DateTimeOffset))
            return text => Times.Read(text) is not null;
        var parse = typeof(ValueRule)
            .GetMethod(nameof(CanParse), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(plain);
        return parse.CreateDelegate<Func<string, bool>>();
    }

    private static bool CanParse<T>(string text)
        where T : IParsable<T> => T.TryParse(text, CultureInfo.InvariantCulture, out _);

    [GeneratedRegex(@"\A-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?\z")]
    private static partial Regex Number();

    [GeneratedRegex(@"\A-?[0-9]{1,20}\z")]
    private static partial Regex Whole();
}
