using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TestServers.Settings;

/// <summary>One key of the settings, as its type declares it.</summary>
/// <param name="IsRequired">It has no usual value.</param>
internal sealed partial record SettingKey(string Name, Type Type, bool MayBeNull, bool IsRequired)
{
    public static IEnumerable<SettingKey> AllOf(Type type)
    {
        var nullability = new NullabilityInfoContext();
        var parameters = type.GetConstructors().SelectMany(c => c.GetParameters()).ToList();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
        {
            var parameter = parameters.Find(p => p.Name == property.Name);
            yield return new(
                JsonNamingPolicy.CamelCase.ConvertName(property.Name),
                property.PropertyType,
                nullability.Create(property).WriteState == NullabilityState.Nullable,
                parameter is { HasDefaultValue: false }
                    || (type == typeof(ConsoleSettings) && property.Name is "State" or "Listen")
            );
        }
    }

    /// <summary>A key's path without the numbers and names of entries: <c>hosts[].uri</c>.</summary>
    public static string PatternOf(string path) => Entry().Replace(Number().Replace(path, "[]"), "$1$2.*");

    /// <summary>Where else a key is known.</summary>
    public static IEnumerable<string> HomesOf(string name) => HomesOf(name, typeof(ConsoleSettings), "").Distinct();

    /// <summary>What a list is of, or null.</summary>
    public static Type? ItemOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            ? type.GetGenericArguments()[0]
            : null;

    /// <summary>What the values of a dictionary are, by names that the settings choose; null: it is none.</summary>
    public static Type? ValueOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)
            ? type.GetGenericArguments()[1]
            : null;

    /// <summary>Whether it has keys of its own.</summary>
    public static bool IsObject(Type type) =>
        type.IsClass
        && type != typeof(string)
        && !type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IName<>));

    private static IEnumerable<string> HomesOf(string name, Type type, string path)
    {
        foreach (var key in SettingsShape.KeysOf(type))
        {
            var (here, inner) =
                ItemOf(key.Type) is { } item ? ($"{path}{key.Name}[]", item)
                : ValueOf(key.Type) is { } value ? ($"{path}{key.Name}.*", value)
                : (path + key.Name, key.Type);
            if (key.Name == name && path.Length > 0)
                yield return path.TrimEnd('.');
            else if (IsObject(inner))
            {
                foreach (var home in HomesOf(name, inner, here + "."))
                    yield return home;
            }
        }
    }

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Number();

    [GeneratedRegex(@"(\.(?:variables|secrets|addresses|workers|metadata))\..+\z|(\.databases|\.folders)\.[^.\[]+")]
    private static partial Regex Entry();
}
