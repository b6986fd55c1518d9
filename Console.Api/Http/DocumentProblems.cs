using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace TestServers.Http;

/// <summary>
/// Problems in the document: one schema with the fields that a script needs, and for each status what it means.
/// </summary>
internal static class DocumentProblems
{
    private const string Schema = "Problem",
        MediaType = "application/problem+json";

    /// <summary>What the header Retry-After says.</summary>
    public const string SecondsToWait = "In how many seconds to ask again";

    private static readonly JsonObject Example = new()
    {
        ["type"] = "urn:test-server-console:reserved",
        ["title"] = "Somebody else holds this server",
        ["status"] = 409,
        ["detail"] =
            "qa07 is reserved by anna until 2026-11-25 17:00 UTC: basket test. "
            + "Ask anna to release it, take another server, or take it over.",
        ["holder"] = "anna",
        ["purpose"] = "basket test",
        ["until"] = "2026-11-25T17:00:00+00:00",
        ["number"] = 17,
        ["traceId"] = "0HNABCDEFGH12:00000001",
    };

    /// <summary>
    /// The fields that problems carry besides those of RFC 9457; a test compares them with what the program adds.
    /// </summary>
    public static IReadOnlyDictionary<string, OpenApiSchema> Fields { get; } =
        new Dictionary<string, OpenApiSchema>(StringComparer.Ordinal)
        {
            ["traceId"] = Text("Under this id the console's log has a failure of its own"),
            ["server"] = Text("The server it is about"),
            ["holder"] = Text("Who holds the server"),
            ["purpose"] = Text("What for"),
            ["note"] = Text("Why the server is out of service"),
            ["since"] = Time("Since when"),
            ["until"] = Time("Until when"),
            ["number"] = Whole("The number of the reservation that holds now"),
            ["turn"] = Text("Whose turn it is to take the server"),
            ["waiting"] = Whole("How many wait for the server"),
            ["place"] = Whole("The number of one's place in the line"),
            ["limit"] = Whole("The limit that is reached"),
            ["path"] = Text("The path that is on the server"),
            ["state"] = Text("How the server, or the restore, is"),
            ["restore"] = Text("The number of the restore"),
            ["used"] = Text("The call and body that the Idempotency-Key was used for"),
            ["sent"] = Text("The call and body that it is sent with now"),
        };

    public static void AddTo(OpenApiDocument document)
    {
        var kinds = Problem.Kinds.OrderBy(k => k.Status).ToList();
        var properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["type"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Enum = [.. kinds.Select(k => (JsonNode)JsonValue.Create(k.Type)!)],
            },
            ["title"] = Text("What kind of failure"),
            ["status"] = Whole("The HTTP status"),
            ["detail"] = Text("What failed, on what, why, and what to do"),
        };
        foreach (var (name, schema) in Fields)
            properties[name] = schema;
        document.Components ??= new();
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
        document.Components.Schemas[Schema] = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "A failure, RFC 9457.",
            Required = new HashSet<string>(["type", "title", "status", "detail", "traceId"], StringComparer.Ordinal),
            Properties = properties,
            AdditionalPropertiesAllowed = false,
        };
    }

    /// <summary>The answer of this status; null: no problem has it.</summary>
    public static OpenApiResponse? Of(int status, OpenApiDocument? document)
    {
        var titles = Problem
            .Kinds.Where(k => k.Status == status)
            .Select(k => k.Title!)
            .Order(StringComparer.Ordinal)
            .ToList();
        if (titles.Count == 0)
            return null;
        var content = new OpenApiMediaType
        {
            Schema = new OpenApiSchemaReference(Schema, document),
            Example = status == 409 ? Example.DeepClone() : null,
        };
        return new()
        {
            Description = string.Join("; ", titles) + ".",
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { [MediaType] = content },
            Headers = status is 429 or 503
                ? DocumentCalls.Header("Retry-After", SecondsToWait, JsonSchemaType.Integer)
                : null,
        };
    }

    private static OpenApiSchema Text(string about) => new() { Type = JsonSchemaType.String, Description = about };

    private static OpenApiSchema Time(string about) =>
        new()
        {
            Type = JsonSchemaType.String,
            Format = "date-time",
            Description = about,
        };

    private static OpenApiSchema Whole(string about) => new() { Type = JsonSchemaType.Integer, Description = about };
}
