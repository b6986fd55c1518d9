namespace TestServers.Access;

/// <summary>What a person may be called: whatever people are called, but nothing that shows as another name.</summary>
public static class PersonName
{
    /// <summary>In UTF-16 units.</summary>
    public const int Longest = 256;

    /// <summary>What is wrong with a name, as the end of a sentence that begins with the name; null: nothing.</summary>
    public static string? FaultOf(string name, ConsoleSettings settings)
    {
        if (settings.Tokens.Any(t => settings.People.NameOf(t.Name) == settings.People.NameOf(name)))
        {
            return "is that of a token in the settings, and one of them would act as the other";
        }
        if (ConsoleName.Is(name))
            return "is the console's own, and the audit could not tell them apart";
        if (name.Length == 0)
            return "is empty";
        if (name.Length > Longest)
            return $"has {name.Length} characters; {Longest} are allowed";
        if (name.Trim() != name)
            return "begins or ends with a blank";
        return PlainText.FirstUnseen(name) is { } unseen ? $"holds U+{unseen:X4}, an invisible character" : null;
    }
}
