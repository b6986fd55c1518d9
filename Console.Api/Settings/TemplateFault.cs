namespace TestServers.Settings;

/// <summary>Why a template does not render, as its language tells it.</summary>
internal sealed class TemplateFault(int? line, string why, Exception? inner = null) : Exception(FirstLineOf(why), inner)
{
    /// <summary>The line of the template, from 1; null when it is not known.</summary>
    public int? Line => line;

    /// <summary>The value that cannot be written; null when the template is at fault.</summary>
    public string? ValueName { get; private init; }

    /// <summary>What to do, as a sentence.</summary>
    public string? Remedy { get; init; }

    /// <summary>A name that stands for nothing.</summary>
    public static TemplateFault OfName(string name, int? line, Exception? inner = null) =>
        new(line, $"there is no value {name} for it", inner);

    /// <summary>A value that cannot be written where it stands.</summary>
    public static TemplateFault OfValue(UnwritableValue value, int? line, string? name, Exception inner) =>
        new(line, $"the value {name} cannot be written: {value.Message}", inner)
        {
            ValueName = name,
            Remedy = value.Remedy,
        };

    private static string FirstLineOf(string message) => message.Split('\n')[0].Trim().TrimEnd('.');
}
