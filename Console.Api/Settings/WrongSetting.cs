namespace TestServers.Settings;

/// <summary>A wrong value in the settings; it stops the start, or the reading anew, and names its key.</summary>
public sealed class WrongSetting(string message) : Exception(message)
{
    /// <summary>The key's path such as <c>hosts[1].servers</c>; null when the sentence is complete as it is.</summary>
    public string? Key { get; private init; }

    /// <summary>What a right value does, as the end of a sentence.</summary>
    public string? Rule { get; private init; }

    /// <summary>A value that breaks its rule. What the value is, the reader of the file adds.</summary>
    public static WrongSetting At(string key, string rule) =>
        new($"`{key}` is wrong: a right one {rule}.") { Key = key, Rule = rule };

    /// <summary>The same with what stands in the file.</summary>
    public WrongSetting With(SettingsText file) =>
        Key is null || Rule is null
            ? this
            : new(
                $"`{Key}` is wrong{file.PlaceOf(Key)}: {file.Say(Key)}, and a right one "
                    + $"{Rule}{(Rule.EndsWith('?') ? "" : ".")}"
            );

    /// <summary>Whether it is of the command line, and no setting.</summary>
    public bool IsArgument { get; init; }
}
