using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;

namespace TestServers.Http;

/// <summary>A parameter that lists words with commas between them, such as queued,running.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ListOfAttribute : Attribute
{
    /// <summary>Words of an enumeration.</summary>
    public ListOfAttribute(Type words) =>
        Words = [.. Enum.GetNames(words).Select(JsonNamingPolicy.CamelCase.ConvertName)];

    /// <summary>Words that a property of an answer may be.</summary>
    public ListOfAttribute(Type answer, string property) =>
        Words = [
            .. answer.GetProperty(property)!.GetCustomAttribute<AllowedValuesAttribute>()!.Values.OfType<string>(),
        ];

    /// <summary>The words that may be listed.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>Whether a text lists nothing else.</summary>
    public bool Accepts(string text) => text.Split(',').All(Words.Contains);
}
