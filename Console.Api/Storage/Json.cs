using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TestServers.Storage;

/// <summary>
/// How this console writes JSON: camelCase, enumerations as words, nothing unknown accepted, no key twice.
/// </summary>
public static class Json
{
    /// <summary>For answers: compact.</summary>
    public static readonly JsonSerializerOptions Web = Make(indented: false);

    /// <summary>For state files: readable by a person.</summary>
    public static readonly JsonSerializerOptions File = Make(indented: true);

    /// <summary>Sets <paramref name="options"/> to the rules of <see cref="Web"/>.</summary>
    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        // Answers are application/json with nosniff, never pasted into a page: only what JSON itself needs is escaped.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new TimeConverter());
    }

    private static JsonSerializerOptions Make(bool indented)
    {
        var options = new JsonSerializerOptions { WriteIndented = indented };
        Apply(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
