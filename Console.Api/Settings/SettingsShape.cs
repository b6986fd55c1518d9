using System.Collections.Concurrent;
using System.Text.Json;

namespace TestServers.Settings;

/// <summary>
/// Holds a settings file beside the types of the settings: every key known, there once and where it belongs, every
/// value of its type and right by its own rule. What passes here can be read; so whatever is wrong is told in the
/// console's words and with the key's whole path.
/// </summary>
internal static class SettingsShape
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<SettingKey>> Known = new();

    /// <summary>Every key of a type, in the order in which it is declared.</summary>
    public static IReadOnlyList<SettingKey> KeysOf(Type type) => Known.GetOrAdd(type, t => [.. SettingKey.AllOf(t)]);

    /// <exception cref="WrongSetting">Something is wrong.</exception>
    public static void Check(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new WrongSetting("it holds no object; it begins with { and ends with }.");
        CheckObject(root, typeof(ConsoleSettings), "");
    }

    /// <summary>Looks at some of the outermost keys, whatever the others are.</summary>
    /// <exception cref="WrongSetting">One of these is wrong.</exception>
    public static void Check(JsonElement root, IReadOnlyCollection<string> names)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new WrongSetting("it holds no object; it begins with { and ends with }.");
        foreach (var key in KeysOf(typeof(ConsoleSettings)).Where(k => names.Contains(k.Name)))
        {
            var given = root.EnumerateObject().Where(m => m.NameEquals(key.Name)).ToList();
            if (given.Count > 1)
                throw Twice(key.Name);
            if (given.Count == 1)
                CheckValue(given[0].Value, key.Type, key.MayBeNull, key.Name);
            else if (key.IsRequired)
                throw Wrong(key.Name);
        }
    }

    private static void CheckObject(JsonElement value, Type type, string path)
    {
        var keys = KeysOf(type);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            var name = NameOf(member, path);
            if (keys.FirstOrDefault(k => k.Name == name) is not { } key)
                throw Unknown(name, type, path);
            if (!seen.Add(name))
                throw Twice(Join(path, name));
            CheckValue(member.Value, key.Type, key.MayBeNull, Join(path, name));
        }
        if (keys.FirstOrDefault(k => k.IsRequired && !seen.Contains(k.Name)) is { } missing)
            throw Wrong(Join(path, missing.Name));
    }

    private static void CheckValue(JsonElement value, Type type, bool mayBeNull, string path)
    {
        if (value.ValueKind == JsonValueKind.Null && mayBeNull)
            return;
        if (SettingKey.ItemOf(type) is { } item)
            CheckList(value, item, path);
        else if (SettingKey.ValueOf(type) is { } inner)
            CheckDictionary(value, inner, path);
        else if (type == typeof(AfterCommand) && value.ValueKind == JsonValueKind.String)
            CheckPlain(value, typeof(string), path);
        else if (SettingKey.IsObject(type))
        {
            Must(value.ValueKind == JsonValueKind.Object, path);
            CheckObject(value, type, path);
        }
        else
            CheckPlain(value, Nullable.GetUnderlyingType(type) ?? type, path);
    }

    private static void CheckList(JsonElement value, Type item, string path)
    {
        Must(value.ValueKind == JsonValueKind.Array, path);
        foreach (var (at, one) in value.EnumerateArray().Index())
            CheckValue(one, item, mayBeNull: false, $"{path}[{at}]");
    }

    private static void CheckDictionary(JsonElement value, Type entry, string path)
    {
        Must(value.ValueKind == JsonValueKind.Object, path);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            var name = NameOf(member, path);
            if (!RuleOf(path).Text!(name))
                throw new WrongSetting(
                    $"`{path}` is wrong: it names `{SettingsText.Cut(name)}`, and a right one {RuleOf(path).Says}."
                );
            if (!seen.Add(name))
                throw Twice(Join(path, name));
            CheckValue(member.Value, entry, mayBeNull: false, Join(path, name));
        }
    }

    private static void CheckPlain(JsonElement value, Type type, string path)
    {
        var rule = RuleOf(path);
        if (type == typeof(int))
            Must(
                value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && rule.Number!(number),
                path
            );
        else if (type == typeof(double))
            Must(value.ValueKind == JsonValueKind.Number && IsRight(value, rule), path);
        else if (type == typeof(bool))
            Must(value.ValueKind is JsonValueKind.True or JsonValueKind.False, path);
        else
            CheckText(value, type, rule, path);
    }

    private static bool IsRight(JsonElement value, SettingRule rule) =>
        value.TryGetDouble(out var number) && double.IsFinite(number) && rule.Number!(number);

    private static void CheckText(JsonElement value, Type type, SettingRule rule, string path)
    {
        Must(value.ValueKind == JsonValueKind.String && SettingsText.TextOf(value) is not null, path);
        var text = value.GetString()!;
        if (text.Any(c => char.IsControl(c) && !(rule.IsLong && c is '\n' or '\r' or '\t')))
            throw new WrongSetting(
                $"`{path}` is wrong: it contains an invisible character, and a right one {rule.Says}."
            );
        if (type.IsEnum)
        {
            var words = Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName).ToList();
            Must(words.Contains(text, StringComparer.Ordinal), path, Nearness.Hint(text, words));
        }
        else
            Must(rule.Text?.Invoke(text) != false, path, HintFor(path, text));
    }

    private static string HintFor(string path, string text) =>
        path.Contains(".may[", StringComparison.Ordinal) ? Nearness.Hint(text, TokenRights.All)
        : RuleOf(path).IsPath && SettingsRules.FilledInNowhere(text) is { } found
            ? $", as it is on the disk; nothing fills in `{found}`"
        : "";

    private static void Must(bool right, string path, string hint = "")
    {
        if (!right)
            throw Wrong(path, hint);
    }

    private static WrongSetting Wrong(string path, string hint = "") => WrongSetting.At(path, RuleOf(path).Says + hint);

    private static SettingRule RuleOf(string path) => SettingsRules.Of(SettingKey.PatternOf(path));

    private static string NameOf(JsonProperty member, string path)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw new WrongSetting(
                $"{(path.Length > 0 ? $"`{path}`" : "it")} has a key that is no text, with a half of a character."
            );
        }
    }

    private static WrongSetting Twice(string path) => new($"`{path}` is given twice; remove one of the two.");

    private static WrongSetting Unknown(string name, Type type, string path)
    {
        var (keys, shown) = (KeysOf(type).Select(k => k.Name).ToList(), SettingsText.Cut(name));
        var (place, all) = (path.Length > 0 ? $" in `{path}`" : "", string.Join(", ", keys));
        var homes = SettingKey.HomesOf(name).ToList();
        // What is a key elsewhere, letter by letter, is more likely that than two slips.
        if (Nearness.To(name, keys, homes.Count > 0 ? 1 : int.MaxValue) is { } near)
            return new($"`{Join(path, SettingsText.Cut(name, plain: true))}` is not known: did you mean `{near}`?");
        if (homes.Count > 0)
        {
            var instead = path.Length > 0 ? $"{place}, whose keys are {all}" : "";
            return new($"`{Join(path, shown)}` is not known{instead}: it belongs to `{string.Join("` or `", homes)}`.");
        }
        return new($"`{Join(path, shown)}` is not known: the keys{place} are {all}.");
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
