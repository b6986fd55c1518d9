namespace TestServers.Settings;

/// <summary>A template that does not render, or a value that its language cannot hold in that place.</summary>
public sealed class UnrenderableTemplate(
    string path,
    int? line,
    string? value,
    string reason,
    string remedy,
    Exception inner
)
    : Exception(
        $"The template {path} does not render{(line is null ? "" : $" (line {line})")}: {reason}. {remedy}",
        inner
    )
{
    /// <summary>The template's path.</summary>
    public string File => path;

    /// <summary>The line of the template, from 1; null when it is not known.</summary>
    public int? Line => line;

    /// <summary>
    /// The name of the value that cannot be written, such as build.by; null when the template is at fault.
    /// </summary>
    public string? ValueName => value;

    /// <summary>What is wrong, without an end mark.</summary>
    public string Reason => reason;

    /// <summary>What to do next, as sentences.</summary>
    public string Remedy => remedy;
}

/// <summary>A value that cannot be written where it stands.</summary>
/// <param name="why">What is wrong with it there.</param>
/// <param name="remedy">What to do, as a sentence.</param>
internal sealed class UnwritableValue(string why, string remedy) : Exception(why)
{
    public string Remedy => remedy;
}
