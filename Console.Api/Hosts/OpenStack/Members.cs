using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TestServers.Hosts.OpenStack;

/// <summary>Reads members of foreign JSON, of which any may be missing or of another kind, and writes own.</summary>
internal static class Members
{
    /// <summary>A body whose length is told: web servers before Keystone take no other.</summary>
    public static HttpContent Content(JsonObject value) =>
        new StringContent(value.ToJsonString(), Encoding.UTF8, "application/json");

    public static JsonElement? Of(JsonElement value, string name, JsonValueKind kind) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var found) && found.ValueKind == kind
            ? found
            : null;

    /// <summary>A text; null when it is missing, no text, or holds half of a character.</summary>
    public static string? Text(JsonElement value, string name) =>
        Of(value, name, JsonValueKind.String) is { } text ? Text(text) : null;

    /// <inheritdoc cref="Text(JsonElement, string)"/>
    public static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static DateTimeOffset? Time(JsonElement value, string name) =>
        Of(value, name, JsonValueKind.String) is { } text && text.TryGetDateTimeOffset(out var time) ? time : null;

    /// <summary>The items of a list; none when it is missing.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement value, string name) =>
        Of(value, name, JsonValueKind.Array) is { } list ? list.EnumerateArray() : [];

    /// <summary>The members of an object whose names can be read; none when it is missing.</summary>
    public static IEnumerable<(string Name, JsonElement Value)> Pairs(JsonElement value, string name)
    {
        if (Of(value, name, JsonValueKind.Object) is not { } found)
            yield break;
        foreach (var member in found.EnumerateObject())
        {
            string text;
            try
            {
                text = member.Name;
            }
            catch (InvalidOperationException)
            {
                continue;
            }
            yield return (text, member.Value);
        }
    }
}
