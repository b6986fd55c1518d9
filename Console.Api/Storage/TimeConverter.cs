using System.Text.Json;
using System.Text.Json.Serialization;

namespace TestServers.Storage;

/// <summary>An instant in JSON says its zone: one without would be another instant on another machine.</summary>
public sealed class TimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Times.Read(reader.TokenType == JsonTokenType.String ? reader.GetString() : null) is not null
        && reader.TryGetDateTimeOffset(out var time)
            ? time
            : throw new JsonException($"It must be {Times.Rule}.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
