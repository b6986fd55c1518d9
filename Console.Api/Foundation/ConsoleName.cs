namespace TestServers.Foundation;

/// <summary>The console's own name in the audit, which nobody else may have.</summary>
public static class ConsoleName
{
    public const string Text = "console";

    /// <summary>Whether a name, however it is spelt, is the console's own.</summary>
    public static bool Is(string name) => name.Trim().Equals(Text, StringComparison.OrdinalIgnoreCase);
}
