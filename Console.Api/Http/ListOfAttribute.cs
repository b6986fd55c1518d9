using System.Text.Json;

namespace TestServers.Http;

/// <summary>A parameter that lists words of an enumeration with commas between them, such as queued,running.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ListOfAttribute(Type words) : Attribute
{
    /// <summary>The words that may be listed.</summary>
    public IReadOnlyList<string> Words { get; } =
    [.. Enum.GetNames(words).Select(JsonNamingPolicy.CamelCase.ConvertName)];

    /// <summary>Whether a text lists nothing else.</summary>
    public bool Accepts(string text) => text.Split(',').All(Words.Contains);
}
