namespace TestServers.Tests.Stage;

/// <summary>
/// Compares a JSON value with a schema of the API document: the keywords that the document uses, and no others.
/// </summary>
internal sealed class JsonShape(JsonElement document)
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "$ref",
        "type",
        "format",
        "enum",
        "oneOf",
        "items",
        "properties",
        "required",
        "additionalProperties",
        "description",
        "examples",
        "default",
    };

    /// <summary>
    /// Whether an answer has headers that a script needs and its document does not list, or lacks its ETag.
    /// </summary>
    public static IEnumerable<string> HeaderFaults(HttpResponseMessage answer, JsonElement listed)
    {
        var has = listed.TryGetProperty("headers", out var headers)
            ? headers.EnumerateObject().Select(h => h.Name).ToHashSet(StringComparer.Ordinal)
            : [];
        foreach (var name in new[] { "ETag", "Link", "Location", "Retry-After" })
        {
            if (answer.Headers.Contains(name) && !has.Contains(name))
                yield return $"the document does not list the header {name}";
        }
        if (has.Contains("ETag") && !answer.Headers.Contains("ETag"))
            yield return "it has no ETag, which the document lists";
    }

    /// <summary>What is wrong, with its place; nothing: it fits.</summary>
    public IEnumerable<string> Faults(JsonElement value, JsonElement schema, string at = "$")
    {
        foreach (var keyword in schema.EnumerateObject().Where(k => !Known.Contains(k.Name)))
            yield return $"{at}: the schema has the keyword {keyword.Name}, which this check does not know";
        if (schema.TryGetProperty("$ref", out var reference))
        {
            foreach (var fault in Faults(value, Find(reference.GetString()!), at))
                yield return fault;
            yield break;
        }
        if (schema.TryGetProperty("oneOf", out var choices))
        {
            var tries = choices.EnumerateArray().Select(c => Faults(value, c, at).ToList()).ToList();
            if (tries.Count(t => t.Count == 0) != 1)
                yield return (
                    $"{at} fits not exactly one of {tries.Count}: " + $"{string.Join("; ", tries.SelectMany(t => t))}"
                );
            yield break;
        }
        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(t => IsOf(value, t)))
            yield return $"{at} is {value.ValueKind}, not {type}";
        if (
            schema.TryGetProperty("enum", out var words)
            && !words.EnumerateArray().Any(w => JsonElement.DeepEquals(w, value))
        )
            yield return $"{at} is {value}, not one of {words}";
        if (
            schema.TryGetProperty("format", out var format)
            && format.GetString() == "date-time"
            && value.ValueKind == JsonValueKind.String
            && !value.TryGetDateTimeOffset(out _)
        )
            yield return $"{at} is no time: {value}";
        foreach (
            var fault in value.ValueKind switch
            {
                JsonValueKind.Object => Fields(value, schema, at),
                JsonValueKind.Array when schema.TryGetProperty("items", out var items) => value
                    .EnumerateArray()
                    .SelectMany((v, i) => Faults(v, items, $"{at}[{i}]")),
                _ => [],
            }
        )
            yield return fault;
    }

    private IEnumerable<string> Fields(JsonElement value, JsonElement schema, string at)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Where(n => !value.TryGetProperty(n.GetString()!, out _)))
                yield return $"{at}.{name} is missing";
        }
        var known = schema.TryGetProperty("properties", out var properties);
        foreach (var field in value.EnumerateObject())
        {
            if (known && properties.TryGetProperty(field.Name, out var inner))
            {
                foreach (var fault in Faults(field.Value, inner, $"{at}.{field.Name}"))
                    yield return fault;
            }
            else if (
                schema.TryGetProperty("additionalProperties", out var more)
                && more.ValueKind == JsonValueKind.False
            )
                yield return $"{at}.{field.Name} is not in the schema";
        }
    }

    private JsonElement Find(string reference) =>
        reference.Split('/').Skip(1).Aggregate(document, (here, name) => here.GetProperty(name));

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!];

    private static bool IsOf(JsonElement value, string type) =>
        type switch
        {
            "null" => value.ValueKind == JsonValueKind.Null,
            "string" => value.ValueKind == JsonValueKind.String,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
            "object" => value.ValueKind == JsonValueKind.Object,
            "array" => value.ValueKind == JsonValueKind.Array,
            _ => false,
        };
}
