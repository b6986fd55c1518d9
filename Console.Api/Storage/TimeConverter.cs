using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace TestServers.Storage;

/// <summary>An instant in JSON says its zone: one without would be another instant on another machine.</summary>
public sealed partial class TimeConverter : JsonConverter<DateTimeOffset>
{
    private const int Longest = 40;

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        return text.Length <= Longest && HasZone().IsMatch(text) && reader.TryGetDateTimeOffset(out var time)
            ? time
            : throw new JsonException($"It must be {Times.Rule}.");
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);

    [GeneratedRegex(@"T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex HasZone();
}
